// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// The Laplace (double exponential) distribution, of density exp(−|x − m|/b)/(2b).
public struct LaplaceDistribution: ContinuousDistribution, Hashable {
  /// m.
  public let location: Double
  /// b > 0.
  public let scale: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless the location is finite and the scale
  ///   positive and finite.
  public init(location: Double = 0, scale: Double = 1) throws(DistributionError) {
    self.location = try DistributionError.checkFinite(location, "location", of: "Laplace")
    self.scale = try DistributionError.checkPositive(scale, "scale", of: "Laplace")
  }

  /// The logarithm of the density, as a term of a model.
  public static func logDensity(of x: Expr, location: Expr, scale: Expr) -> Expr {
    -abs(x - location) / scale - log(2 * scale)
  }

  public var description: String { "laplace(location: \(location), scale: \(scale))" }
  public var support: (lower: Double, upper: Double) { (-.infinity, .infinity) }
  public var mean: Double { location }
  public var variance: Double { 2 * scale * scale }
  public var entropy: Double? { 1 + .log(2 * scale) }

  public func logDensity(of x: Expr) -> Expr {
    Self.logDensity(of: x, location: Expr(location), scale: Expr(scale))
  }

  public func probability(below x: Double) -> Double { tail((location - x) / scale) }
  public func probability(above x: Double) -> Double { tail((x - location) / scale) }

  private func tail(_ z: Double) -> Double { z > 0 ? 0.5 * .exp(-z) : 1 - 0.5 * .exp(z) }

  /// e^(−d/b) (b/c) + d/c − 1 − log(b/c) with d the distance of the locations, b this scale and c the other.
  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? {
    guard let q = other as? LaplaceDistribution else { return nil }
    let distance = Swift.abs(location - q.location)
    let ratio = scale / q.scale
    // Grouped so that nothing cancels for nearly equal distributions: both parts are of second order.
    let z = distance / scale
    let shift = ratio * (.expMinusOne(-z) + z)
    return shift - log1pMinus(ratio - 1)
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    let distance = -scale * .log(onePlus: -generator.nextUniform())
    return generator.next() & 1 == 0 ? location + distance : location - distance
  }
}
