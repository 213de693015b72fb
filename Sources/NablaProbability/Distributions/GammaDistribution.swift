// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The gamma distribution of shape α and rate β, of density βᵅ xᵅ⁻¹ exp(−βx)/Γ(α) for x ≥ 0.
public struct GammaDistribution: ContinuousDistribution, Hashable {
  /// α > 0.
  public let shape: Double
  /// β > 0.
  public let rate: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless both are positive and finite.
  public init(shape: Double, rate: Double = 1) throws(DistributionError) {
    self.shape = try DistributionError.checkPositive(shape, "shape", of: "gamma")
    self.rate = try DistributionError.checkPositive(rate, "rate", of: "gamma")
  }

  /// The logarithm of the density at x > 0, as a term of a model.
  public static func logDensity(of x: Expr, shape: Expr, rate: Expr) -> Expr {
    (shape - 1) * log(x) - rate * x + shape * log(rate) - lgamma(shape)
  }

  public var description: String { "gamma(shape: \(shape), rate: \(rate))" }
  public var support: (lower: Double, upper: Double) { (0, .infinity) }
  public var mean: Double { shape / rate }
  public var variance: Double { shape / rate / rate }

  public var entropy: Double? {
    shape - .log(rate) + .logGamma(shape) + (1 - shape) * Polygamma.value(order: 0, at: shape)
  }

  public func logDensity(of x: Expr) -> Expr {
    // With a factor x⁰, log x would make of the density at 0 what it is not.
    let constant = Expr(shape * .log(rate) - .logGamma(shape))
    return shape == 1 ? constant - Expr(rate) * x : Expr(shape - 1) * log(x) - Expr(rate) * x + constant
  }

  public func probability(below x: Double) -> Double {
    x <= 0 ? 0 : IncompleteGamma.regularized(shape, rate * x).lower
  }

  public func probability(above x: Double) -> Double {
    x <= 0 ? 1 : IncompleteGamma.regularized(shape, rate * x).upper
  }

  /// (a − b) (ψ(a) + log r) − log Γ(a) + log Γ(b) + a (r − 1 − log r), with a and b the shapes of this distribution and of
  /// the other and r the ratio of the other's rate to this one's.
  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? GammaDistribution else { return nil }
    let digamma = Polygamma.value(order: 0, at: shape)
    return (shape - q.shape) * (digamma + .log(q.rate / rate)) - .logGamma(shape) + .logGamma(q.shape)
      - shape * log1pMinus((q.rate - rate) / rate)
  }

  /// Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    Self.sample(shape: shape, using: &generator) / rate
  }

  static func sample(shape: Double, using generator: inout some RandomNumberGenerator) -> Double {
    .exp(logSample(shape: shape, using: &generator))
  }

  /// The logarithm of a number from the gamma distribution of rate 1: for small shapes the number may underflow.
  static func logSample(shape: Double, using generator: inout some RandomNumberGenerator) -> Double {
    if shape < 1 {
      // X of shape α + 1 times U^(1/α).
      let uniform = .log(onePlus: -generator.nextUniform()) / shape
      return logSample(shape: shape + 1, using: &generator) + uniform
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = generator.nextNormal()
      let v = 1 + c * z
      guard v > 0 else { continue }
      let logCube = 3 * Double.log(v)
      let u = 1 - generator.nextUniform()
      if .log(u) < 0.5 * z * z + d - d * v * v * v + d * logCube { return .log(d) + logCube }
    }
  }
}
