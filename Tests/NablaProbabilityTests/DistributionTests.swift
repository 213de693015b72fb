// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaExpressions
import NablaIntegration
import NablaOptimization
import NablaProbability
import NablaTensors
import TestSupport
import Testing

struct DistributionTests {
  static func all() throws -> [any ContinuousDistribution] {
    [
      try NormalDistribution(), try NormalDistribution(mean: 800, standardDeviation: 0.25),
      try UniformDistribution(lower: -2, upper: 5), try ExponentialDistribution(rate: 3),
      try LaplaceDistribution(location: 1, scale: 0.5), try GammaDistribution(shape: 1, rate: 2),
      try GammaDistribution(shape: 0.5, rate: 2), try GammaDistribution(shape: 40, rate: 0.1),
      try BetaDistribution(alpha: 0.5, beta: 0.5), try BetaDistribution(alpha: 1, beta: 3),
      try BetaDistribution(alpha: 30, beta: 7),
      try StudentTDistribution(degreesOfFreedom: 5, location: -1, scale: 2),
      try MixtureDistribution(
        [NormalDistribution(mean: -3, standardDeviation: 0.1), NormalDistribution(mean: 4)], weights: [1, 3]),
      try MixtureDistribution([UniformDistribution(lower: 0, upper: 1), ExponentialDistribution(rate: 0.5)]),
    ]
  }

  static let indices = 0..<14

