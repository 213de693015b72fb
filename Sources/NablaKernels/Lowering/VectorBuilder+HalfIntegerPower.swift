// SPDX-License-Identifier: Apache-2.0

extension VectorBuilder {
  /// xʸ for y = ±1/2, ±3/2, ±5/2 by a square root and at most two products; nil for any other y.
  ///
  /// The values at the ends are those of `pow`: x = ±0 gives 0 or +inf, −inf gives +inf or 0, other negative
  /// numbers NaN. The error is at most 1.1 (y = 1/2: 0.5) ulp for |y| ≤ 3/2 and 2 ulp for ±5/2, where xʸ is
  /// a normal number.
  mutating func halfIntegerPower(_ x: Value, _ y: Double) -> Value? {
    guard y.magnitude <= 2.5 && (2 * y).truncatingRemainder(dividingBy: 2).magnitude == 1 else { return nil }
    // pow(−0, y) is that of +0, which −0 + 0 is.
    let base = add(x, constant(0))
    var power = squareRoot(base)
    switch y.magnitude {
    case 0.5: break
    case 1.5: power = multiply(base, power)
    default: power = multiply(multiply(base, base), power)
    }
    let isMinusInfinity = compare(x, .equal, constant(-.infinity))
    power = select(isMinusInfinity, constant(.infinity), power)
    return y < 0 ? divide(constant(1), power) : power
  }
}
