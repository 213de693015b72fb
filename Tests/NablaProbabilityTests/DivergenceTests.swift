// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaExpressions
import NablaIntegration
import NablaOptimization
import NablaProbability
import NablaTensors
import TestSupport
import Testing

struct DivergenceTests {
  /// Closed forms against quadrature of p (log p − log q), to 10⁻¹⁰.
  @Test func closedForms() throws {
    let pairs: [(any ContinuousDistribution, any ContinuousDistribution)] = [
      (try NormalDistribution(), try NormalDistribution(mean: 1, standardDeviation: 2)),
      (try NormalDistribution(mean: 30), try NormalDistribution(mean: -30, standardDeviation: 0.5)),
      (try NormalDistribution(), try NormalDistribution(mean: 1e-3)),
      (try GammaDistribution(shape: 2, rate: 3), try GammaDistribution(shape: 5, rate: 1)),
      (try GammaDistribution(shape: 0.5, rate: 1), try GammaDistribution(shape: 0.7, rate: 20)),
      (try BetaDistribution(alpha: 2, beta: 3), try BetaDistribution(alpha: 4, beta: 1.5)),
      (try BetaDistribution(alpha: 0.5, beta: 0.5), try BetaDistribution(alpha: 1, beta: 1)),
      (try BetaDistribution(alpha: 100, beta: 30), try BetaDistribution(alpha: 2, beta: 2)),
      (try ExponentialDistribution(rate: 5), try ExponentialDistribution(rate: 0.5)),
      (try LaplaceDistribution(), try LaplaceDistribution(location: 2, scale: 3)),
      (try UniformDistribution(lower: 0, upper: 1), try UniformDistribution(lower: -1, upper: 4)),
    ]
    let x = Expr.variable("x")
    for (p, q) in pairs {
      let exact = p.klDivergence(to: q)
      let quadrature = Density(p, of: x).klDivergence(to: Density(q, of: x))
      #expect(exact.method == .closedForm && quadrature.method == .quadrature)
      #expect(
        quadrature.converged && abs(exact.value - quadrature.value) <= 1e-10 * max(1, exact.value),
        "\(p), \(q): \(exact.value), \(quadrature)")
      #expect(p.klDivergence(to: p).value == 0 || abs(p.klDivergence(to: p).value) < 1e-15)
    }
  }

  /// Values with many digits: (μ − ν)²/2 = 5·10⁻¹⁹, which the difference of entropies has lost.
  @Test func nearlyEqualDistributions() throws {
    let near = try NormalDistribution(mean: 0, standardDeviation: 1 + 0x1p-30)
    // t − log(1 + t) = t²/2 − t³/3 for t = 2⁻²⁹ + 2⁻⁶⁰.
    let t = 0x1p-29 + 0x1p-60
    let expected = 0.5 * (t * t / 2 - t * t * t / 3)
    #expect(abs(near.klDivergence(to: try NormalDistribution()).value - expected) < 1e-14 * expected)
  }

  /// Pairs without a closed form; 20 digits by mpmath's quadrature of 40 digits.
  @Test func byQuadrature() throws {
    let normal = try NormalDistribution()
    let cases: [(any ContinuousDistribution, any ContinuousDistribution, Double)] = [
      (normal, try StudentTDistribution(degreesOfFreedom: 3), 0.0691515984851762264522),
      (normal, try LaplaceDistribution(), 0.0720932081581379235168),
    ]
    for (p, q, value) in cases {
      let result = p.klDivergence(to: q)
      #expect(result.converged && abs(result.value - value) < 1e-10, "\(p), \(q): \(result)")
    }
  }

  @Test func infiniteOnes() throws {
    let normal = try NormalDistribution()
    let exponential = try ExponentialDistribution()
    #expect(normal.klDivergence(to: exponential).value == .infinity)
    #expect(exponential.klDivergence(to: normal).value.isFinite)
    let cauchy = try StudentTDistribution(degreesOfFreedom: 1)
    let heavy = cauchy.klDivergence(to: normal)
    #expect(heavy.value == .infinity && !heavy.converged)
    #expect(
      try UniformDistribution(lower: 0, upper: 2).klDivergence(to: UniformDistribution(lower: 0, upper: 1))
        .value
        == .infinity)
    // Zero by its formula, not by its support.
    let x = Expr.variable("x")
    let line = try Box(lower: [-.infinity], upper: [.infinity])
    let half = Density(x * exp(-x) * (1 + x / abs(x)) / 2, of: [x], support: line)
    let whole = Density(exp(-pow(x, 2) / 2), of: [x], support: line)
    #expect(whole.klDivergence(to: half).value == .infinity)
    // log q = −exp(x²) overflows beyond 26.6, where p has long underflown: E exp(X²) = 1/√(1 − 2σ²).
    let narrow = Density(exp(-50 * pow(x, 2)), of: [x], support: line)
    let steep = Density(logarithm: -exp(pow(x, 2)), of: [x], support: line)
    // −½ (1 + log(2πσ²)) + 1/√(1 − 2σ²) for σ = 0.1.
    let expected: Double = 1.8937991043415836 + Foundation.log(steep.normalization().value)
    let finite = narrow.klDivergence(to: steep)
    #expect(finite.converged && abs(finite.value - expected) < 1e-10, "\(finite), not \(expected)")
  }

  /// From 0 to log 2, symmetric; of disjoint supports log 2.
  @Test func jensenShannon() throws {
    let p = try NormalDistribution()
    let q = try NormalDistribution(mean: 3, standardDeviation: 2)
    let (a, b) = (p.jensenShannonDivergence(to: q), q.jensenShannonDivergence(to: p))
    #expect(a.converged && abs(a.value - b.value) < 1e-12)
    // By the mixture m = ½ (p + q), with its own logarithm.
    let mixture = try MixtureDistribution([p, q])
    let halves = 0.5 * (p.klDivergence(to: mixture).value + q.klDivergence(to: mixture).value)
    #expect(abs(a.value - halves) < 1e-10)
    #expect(abs(p.jensenShannonDivergence(to: p).value) < 1e-15)
    let far = p.jensenShannonDivergence(to: try NormalDistribution(mean: 400))
    #expect(abs(far.value - 0.693147180559945309) < 1e-10)
    let (left, right) = (
      try UniformDistribution(lower: 0, upper: 1), try UniformDistribution(lower: 2, upper: 3)
    )
    #expect(abs(left.jensenShannonDivergence(to: right).value - 0.693147180559945309) < 1e-15)
    // Overlapping halves: ½ log 2.
    let middle = try UniformDistribution(lower: 0.5, upper: 1.5)
    #expect(abs(left.jensenShannonDivergence(to: middle).value - 0.5 * 0.693147180559945309) < 1e-10)
  }

  /// The closed form, against the mean over draws and against the sum over independent coordinates.
  @Test func severalVariables() throws {
    let p = try MultivariateNormalDistribution(
      mean: [1, 2], covariance: Tensor([[2, 0.5], [0.5, 1]]))
    let q = try MultivariateNormalDistribution(
      mean: [0, 3], covariance: Tensor([[1, -0.2], [-0.2, 3]]))
    let variables = [Expr.variable("x"), Expr.variable("y")]
    var generator = SeededGenerator(seed: 31)
    let draws = p.samples(20_000, using: &generator)
    let estimate = Density(p, of: variables).klDivergence(to: Density(q, of: variables), draws: draws)
    let exact = p.klDivergence(to: q)
    #expect(estimate.method == .monteCarlo && estimate.errorEstimate < 0.02)
    #expect(abs(estimate.value - exact) < 5 * estimate.errorEstimate, "seed 31")
    let diagonal = try MultivariateNormalDistribution(mean: [1, 2], covariance: Tensor([[4, 0], [0, 9]]))
    let other = try MultivariateNormalDistribution(mean: [0, 0], covariance: Tensor([[1, 0], [0, 1]]))
    let sum =
      try NormalDistribution(mean: 1, standardDeviation: 2).klDivergence(to: NormalDistribution()).value
      + NormalDistribution(mean: 2, standardDeviation: 3).klDivergence(to: NormalDistribution()).value
    #expect(abs(diagonal.klDivergence(to: other) - sum) < 1e-14 * sum)
    #expect(p.klDivergence(to: p) == 0)
  }

  @Test func expectations() throws {
    let normal = try NormalDistribution()
    func check(_ estimate: Estimate, _ value: Double) {
      #expect(
        estimate.converged && abs(estimate.value - value) <= 1e-10 * abs(value), "\(estimate), not \(value)")
    }
    check(normal.expectation { exp(10 * $0) }, 5.18470552858707246409e21)
    check(normal.expectation { pow($0, 20) }, 654729075)
    check(normal.expectation { 1 / (1 + exp(-$0)) }, 0.5)
    check(try ExponentialDistribution().expectation { log($0) }, -0.577215664901532860607)
    check(try BetaDistribution(alpha: 2, beta: 3).expectation { $0 }, 0.4)
    let x = Expr.variable("x")
    let line = try Box(lower: [-.infinity], upper: [.infinity])
    let quartic = Density(exp(-pow(x, 4)), of: [x], support: line)
    check(quartic.normalization(), 1.81280495411095415596534)
    // Γ(3/4)/Γ(1/4).
    check(quartic.variance(of: x), 0.337989120033642364498)
    #expect(try StudentTDistribution(degreesOfFreedom: 1).expectation { abs($0) }.converged == false)
  }
}
