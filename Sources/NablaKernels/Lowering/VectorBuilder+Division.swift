// SPDX-License-Identifier: Apache-2.0

/// Division where the divisor is known before the dividend.
///
/// A division blocks its unit for 6 cycles and more, a multiplication half a cycle. With the reciprocal of
/// the divisor in twice the precision, h + l, the quotient x/b is fma(x, h, x·l): its error before the last
/// rounding is some 2⁻¹⁰³ of it, so that it is correctly rounded but for rare ties, and exact where x/b is a
/// double (N. Brisebarre, J.-M. Muller, S. K. Raina, Accelerating correctly rounded floating-point division
/// when the divisor is known in advance, IEEE Trans. Computers 53, 2004). h is rounded towards zero, so that
/// l has its sign and x = ±∞ gives x·h + x·l = ±∞.
extension VectorBuilder {
  /// x/c for a constant c; nil where that takes a division, as for c = 0, or for c so large or small that l
  /// would lack digits.
  mutating func divide(_ x: Value, byConstant c: Double) -> Value? {
    guard precision == .double, c.isNormal, (-900...900).contains(c.exponent) else { return nil }
    var high = 1 / c
    if c.significand == 1 { return multiply(x, constant(high)) }
    if (1.0).addingProduct(-high, c) < 0 { high = high > 0 ? high.nextDown : high.nextUp }
    let low = (1.0).addingProduct(-high, c) * high
    return multiplyAdd(x, constant(high), multiply(x, constant(low)))
  }

  /// A divisor for many dividends, in double precision.
  struct Divisor {
    /// The power of two that divisor and dividend are multiplied by.
    fileprivate var scale: Value
    fileprivate var high: Value
    fileprivate var low: Value
  }

  /// Prepares to divide by b: 1/(b·s), where s brings a b that is tiny or huge into the middle of the range.
  /// If x·s then overflows or underflows, so does x/b.
  mutating func divisor(_ b: Value) -> Divisor {
    let magnitude = magnitude(b)
    let isTiny = compare(magnitude, .less, constant(0x1p-900))
    let isHuge = compare(constant(0x1p900), .less, magnitude)
    let scale = select(isTiny, constant(0x1p200), select(isHuge, constant(0x1p-200), constant(1)))
    let scaled = multiply(b, scale)
    // Less than 1/b by one or two units of the last place.
    let high = multiply(divide(constant(1), scaled), constant(1 - 0x1p-52))
    let low = multiply(negativeMultiplyAdd(high, scaled, constant(1)), high)
    // Of b = 0 and ±∞, 1 − h·b is NaN: l = h keeps the limits of quotients.
    let isNumber = compare(low, .equal, low)
    return Divisor(scale: scale, high: high, low: select(isNumber, low, high))
  }

  mutating func divide(_ x: Value, by divisor: Divisor) -> Value {
    let scaled = multiply(x, divisor.scale)
    return multiplyAdd(scaled, divisor.high, multiply(scaled, divisor.low))
  }
}
