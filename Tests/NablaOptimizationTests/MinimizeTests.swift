// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import Testing

struct MinimizeTests {
  @Test(arguments: problems)
  func reachesAMinimum(_ problem: MinimizationProblem) {
    let result = minimize(problem.function, from: problem.start)
    #expect(result.converged, "\(result.reason) after \(result.iterations) iterations at \(result.point)")
    let error = problem.minima.map { abs(result.value - $0) }.min()!
    #expect(error <= 1e-8, "value \(result.value)")
    #expect(result.evaluations.values <= 400, "\(result.evaluations)")
    print(problem.name, result.iterations, result.evaluations.values, result.value, result.reason)
  }

  @Test(arguments: problems, [1e-8, 1e8])
  func doesNotDependOnTheScaleOfTheValue(_ problem: MinimizationProblem, _ scale: Double) {
    let f = problem.function
    let scaled = Function(Expr(scale) * f.outputs[0], of: f.variables)
    let result = minimize(scaled, from: problem.start)
    #expect(result.converged, "\(result.reason)")
    #expect(problem.minima.map { abs(result.value / scale - $0) }.min()! <= 1e-8)
  }

  @Test(arguments: [
    (Function { x, y in pow(x, 4) - 2 * pow(x, 2) + pow(y, 2) }, [0.0, 0.0], -1.0),
    (Function { x, y in pow(x * x - 1, 2) + pow(y * y - 1, 2) }, [0.0, 0.0], 0.0),
    // Reached along y = 0 exactly: the gradient never has a component along the descent.
    (Function { x, y in pow(x - 1, 2) - pow(y, 2) + pow(y, 4) }, [3.0, 0.0], -0.25),
    // A negative curvature that is 10⁻¹⁰ of the largest.
    (Function { x, y in 1e10 * pow(x, 2) - pow(y, 2) + pow(y, 4) }, [0.0, 0.0], -0.25),
  ])
  func leavesSaddlesAndMaxima(_ f: Function, _ start: [Double], _ minimum: Double) {
    let result = minimize(f, from: start)
    #expect(result.converged, "\(result.reason)")
    #expect(abs(result.value - minimum) < 1e-12)
  }

  @Test func unboundedBelowHasItsOwnReason() {
    for f in [
      Function { x in -(x * x) }, Function { x in x }, Function { x in -exp(x) },
      Function { x in 1e-300 * (x - x * x) },
    ] {
      let result = minimize(f, from: [0.5])
      #expect(result.reason == .unbounded)
      #expect(!result.converged)
    }
  }

  @Test func startsThatAreNotFiniteHaveTheirOwnReasons() {
    #expect(minimize(Function { x in log(x) }, from: [-1]).reason == .nonFiniteStart)
    #expect(minimize(Function { x in x * x }, from: [.nan]).reason == .nonFiniteStart)
    #expect(minimize(Function { x in sqrt(x) }, from: [0]).reason == .nonFiniteDerivatives)
  }

  @Test func theEdgeOfTheDomainIsNoMinimum() {
    // Decreases towards 0, where it is defined no further: the slope of √x is infinite there.
    let result = minimize(Function { x in sqrt(x) }, from: [1])
    #expect(!result.converged)
    #expect(result.value < 1e-3)
    #expect(result.reason == .nonFiniteTrials || result.reason == .noFurtherProgress)
  }

  @Test func theBestPointIsNeverLost() {
    for problem in problems {
      var options = OptimizationOptions()
      options.keepsTrace = true
      let result = minimize(problem.function, from: problem.start, options: options)
      #expect(result.trace.count == result.iterations + 1)
      let best = result.trace.map(\.value).min()!
      #expect(result.value <= best + 1e-14 * abs(best), "\(problem.name)")
    }
  }

  @Test func limitsAndCallbackEndTheIteration() {
    let f = problems[0].function
    var options = OptimizationOptions()
    options.maxIterations = 3
    #expect(minimize(f, from: [-1.2, 1], options: options).reason == .iterationLimit)
    options = OptimizationOptions()
    options.maxEvaluations = 2
    #expect(minimize(f, from: [-1.2, 1], options: options).reason == .evaluationLimit)
    options = OptimizationOptions()
    options.callback = { $0.iteration < 5 }
    let result = minimize(f, from: [-1.2, 1], options: options)
    #expect(result.reason == .stoppedByCallback)
    #expect(result.iterations == 5)
  }

  @Test func progressThatRoundingHidesIsJudgedByTheGradient() {
    // Differences of the value vanish near 1e16; the gradient does not.
    let result = minimize(Function { x in 1e16 + pow(x - 0.25, 2) }, from: [3])
    #expect(result.converged)
    #expect(abs(result.point[0] - 0.25) < 1e-12)
    // No tolerance can be met, and the point is as good as it gets.
    var options = OptimizationOptions()
    options.relativeGradientTolerance = 0
    options.relativeStepTolerance = 0
    let tight = minimize(problems[0].function, from: [-1.2, 1], options: options)
    #expect(tight.converged, "\(tight.reason)")
    #expect(abs(tight.point[0] - 1) < 1e-10)
  }

  @Test func parametersArePassedOn() {
    let f = Function(1, parameters: 1) { x, p in pow(x[0] - p[0], 2) }
    #expect(minimize(f, from: [0], parameters: [3]).point == [3])
  }
}
