// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// Student's t distribution of ν degrees of freedom, with a location and a scale: of density proportional to
/// (1 + z²/ν)^(−(ν+1)/2), z = (x − m)/s. Of one degree of freedom it is the Cauchy distribution.
public struct StudentTDistribution: ContinuousDistribution, Hashable {
  /// ν > 0.
  public let degreesOfFreedom: Double
  /// m.
  public let location: Double
  /// s > 0.
  public let scale: Double

  /// - Throws: ``DistributionError/parameter(name:value:distribution:range:)`` unless the degrees of freedom and the scale
  ///   are positive and finite and the location is finite.
  public init(
    degreesOfFreedom: Double, location: Double = 0, scale: Double = 1
  ) throws(DistributionError) {
    self.degreesOfFreedom = try DistributionError.checkPositive(
      degreesOfFreedom, "number of degrees of freedom", of: "Student t")
    self.location = try DistributionError.checkFinite(location, "location", of: "Student t")
    self.scale = try DistributionError.checkPositive(scale, "scale", of: "Student t")
  }

  /// The logarithm of the density, as a term of a model.
  public static func logDensity(of x: Expr, degreesOfFreedom nu: Expr, location: Expr, scale: Expr) -> Expr {
    lgamma(0.5 * nu + 0.5) - lgamma(0.5 * nu) - 0.5 * log(Expr(.pi) * nu) - log(scale)
      - (0.5 * nu + 0.5) * log1p(pow((x - location) / scale, 2) / nu)
  }

  public var description: String {
    "studentT(degreesOfFreedom: \(degreesOfFreedom), location: \(location), scale: \(scale))"
  }
  public var support: (lower: Double, upper: Double) { (-.infinity, .infinity) }

  /// The location; NaN for ν ≤ 1.
  public var mean: Double { degreesOfFreedom > 1 ? location : .nan }

  /// s² ν/(ν − 2); infinite for 1 < ν ≤ 2, NaN for ν ≤ 1.
  public var variance: Double {
    degreesOfFreedom > 2
      ? scale * scale * degreesOfFreedom / (degreesOfFreedom - 2) : degreesOfFreedom > 1 ? .infinity : .nan
  }

  public var entropy: Double? {
    let half = 0.5 * degreesOfFreedom
    let difference = Polygamma.value(order: 0, at: half + 0.5) - Polygamma.value(order: 0, at: half)
    let logBeta: Double = .logGamma(half) + .logGamma(0.5) - .logGamma(half + 0.5)
    return (half + 0.5) * difference + 0.5 * .log(degreesOfFreedom) + logBeta + .log(scale)
  }

  public func logDensity(of x: Expr) -> Expr {
    Self.logDensity(
      of: x, degreesOfFreedom: Expr(degreesOfFreedom), location: Expr(location), scale: Expr(scale))
  }

  public func probability(below x: Double) -> Double { tail((location - x) / scale) }
  public func probability(above x: Double) -> Double { tail((x - location) / scale) }

  /// P(T > t) = ½ I(ν/(ν + t²); ν/2, ½) for t > 0.
  private func tail(_ t: Double) -> Double {
    if t.isNaN { return .nan }
    if t < 0 { return 1 - tail(-t) }
    // x/y = ν/t², without overflow of t².
    let ratio = t / degreesOfFreedom.squareRoot()
    let square = ratio * ratio
    let (x, y) =
      square < 1
      ? (1 / (1 + square), square / (1 + square)) : (1 / square / (1 + 1 / square), 1 / (1 + 1 / square))
    return 0.5 * IncompleteBeta.regularized(x: x, y: y, 0.5 * degreesOfFreedom, 0.5).lower
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    let half = 0.5 * degreesOfFreedom
    let logGamma = GammaDistribution.logSample(shape: half, using: &generator)
    return location + scale * generator.nextNormal() * .exp(0.5 * (.log(half) - logGamma))
  }
}
