// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import Foundation
import Testing

/// What every method does, on small problems.
struct MethodTests {
  static let all: [MinimizationMethod] = [
    .trustRegion(), .trustRegion(.dogleg), .trustRegion(.steihaug), .newton(), .newtonCG(), .bfgs(), .lbfgs(),
    .conjugateGradients(), .gradientDescent(), .momentum(), .nesterov(), .adam(),
    .naturalGradient { _ in [2, 0, 0, 2] },
  ]

  private static let bowl = Function { x, y in pow(x - 3, 2) + pow(y + 1, 2) }

  @Test(arguments: all.indices) func findsTheBottomOfABowl(_ index: Int) {
    let result = minimize(Self.bowl, from: [0, 0], method: Self.all[index])
    #expect(result.converged, "\(result.reason)")
    #expect(result.classification == .minimum)
    // ‖g‖ = 2‖x − x*‖ ≤ 10⁻¹² · 2√10.
    #expect(abs(result.point[0] - 3) < 1e-11 && abs(result.point[1] + 1) < 1e-11, "\(result.point)")
  }

  @Test(arguments: all.indices) func aStartAtTheSolutionTakesNoStep(_ index: Int) {
    let result = minimize(Self.bowl, from: [3, -1], method: Self.all[index])
    #expect(result.iterations == 0 && result.converged && result.point == [3, -1])
  }

  @Test(arguments: all.indices) func aFlatFunctionTakesNoStep(_ index: Int) {
    let result = minimize(Function { x, y in 0 * (x + y) + 5 }, from: [1, 2], method: Self.all[index])
    #expect(result.iterations == 0 && result.value == 5)
    #expect(result.classification == .degenerate)
  }

  @Test(arguments: all.indices) func anUnboundedFunctionIsNoSuccess(_ index: Int) {
    for f in [Function { x, y in x + 2 * y }, Function { x, y in -exp(x) + y * y }] {
      let result = minimize(f, from: [1, 1], method: Self.all[index])
      #expect(!result.converged, "\(result.reason)")
      #expect(result.value < f(1, 1))
    }
  }

  @Test(arguments: all.indices) func aStartThatIsNotANumberIsSaid(_ index: Int) {
    let result = minimize(Function { x, y in log(x) + y }, from: [-1, 0], method: Self.all[index])
    #expect(result.reason == .nonFiniteStart && !result.converged)
  }

  @Test(arguments: all.indices) func stepsIntoWhereTheFunctionIsNotDefinedAreShortened(_ index: Int) {
    // Newton's step from 20 leads to negative x, whose logarithm is NaN.
    let f = Function { x, y in x - log(x) + 10 * pow(y - 1, 2) }
    let result = minimize(f, from: [20, 5], method: Self.all[index])
    #expect(result.point.allSatisfy(\.isFinite) && result.value.isFinite)
    let isSlow = ["adam", "momentum", "nesterov"].contains(Self.all[index].name)
    #expect(result.converged || isSlow, "\(result.reason)")
    #expect(abs(result.value - 1) < 1e-6)
  }

  @Test(arguments: all.indices) func asymptotesAreNoMinima(_ index: Int) {
    // Both derivatives go to zero with x → ∞.
    for f in [Function { x, y in 1 / x + y * y }, Function { x, y in exp(-x) + y * y }] {
      let result = minimize(f, from: [1, 1], method: Self.all[index])
      #expect(!result.converged, "\(result.reason) at \(result.point)")
    }
  }

  @Test(arguments: all.indices) func boundsHold(_ index: Int) throws {
    // The minimum of x² + xy + y² − 3x within x ≤ 1: x = 1, y = −½.
    let f = Function { x, y in x * x + x * y + y * y - 3 * x }
    let bounds = try Bounds(lower: [-1, -.infinity], upper: [1, .infinity])
    let result = minimize(f, from: [-5, 4], within: bounds, method: Self.all[index])
    #expect(result.converged, "\(result.reason)")
    #expect(result.point[0] == 1 && abs(result.point[1] + 0.5) < 1e-9, "\(result.point)")
    #expect(result.activeBounds == [ActiveBound(variable: 0, isUpper: true)])
    #expect(result.classification == .minimum)
  }

  @Test(arguments: all.indices) func callbackAndBudgetsStopAndTheBestPointStays(_ index: Int) {
    let f = Function { x, y in 100 * pow(y - x * x, 2) + pow(1 - x, 2) }
    var options = OptimizationOptions()
    options.maxIterations = 2
    let few = minimize(f, from: [-1.2, 1], method: Self.all[index], options: options)
    #expect(few.reason == .iterationLimit && few.iterations == 2 && !few.converged)
    options = OptimizationOptions()
    options.callback = { $0.iteration < 1 }
    options.keepsTrace = true
    let stopped = minimize(f, from: [-1.2, 1], method: Self.all[index], options: options)
    #expect(stopped.reason == .stoppedByCallback && stopped.trace.count == 2)
    #expect(stopped.value <= f(-1.2, 1))
    #expect(f(stopped.point[0], stopped.point[1]) == stopped.value)
    options = OptimizationOptions()
    options.maxTime = .zero
    #expect(minimize(f, from: [-1.2, 1], method: Self.all[index], options: options).reason == .timeLimit)
    options = OptimizationOptions()
    options.maxEvaluations = 5
    let short = minimize(f, from: [-1.2, 1], method: Self.all[index], options: options)
    #expect(short.reason == .evaluationLimit && short.evaluations.values <= 70)
  }

