// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The normal distribution, of density exp(−(x−μ)²/(2σ²))/(σ√(2π)).
public struct NormalDistribution: ContinuousDistribution, Hashable {
  public let mean: Double
  /// σ > 0.
  public let standardDeviation: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless the mean is finite and the
  ///   standard deviation positive and finite.
  public init(mean: Double = 0, standardDeviation: Double = 1) throws(DistributionError) {
    self.mean = try DistributionError.checkFinite(mean, "mean", of: "normal")
    self.standardDeviation = try DistributionError.checkPositive(
      standardDeviation, "standard deviation", of: "normal")
  }

  /// The logarithm of the density, as a term of a model: each argument may depend on anything.
  public static func logDensity(of x: Expr, mean: Expr, standardDeviation: Expr) -> Expr {
    -0.5 * pow((x - mean) / standardDeviation, 2) - log(standardDeviation) - Expr(0.5 * .log(2 * .pi))
  }

  public var description: String { "normal(mean: \(mean), standardDeviation: \(standardDeviation))" }
  public var support: (lower: Double, upper: Double) { (-.infinity, .infinity) }
  public var variance: Double { standardDeviation * standardDeviation }
  public var entropy: Double? { 0.5 + 0.5 * .log(2 * .pi) + .log(standardDeviation) }

  public func logDensity(of x: Expr) -> Expr {
    Self.logDensity(of: x, mean: Expr(mean), standardDeviation: Expr(standardDeviation))
  }

  public func probability(below x: Double) -> Double { tail((mean - x) / standardDeviation) }
  public func probability(above x: Double) -> Double { tail((x - mean) / standardDeviation) }

  /// P(Z > z) of the standard normal distribution.
  private func tail(_ z: Double) -> Double { 0.5 * .erfc(z * 0.5.squareRoot()) }

  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? NormalDistribution else { return nil }
    let ratio = standardDeviation / q.standardDeviation
    let shift = (mean - q.mean) / q.standardDeviation
    // ½(r² − 1) − log r is of second order in r − 1.
    let t = (ratio - 1) * (ratio + 1)
    return -0.5 * log1pMinus(t) + 0.5 * shift * shift
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    mean + standardDeviation * generator.nextNormal()
  }
}
