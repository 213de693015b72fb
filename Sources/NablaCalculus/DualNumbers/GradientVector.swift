// SPDX-License-Identifier: Apache-2.0

/// A tangent vector that has second derivatives beside it: the gradient of a ``HyperDual``.
///
/// `Float` and `Double` (one direction: the Hessian is a number) and SIMD vectors of them conform. The
/// requirements that begin with an underscore are not for use outside this package.
public protocol GradientVector: TangentVector where Scalar: BinaryFloatingPoint {
  /// A symmetric matrix of `directionCount` rows.
  associatedtype Hessian: TangentVector where Hessian.Scalar == Scalar

  // The terms of second derivatives, with strong zeros as in ``TangentVector``.

  /// f′ H + f″ g gᵀ.
  static func _chained(_ h: Hessian, _ g: Self, _ first: Scalar, _ second: Scalar) -> Hessian

  /// u vᵀ + w zᵀ, which the caller knows to be symmetric.
  static func _outerProducts(_ u: Self, _ v: Self, _ w: Self, _ z: Self) -> Hessian

  /// c H + d K + u vᵀ + v uᵀ.
  static func _combination(
    _ c: Scalar, _ h: Hessian, _ d: Scalar, _ k: Hessian, _ u: Self, _ v: Self
  ) -> Hessian

  /// The second derivative along two directions.
  static func _element(_ i: Int, _ j: Int, of h: Hessian) -> Scalar
}

// MARK: - One direction

extension Double: GradientVector { public typealias Hessian = Double }
extension Float: GradientVector { public typealias Hessian = Float }

extension GradientVector where Scalar == Self, Hessian == Self {
  @inlinable @inline(__always)
  public static func _chained(_ h: Self, _ g: Self, _ first: Self, _ second: Self) -> Self {
    _scaled(h, by: first) + _strongProduct(_scaled(g, by: second), g)
  }

  @inlinable @inline(__always)
  public static func _outerProducts(_ u: Self, _ v: Self, _ w: Self, _ z: Self) -> Self {
    _strongProduct(u, v) + _strongProduct(w, z)
  }

  @inlinable @inline(__always)
  public static func _combination(_ c: Self, _ h: Self, _ d: Self, _ k: Self, _ u: Self, _ v: Self) -> Self {
    _combination(c, h, d, k) + 2 * _strongProduct(u, v)
  }

  @inlinable
  public static func _element(_ i: Int, _ j: Int, of h: Self) -> Self { h }
}

// MARK: - SIMD lanes

extension SIMD2: GradientVector where Scalar: DualScalar & BinaryFloatingPoint {
  public typealias Hessian = HessianRows<2, Self>
}

extension SIMD4: GradientVector where Scalar: DualScalar & BinaryFloatingPoint {
  public typealias Hessian = HessianRows<4, Self>
}

extension SIMD8: GradientVector where Scalar: DualScalar & BinaryFloatingPoint {
  public typealias Hessian = HessianRows<8, Self>
}

extension GradientVector where Self: SIMD {
  // A sum is finite only if all its terms are: one test for all factors, on the way that is nearly always
  // taken. The other one is out of line.

  @inlinable @inline(__always)
  public static func _chained<let order: Int>(
    _ h: HessianRows<order, Self>, _ g: Self, _ first: Scalar, _ second: Scalar
  ) -> HessianRows<order, Self> {
    let v = g * second
    guard (v.sum() + first).isFinite else { return infinitelyChained(h, g, first, second) }
    return HessianRows { h.rows[$0] * first + g * v[$0] }
  }

  @inlinable @inline(__always)
  public static func _outerProducts<let order: Int>(
    _ u: Self, _ v: Self, _ w: Self, _ z: Self
  ) -> HessianRows<order, Self> {
    guard ((u + w) + (v + z)).sum().isFinite else { return infiniteOuterProducts(u, v, w, z) }
    return HessianRows { v * u[$0] + z * w[$0] }
  }

