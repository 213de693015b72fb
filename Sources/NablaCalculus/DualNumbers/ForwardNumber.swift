// SPDX-License-Identifier: Apache-2.0

/// A number that carries its derivatives along through a calculation (the forward mode of automatic
/// differentiation): ``Dual`` to the first order, ``HyperDual`` to the second.
///
/// It conforms to `Real` of swift-numerics, so generic code computes with it unchanged, loops and branches
/// included. What holds for both types:
///
/// - **The value has the bits of the undifferentiated run.** Every operation computes its value with the
///   operation of ``Value`` itself, and `==`, `<`, `isNaN`, `hash(into:)` and the like look at the value
///   only. So the same branches are taken and loops stop after the same number of rounds.
/// - **A branch's derivative is that of the side taken.** A function that is given piecewise with its value
///   at one point (`x == 1 ? 1 : x * x`) therefore has the derivative of that constant, 0, there. To compare
///   derivatives too, as ForwardDiff.jl's `==` does since its version 1.0, use ``isIdentical(to:)`` or ask
///   ``isConstant``. (There, `a <= b && b <= a` no longer means `a == b`; `x == 0 ? 1 : sin(x)/x` is NaN at
///   0; and an iteration that ends when two values are equal may not end.)
/// - **Strong zeros**: a zero derivative stays zero whatever it is multiplied with, as a constant's must (see
///   ``TangentVector``). Forward mode knows no other constants than what has a zero derivative; so √(x²+y²)
///   at the origin has the derivative 0, and so has ∛(x³) at 0, where it is 1. A graph, which knows that x²
///   is no constant, gives NaN in both.
/// - **Kinks**: |x|′ = 0 at 0; `minimum` and `maximum` share a tie ½, ½; √x has the slope +inf at 0; `hypot`
///   has the gradient 0 at the origin; xʸ with a variable y has ∂y = 0 at x = 0, y > 0. Swift's own
///   `min(_:_:)` and `max(_:_:)` return one of their arguments, and so its derivative.
/// - `rounded`, `ulp` and `exponent` are piecewise constant; `nextUp` and `nextDown` have the derivative 1;
///   `significand` and `init(sign:exponent:significand:)` are linear, so that taking a number apart and
///   putting it together again keeps its derivatives.
///
/// Sources: Griewank and Walther, *Evaluating Derivatives*, 2nd edition (2008), chapters 2, 3 and 13.
public protocol ForwardNumber: DualScalar, CustomStringConvertible
where Exponent == Value.Exponent, Magnitude == Self, Stride == Self {
  /// The type of the value, which may be a forward number itself.
  associatedtype Value: DualScalar

  /// The value, without its derivatives.
  var value: Value { get }

  /// A constant: all derivatives are zero.
  init(_ value: Value)

  /// Whether all derivatives are zero.
  var isConstant: Bool { get }

  /// The number f(self) of which f, f′ and f″ are known at `self.value`: how to add a function of one's own,
  /// or to give one the derivative that its formula does not have at a point.
  ///
  ///     func sinc<T: ForwardNumber>(_ x: T) -> T { x == 0 ? x.chained(1, 0, -1 / 3) : .sin(x) / x }
  func chained(_ f: Value, _ first: Value, _ second: @autoclosure () -> Value) -> Self

  /// The number f(a, b) of which f and its partial derivatives (∂a, ∂b), (∂aa, ∂ab, ∂bb) are known.
  static func chained(
    _ a: Self, _ b: Self, _ f: Value, _ first: (Value, Value),
    _ second: @autoclosure () -> (Value, Value, Value)
  ) -> Self
}

extension ForwardNumber {
  /// The same derivatives with another value: of a function with the slope 1.
  @inlinable @inline(__always)
  func shifted(_ f: Value) -> Self { chained(f, 1, 0) }

  /// Whether values and all derivatives are equal.
  @inlinable
  public func isIdentical(to other: Self) -> Bool { Self._areIdentical(self, other) }
}

// MARK: - Constants and literals

extension ForwardNumber {
  /// A constant.
  @inlinable public init(integerLiteral value: Value.IntegerLiteralType) {
    self.init(Value(integerLiteral: value))
  }

  /// A constant.
  @inlinable public init(floatLiteral value: Value.FloatLiteralType) { self.init(Value(floatLiteral: value)) }

  @inlinable public init(_ value: Int) { self.init(Value(value)) }

  @inlinable public init<Source: BinaryInteger>(_ value: Source) { self.init(Value(value)) }

  /// A constant; nil where the value type does not hold the integer exactly.
  @inlinable public init?<Source: BinaryInteger>(exactly source: Source) {
    guard let value = Value(exactly: source) else { return nil }
    self.init(value)
  }

  @inlinable public static var radix: Int { Value.radix }
  /// 0, a constant.
  @inlinable public static var zero: Self { Self(Value.zero) }
  @inlinable public static var nan: Self { Self(Value.nan) }
  @inlinable public static var signalingNaN: Self { Self(Value.signalingNaN) }
  @inlinable public static var infinity: Self { Self(Value.infinity) }
  @inlinable public static var greatestFiniteMagnitude: Self { Self(Value.greatestFiniteMagnitude) }
  @inlinable public static var leastNormalMagnitude: Self { Self(Value.leastNormalMagnitude) }
  @inlinable public static var leastNonzeroMagnitude: Self { Self(Value.leastNonzeroMagnitude) }
  @inlinable public static var ulpOfOne: Self { Self(Value.ulpOfOne) }
  @inlinable public static var pi: Self { Self(Value.pi) }
}

// MARK: - Comparison, by the value

extension ForwardNumber {
  @inlinable public static func == (a: Self, b: Self) -> Bool { a.value == b.value }
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
  @inlinable public static func <= (a: Self, b: Self) -> Bool { a.value <= b.value }
  @inlinable public static func > (a: Self, b: Self) -> Bool { a.value > b.value }
  @inlinable public static func >= (a: Self, b: Self) -> Bool { a.value >= b.value }

  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(value) }

  @inlinable public func isEqual(to other: Self) -> Bool { value.isEqual(to: other.value) }
  @inlinable public func isLess(than other: Self) -> Bool { value.isLess(than: other.value) }
  @inlinable public func isLessThanOrEqualTo(_ other: Self) -> Bool { value.isLessThanOrEqualTo(other.value) }
  @inlinable public func isTotallyOrdered(belowOrEqualTo other: Self) -> Bool {
    value.isTotallyOrdered(belowOrEqualTo: other.value)
  }

  @inlinable public var sign: FloatingPointSign { value.sign }
  @inlinable public var exponent: Value.Exponent { value.exponent }
  @inlinable public var floatingPointClass: FloatingPointClassification { value.floatingPointClass }
  @inlinable public var isNormal: Bool { value.isNormal }
  @inlinable public var isFinite: Bool { value.isFinite }
  @inlinable public var isZero: Bool { value.isZero }
  @inlinable public var isSubnormal: Bool { value.isSubnormal }
  @inlinable public var isInfinite: Bool { value.isInfinite }
  @inlinable public var isNaN: Bool { value.isNaN }
  @inlinable public var isSignalingNaN: Bool { value.isSignalingNaN }
  @inlinable public var isCanonical: Bool { value.isCanonical }
}
