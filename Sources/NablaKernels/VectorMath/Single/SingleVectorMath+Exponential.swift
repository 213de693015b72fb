// SPDX-License-Identifier: Apache-2.0

// exp, exp2 and expm1 of floats.

extension SingleVectorMath {
  /// eˣ, in single precision.
  ///
  /// Largest error: 0.988 ulp.
  static func exp(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // Beyond these the result is inf and 0.
    let x = clamped(&b, x, -105...90)
    let shifted = b.multiplyAdd(x, b.constant(1 / ln2), b.constant(shifter))
    let k = b.subtract(shifted, b.constant(shifter))
    // x − k·log 2 with the first 24 bits of log 2 is exact.
    let exact = b.negativeMultiplyAdd(k, b.constant(ln2High), x)
    let r = b.negativeMultiplyAdd(k, b.constant(ln2Low), exact)
    return power(&b, shifted: shifted, k, r)
  }

  /// 2ˣ, in single precision; x − k is exact.
  ///
  /// Largest error: 0.991 ulp.
  static func exp2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let x = clamped(&b, x, -151...129)
    let shifted = b.add(x, b.constant(shifter))
    let k = b.subtract(shifted, b.constant(shifter))
    return power(&b, shifted: shifted, k, b.multiply(b.subtract(x, k), b.constant(ln2)))
  }

  /// What makes of k a float whose lowest bits are those of the integer k + 127.
  private static let shifter = 0x1.8p23 + 127

  /// 2ᵏ eʳ for −152 < k < 131: 2ᵏ is the product of two powers of 2, whose exponents are k/2, rounded, and
  /// what is left.
  private static func power(_ b: inout VectorBuilder, shifted: Value, _ k: Value, _ r: Value) -> Value {
    let p = VectorMath.polynomial(&b, r, exponentialCoefficients)
    let slope = b.multiplyAdd(b.multiply(r, r), p, r)
    let half = b.multiplyAdd(k, b.constant(0.5), b.constant(shifter))
    let rest = b.shiftLeft(b.subtractIntegers(shifted, half), 23)
    let power = b.addIntegers(rest, b.constant(1))
    return b.multiply(b.multiplyAdd(power, slope, power), b.shiftLeft(half, 23))
  }

  /// eˣ − 1.
  ///
  /// Largest error: 0.511 ulp.
  static func expm1(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let clamped = clamped(&b, x, -110...90)
    let result = b.inDoublePrecision([clamped]) { b, x in exponential(&b, x[0]).lessOne(&b) }
    return odd(&b, x, result)
  }

  /// eˣ = 2ᵏ(1 + slope), in double precision.
  struct Exponential {
    var power: Value
    var slope: Value

    func value(_ b: inout VectorBuilder) -> Value { b.multiplyAdd(power, slope, power) }

    /// eˣ − 1 to the same relative error: 2ᵏ − 1 is 0 or larger than 2ᵏ·slope.
    func lessOne(_ b: inout VectorBuilder) -> Value {
      b.multiplyAdd(power, slope, b.subtract(power, b.constant(1)))
    }
  }

  /// x = k·log 2 + r, |r| ≤ ½ log 2, of arguments below 700 in magnitude. In double precision; the errors of
  /// eˣ and eˣ − 1 are below 2⁻³⁰ of them.
  static func exponential(_ b: inout VectorBuilder, _ x: Value) -> Exponential {
    let k = b.round(b.multiply(x, b.constant(1 / ln2)), .nearest)
    return exponential(&b, k: k, r: b.negativeMultiplyAdd(k, b.constant(ln2), x))
  }

  /// 2ᵏ eʳ, |r| ≤ ½ log 2.
  static func exponential(_ b: inout VectorBuilder, k: Value, r: Value) -> Exponential {
    let p = VectorMath.polynomial(&b, r, exponentialCoefficients)
    return Exponential(
      power: VectorMath.powerOf2(&b, k), slope: b.multiplyAdd(b.multiply(r, r), p, r))
  }

  static let ln2 = 0x1.62e42fefa39efp-1
  /// log 2 as the sum of two floats.
  static let ln2High = 0x1.62e43p-1
  static let ln2Low = -0x1.05c61p-29

  /// (eʳ − 1 − r)/r² as a polynomial for |r| ≤ 0.347: interpolation at Chebyshev's nodes with mpmath. The
  /// error relative to eʳ − 1 is 2⁻³¹.
  private static let exponentialCoefficients = [
    0.500000001353873, 0.16666666681704215, 0.04166646419740569, 0.008333310844647862,
    0.0013933730715792083, 0.00019891080463998843,
  ]
}
