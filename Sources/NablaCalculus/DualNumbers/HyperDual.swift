// SPDX-License-Identifier: Apache-2.0

/// A number with its gradient and Hessian along several directions: a jet of the second order.
///
/// These are the hyper-dual numbers of Fike and Alonso ("The development of hyper-dual numbers for exact
/// second-derivative calculations", AIAA 2011-886), a + ȧ ε₁ + a′ ε₂ + ȧ′ ε₁ε₂, for all pairs of the
/// directions of `Gradient` at once: with y = f(x)
///
///     y = f(x),  ∇y = f′ ∇x,  ∇²y = f′ ∇²x + f″ ∇x ∇xᵀ
///
/// `HyperDual<Double>` has one direction (f, f′, f″), `HyperDual<SIMD4<Double>>` four. A nested
/// `Dual<Dual<Double>>` also has a second derivative, but carries the first one twice. The type conforms to
/// swift-numerics' `Real`; see ``ForwardNumber`` for what its operations mean.
///
///     HyperDual<SIMD2<Double>>.hessian(of: { x in x[0] * .exp(x[1]) }, at: [2, 0])  // [[0, 1], [1, 2]]
///
/// The Hessian is symmetric bit by bit.
///
/// - Complexity: a product takes some 4 L² multiplications for L directions.
@frozen
public struct HyperDual<Gradient: GradientVector>: ForwardNumber {
  /// The value.
  public var value: Gradient.Scalar

  /// The first derivatives along the directions.
  public var gradient: Gradient

  @usableFromInline var hessian: Gradient.Hessian

  @inlinable @inline(__always)
  init(value: Value, gradient: Gradient, hessian: Gradient.Hessian) {
    self.value = value
    self.gradient = gradient
    self.hessian = hessian
  }

  @inlinable @inline(__always)
  public init(_ value: Gradient.Scalar) { self.init(value: value, gradient: .zero, hessian: .zero) }

  /// An independent variable: its derivative is 1 along the given direction and 0 along the others.
  ///
  /// - Precondition: 0 ≤ direction < `Gradient.directionCount`.
  @inlinable
  public init(variable value: Gradient.Scalar, direction: Int = 0) {
    precondition(
      0 <= direction && direction < Gradient.directionCount,
      "There is no direction \(direction) among \(Gradient.directionCount).")
    self.init(value: value, gradient: ._unit(direction), hessian: .zero)
  }

  /// A number with a gradient of one's own, and no second derivatives: a point on a straight line.
  @inlinable
  public init(value: Gradient.Scalar, gradient: Gradient) {
    self.init(value: value, gradient: gradient, hessian: .zero)
  }

  /// The first derivative along a direction.
  @inlinable
  public func derivative(_ direction: Int = 0) -> Gradient.Scalar {
    Gradient._component(direction, of: gradient)
  }

  /// The second derivative along two directions.
  @inlinable
  public func secondDerivative(_ i: Int = 0, _ j: Int = 0) -> Gradient.Scalar {
    Gradient._element(i, j, of: hessian)
  }

  @inlinable public var isConstant: Bool {
    Gradient._vanishes(gradient) && Gradient.Hessian._vanishes(hessian)
  }

  public var description: String {
    let directions = 0..<Gradient.directionCount
    let first = directions.map { "\(derivative($0))" }.joined(separator: ", ")
    let second = directions.map { i in
      "[\(directions.map { "\(secondDerivative(i, $0))" }.joined(separator: ", "))]"
    }
    return "(value: \(value), gradient: [\(first)], hessian: [\(second.joined(separator: ", "))])"
  }
}

// MARK: - Arithmetic and the chain rule

extension HyperDual {
  @inlinable @inline(__always)
  public static func + (a: HyperDual, b: HyperDual) -> HyperDual {
    HyperDual(
      value: a.value + b.value, gradient: ._sum(a.gradient, b.gradient),
      hessian: ._sum(a.hessian, b.hessian))
  }

  @inlinable @inline(__always)
  public static func - (a: HyperDual, b: HyperDual) -> HyperDual {
    HyperDual(
      value: a.value - b.value, gradient: ._difference(a.gradient, b.gradient),
      hessian: ._difference(a.hessian, b.hessian))
  }

