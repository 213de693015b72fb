// SPDX-License-Identifier: Apache-2.0

extension ForwardNumber {
  @inlinable @inline(__always) public static func += (a: inout Self, b: Self) { a = a + b }
  @inlinable @inline(__always) public static func -= (a: inout Self, b: Self) { a = a - b }
  @inlinable @inline(__always) public static func *= (a: inout Self, b: Self) { a = a * b }
  @inlinable @inline(__always) public static func /= (a: inout Self, b: Self) { a = a / b }
  /// Changes the sign of value and derivatives.
  @inlinable public mutating func negate() { self = -self }

  /// 1/self where that is a normal number, or self is 0, infinite or NaN; otherwise nil.
  @inlinable public var reciprocal: Self? {
    let y = 1 / self
    return y.isNormal || isZero || !isFinite ? y : nil
  }

  @inlinable @inline(__always) public static func _relaxedAdd(_ a: Self, _ b: Self) -> Self { a + b }
  @inlinable @inline(__always) public static func _relaxedMul(_ a: Self, _ b: Self) -> Self { a * b }

  /// self + a b. The value is rounded once, the derivatives are those of the sum.
  @inlinable
  public func addingProduct(_ a: Self, _ b: Self) -> Self {
    let sum = self + a * b
    return sum.shifted(value.addingProduct(a.value, b.value))
  }

  @inlinable
  public mutating func addProduct(_ a: Self, _ b: Self) { self = addingProduct(a, b) }

  /// self − n other, where the integer n has no derivative.
  @inlinable
  public func remainder(dividingBy other: Self) -> Self {
    remainder(value.remainder(dividingBy: other.value), dividingBy: other)
  }

  /// self − n other, where the integer n has no derivative.
  @inlinable
  public func truncatingRemainder(dividingBy other: Self) -> Self {
    remainder(value.truncatingRemainder(dividingBy: other.value), dividingBy: other)
  }

  @inlinable
  func remainder(_ rest: Value, dividingBy other: Self) -> Self {
    // An infinite divisor goes in 0 times.
    let times = other.value.isInfinite ? 0 : ((value - rest) / other.value).rounded()
    return .chained(self, other, rest, (1, -times), (0, 0, 0))
  }

  @inlinable public mutating func formRemainder(dividingBy other: Self) {
    self = remainder(dividingBy: other)
  }

  @inlinable public mutating func formTruncatingRemainder(dividingBy other: Self) {
    self = truncatingRemainder(dividingBy: other)
  }

  /// The sum.
  @inlinable public func advanced(by n: Self) -> Self { self + n }
  /// The difference `other` − self.
  @inlinable public func distance(to other: Self) -> Self { other - self }
}

// MARK: - Pieces

extension ForwardNumber {
  /// |x|, with the derivative sign(x), and 0 at 0.
  @inlinable
  public var magnitude: Self {
    let slope: Value = value > 0 ? 1 : value < 0 ? -1 : value.isNaN ? value : 0
    return chained(value.magnitude, slope, 0)
  }

  @inlinable
  public init(signOf a: Self, magnitudeOf b: Self) {
    self = a.sign == b.sign ? b : -b
  }

  /// ±2ᵉ times the significand, with the derivatives of the significand times the same.
  @inlinable
  public init(sign: FloatingPointSign, exponent: Value.Exponent, significand: Self) {
    let f = Value(sign: sign, exponent: exponent, significand: significand.value)
    self = significand.chained(f, Value(sign: sign, exponent: exponent, significand: 1), 0)
  }

  /// x/2ᵉ with the exponent e as a constant; of zero, infinity and NaN a constant.
  @inlinable
  public var significand: Self {
    let f = value.significand
    return value.isFinite && value != 0 ? chained(f, f / value, 0) : Self(f)
  }

  @inlinable public func rounded(_ rule: FloatingPointRoundingRule) -> Self { Self(value.rounded(rule)) }
  @inlinable public mutating func round(_ rule: FloatingPointRoundingRule) { self = rounded(rule) }
  @inlinable public var ulp: Self { Self(value.ulp) }
  @inlinable public var nextUp: Self { shifted(value.nextUp) }
  @inlinable public var nextDown: Self { shifted(value.nextDown) }
}

// MARK: - The smaller and the larger

extension ForwardNumber {
  /// The smaller of two numbers; a tie is shared ½, ½. As IEEE 754 says, a number wins over NaN.
  @inlinable public static func minimum(_ x: Self, _ y: Self) -> Self {
    choice(Value.minimum(x.value, y.value), x, y)
  }

  /// The larger of two numbers; a tie is shared ½, ½. As IEEE 754 says, a number wins over NaN.
  @inlinable public static func maximum(_ x: Self, _ y: Self) -> Self {
    choice(Value.maximum(x.value, y.value), x, y)
  }

  @inlinable public static func minimumMagnitude(_ x: Self, _ y: Self) -> Self {
    choice(Value.minimumMagnitude(x.value, y.value), x, y)
  }

  @inlinable public static func maximumMagnitude(_ x: Self, _ y: Self) -> Self {
    choice(Value.maximumMagnitude(x.value, y.value), x, y)
  }

  /// The one of x and y that has the value f.
  @inlinable
  static func choice(_ f: Value, _ x: Self, _ y: Self) -> Self {
    if x.value == y.value { return chained(x, y, f, (0.5, 0.5), (0, 0, 0)) }
    return f == x.value || y.value.isNaN ? x : y
  }
}
