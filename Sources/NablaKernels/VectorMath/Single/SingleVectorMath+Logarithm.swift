// SPDX-License-Identifier: Apache-2.0

// log, log2, log10 and log1p of floats.

extension SingleVectorMath {
  /// log x = k log 2 + log(1+f), in single precision.
  ///
  /// Largest error: 0.931 ulp.
  static func log(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let isSubnormal = b.compare(x, .less, b.constant(0x1p-126))
    let normal = b.select(isSubnormal, b.multiply(x, b.constant(0x1p24)), x)
    // As the library for doubles finds k and f.
    let shifted = b.addIntegers(normal, b.constant(bits: 0x3F80_0000 - 0x3F35_04F3))
    let biased = b.or(b.shiftRight(shifted, 23), b.constant(0x1p23))
    let bias = b.select(isSubnormal, b.constant(0x1p23 + 127 + 24), b.constant(0x1p23 + 127))
    let k = b.subtract(biased, bias)
    let fraction = b.and(shifted, b.constant(bits: 0x007F_FFFF))
    let f = b.subtract(b.addIntegers(fraction, b.constant(bits: 0x3F35_04F3)), b.constant(1))

    // log(1+f) = f + f²(f P − ½), where f and its sum with k log 2 are kept in two numbers.
    let p = VectorMath.polynomial(&b, f, singleCoefficients)
    let w = b.multiplySubtract(f, p, b.constant(0.5))
    let high = b.multiplyAdd(k, b.constant(ln2High), f)
    let error = b.subtract(f, b.negativeMultiplyAdd(k, b.constant(ln2High), high))
    let rest = b.multiplyAdd(b.multiply(f, f), w, error)
    return completed(&b, x, b.add(high, b.multiplyAdd(k, b.constant(ln2Low), rest)))
  }

  /// (log(1+f) − f + f²/2)/f³ as a polynomial for √½ ≤ 1+f < √2: interpolation at Chebyshev's nodes with mpmath.
  /// The error relative to log(1+f), with coefficients rounded to floats, is 2⁻²⁸.
  private static let singleCoefficients = [
    0.33333331180030046, -0.24999996957950882, 0.200007157488921, -0.16667802319501254,
    0.1424905764569748, -0.12425687331451106, 0.1168541992348674, -0.11479733846637635,
    0.06971611471451178,
  ]

  /// log₂ x = k + log(1+f)/log 2, exact for powers of 2.
  ///
  /// Largest error: 0.504 ulp.
  static func log2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in
      let (k, f) = VectorMath.exponentAndFraction(&b, x[0])
      return b.multiplyAdd(logarithmOfOnePlus(&b, f), b.constant(1 / ln2), k)
    }
    return completed(&b, x, result)
  }

  /// log₁₀ x = k log₁₀ 2 + log(1+f)/log 10.
  ///
  /// Largest error: 0.503 ulp.
  static func log10(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in
      let (k, f) = VectorMath.exponentAndFraction(&b, x[0])
      let fraction = b.multiply(logarithmOfOnePlus(&b, f), b.constant(0x1.bcb7b1526e50ep-2))
      return b.multiplyAdd(k, b.constant(0x1.34413509f79ffp-2), fraction)
    }
    return completed(&b, x, result)
  }

  /// log(1 + x).
  ///
  /// Largest error: 0.503 ulp.
  static func log1p(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in logarithm(&b, ofOnePlus: x[0]) }
    // Zero is nothing special but for its sign.
    return odd(&b, x, completed(&b, b.add(x, b.constant(1)), of: x, result))
  }

  /// `result` for positive finite u, −inf of zeros, NaN of negative numbers; x where u is infinite or NaN.
  static func completed(
    _ b: inout VectorBuilder, _ u: Value, of x: Value? = nil, _ result: Value
  ) -> Value {
    let infinity = b.constant(.infinity)
    let finite = b.select(b.compare(u, .less, infinity), result, x ?? u)
    let value = b.select(b.compare(u, .equal, b.constant(0)), b.constant(-.infinity), finite)
    // All ones are NaN.
    return b.or(value, b.compare(u, .less, b.constant(0)))
  }

  /// log(1 + x) of x > −1, in double precision, with a relative error below 2⁻³⁰ also where 1 + x is rounded.
  static func logarithm(_ b: inout VectorBuilder, ofOnePlus x: Value) -> Value {
    let (k, fraction) = VectorMath.exponentAndFraction(&b, b.add(x, b.constant(1)))
    let f = b.select(b.compare(k, .equal, b.constant(0)), x, fraction)
    return b.multiplyAdd(k, b.constant(ln2), logarithmOfOnePlus(&b, f))
  }

  /// log(1 + f) = f + f² P(f) for √½ ≤ 1+f < √2, in double precision.
  private static func logarithmOfOnePlus(_ b: inout VectorBuilder, _ f: Value) -> Value {
    let p = VectorMath.polynomial(&b, f, logarithmCoefficients)
    return b.multiplyAdd(b.multiply(f, f), p, f)
  }

  /// (log(1+f) − f)/f² as a polynomial: interpolation at Chebyshev's nodes with mpmath. The error relative to
  /// log(1+f) is 2⁻³².
  private static let logarithmCoefficients = [
    -0.5000000005545165, 0.33333332792999204, -0.24999971698140327, 0.2000005738825762,
    -0.16669006307204182, 0.14285624989907217, -0.1243226805928479, 0.11037689258302641,
    -0.10769472428395056, 0.10589881969443307, -0.06020956499496654,
  ]
}
