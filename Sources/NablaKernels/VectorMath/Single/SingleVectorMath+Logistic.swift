// SPDX-License-Identifier: Apache-2.0

// sigmoid and softplus of floats.

extension SingleVectorMath {
  /// 1/(1 + e⁻ˣ).
  ///
  /// Largest error: 0.503 ulp.
  static func sigmoid(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let x = clamped(&b, x, -110...110)
    return b.inDoublePrecision([b.negate(x)]) { b, x in
      let one = b.constant(1)
      return b.divide(one, b.add(exponential(&b, x[0]).value(&b), one))
    }
  }

  /// log(1 + eˣ) = max(x, 0) + log(1 + t), t = e^−|x|, and log(1 + t) = 2 atanh s, s = t/(2 + t) ≤ ⅓.
  ///
  /// Largest error: 0.505 ulp.
  static func softplus(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = magnitude(&b, x, upTo: 110)
    return b.inDoublePrecision([b.negate(a), b.maximum(b.constant(0), x)]) { b, operands in
      let t = exponential(&b, operands[0]).value(&b)
      let s = b.divide(t, b.add(t, b.constant(2)))
      let z = b.multiply(s, s)
      let p = VectorMath.polynomial(&b, z, [2] + softplusCoefficients)
      return b.multiplyAdd(s, p, operands[1])
    }
  }

  /// (2 atanh s − 2s)/s³ as a polynomial in s² for s ≤ ⅓: interpolation at Chebyshev's nodes with mpmath. The
  /// error relative to 2 atanh s is 2⁻³¹.
  private static let softplusCoefficients = [
    0.6666666732052742, 0.3999970633192972, 0.28592357994302836, 0.21706575800880373, 0.2322432922402335,
  ]
}
