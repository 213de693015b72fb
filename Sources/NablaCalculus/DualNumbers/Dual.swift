// SPDX-License-Identifier: Apache-2.0

/// A dual number a + ȧ ε with ε² = 0: a value and its derivatives of the first order along one or several
/// directions.
///
/// A function of dual numbers computes f(x) and ḟ = f′(x) ẋ in one run, exactly up to rounding.
/// `Dual<Double>` has one direction, `Dual<SIMD4<Double>>` four in the lanes of a SIMD vector, so that one
/// run gives four components of a gradient. The type conforms to swift-numerics' `Real`; see
/// ``ForwardNumber`` for what its operations mean.
///
///     func horner<T: Real>(_ x: T) -> T { (2 * x - 3) * x + 1 }
///     Dual.derivative(of: horner, at: 0.25)                                   // -2
///     Dual<SIMD4<Double>>.gradient(of: { .hypot($0[0], $0[1]) }, at: [3, 4])  // [0.6, 0.8]
///
/// **Nesting.** `Dual<Dual<Double>>` is a dual number whose value is one: the derivative of a derivative. The
/// levels are different types and do not mix by themselves, which is what keeps the inner derivative from
/// taking the outer one's ε for its own (*perturbation confusion*; Siskind and Pearlmutter, "Perturbation
/// confusion and referential transparency", 2005). An outer number is lifted into the inner level as a
/// constant by `Dual(x)`:
///
///     // d/dx [x · d/dy (x + y)] = 1
///     Dual.derivative(of: { x in x * Dual.derivative(of: { y in Dual(x) + y }, at: Dual(1)) }, at: 1.0)
///
/// Without the lift it does not compile. An inner derivative at a plain number whose function uses an outer
/// number of the same type does; `derivative`, `gradient` and their kin find that out and stop with a
/// message.
///
/// - Complexity: a product takes 2 multiplications and an addition more for each direction.
@frozen
public struct Dual<Tangent: TangentVector>: ForwardNumber {
  /// The value.
  public var value: Tangent.Scalar

  /// The derivatives along the directions of `Tangent`.
  public var tangent: Tangent

  /// A number of a value and its derivatives.
  @inlinable @inline(__always)
  public init(value: Tangent.Scalar, tangent: Tangent) {
    self.value = value
    self.tangent = tangent
  }

  @inlinable @inline(__always)
  public init(_ value: Tangent.Scalar) { self.init(value: value, tangent: .zero) }

  /// An independent variable: its derivative is 1 along the given direction and 0 along the others.
  ///
  /// - Precondition: 0 ≤ direction < `Tangent.directionCount`.
  @inlinable
  public init(variable value: Tangent.Scalar, direction: Int = 0) {
    precondition(
      0 <= direction && direction < Tangent.directionCount,
      "There is no direction \(direction) among \(Tangent.directionCount).")
    self.init(value: value, tangent: ._unit(direction))
  }

  /// The derivative along a direction.
  @inlinable
  public func derivative(_ direction: Int = 0) -> Tangent.Scalar {
    Tangent._component(direction, of: tangent)
  }

  @inlinable public var isConstant: Bool { Tangent._vanishes(tangent) }

  public var description: String {
    let parts = (0..<Tangent.directionCount).map { "\(derivative($0))" }
    return "(\(value) + \(parts.count == 1 ? parts[0] : "[\(parts.joined(separator: ", "))]")ε)"
  }
}

// MARK: - Arithmetic and the chain rule

extension Dual {
  @inlinable @inline(__always)
  public static func + (a: Dual, b: Dual) -> Dual {
    Dual(value: a.value + b.value, tangent: ._sum(a.tangent, b.tangent))
  }

  @inlinable @inline(__always)
  public static func - (a: Dual, b: Dual) -> Dual {
    Dual(value: a.value - b.value, tangent: ._difference(a.tangent, b.tangent))
  }

  @inlinable @inline(__always)
  public static prefix func - (a: Dual) -> Dual { Dual(value: -a.value, tangent: ._negated(a.tangent)) }

  @inlinable @inline(__always)
  public static func * (a: Dual, b: Dual) -> Dual {
    Dual(value: a.value * b.value, tangent: ._combination(b.value, a.tangent, a.value, b.tangent))
  }

  /// ẏ = (ȧ − y ḃ)/b: for b ≫ 1, as in 1/(1+x²), y/b would underflow long before its product with ḃ.
  @inlinable @inline(__always)
  public static func / (a: Dual, b: Dual) -> Dual {
    let y = a.value / b.value
    return Dual(
      value: y, tangent: ._scaled(._combination(1, a.tangent, -y, b.tangent), by: 1 / b.value))
  }

  @inlinable @inline(__always)
  public func chained(_ f: Value, _ first: Value, _ second: @autoclosure () -> Value) -> Dual {
    Dual(value: f, tangent: ._scaled(tangent, by: first))
  }

  @inlinable @inline(__always)
  public static func chained(
    _ a: Dual, _ b: Dual, _ f: Value, _ first: (Value, Value),
    _ second: @autoclosure () -> (Value, Value, Value)
  ) -> Dual {
    Dual(value: f, tangent: ._combination(first.0, a.tangent, first.1, b.tangent))
  }
}

// MARK: - As the tangent and the value of an outer dual number

extension Dual: TangentVector, DualScalar {
  /// The type of the value.
  public typealias Value = Tangent.Scalar
  /// A dual number is a tangent of one direction, whose components are dual numbers.
  public typealias Scalar = Dual

  @inlinable
  public static func _scaled(_ v: Dual, by c: Dual) -> Dual {
    Dual(
      value: Value._scaled(v.value, by: c.value),
      tangent: ._sum(._scaled(v.tangent, by: c.value), ._strongProduct(c.tangent, v.value)))
  }

  @inlinable
  public static func _strongProduct(_ v: Dual, _ c: Dual) -> Dual {
    Dual(
      value: Value._strongProduct(v.value, c.value),
      tangent: ._sum(._strongProduct(v.tangent, c.value), ._strongProduct(c.tangent, v.value)))
  }

  @inlinable
  public static func _vanishes(_ v: Dual) -> Bool { Value._vanishes(v.value) && Tangent._vanishes(v.tangent) }

  @inlinable
  public static func _areIdentical(_ v: Dual, _ w: Dual) -> Bool {
    Value._areIdentical(v.value, w.value) && Tangent._areIdentical(v.tangent, w.tangent)
  }
}
