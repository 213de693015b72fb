// sin, cos and tan of floats, which share all but their last steps.

extension SingleVectorMath {
  /// Beyond this magnitude scalar code reduces the argument.
  private static let largestReduced = 0x1p40

  /// sin x.
  static func sin(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let angle = reducedByHalfPi(&b, a[0])
      let value = b.select(angle.isOdd, cosine(&b, angle.rest), sine(&b, angle.rest))
      // Quadrants 2 and 3 change the sign.
      return b.exclusiveOr(value, b.and(angle.isUpper, b.constant(-0.0)))
    }
    let signed = b.exclusiveOr(result, b.and(x, b.constant(-0.0)))
    return b.call(VectorMath.hugeSin, of: x, where: isHuge(&b, a), else: signed)
  }

  /// cos x.
  static func cos(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let angle = reducedByHalfPi(&b, a[0])
      let value = b.select(angle.isOdd, sine(&b, angle.rest), cosine(&b, angle.rest))
      // Quadrants 1 and 2 change the sign.
      let sign = b.exclusiveOr(angle.isUpper, angle.isOdd)
      return b.exclusiveOr(value, b.and(sign, b.constant(-0.0)))
    }
    return b.call(VectorMath.hugeCos, of: x, where: isHuge(&b, a), else: result)
  }

  /// tan x = sin x/cos x.
  static func tan(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let angle = reducedByHalfPi(&b, a[0])
      let (s, c) = (sine(&b, angle.rest), cosine(&b, angle.rest))
      let quotient = b.divide(b.select(angle.isOdd, c, s), b.select(angle.isOdd, s, c))
      // −1/tan in odd quadrants.
      return b.exclusiveOr(quotient, b.and(angle.isOdd, b.constant(-0.0)))
    }
    let signed = b.exclusiveOr(result, b.and(x, b.constant(-0.0)))
    return b.call(VectorMath.hugeTan, of: x, where: isHuge(&b, a), else: signed)
  }

  private static func isHuge(_ b: inout VectorBuilder, _ magnitude: Value) -> Value {
    b.compare(magnitude, .notLessOrEqual, b.constant(largestReduced))
  }

  private struct ReducedAngle {
    /// x − q π/2, at most π/4 in magnitude.
    var rest: Value
    /// Masks by their sign bits: q is odd; bit 1 of q is set.
    var isOdd: Value
    var isUpper: Value
  }

  /// Of x from 0 to `largestReduced`, in double precision. x − q p₁ is exact (a multiple of 2⁻⁵² below 1),
  /// and p₁ + p₂ is π/2 to 2⁻¹⁰⁹, so that the rest has a relative error of some 2⁻⁵³ for every float, also
  /// next to a multiple of π/2.
  private static func reducedByHalfPi(_ b: inout VectorBuilder, _ x: Value) -> ReducedAngle {
    let shifter = b.constant(0x1.8p52)
    let shifted = b.multiplyAdd(x, b.constant(0.636619772367581343075535053490057448), shifter)
    let q = b.subtract(shifted, shifter)
    let r = b.negativeMultiplyAdd(q, b.constant(1.57079632679489655800e+00), x)
    let rest = b.negativeMultiplyAdd(q, b.constant(6.12323399573676603587e-17), r)
    return ReducedAngle(rest: rest, isOdd: b.shiftLeft(shifted, 63), isUpper: b.shiftLeft(shifted, 62))
  }

  private static func sine(_ b: inout VectorBuilder, _ r: Value) -> Value {
    let z = b.multiply(r, r)
    return b.multiplyAdd(b.multiply(z, r), VectorMath.polynomial(&b, z, sinCoefficients), r)
  }

  private static func cosine(_ b: inout VectorBuilder, _ r: Value) -> Value {
    let z = b.multiply(r, r)
    let p = VectorMath.polynomial(&b, z, [-0.5] + cosCoefficients)
    return b.multiplyAdd(z, p, b.constant(1))
  }

  /// (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ as polynomials in r² for |r| ≤ 0.789: interpolation at
  /// Chebyshev's nodes with mpmath. The errors relative to sin r and cos r are 2⁻³⁵ and 2⁻³⁹.
  private static let sinCoefficients = [
    -0.1666666666376424, 0.008333331839444515, -0.0001984006776035518, 2.724747522114002e-06,
  ]
  private static let cosCoefficients = [
    0.04166666666424522, -0.001388888764258489, 2.480058454037679e-05, -2.729891386161988e-07,
  ]
}
