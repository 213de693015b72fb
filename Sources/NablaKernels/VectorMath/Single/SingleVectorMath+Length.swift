// SPDX-License-Identifier: Apache-2.0

// hypot, directionCosine and cbrt of floats. In double precision the squares of floats have all their digits
// and neither overflow nor underflow.

extension SingleVectorMath {
  /// √(x² + y²); inf where an operand is infinite, even if the other is NaN.
  ///
  /// Largest error seen, in 6·10⁴ random pairs from 0…4 and ±100, ±10 and all magnitudes: 0.50 ulp.
  static func hypot(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    let result = b.inDoublePrecision([x, y]) { b, operands in length(&b, operands[0], operands[1]) }
    let infinity = b.constant(.infinity)
    let isInfinite = b.or(
      b.compare(b.magnitude(x), .equal, infinity), b.compare(b.magnitude(y), .equal, infinity))
    return b.select(isInfinite, infinity, result)
  }

  /// x/√(x² + y²), 0 at the origin; NaN where x is infinite or an operand is NaN.
  ///
  /// Largest error seen, in 6·10⁴ random pairs from 0…4 and ±100, ±10 and all magnitudes: 0.50 ulp.
  static func directionCosine(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    b.inDoublePrecision([x, y]) { b, operands in
      let (zero, length) = (b.constant(0), length(&b, operands[0], operands[1]))
      return b.select(b.compare(length, .equal, zero), zero, b.divide(operands[0], length))
    }
  }

  private static func length(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    b.squareRoot(b.multiplyAdd(x, x, b.multiply(y, y)))
  }

  /// ∛x = x r², r = |x|^(−⅓): by dividing the exponent by −3, to 4 %, and two iterations of order 4 and 2 for
  /// r ← r (1 − e)^(−⅓), e = 1 − |x| r³.
  ///
  /// Largest error: 0.501 ulp.
  static func cbrt(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let result = b.inDoublePrecision([a]) { b, a in
      // The upper 32 bits as a number, by the bits of 2⁵² + n.
      let magic = b.constant(0x1p52)
      let upper = b.subtract(b.or(b.shiftRight(a[0], 32), magic), magic)
      let third = b.multiplyAdd(upper, b.constant(-1.0 / 3), b.constant(0x1p52 + Double(0x553E_F0FF)))
      var r = b.shiftLeft(third, 32)
      // (1 − e)^(−⅓) = 1 + e/3 + 2e²/9 + 14e³/81 + 35e⁴/243 + …
      for series in [[1.0 / 3, 2.0 / 9, 14.0 / 81, 35.0 / 243], [1.0 / 3]] {
        let e = b.negativeMultiplyAdd(b.multiply(b.multiply(a[0], r), r), r, b.constant(1))
        r = b.multiplyAdd(b.multiply(r, e), VectorMath.polynomial(&b, e, series), r)
      }
      return b.multiply(a[0], b.multiply(r, r))
    }
    return odd(&b, x, b.select(b.compare(a, .less, b.constant(.infinity)), result, a))
  }
}
