// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import RealModule

/// A real number type that dual numbers can be built on: `Float`, `Double`, and dual numbers themselves.
///
/// Beside the functions of swift-numerics' `Real` it has those that their derivatives are made of, so that
/// derivatives of every order keep their range: sech for tanh′ = sech², the cosines of a direction for the
/// gradient of hypot and of atan2, the slope of asin, the polygamma functions for log Γ.
public protocol DualScalar: Real, ExpressibleByFloatLiteral, TangentVector where Scalar == Self {
  /// 1/cosh(x), without overflow.
  static func sech(_ x: Self) -> Self

  /// 1/√(1−x²), the derivative of asin.
  static func asinSlope(_ x: Self) -> Self

  /// x/√(x²+y²) without overflow or underflow on the way; 0 at the origin, by convention.
  static func directionCosine(_ x: Self, _ y: Self) -> Self

  /// ψ⁽ⁿ⁾(x), the derivative of order n + 1 of log |Γ(x)|: digamma (n = 0), trigamma (n = 1), …
  ///
  /// Poles at 0, −1, −2, …: +inf of odd orders; of even ones the limit ∓inf at ±0, and NaN at negative
  /// integers.
  ///
  /// - Precondition: n ≥ 0.
  static func polygamma(_ n: Int, _ x: Self) -> Self
}

extension Double: DualScalar {
  public static func polygamma(_ n: Int, _ x: Double) -> Double { Polygamma.value(order: n, at: x) }
}

extension Float: DualScalar {
  public static func polygamma(_ n: Int, _ x: Float) -> Float {
    Float(Polygamma.value(order: n, at: Double(x)))
  }
}

extension DualScalar where Self: BinaryFloatingPoint {
  @inlinable
  public static func sech(_ x: Self) -> Self {
    let t = exp(-x.magnitude)
    return 2 * t / (1 + t * t)
  }

  @inlinable
  public static func asinSlope(_ x: Self) -> Self { 1 / ((1 - x) * (1 + x)).squareRoot() }

  @inlinable
  public static func directionCosine(_ x: Self, _ y: Self) -> Self {
    let r = hypot(x, y)
    if r.isNormal { return x / r }
    if r == 0 { return 0 }
    // Too long for the format, or too short to have all digits: a power of two brings both parts back.
    let scale: Self = r.isSubnormal ? 1 / ulpOfOne : x.isFinite && y.isFinite ? 0.5 : 1
    return x * scale / hypot(x * scale, y * scale)
  }
}
