// SPDX-License-Identifier: Apache-2.0

// erf and erfc of floats.

extension SingleVectorMath {
  /// erf x: x (2/√π + x² P(x²)) up to ½, 1 − erfc x beyond.
  ///
  /// Largest error: 0.502 ulp.
  static func erf(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = magnitude(&b, x, upTo: 10.1)
    let result = b.inDoublePrecision([a]) { b, a in
      b.select(isNear(&b, a[0]), near(&b, a[0]), b.subtract(b.constant(1), complement(&b, a[0])))
    }
    return odd(&b, x, result)
  }

  /// erfc x: 1 − erf x for |x| ≤ ½, 2 − erfc(−x) below.
  ///
  /// Largest error: 0.504 ulp.
  static func erfc(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // Beyond this the result is 0 or 2.
    let clamped = clamped(&b, x, -10.1...10.1)
    return b.inDoublePrecision([clamped]) { b, x in
      let a = b.magnitude(x[0])
      let tail = complement(&b, a)
      let large = b.select(x[0], b.subtract(b.constant(2), tail), tail)
      let small = b.subtract(b.constant(1), near(&b, x[0]))
      return b.select(isNear(&b, a), small, large)
    }
  }

  private static func isNear(_ b: inout VectorBuilder, _ a: Value) -> Value {
    b.compare(a, .lessOrEqual, b.constant(0.5))
  }

  /// erf x for |x| ≤ ½, in double precision, as is the function below.
  private static func near(_ b: inout VectorBuilder, _ x: Value) -> Value {
    b.multiply(x, VectorMath.polynomial(&b, b.multiply(x, x), [0x1.20dd750429b6dp0] + erfCoefficients))
  }

  /// erfc a = e^(−a²) G/(1 + 2a) for a ≥ ½, where G lies between 1 and 1.25 and is smooth in t = (a−K)/(a+K):
  /// the form of M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1+2x) exp(x²) erfc x,
  /// Mathematics of Computation 36 (1981).
  private static func complement(_ b: inout VectorBuilder, _ a: Value) -> Value {
    let center = b.constant(3.75)
    let (sum, scale) = (b.add(a, center), b.multiplyAdd(a, b.constant(2), b.constant(1)))
    // One division for both quotients.
    let reciprocal = b.divide(b.constant(1), b.multiply(sum, scale))
    let t = b.multiply(b.subtract(a, center), b.multiply(scale, reciprocal))
    let g = VectorMath.polynomial(&b, t, complementCoefficients)
    let power = exponential(&b, b.negate(b.multiply(a, a))).value(&b)
    return b.multiply(power, b.multiply(g, b.multiply(sum, reciprocal)))
  }

  /// (erf x/x − 2/√π)/x² as a polynomial in x² for |x| ≤ ½: interpolation at Chebyshev's nodes with mpmath.
  /// The error relative to erf x is 2⁻³⁴.
  private static let erfCoefficients = [
    -0.3761263888189218, 0.11283787409981849, -0.02686480266480606, 0.005208545103404166,
    -0.0007831400578965623,
  ]

  /// G as a polynomial in t for ½ ≤ a ≤ 10.1, made as above. The error relative to G is 2⁻³⁴.
  private static let complementCoefficients = [
    1.237512630820574, -0.1402405985760172, 0.0035854191128041313, 0.08227673301016813,
    -0.1088040550256479, 0.09230448576630496, -0.05869173807173034, 0.028360765377651292,
    -0.009757419940357528, 0.0017601506943656657, 0.0003297465693097377, -0.00028784835872790854,
  ]
}
