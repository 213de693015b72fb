// SPDX-License-Identifier: Apache-2.0

public import RealModule

extension ForwardNumber {
  @inlinable public static func sqrt(_ x: Self) -> Self { x.squareRoot() }

  /// √x, with the slope +inf at 0.
  @inlinable public func squareRoot() -> Self {
    let y = value.squareRoot()
    let slope = 0.5 / y
    return chained(y, slope, -0.5 * (slope / value))
  }

  @inlinable public mutating func formSquareRoot() { self = squareRoot() }

  /// The n-th root, with the slope ±inf at 0 for n > 1.
  @inlinable public static func root(_ x: Self, _ n: Int) -> Self {
    let y = Value.root(x.value, n)
    if n == 1 { return x.shifted(y) }
    let degree = Value(n)
    // y/(n x); at 0, where that is 0/0, x of an even root is never negative, and an odd root is steep both
    // ways.
    let slope = x.value == 0 ? (n > 1 ? .infinity : -.infinity) : y / x.value / degree
    return x.chained(y, slope, (1 / degree - 1) * (slope / x.value))
  }

  /// xⁿ by repeated multiplication: n xⁿ⁻¹ is right at x ≤ 0 too, and (x⁰)′ = 0 everywhere.
  @inlinable public static func pow(_ x: Self, _ n: Int) -> Self {
    let y = Value.pow(x.value, n)
    if n == 0 { return Self(y) }
    let (degree, lower) = (Value(n), Value(n) - 1)
    return x.chained(
      y, degree * integerPower(x.value, n, minus: 1),
      n == 1 ? 0 : degree * lower * integerPower(x.value, n, minus: 2))
  }

  /// xⁿ⁻ᵏ, by repeated squaring where that is cheap and nearly exact.
  @inlinable static func integerPower(_ x: Value, _ n: Int, minus k: Int) -> Value {
    let m = Swift.max(n, Int.min + k) - k
    guard m.magnitude <= 16 else { return .pow(x, m) }
    var (result, square, bits) = (1 as Value, x, m.magnitude)
    while bits != 0 {
      if bits & 1 == 1 { result *= square }
      bits >>= 1
      if bits != 0 { square *= square }
    }
    return m < 0 ? 1 / result : result
  }

  /// xʸ = e^(y log x), as swift-numerics defines it: NaN for x < 0 and for 0⁰.
  ///
  /// ∂x = y xʸ⁻¹, and ∂y = xʸ log x, which is taken as its limit 0 at x = 0, y > 0. A constant exponent costs
  /// no logarithm.
  @inlinable public static func pow(_ x: Self, _ y: Self) -> Self {
    let (a, b) = (x.value, y.value)
    let f = Value.pow(a, b)
    if a == 0 && b > 0 { return powerOfZero(x, y, f) }
    let slope = Value.pow(a, b - 1)
    if y.isConstant { return x.chained(f, b * slope, b * (b - 1) * .pow(a, b - 2)) }
    let logarithm = Value.log(a)
    return chained(
      x, y, f, (b * slope, f * logarithm),
      (b * (b - 1) * .pow(a, b - 2), slope * (1 + b * logarithm), f * logarithm * logarithm))
  }

  /// 0ʸ for y > 0, where swift-numerics' 0⁰ = NaN must not stand for the x⁰ = 1 of a derivative.
  @inlinable static func powerOfZero(_ x: Self, _ y: Self, _ f: Value) -> Self {
    let b = y.value
    let slope: Value = b == 1 ? 1 : b > 1 ? 0 : .infinity
    let second: Value = b == 1 || b > 2 ? 0 : b == 2 ? 2 : b > 1 ? .infinity : -.infinity
    return chained(x, y, f, (slope, 0), (second, b > 1 ? 0 : -.infinity, 0))
  }
}
