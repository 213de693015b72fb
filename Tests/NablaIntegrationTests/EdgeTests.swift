// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaIntegration
import TestSupport
import Testing

@Suite struct EdgeTests {
  private func integral(
    _ text: String, _ a: Double, _ b: Double, options: IntegrationOptions = .init()
  ) throws -> Integral {
    try Function(parsing: text, variables: ["x"]).integral(from: a, to: b, options: options)
  }

  /// Where neighbouring numbers are farther apart than 1, the unit of length of other unbounded ranges.
  /// It overflows far out, and every node that is left sees 0 beside that.
  @Test func nothingBesideAnOverflowIsNotZero() throws {
    let growing = try integral("exp(x-2*log(1+x^2/3))", -.infinity, .infinity)
    #expect(!growing.converged)
    let zero = try integral("0*x", -1, 1)
    #expect(zero.converged && zero.value == 0)
  }

  @Test func farEnds() throws {
    let line = try Function(parsing: "x").integral(from: 1e300, to: .infinity)
    #expect(!line.converged && line.reason == .divergent && line.value == .infinity)
    for end in [1e13, -1e15] {
      let tail = try Function(parsing: "1/x^2").integral(
        from: end > 0 ? end : -.infinity, to: end > 0 ? .infinity : end)
      #expect(tail.converged && abs(tail.value - 1 / abs(end)) <= tail.errorEstimate + (1 / abs(end)).ulp)
    }
  }

  @Test func reversedAndEmptyRanges() throws {
    let forward = try integral("exp(x)", 0, 1)
    let backward = try integral("exp(x)", 1, 0)
    #expect(forward.value == -backward.value && backward.converged)
    #expect(abs(forward.value - (M_E - 1)) < 1e-15)
    #expect(try integral("exp(x)", .infinity, -.infinity).reason == .divergent)
    #expect(try integral("exp(-x^2)", .infinity, -.infinity).value < -1.77)
    for end: Double in [2, .infinity, -.infinity] {
      let empty = try integral("1/x", end, end)
      #expect(empty.value == 0 && empty.errorEstimate == 0 && empty.evaluations == 0 && empty.converged)
    }
  }

  /// With tolerance 0 all digits are asked for, and rounding ends the work.
  @Test(arguments: ["exp(-x^2)", "sqrt(x)", "cos(20*x)", "abs(x-0.3)"])
  func toleranceZero(_ text: String) throws {
    let result = try integral(
      text, 0, 1, options: IntegrationOptions(relativeTolerance: 0, absoluteTolerance: 0))
    #expect(result.converged && result.evaluations < 5000)
    #expect(result.errorEstimate < 1e-12)
  }

  @Test func looserTolerancesCostLess() throws {
    let f = "1/(1e-4+(x-0.3)^2)"
    let loose = try integral(f, 0, 1, options: IntegrationOptions(relativeTolerance: 1e-3))
    let tight = try integral(f, 0, 1)
    #expect(loose.converged && loose.evaluations < tight.evaluations)
    #expect(abs(loose.value - tight.value) <= 1e-3 * tight.value)
  }

  @Test func limitOfEvaluations() throws {
    let result = try integral(
      "cos(1e6*x^2)", 0, 1, options: IntegrationOptions(relativeTolerance: 1e-10, maxEvaluations: 1000))
    #expect(result.reason == .evaluationLimit && !result.converged && result.evaluations < 5000)
    #expect(result.errorEstimate > 1e-4)
  }

  @Test func parametersAreConstantsOfTheIntegral() throws {
    let f = try Function(parsing: "a*exp(-a*x)", variables: ["x"], parameters: ["a"])
    for a in [1e-6, 1, 1e6] {
      #expect(abs(f.integral(from: 0, to: .infinity, parameters: [a]).value - 1) < 1e-10)
    }
  }

  @Test func breakPointsOfClosures() {
    var options = IntegrationOptions()
    options.breakPoints = [0.3]
    let step = integrate(from: 0, to: 1, options: options) { $0 < 0.3 ? 1.0 : 0 }
    #expect(abs(step.value - 0.3) < 1e-15 && step.evaluations < 200)
  }

  /// Values of closures: the same rules, and nothing known between the samples.
  @Test func closures() {
    #expect(abs(integrate(from: 0, to: .pi) { sin($0) }.value - 2) < 1e-14)
    #expect(abs(integrate(from: 0, to: 1) { 1 / $0.squareRoot() }.value - 2) < 2e-8)
    #expect(
      abs(integrate(from: -.infinity, to: .infinity) { exp(-$0 * $0) }.value - Double.pi.squareRoot()) < 1e-10
    )
    #expect(integrate(from: 0, to: 1) { _ in .nan }.reason == .undefinedIntegrand)
    #expect(!integrate(from: 0, to: 1) { 1 / $0 }.converged)
  }

  @Test func methodsCanBeForced() throws {
    var options = IntegrationOptions()
    for method in [IntegrationMethod.gaussKronrod, .doubleExponential] {
      options.method = method
      let result = try integral("exp(x)", 0, 1, options: options)
      #expect(result.method == method && result.converged && abs(result.value - (M_E - 1)) < 1e-12)
    }
  }

  /// ∂/∂a ∫₀^∞ e^(−ax) cos(bx) dx with ∫ = a/(a² + b²).
  @Test func derivativesByParameters() throws {
    let f = try Function(parsing: "exp(-a*x)*cos(b*x)", variables: ["x"], parameters: ["a", "b"])
    let (a, b) = (1.5, 2.0)
    let gradient = f.integralGradient(from: 0, to: .infinity, parameters: [a, b])
    let square = (a * a + b * b) * (a * a + b * b)
    #expect(abs(gradient[0].value - (b * b - a * a) / square) < 1e-11)
    #expect(abs(gradient[1].value + 2 * a * b / square) < 1e-11)
  }

  @Test func vectorValued() throws {
    let x = Expr.variable("x")
    let f = Function([sin(x), 1 / sqrt(x), pow(x, 3)], of: [x])
    let values = f.outputIntegrals(from: 0, to: 1).map(\.value)
    for (value, exact) in zip(values, [1 - cos(1.0), 2, 0.25]) { #expect(abs(value - exact) < 1e-11) }
  }

  /// Peaks of random place, width and height on a smooth ground: their mass is never missed with confidence.
  @Test func randomPeaks() throws {
    var random = SplitMix64(seed: 20)
    for _ in 0..<(isRelease ? 200 : 10) {
      let place = Double.random(in: 0.05..<0.95, using: &random)
      let width = pow(10, Double.random(in: -6 ..< -1, using: &random))
      let height = pow(10, Double.random(in: -1..<3, using: &random))
      let f = try Function(
        parsing: "1/(1+x)+h*exp(-((x-c)/w)^2)", variables: ["x"], parameters: ["h", "c", "w"])
      let result = f.integral(from: 0, to: 1, parameters: [height, place, width])
      let exact =
        log(2.0) + height * width * Double.pi.squareRoot() / 2
        * (erf((1 - place) / width) + erf(place / width))
      let error = abs(result.value - exact)
      #expect(
        !result.converged || error <= 10 * result.errorEstimate + 1e-10 * exact,
        "seed 20: \(place) \(width) \(height): \(result) \(exact)")
    }
  }
}
