// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The beta distribution, of density xᵅ⁻¹(1 − x)ᵝ⁻¹/B(α, β) for 0 ≤ x ≤ 1.
public struct BetaDistribution: ContinuousDistribution, Hashable {
  /// α > 0.
  public let alpha: Double
  /// β > 0.
  public let beta: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless both are positive and finite.
  public init(alpha: Double, beta: Double) throws(DistributionError) {
    self.alpha = try DistributionError.checkPositive(alpha, "first shape", of: "beta")
    self.beta = try DistributionError.checkPositive(beta, "second shape", of: "beta")
  }

  /// The logarithm of the density at 0 < x < 1, as a term of a model.
  public static func logDensity(of x: Expr, alpha: Expr, beta: Expr) -> Expr {
    (alpha - 1) * log(x) + (beta - 1) * log1p(-x) - (lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta))
  }

  public var description: String { "beta(alpha: \(alpha), beta: \(beta))" }
  public var support: (lower: Double, upper: Double) { (0, 1) }
  public var mean: Double { alpha / (alpha + beta) }

  public var variance: Double {
    let n = alpha + beta
    return alpha / n * (beta / n) / (n + 1)
  }

  public var entropy: Double? {
    logBeta - (alpha - 1) * psi(alpha) - (beta - 1) * psi(beta) + (alpha + beta - 2) * psi(alpha + beta)
  }

  /// log B(α, β).
  private var logBeta: Double { .logGamma(alpha) + .logGamma(beta) - .logGamma(alpha + beta) }

  private func psi(_ x: Double) -> Double { Polygamma.value(order: 0, at: x) }

  public func logDensity(of x: Expr) -> Expr {
    var result = Expr(-logBeta)
    // With a factor x⁰, log x would make of the density at 0 what it is not.
    if alpha != 1 { result = result + Expr(alpha - 1) * log(x) }
    if beta != 1 { result = result + Expr(beta - 1) * log1p(-x) }
    return result
  }

  public func probability(below x: Double) -> Double {
    x.isNaN
      ? .nan : x <= 0 ? 0 : x >= 1 ? 1 : IncompleteBeta.regularized(x: x, y: 1 - x, alpha, beta).lower
  }

  public func probability(above x: Double) -> Double {
    x.isNaN
      ? .nan : x <= 0 ? 1 : x >= 1 ? 0 : IncompleteBeta.regularized(x: x, y: 1 - x, alpha, beta).upper
  }

  /// log B(c, d) − log B(a, b) + (a − c) ψ(a) + (b − d) ψ(b) + (c − a + d − b) ψ(a + b).
  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? BetaDistribution else { return nil }
    return q.logBeta - logBeta + (alpha - q.alpha) * psi(alpha) + (beta - q.beta) * psi(beta)
      + (q.alpha - alpha + q.beta - beta) * psi(alpha + beta)
  }

  /// X/(X + Y) of two gamma variables, by their logarithms: for small shapes both may underflow.
  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    let x = GammaDistribution.logSample(shape: alpha, using: &generator)
    let y = GammaDistribution.logSample(shape: beta, using: &generator)
    return 1 / (1 + .exp(y - x))
  }
}
