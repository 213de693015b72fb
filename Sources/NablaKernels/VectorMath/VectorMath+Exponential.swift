// SPDX-License-Identifier: Apache-2.0

// exp, exp2 and expm1.

extension VectorMath {
  /// eˣ.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −750…710, −1…1 and all magnitudes: 0.88
  /// ulp.
  @Sendable static func exp(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // Beyond these the result is inf and 0. The constant comes first: then NaN goes through.
    let low = b.maximum(b.constant(-746), x)
    let x = b.minimum(b.constant(710), low)
    let power = exponential(&b, x)
    return scaled(&b, b.add(b.constant(1), b.add(power.r, power.rest)), by: power.k)
  }

  /// 2ˣ: x − k is exact, and its product with log 2 is kept in two numbers.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1080…1025, −1…1 and all magnitudes: 0.89
  /// ulp.
  @Sendable static func exp2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let low = b.maximum(b.constant(-1080), x)
    let x = b.minimum(b.constant(1025), low)
    let k = b.round(x, .nearest)
    let fraction = b.subtract(x, k)
    let (high, error) = b.twoProduct(fraction, b.constant(log2High))
    let low2 = b.multiplyAdd(fraction, b.constant(log2Low), error)
    let power = exponential(&b, k: k, high: high, tail: low2)
    return scaled(&b, b.add(b.constant(1), b.add(power.r, power.rest)), by: k)
  }

  /// eˣ − 1 = 2ᵏ((1 − 2⁻ᵏ) + (eʳ − 1)), where the first term is exact for the k that matter.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −40…710, −1…1, −0.4…0.4 and all
  /// magnitudes: 0.71 ulp.
  @Sendable static func expm1(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let low = b.maximum(b.constant(-40), x)
    let clamped = b.minimum(b.constant(710), low)
    let power = exponentialLessOne(&b, clamped)
    let inverse = powerOf2(&b, b.negate(b.minimum(b.constant(100), power.k)))
    let one = b.constant(1)
    let difference = b.subtract(one, inverse)
    let lost = b.subtract(b.subtract(one, difference), inverse)
    // |1 − 2⁻ᵏ| is 0 or larger than |r|.
    let (first, firstError) = b.fastTwoSum(difference, power.r)
    let (second, secondError) = b.fastTwoSum(first, power.half)
    let rest = b.add(b.add(power.cubic, power.halfLow), b.add(secondError, b.add(firstError, lost)))
    let sum = b.add(second, rest)
    let result = b.multiply(b.add(sum, sum), powerOf2(&b, b.subtract(power.k, one)))
    // −0 stays −0.
    return b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// The parts of eˣ = 2ᵏ(1 + r + rest), |r| ≤ ½ log 2.
  struct Exponential {
    var k: Value
    var r: Value
    /// eʳ − 1 − r, with what r has lost by rounding. At most 0.07, so that its rounding errors are a
    /// fifteenth of those of eʳ.
    var rest: Value
  }

  /// x = k·log 2 + r; then eʳ by a polynomial. Of arguments below 1000 in magnitude.
  static func exponential(_ b: inout VectorBuilder, _ x: Value) -> Exponential {
    let k = b.round(b.multiply(x, b.constant(1.442695040888963407359924681001892137)), .nearest)
    let (high, tail) = reducedByLog2(&b, x, k)
    return exponential(&b, k: k, high: high, tail: tail)
  }

  /// The parts of eˣ = 2ᵏ(1 + r + half + halfLow + cubic), where `half` is r²/2.
  private static func exponentialLessOne(
    _ b: inout VectorBuilder, _ x: Value
  ) -> (k: Value, r: Value, half: Value, halfLow: Value, cubic: Value) {
    let k = b.round(b.multiply(x, b.constant(1.442695040888963407359924681001892137)), .nearest)
    let (high, tail) = reducedByLog2(&b, x, k)
    let r = b.add(high, tail)
    let lost = b.subtract(tail, b.subtract(r, high))
    let p = polynomial(&b, r, Array(expCoefficients.dropFirst()))
    let (half, halfLow) = b.twoProduct(r, b.multiply(r, b.constant(0.5)))
    // e^(r+δ) − 1 = (e^r − 1) + δ(1 + r) matters more here than in eˣ.
    let cubic = b.multiplyAdd(b.multiply(b.multiply(r, r), r), p, b.multiplyAdd(lost, r, lost))
    return (k, r, half, halfLow, cubic)
  }

  static func exponential(
    _ b: inout VectorBuilder, k: Value, high: Value, tail: Value
  ) -> Exponential {
    let r = b.add(high, tail)
    // e^(r+δ) = e^r + δ to first order, where r + δ is the reduced argument beyond double precision.
    let lost = b.subtract(tail, b.subtract(r, high))
    let p = polynomial(&b, r, expCoefficients)
    return Exponential(k: k, r: r, rest: b.multiplyAdd(b.multiply(r, r), p, lost))
  }

  /// (eʳ − 1 − r)/r²: the odd and even parts below, interleaved.
  private static let expCoefficients = [0.5] + zip(sinhCoefficients, coshCoefficients).flatMap { [$0, $1] }

  /// (sinh r − r)/r³ and (cosh r − 1 − r²/2)/r⁴ as polynomials in r² for |r| ≤ 0.347: interpolation at
  /// Chebyshev's nodes with mpmath. The errors relative to sinh r and cosh r are 2⁻⁵⁸ and 2⁻⁶⁴.
  static let sinhCoefficients = [
    0.16666666666666669, 0.008333333333330034, 0.00019841269863196909, 2.7557268237590746e-06,
    2.510049116888115e-08,
  ]
  static let coshCoefficients = [
    0.041666666666666664, 0.0013888888888886532, 2.4801587317246827e-05, 2.755728281072484e-07,
    2.0911312093683924e-09,
  ]

  /// log 2 as the sum of two doubles.
  static let log2High = 0x1.62e42fefa39efp-1
  static let log2Low = 0x1.abc9e3b39803fp-56

  /// x − k log 2 as a sum of two numbers. The first 32 bits of log 2 times k are exact.
  static func reducedByLog2(_ b: inout VectorBuilder, _ x: Value, _ k: Value) -> (high: Value, tail: Value) {
    let high = b.negativeMultiplyAdd(k, b.constant(6.93147180369123816490e-01), x)
    let tail = b.multiply(k, b.constant(-1.90821492927058770002e-10))
    return (high, tail)
  }

  /// c₀ + c₁ x + …: long ones as even(x²) + x odd(x²), two chains that run at the same time.
  static func polynomial(_ b: inout VectorBuilder, _ x: Value, _ coefficients: [Double]) -> Value {
    guard coefficients.count >= 8 else { return horner(&b, x, coefficients) }
    let square = b.multiply(x, x)
    let even = horner(&b, square, stride(from: 0, to: coefficients.count, by: 2).map { coefficients[$0] })
    let odd = horner(&b, square, stride(from: 1, to: coefficients.count, by: 2).map { coefficients[$0] })
    return b.multiplyAdd(x, odd, even)
  }

  private static func horner(_ b: inout VectorBuilder, _ x: Value, _ coefficients: [Double]) -> Value {
    var p = b.constant(coefficients.last!)
    for c in coefficients.dropLast().reversed() { p = b.multiplyAdd(p, x, b.constant(c)) }
    return p
  }

  /// x·2ᵏ for an integral k with |k| ≤ 2000: by an instruction, or in two steps, of which only the second rounds.
  static func scaled(_ b: inout VectorBuilder, _ x: Value, by k: Value) -> Value {
    if b.instructionSet == .avx512 { return b.scale(x, by: k) }
    let half = b.round(b.multiply(k, b.constant(0.5)), .nearest)
    let rest = b.subtract(k, half)
    return b.multiply(b.multiply(x, powerOf2(&b, half)), powerOf2(&b, rest))
  }

  /// 2ᵏ for an integral k in the range of normal exponents: k + 1023 moves into the exponent's place.
  static func powerOf2(_ b: inout VectorBuilder, _ k: Value) -> Value {
    b.shiftLeft(b.add(k, b.constant(0x1.8p52 + 1023)), 52)
  }
}
