// SPDX-License-Identifier: Apache-2.0

/// The derivatives of a number along one or several directions: what a ``Dual`` carries beside its value.
///
/// A scalar is a tangent of one direction (`Dual<Double>`), a SIMD vector one of as many directions as it has
/// lanes (`Dual<SIMD4<Double>>`). A dual number is itself a scalar, so `Dual<Dual<Double>>` is one too.
///
/// The products of this protocol know a *strong zero*: where a component of the tangent is zero it stays
/// zero, whatever the factor is. So a constant has no derivative even where a function's slope is infinite or
/// NaN: √c at c = 0 has the tangent 0 and not 0 · ∞ = NaN.
///
/// The requirements that begin with an underscore are not for use outside this package.
public protocol TangentVector: Sendable {
  /// The type of a component, and of the value beside it.
  associatedtype Scalar: DualScalar

  /// The number of directions.
  static var directionCount: Int { get }

  /// No derivative along any direction: the tangent of a constant.
  static var zero: Self { get }

  // Not as operators: every overload of `+` that is visible slows the type checking of all expressions.

  static func _sum(_ v: Self, _ w: Self) -> Self
  static func _difference(_ v: Self, _ w: Self) -> Self
  static func _negated(_ v: Self) -> Self

  /// c v, where a zero of v stays zero.
  static func _scaled(_ v: Self, by c: Scalar) -> Self

  /// c v, where a zero of v, and of c, stays zero.
  static func _strongProduct(_ v: Self, _ c: Scalar) -> Self

  /// c v + d w, where zeros of v and of w stay zero.
  static func _combination(_ c: Scalar, _ v: Self, _ d: Scalar, _ w: Self) -> Self

  /// The tangent that is 1 along one direction and 0 along the others.
  static func _unit(_ direction: Int) -> Self

  static func _component(_ direction: Int, of v: Self) -> Scalar

  /// Whether all components are zero, and so are all of their own derivatives where they have some.
  static func _vanishes(_ v: Self) -> Bool

  /// Whether all components are equal, and so are all of their own derivatives where they have some.
  static func _areIdentical(_ v: Self, _ w: Self) -> Bool
}

extension TangentVector {
  @inlinable @inline(__always)
  public static func _combination(_ c: Scalar, _ v: Self, _ d: Scalar, _ w: Self) -> Self {
    _sum(_scaled(v, by: c), _scaled(w, by: d))
  }
}

// MARK: - One direction

extension TangentVector where Scalar == Self {
  @inlinable @inline(__always)
  public static func _sum(_ v: Self, _ w: Self) -> Self { v + w }

  @inlinable @inline(__always)
  public static func _difference(_ v: Self, _ w: Self) -> Self { v - w }

  @inlinable @inline(__always)
  public static func _negated(_ v: Self) -> Self { -v }

  @inlinable public static var directionCount: Int { 1 }

  @inlinable public static func _unit(_ direction: Int) -> Self { 1 }

  @inlinable public static func _component(_ direction: Int, of v: Self) -> Self { v }
}

extension TangentVector where Scalar == Self, Self: BinaryFloatingPoint {
  @inlinable @inline(__always)
  public static func _scaled(_ v: Self, by c: Self) -> Self { v == 0 ? v : v * c }

  @inlinable @inline(__always)
  public static func _strongProduct(_ v: Self, _ c: Self) -> Self { v == 0 || c == 0 ? 0 : v * c }

  @inlinable @inline(__always)
  public static func _combination(_ c: Self, _ v: Self, _ d: Self, _ w: Self) -> Self {
    if (c + d).isFinite { return c * v + d * w }
    return _scaled(v, by: c) + _scaled(w, by: d)
  }

  @inlinable @inline(__always)
  public static func _vanishes(_ v: Self) -> Bool { v == 0 }

  @inlinable
  public static func _areIdentical(_ v: Self, _ w: Self) -> Bool { v == w }
}

// MARK: - SIMD lanes

extension SIMD2: TangentVector where Scalar: DualScalar & BinaryFloatingPoint {}
extension SIMD4: TangentVector where Scalar: DualScalar & BinaryFloatingPoint {}
extension SIMD8: TangentVector where Scalar: DualScalar & BinaryFloatingPoint {}
extension SIMD16: TangentVector where Scalar: DualScalar & BinaryFloatingPoint {}

extension TangentVector where Self: SIMD, Scalar: BinaryFloatingPoint {
  @inlinable @inline(__always)
  public static func _sum(_ v: Self, _ w: Self) -> Self { v + w }

  @inlinable @inline(__always)
  public static func _difference(_ v: Self, _ w: Self) -> Self { v - w }

  @inlinable @inline(__always)
  public static func _negated(_ v: Self) -> Self { -v }

  @inlinable public static var directionCount: Int { scalarCount }

  @inlinable public static func _unit(_ direction: Int) -> Self {
    var v = Self.zero
    v[direction] = 1
    return v
  }

  @inlinable @inline(__always)
  public static func _component(_ direction: Int, of v: Self) -> Scalar { v[direction] }

  @inlinable @inline(__always)
  public static func _scaled(_ v: Self, by c: Scalar) -> Self {
    c.isFinite ? v * c : infinitelyScaled(v, by: c)
  }

  /// The rare case, kept out of line so that the common one stays short.
  @inlinable @inline(never)
  static func infinitelyScaled(_ v: Self, by c: Scalar) -> Self {
    (v * c).replacing(with: v, where: v .== 0)
  }

  @inlinable @inline(__always)
  public static func _strongProduct(_ v: Self, _ c: Scalar) -> Self { c == 0 ? .zero : _scaled(v, by: c) }

  @inlinable @inline(__always)
  public static func _combination(_ c: Scalar, _ v: Self, _ d: Scalar, _ w: Self) -> Self {
    // The sum is finite only if both factors are: one test for the two, on the way that is nearly always
    // taken.
    (c + d).isFinite ? v * c + w * d : infiniteCombination(c, v, d, w)
  }

  @inlinable @inline(never)
  static func infiniteCombination(_ c: Scalar, _ v: Self, _ d: Scalar, _ w: Self) -> Self {
    _scaled(v, by: c) + _scaled(w, by: d)
  }

  @inlinable @inline(__always)
  public static func _vanishes(_ v: Self) -> Bool { v == .zero }

  @inlinable
  public static func _areIdentical(_ v: Self, _ w: Self) -> Bool { v == w }
}
