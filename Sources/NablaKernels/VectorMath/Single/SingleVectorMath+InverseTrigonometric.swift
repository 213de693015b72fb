// SPDX-License-Identifier: Apache-2.0

// atan, atan2, asin, acos and asinSlope of floats.

extension SingleVectorMath {
  /// atan x: of t = |x| up to 1, π/2 + atan t with t = −1/|x| beyond.
  ///
  /// Largest error: 0.504 ulp.
  static func atan(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      let one = b.constant(1)
      let isHigh = b.compare(one, .less, a[0])
      let t = b.divide(b.select(isHigh, b.constant(-1), a[0]), b.select(isHigh, a[0], one))
      return b.add(b.and(isHigh, b.constant(.pi / 2)), arcTangent(&b, t))
    }
    return odd(&b, x, result)
  }

  /// The angle of the point (x, y), from −π to π: atan q with q = min(|x|, |y|)/max(|x|, |y|); π/2 less that
  /// where |y| > |x|, and π less that where x is negative.
  ///
  /// Largest error seen, in 6·10⁴ random pairs from 0…4 and ±100, ±10 and all magnitudes: 0.51 ulp.
  static func atan2(_ b: inout VectorBuilder, _ y: Value, _ x: Value) -> Value {
    let result = b.inDoublePrecision([y, x]) { b, operands in
      // In place of infinities numbers beside which all floats vanish, so that inf/inf is 1; 0/0 becomes 0.
      let y = magnitude(&b, operands[0], upTo: 0x1p300)
      let x = magnitude(&b, operands[1], upTo: 0x1p300)
      let d = b.maximum(b.maximum(x, y), b.constant(.leastNormalMagnitude))
      let angle = arcTangent(&b, b.divide(b.minimum(x, y), d))
      let isSteep = b.compare(x, .less, y)
      let right = b.select(isSteep, b.subtract(b.constant(.pi / 2), angle), angle)
      // By the sign bit: −0 lies to the left too.
      return b.select(operands[1], b.subtract(b.constant(.pi), right), right)
    }
    return b.or(odd(&b, y, result), b.compare(y, .unordered, x))
  }

  /// atan t for |t| ≤ 1, in double precision.
  private static func arcTangent(_ b: inout VectorBuilder, _ t: Value) -> Value {
    let z = b.multiply(t, t)
    return b.multiplyAdd(b.multiply(t, z), VectorMath.polynomial(&b, z, atanCoefficients), t)
  }

  /// (atan t − t)/t³ as a polynomial in t² for |t| ≤ 1: interpolation at Chebyshev's nodes with mpmath. The
  /// error relative to atan t is 2⁻³².
  private static let atanCoefficients = [
    -0.33333333293301176, 0.19999990275947271, -0.14285317963907304, 0.1110470678864422,
    -0.09036742342070782, 0.0741749696430051, -0.05760716083128117, 0.038327445983064846,
    -0.019261081322765883, 0.00620725453378005, -0.0009362994719496015,
  ]

  /// asin x; NaN beyond ±1.
  ///
  /// Largest error: 0.501 ulp.
  static func asin(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([b.magnitude(x)]) { b, a in
      let (isLow, angle) = arcSine(&b, a[0])
      return b.select(isLow, angle, b.negativeMultiplyAdd(b.constant(2), angle, b.constant(.pi / 2)))
    }
    return odd(&b, x, result)
  }

  /// acos x; NaN beyond ±1. π/2 − asin x where |x| ≤ ½; 2 asin √((1−|x|)/2) above, and π less that below.
  ///
  /// Largest error: 0.501 ulp.
  static func acos(_ b: inout VectorBuilder, _ x: Value) -> Value {
    b.inDoublePrecision([x]) { b, x in
      let (isLow, angle) = arcSine(&b, b.magnitude(x[0]))
      let base = b.select(
        isLow, b.constant(.pi / 2), b.and(b.compare(x[0], .less, b.constant(0)), b.constant(.pi)))
      let factor = b.select(isLow, b.constant(-1), b.constant(2))
      return b.multiplyAdd(angle, b.exclusiveOr(factor, b.and(x[0], b.constant(-0.0))), base)
    }
  }

  /// asin a for 0 ≤ a ≤ ½, and asin √((1−a)/2) beyond; in double precision.
  private static func arcSine(_ b: inout VectorBuilder, _ a: Value) -> (isLow: Value, angle: Value) {
    let half = b.constant(0.5)
    let isLow = b.compare(a, .lessOrEqual, half)
    let z = b.select(isLow, b.multiply(a, a), b.negativeMultiplyAdd(a, half, half))
    let t = b.select(isLow, a, b.squareRoot(z))
    let p = VectorMath.polynomial(&b, z, asinCoefficients)
    return (isLow, b.multiplyAdd(b.multiply(t, z), p, t))
  }

  /// (asin t − t)/t³ as a polynomial in t² for |t| ≤ ½, made as above. The error relative to asin t is 2⁻³⁴.
  private static let asinCoefficients = [
    0.16666666686085643, 0.07499992404401838, 0.04464766388813485, 0.030269138728589183,
    0.023611817008891752, 0.010574415516912909, 0.030974540371355073,
  ]

  /// 1/√(1−x²); x² has all its digits in double precision. NaN beyond ±1, inf at ±1.
  ///
  /// Largest error: 0.500 ulp.
  static func asinSlope(_ b: inout VectorBuilder, _ x: Value) -> Value {
    b.inDoublePrecision([x]) { b, x in
      let one = b.constant(1)
      return b.divide(one, b.squareRoot(b.negativeMultiplyAdd(x[0], x[0], one)))
    }
  }
}
