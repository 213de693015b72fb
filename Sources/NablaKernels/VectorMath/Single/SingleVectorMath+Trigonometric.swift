// SPDX-License-Identifier: Apache-2.0

// sin and cos of floats, which share all but their last steps, in single precision; the structure is that of the
// library for doubles. tan in double precision.

extension SingleVectorMath {
  /// Beyond this magnitude scalar code reduces the argument of sin and cos.
  private static let largestReduced = 0x1p16

  /// sin x.
  ///
  /// Largest error: 0.874 ulp.
  static func sin(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let angle = reducedByHalfPi(&b, a)
    let value = b.select(angle.isOdd, cosine(&b, angle), sine(&b, angle))
    // Quadrants 2 and 3 change the sign, and so does a negative argument; −0 stays −0.
    let sign = b.exclusiveOr(angle.isUpper, x)
    let result = b.exclusiveOr(value, b.and(sign, b.constant(-0.0)))
    let isHuge = b.compare(a, .notLessOrEqual, b.constant(largestReduced))
    return b.call(VectorMath.hugeSin, of: x, where: isHuge, else: result)
  }

  /// cos x.
  ///
  /// Largest error: 0.877 ulp.
  static func cos(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let angle = reducedByHalfPi(&b, a)
    let value = b.select(angle.isOdd, sine(&b, angle), cosine(&b, angle))
    // Quadrants 1 and 2 change the sign.
    let sign = b.exclusiveOr(angle.isUpper, angle.isOdd)
    let result = b.exclusiveOr(value, b.and(sign, b.constant(-0.0)))
    let isHuge = b.compare(a, .notLessOrEqual, b.constant(largestReduced))
    return b.call(VectorMath.hugeCos, of: x, where: isHuge, else: result)
  }

  private struct ReducedAngle {
    /// x − q π/2 as a sum of two numbers, at most 0.789 in magnitude.
    var high: Value
    var low: Value
    /// Masks by their sign bits: q is odd; bit 1 of q is set.
    var isOdd: Value
    var isUpper: Value
  }

  /// Of x from 0 to `largestReduced`: π/2 = p₁ + p₂ + p₃ in three floats. x − q p₁ is exact (a multiple of 2⁻²⁴
  /// below 1), and the rest is kept in two floats, so that arguments next to a multiple of π/2 lose nothing.
  private static func reducedByHalfPi(_ b: inout VectorBuilder, _ x: Value) -> ReducedAngle {
    let shifter = b.constant(0x1.8p23)
    let shifted = b.multiplyAdd(x, b.constant(2 / .pi), shifter)
    let q = b.subtract(shifted, shifter)
    let r = b.negativeMultiplyAdd(q, b.constant(0x1.921fb6p0), x)
    let p2 = b.constant(-0x1.777a5cp-25)
    let product = b.multiply(q, p2)
    let productError = b.multiplySubtract(q, p2, product)
    let (high, error) = b.twoSum(r, b.negate(product))
    let low = b.negativeMultiplyAdd(q, b.constant(-0x1.ee59dap-50), b.subtract(error, productError))
    return ReducedAngle(
      high: high, low: low, isOdd: b.shiftLeft(shifted, 31), isUpper: b.shiftLeft(shifted, 30))
  }

  private static func sine(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> Value {
    let z = b.multiply(angle.high, angle.high)
    let p = VectorMath.polynomial(&b, z, sinCoefficients)
    return b.add(angle.high, b.multiplyAdd(b.multiply(z, angle.high), p, angle.low))
  }

  private static func cosine(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> Value {
    let (one, half) = (b.constant(1), b.constant(0.5))
    let z = b.multiply(angle.high, angle.high)
    // 1 − z/2 in two numbers.
    let w = b.negativeMultiplyAdd(z, half, one)
    let lost = b.negativeMultiplyAdd(z, half, b.subtract(one, w))
    let rest = b.negativeMultiplyAdd(angle.high, angle.low, lost)
    let p = VectorMath.polynomial(&b, z, cosCoefficients)
    return b.add(w, b.multiplyAdd(b.multiply(z, z), p, rest))
  }

  /// (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ as polynomials in r² for |r| ≤ 0.789: interpolation at
  /// Chebyshev's nodes with mpmath. The errors relative to sin r and cos r are 2⁻³⁵ and 2⁻³⁰.
  private static let sinCoefficients = [
    -0.1666666666376424, 0.008333331839444515, -0.0001984006776035518, 2.724747522114002e-06,
  ]
  private static let cosCoefficients = [
    0.041666664610961406, -0.0013888293638038662, 2.454591962178825e-05,
  ]

  /// tan x = sin x/cos x, in double precision.
  ///
  /// x − q p₁ is exact (a multiple of 2⁻⁵² below 1), and p₁ + p₂ is π/2 to 2⁻¹⁰⁹: up to 2⁴⁰ the rest has a
  /// relative error of some 2⁻⁵² for every float. Larger arguments go to scalar code.
  ///
  /// Largest error: 0.516 ulp.
  static func tan(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let shifter = b.constant(0x1.8p52)
      let shifted = b.multiplyAdd(a[0], b.constant(2 / .pi), shifter)
      let q = b.subtract(shifted, shifter)
      let isOdd = b.shiftLeft(shifted, 63)
      let exact = b.negativeMultiplyAdd(q, b.constant(1.57079632679489655800e+00), a[0])
      let r = b.negativeMultiplyAdd(q, b.constant(6.12323399573676603587e-17), exact)
      let z = b.multiply(r, r)
      let sine = b.multiplyAdd(b.multiply(z, r), VectorMath.polynomial(&b, z, sinCoefficients), r)
      let p = VectorMath.polynomial(&b, z, [-0.5] + cosCoefficients)
      let cosine = b.multiplyAdd(z, p, b.constant(1))
      let quotient = b.divide(b.select(isOdd, cosine, sine), b.select(isOdd, sine, cosine))
      // −1/tan in odd quadrants.
      return b.exclusiveOr(quotient, b.and(isOdd, b.constant(-0.0)))
    }
    let signed = b.exclusiveOr(result, b.and(x, b.constant(-0.0)))
    let isHuge = b.compare(a, .notLessOrEqual, b.constant(0x1p40))
    return b.call(VectorMath.hugeTan, of: x, where: isHuge, else: signed)
  }
}