  @Test func methodsThatCannotLeaveASaddleSaySo() {
    let f = Function { x, y in x * x - y * y + pow(y, 4) }
    for method in Self.all {
      let result = minimize(f, from: [0.5, 0], method: method)
      if result.converged {
        #expect(abs(result.value + 0.25) < 1e-9, "\(method.name)")
      } else {
        #expect(result.reason == .saddlePoint, "\(method.name): \(result.reason)")
        #expect(result.classification == .saddle)
      }
    }
    #expect(minimize(f, from: [0, 0]).converged)
  }

  @Test func gradientDescentFromTheTextbook() {
    // x⁴ − 3x²: from 2 with rate 0.01 a minimum at √1.5, with momentum too; with rate 0.1 the steps jump, and with 1
    // they diverge, which is said.
    let f = Function { x in pow(x, 4) - 3 * x * x }
    for method: MinimizationMethod in [
      .gradientDescent(rate: 0.01), .momentum(rate: 0.01), .nesterov(rate: 0.01), .gradientDescent(),
    ] {
      let result = minimize(f, from: [2], method: method)
      #expect(result.converged && abs(abs(result.point[0]) - 1.5.squareRoot()) < 1e-10, "\(method.name)")
    }
    let wild = minimize(f, from: [2], method: .gradientDescent(rate: 1.0))
    #expect(wild.reason == .diverged && wild.point == [2])
    // y = 2x + 1 by its squares.
    let line = Function(2, parameters: 2) { w, row in pow(w[0] * row[0] + w[1] - row[1], 2) / 20 }
    let rows = (0..<20).map { i -> [Double] in [Double(i) / 10, Double(i) / 5 + 1] }
    let fit = minimize(
      Objective(sum: line, over: Tensor(rows)), from: [0, 0], method: .gradientDescent(rate: 0.3))
    #expect(fit.converged && abs(fit.point[0] - 2) < 1e-9 && abs(fit.point[1] - 1) < 1e-9, "\(fit.reason)")
  }

  @Test func theNaturalGradientIsFisherScoring() {
    // A Poisson mean e^θ with observations of mean 3: the Fisher matrix is e^θ, and scoring is Newton's method here.
    let f = Function { t in exp(t) - 3 * t }
    let scoring = minimize(f, from: [0], method: .naturalGradient { (x: [Double]) in [Foundation.exp(x[0])] })
    let newton = minimize(f, from: [0], method: .newton())
    #expect(scoring.converged && abs(scoring.point[0] - 1.0986122886681098) < 1e-12)
    #expect(scoring.iterations == newton.iterations)
  }

  @Test(
    arguments: [
      LineSearch.moreThuente(), .moreThuente(curvature: 0.1), .hagerZhang(), .backtracking(),
      .hagerZhang(decrease: 0.01, curvature: 0.1),
    ].indices) func lineSearchesServeQuasiNewton(_ index: Int)
  {
    let search: LineSearch = [
      .moreThuente(), .moreThuente(curvature: 0.1), .hagerZhang(), .backtracking(),
      .hagerZhang(decrease: 0.01, curvature: 0.1),
    ][index]
    for problem in problems where problem.function.variables.count <= 4 {
      for method: MinimizationMethod in [.bfgs(lineSearch: search), .lbfgs(lineSearch: search)] {
        let result = minimize(problem.function, from: problem.start, method: method)
        #expect(result.converged, "\(problem.name), \(method.name): \(result.reason)")
        #expect(problem.minima.contains { abs(result.value - $0) <= 1e-8 }, "\(problem.name)")
      }
    }
  }

  @Test func theTableOfMethodsIsMeasured() throws {
    let f = Function { x, y in 100 * pow(y - x * x, 2) + pow(1 - x, 2) }
    let table = compareMethods(f, from: [-1.2, 1], methods: [.gradientDescent(), .bfgs(), .trustRegion()])
    #expect(table.rows.map(\.method) == ["gradient-descent", "bfgs", "trust-region"])
    let orders = table.rows.map(\.convergenceOrder)
    // Linear, superlinear, quadratic, as far as a few steps show it.
    #expect(abs(try #require(orders[0]) - 1) < 0.3)
    #expect(try #require(orders[1]) > 1.1)
    #expect(try #require(orders[2]) > 1.4)
    #expect(table.description.split(separator: "\n").count == 4)
    #expect(table.rows[2].result.evaluations.hessians > 0 && table.rows[0].result.evaluations.hessians <= 2)
  }

  @Test func tolerancesOfTheValueAreHonoured() {
    let f = Function { x, y in pow(x - 1, 2) + 5 * pow(y, 2) + 7 }
    var options = OptimizationOptions()
    options.relativeValueTolerance = 1e-6
    let result = minimize(f, from: [9, 9], method: .gradientDescent(rate: 0.05), options: options)
    #expect(result.reason == .valueTolerance && result.converged)
    #expect(abs(result.value - 7) < 1e-4)
    options = OptimizationOptions()
    options.gradientTolerance = 0.01
    let loose = minimize(f, from: [9, 9], method: .gradientDescent(rate: 0.05), options: options)
    #expect(loose.reason == .gradientTolerance && loose.gradientNorm <= 0.01 && loose.gradientNorm > 1e-4)
  }

  @Test func closuresAreObjectivesToo() {
    let objective = Objective(2) { x in
      let (a, b) = (x[0] - 1, x[1] + 2)
      return (a * a + 3 * b * b, [2 * a, 6 * b])
    }
    for method: MinimizationMethod in [.lbfgs(), .bfgs(), .conjugateGradients(), .adam()] {
      let result = minimize(objective, from: [4, 4], method: method)
      #expect(result.converged && result.classification == .unknown, "\(method.name): \(result.reason)")
      #expect(abs(result.point[0] - 1) < 1e-8 && abs(result.point[1] + 2) < 1e-8)
    }
  }
}
