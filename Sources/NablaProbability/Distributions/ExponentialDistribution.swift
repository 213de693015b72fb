// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The exponential distribution, of density λ exp(−λx) for x ≥ 0.
public struct ExponentialDistribution: ContinuousDistribution, Hashable {
  /// λ > 0.
  public let rate: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless the rate is positive and finite.
  public init(rate: Double = 1) throws(DistributionError) {
    self.rate = try DistributionError.checkPositive(rate, "rate", of: "exponential")
  }

  /// The logarithm of the density at x ≥ 0, as a term of a model.
  public static func logDensity(of x: Expr, rate: Expr) -> Expr { log(rate) - rate * x }

  public var description: String { "exponential(rate: \(rate))" }
  public var support: (lower: Double, upper: Double) { (0, .infinity) }
  public var mean: Double { 1 / rate }
  public var variance: Double { 1 / (rate * rate) }
  public var entropy: Double? { 1 - .log(rate) }

  public func logDensity(of x: Expr) -> Expr { Self.logDensity(of: x, rate: Expr(rate)) }
  public func probability(below x: Double) -> Double { x <= 0 ? 0 : -.expMinusOne(-rate * x) }
  public func probability(above x: Double) -> Double { x <= 0 ? 1 : .exp(-rate * x) }

  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? ExponentialDistribution else { return nil }
    // r − 1 − log r with r the ratio of the rates.
    return -log1pMinus((q.rate - rate) / rate)
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    -.log(onePlus: -generator.nextUniform()) / rate
  }
}