  @inlinable @inline(__always)
  public static func _combination<let order: Int>(
    _ c: Scalar, _ h: HessianRows<order, Self>, _ d: Scalar, _ k: HessianRows<order, Self>, _ u: Self,
    _ v: Self
  ) -> HessianRows<order, Self> {
    guard ((u + v).sum() + (c + d)).isFinite else {
      return ._sum(._combination(c, h, d, k), infiniteOuterProducts(u, v, v, u))
    }
    return HessianRows { (h.rows[$0] * c + k.rows[$0] * d) + (v * u[$0] + u * v[$0]) }
  }

  @inlinable @inline(never)
  static func infinitelyChained<let order: Int>(
    _ h: HessianRows<order, Self>, _ g: Self, _ first: Scalar, _ second: Scalar
  ) -> HessianRows<order, Self> {
    let v = _scaled(g, by: second)
    return HessianRows { _scaled(h.rows[$0], by: first) + _strongProduct(g, v[$0]) }
  }

  @inlinable @inline(never)
  static func infiniteOuterProducts<let order: Int>(
    _ u: Self, _ v: Self, _ w: Self, _ z: Self
  ) -> HessianRows<order, Self> {
    HessianRows { _strongProduct(v, u[$0]) + _strongProduct(z, w[$0]) }
  }

  @inlinable @inline(__always)
  public static func _element<let order: Int>(_ i: Int, _ j: Int, of h: HessianRows<order, Self>) -> Scalar {
    HessianRows._element(i, j, of: h)
  }
}

/// A symmetric matrix as rows of SIMD vectors. Only its lower triangle is ever read: both halves are computed
/// because whole vectors cost no more, but they may differ in the last bit.
@frozen
public struct HessianRows<let order: Int, Row: TangentVector>: TangentVector {
  @usableFromInline var rows: InlineArray<order, Row>

  @inlinable @inline(__always)
  init(_ row: (Int) -> Row) { rows = InlineArray { row($0) } }

  @inlinable @inline(__always)
  func map(_ transform: (Row) -> Row) -> Self { Self { transform(rows[$0]) } }

  /// The type of an entry.
  public typealias Scalar = Row.Scalar

  @inlinable public static var directionCount: Int { order * order }
  /// The zero matrix.
  @inlinable public static var zero: Self { Self { _ in .zero } }

  @inlinable @inline(__always)
  public static func _sum(_ v: Self, _ w: Self) -> Self { Self { ._sum(v.rows[$0], w.rows[$0]) } }

  @inlinable @inline(__always)
  public static func _difference(_ v: Self, _ w: Self) -> Self {
    Self { ._difference(v.rows[$0], w.rows[$0]) }
  }

  @inlinable @inline(__always)
  public static func _negated(_ v: Self) -> Self { v.map { ._negated($0) } }

  @inlinable @inline(__always)
  public static func _scaled(_ v: Self, by c: Scalar) -> Self { v.map { ._scaled($0, by: c) } }

  @inlinable @inline(__always)
  public static func _strongProduct(_ v: Self, _ c: Scalar) -> Self { v.map { ._strongProduct($0, c) } }

  @inlinable @inline(__always)
  public static func _combination(_ c: Scalar, _ v: Self, _ d: Scalar, _ w: Self) -> Self {
    Self { ._combination(c, v.rows[$0], d, w.rows[$0]) }
  }

  @inlinable
  public static func _unit(_ direction: Int) -> Self {
    Self { direction / order == $0 ? ._unit(direction % order) : .zero }
  }

  @inlinable
  public static func _component(_ direction: Int, of v: Self) -> Scalar {
    _element(direction / order, direction % order, of: v)
  }

  @inlinable @inline(__always)
  public static func _element(_ i: Int, _ j: Int, of v: Self) -> Scalar {
    Row._component(Swift.min(i, j), of: v.rows[Swift.max(i, j)])
  }

  @inlinable
  public static func _vanishes(_ v: Self) -> Bool { (0..<order).allSatisfy { Row._vanishes(v.rows[$0]) } }

  @inlinable
  public static func _areIdentical(_ v: Self, _ w: Self) -> Bool {
    (0..<v.rows.count).allSatisfy { i in
      (0...i).allSatisfy { Scalar._areIdentical(_element(i, $0, of: v), _element(i, $0, of: w)) }
    }
  }
}