  @inlinable @inline(__always)
  public static prefix func - (a: HyperDual) -> HyperDual {
    HyperDual(value: -a.value, gradient: ._negated(a.gradient), hessian: ._negated(a.hessian))
  }

  @inlinable @inline(__always)
  public static func * (a: HyperDual, b: HyperDual) -> HyperDual {
    HyperDual(
      value: a.value * b.value,
      gradient: ._combination(b.value, a.gradient, a.value, b.gradient),
      hessian: Gradient._combination(b.value, a.hessian, a.value, b.hessian, a.gradient, b.gradient))
  }

  @inlinable @inline(__always)
  public func chained(_ f: Value, _ first: Value, _ second: @autoclosure () -> Value) -> HyperDual {
    HyperDual(
      value: f, gradient: ._scaled(gradient, by: first),
      hessian: Gradient._chained(hessian, gradient, first, second()))
  }

  @inlinable @inline(__always)
  public static func chained(
    _ a: HyperDual, _ b: HyperDual, _ f: Value, _ first: (Value, Value),
    _ second: @autoclosure () -> (Value, Value, Value)
  ) -> HyperDual {
    let (aa, ab, bb) = second()
    // The Hessian of f by (a, b), H, enters as G H Gᵀ with the two gradients as the columns of G.
    let u = Gradient._combination(aa, a.gradient, ab, b.gradient)
    let v = Gradient._combination(ab, a.gradient, bb, b.gradient)
    return HyperDual(
      value: f,
      gradient: ._combination(first.0, a.gradient, first.1, b.gradient),
      hessian: ._sum(
        ._combination(first.0, a.hessian, first.1, b.hessian),
        Gradient._outerProducts(a.gradient, u, b.gradient, v)))
  }

  /// a = y b, differentiated once and twice, gives ∇y = (∇a − y ∇b)/b and
  /// ∇²y = (∇²a − y ∇²b − ∇y ∇bᵀ − ∇b ∇yᵀ)/b.
  @inlinable @inline(__always)
  public static func / (a: HyperDual, b: HyperDual) -> HyperDual {
    let y = a.value / b.value
    let reciprocal = 1 / b.value
    let gradient = Gradient._scaled(._combination(1, a.gradient, -y, b.gradient), by: reciprocal)
    return HyperDual(
      value: y, gradient: gradient,
      hessian: ._scaled(
        Gradient._combination(1, a.hessian, -y, b.hessian, gradient, ._negated(b.gradient)), by: reciprocal))
  }
}

// MARK: - As the tangent and the value of an outer dual number

extension HyperDual: TangentVector, DualScalar {
  /// The type of the value.
  public typealias Value = Gradient.Scalar
  /// A hyper-dual number is a tangent of one direction, whose components are hyper-dual numbers.
  public typealias Scalar = HyperDual

  @inlinable
  public static func _scaled(_ v: HyperDual, by c: HyperDual) -> HyperDual {
    HyperDual(
      value: Value._scaled(v.value, by: c.value),
      gradient: ._sum(._scaled(v.gradient, by: c.value), ._strongProduct(c.gradient, v.value)),
      hessian: ._sum(
        ._sum(._scaled(v.hessian, by: c.value), ._strongProduct(c.hessian, v.value)),
        Gradient._outerProducts(v.gradient, c.gradient, c.gradient, v.gradient)))
  }

  @inlinable
  public static func _strongProduct(_ v: HyperDual, _ c: HyperDual) -> HyperDual {
    HyperDual(
      value: Value._strongProduct(v.value, c.value),
      gradient: ._sum(._strongProduct(v.gradient, c.value), ._strongProduct(c.gradient, v.value)),
      hessian: ._sum(
        ._sum(._strongProduct(v.hessian, c.value), ._strongProduct(c.hessian, v.value)),
        Gradient._outerProducts(v.gradient, c.gradient, c.gradient, v.gradient)))
  }

  @inlinable
  public static func _vanishes(_ v: HyperDual) -> Bool { Value._vanishes(v.value) && v.isConstant }

  @inlinable
  public static func _areIdentical(_ v: HyperDual, _ w: HyperDual) -> Bool {
    Value._areIdentical(v.value, w.value) && Gradient._areIdentical(v.gradient, w.gradient)
      && Gradient.Hessian._areIdentical(v.hessian, w.hessian)
  }
}