  @Test func allAreThere() throws { #expect(try Self.all().count == Self.indices.count) }

  /// Tails from Resources/tails.json, by Arb. Both tails are exponentials of up to 745 in magnitude, whose
  /// rounding to 2⁻⁵³ of themselves, twice, makes up to 4·10⁻¹³.
  @Test func tails() throws {
    struct File: Decodable {
      struct Row: Decodable {
        let numbers: [Double]
        init(from decoder: any Decoder) throws {
          var list = try decoder.unkeyedContainer()
          var numbers: [Double] = []
          while !list.isAtEnd {
            if let number = try? list.decode(Double.self) {
              numbers.append(number)
            } else {
              numbers.append(Double(try list.decode(String.self))!)
            }
          }
          self.numbers = numbers
        }
      }
      let gamma, beta, studentT: [Row]
    }
    let url = try #require(
      Bundle.module.url(forResource: "tails", withExtension: "json", subdirectory: "Resources"))
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    #expect(file.gamma.count == 46 && file.beta.count == 124 && file.studentT.count == 33)
    func check(_ distribution: any ContinuousDistribution, _ x: Double, _ lower: Double, _ upper: Double) {
      let (below, above) = (distribution.probability(below: x), distribution.probability(above: x))
      #expect(
        abs(below - lower) <= 4e-13 * lower + 1e-300, "\(distribution) below \(x): \(below), not \(lower)")
      #expect(
        abs(above - upper) <= 4e-13 * upper + 1e-300, "\(distribution) above \(x): \(above), not \(upper)")
    }
    for row in file.gamma {
      let r = row.numbers
      check(try GammaDistribution(shape: r[0]), r[1], r[2], r[3])
    }
    for row in file.beta {
      let r = row.numbers
      check(try BetaDistribution(alpha: r[0], beta: r[1]), r[2], r[3], r[4])
    }
    for row in file.studentT {
      let r = row.numbers
      check(try StudentTDistribution(degreesOfFreedom: r[0]), r[1], r[2], r[3])
    }
    // erfc(10/√2)/2 and its like, by mpmath.
    check(try NormalDistribution(), 10, 1, 7.6198530241605260660e-24)
    check(try NormalDistribution(), -10, 7.6198530241605260660e-24, 1)
    check(try ExponentialDistribution(rate: 2), 1e-9, 1.9999999980000001259e-9, 0.99999999800000000200)
    check(try LaplaceDistribution(), 40, 1, 2.1241771276457944977e-18)
  }

  /// Exponentials that overflow where the density is far below the smallest number: of 2 exp(10 x) − x the moments
  /// are E = 2 e⁵⁰ and, by E exp(10 x) x = 10 e⁵⁰, Var = 4 (e²⁰⁰ − e¹⁰⁰) − 40 e⁵⁰ + 1.
  @Test func momentsOfLargeExponentials() throws {
    let x = Expr.variable("x")
    let density = Density(
      logarithm: try NormalDistribution().logDensity(of: x), of: [x],
      support: try Box((-.infinity, .infinity)))
    for g in [2 * exp(10 * x) - x, exp(10 * x) * 2 - x, -(x - 2 * exp(10 * x))] {
      let (mean, variance) = (density.expectation(of: g), density.variance(of: g))
      // 2 e⁵⁰ and the variance with 20 digits, by mpmath.
      #expect(mean.converged && abs(mean.value / 1.0369411057174144928175e22 - 1) < 1e-10, "\(mean)")
      #expect(variance.converged && abs(variance.value / 2.8903895072502997033e87 - 1) < 1e-9, "\(variance)")
    }
  }

  /// A function that shares its parts thirty times over, or is a sum of many terms, takes no longer for it: it is looked
  /// through once. By sₖ₊₁ = sin(x) − sₖ/4 + sₖ the mean of exp(x) is multiplied by 3/4, and sin(x) has none.
  @Test func momentsOfSharedSums() throws {
    let x = Expr.variable("x")
    let density = Density(
      logarithm: try NormalDistribution().logDensity(of: x), of: [x],
      support: try Box((-.infinity, .infinity)))
    let shared = (0..<30).reduce(exp(x)) { s, _ in (sin(x) - s * 0.25) + s }
    let mean = density.expectation(of: shared)
    let expected = Foundation.pow(0.75, 30) * Foundation.exp(0.5)
    // The tolerance of the quadrature, for an integrand of order 4.
    #expect(mean.converged && abs(mean.value - expected) < 1e-9, "\(mean)")
    let long = (0..<20_000).reduce(exp(x)) { s, k in s + x * Expr(1e-6 * Double(k)) }
    // An integrand of order 200.
    let sum = density.expectation(of: long)
    #expect(sum.converged && abs(sum.value - Foundation.exp(0.5)) < 1e-7, "\(sum)")
  }

  /// What is known in closed form, against quadrature of the density.
  @Test(arguments: indices) func momentsAndTails(_ index: Int) throws {
    let p = try Self.all()[index]
    let x = Expr.variable("x")
    let density = Density(logarithm: p.logDensity(of: x), of: [x], support: try Box(p.support))
    let z = density.normalization()
    #expect(z.converged && abs(z.value - 1) < 1e-10, "\(p): \(z)")
    let mean = density.expectation(of: x)
    #expect(mean.converged && abs(mean.value - p.mean) <= 1e-10 * max(1, abs(p.mean)), "\(p): \(mean)")
    let variance = density.variance(of: x)
    #expect(variance.converged && abs(variance.value - p.variance) <= 1e-9 * p.variance, "\(p): \(variance)")
    if let entropy = p.entropy {
      let estimate = density.entropy()
      #expect(
        estimate.converged && abs(estimate.value - entropy) <= 1e-9 * max(1, abs(entropy)),
        "\(p): \(estimate)")
    }
    for level in [0.001, 0.2, 0.5, 0.9, 0.9999] {
      let quantile = p.quantile(level)
      #expect(abs(p.probability(below: quantile) - level) < 1e-12, "\(p) at \(level): \(quantile)")
      #expect(abs(p.probability(below: quantile) + p.probability(above: quantile) - 1) < 1e-14)
      let mass = density.probability(in: try Box(lower: [p.support.lower], upper: [quantile]))
      #expect(abs(mass.value - level) < 1e-9, "\(p) at \(level): \(mass)")
    }
    let (a, b) = (p.quantile(0.3), p.quantile(0.8))
    #expect(abs(p.probability(from: a, to: b) - 0.5) < 1e-12 && p.probability(from: b, to: a) == 0)
    #expect(p.probability(below: .nan).isNaN && p.logDensity(at: .nan).isNaN && p.quantile(1.5).isNaN)
    #expect(p.logDensity(at: p.support.lower - 1) == -.infinity || p.support.lower == -.infinity)
  }

  /// The largest distance of the empirical distribution function of N draws from the true one exceeds 2.7/√N with
  /// a probability of 10⁻⁶ (Kolmogorov).
  @Test(arguments: indices) func draws(_ index: Int) throws {
    let p = try Self.all()[index]
    let seed = UInt64(900 + index)
    var generator = SeededGenerator(seed: seed)
    let count = isRelease ? 20_000 : 2_000
    let sorted = p.samples(count, using: &generator).scalars.sorted()
    var distance = 0.0
    for (i, x) in sorted.enumerated() {
      let value = p.probability(below: x)
      distance = max(
        distance, abs(value - Double(i) / Double(count)), abs(value - Double(i + 1) / Double(count)))
    }
    #expect(distance < 2.7 / Double(count).squareRoot(), "seed \(seed): \(p), \(distance)")
    #expect(sorted[0] >= p.support.lower && sorted[count - 1] <= p.support.upper)
  }

  @Test func wrongParametersAreNamed() {
    #expect(throws: DistributionError.self) { try NormalDistribution(standardDeviation: 0) }
    #expect(throws: DistributionError.self) { try GammaDistribution(shape: -1) }
    #expect(throws: DistributionError.self) { try BetaDistribution(alpha: 1, beta: .nan) }
    #expect(throws: DistributionError.self) { try UniformDistribution(lower: 1, upper: 1) }
    #expect(throws: DistributionError.self) { try MixtureDistribution([]) }
    #expect(throws: DistributionError.self) { try MixtureDistribution([NormalDistribution()], weights: [-1]) }
    #expect(throws: DistributionError.covariance(shape: [2, 2])) {
      try MultivariateNormalDistribution(mean: [0, 0], covariance: Tensor([[1, 2], [2, 1]]))
    }
    #expect(
      DistributionError.parameter(
        name: "shape", value: -1, distribution: "gamma", range: "positive and finite"
      ).description == "the shape of a gamma distribution is positive and finite, not -1.0")
  }

  @Test func drawsOfSeveralVariables() throws {
    let covariance = Tensor<Double>([[2, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 0.5]])
    let p = try MultivariateNormalDistribution(mean: [1, -2, 3], covariance: covariance)
    var generator = SeededGenerator(seed: 77)
    let count = 20_000
    let draws = p.samples(count, using: &generator).scalars
    for i in 0..<3 {
      let mean = (0..<count).reduce(0.0) { $0 + draws[$1 * 3 + i] } / Double(count)
      // Six standard errors.
      #expect(
        abs(mean - p.mean.scalars[i]) < 6 * (covariance[i, i].item / Double(count)).squareRoot(), "seed 77")
      for j in 0..<3 {
        let sum = (0..<count).reduce(0.0) {
          $0 + (draws[$1 * 3 + i] - p.mean.scalars[i]) * (draws[$1 * 3 + j] - p.mean.scalars[j])
        }
        // The standard error is √((σᵢᵢσⱼⱼ + σᵢⱼ²)/N), 0.02 at most: seven of them.
        #expect(abs(sum / Double(count) - covariance[i, j].item) < 0.15, "seed 77")
      }
    }
  }
}

extension Box {
  fileprivate init(_ support: (lower: Double, upper: Double)) throws {
    try self.init(lower: [support.lower], upper: [support.upper])
  }
}
