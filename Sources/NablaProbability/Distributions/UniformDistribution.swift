// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The uniform distribution on an interval, of density 1/(b − a).
public struct UniformDistribution: ContinuousDistribution, Hashable {
  /// a.
  public let lower: Double
  /// b > a.
  public let upper: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless the bounds are finite and `lower`
  ///   is below `upper`.
  public init(lower: Double = 0, upper: Double = 1) throws(DistributionError) {
    self.lower = try DistributionError.checkFinite(lower, "lower bound", of: "uniform")
    self.upper = try DistributionError.checkFinite(upper, "upper bound", of: "uniform")
    guard lower < upper, (upper - lower).isFinite else {
      throw .parameter(
        name: "upper bound", value: upper, distribution: "uniform", range: "above the lower one, \(lower)")
    }
  }

  public var description: String { "uniform(lower: \(lower), upper: \(upper))" }
  public var support: (lower: Double, upper: Double) { (lower, upper) }
  public var mean: Double { 0.5 * lower + 0.5 * upper }
  public var variance: Double { (upper - lower) * (upper - lower) / 12 }
  public var entropy: Double? { .log(upper - lower) }

  public func logDensity(of x: Expr) -> Expr { Expr(-.log(upper - lower)) }

  public func probability(below x: Double) -> Double {
    x.isNaN ? .nan : Swift.min(1, Swift.max(0, (x - lower) / (upper - lower)))
  }

  public func probability(above x: Double) -> Double {
    x.isNaN ? .nan : Swift.min(1, Swift.max(0, (upper - x) / (upper - lower)))
  }

  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? UniformDistribution else { return nil }
    return lower >= q.lower && upper <= q.upper ? .log((q.upper - q.lower) / (upper - lower)) : .infinity
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    lower + (upper - lower) * generator.nextUniform()
  }
}
