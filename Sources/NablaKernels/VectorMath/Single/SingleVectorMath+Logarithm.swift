// log, log2, log10 and log1p of floats.

extension SingleVectorMath {
  /// log x.
  static func log(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in logarithm(&b, x[0]) }
    return completed(&b, x, result)
  }

  /// log₂ x = k + log(1+f)/log 2, exact for powers of 2.
  static func log2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in
      let (k, f) = VectorMath.exponentAndFraction(&b, x[0])
      return b.multiplyAdd(logarithmOfOnePlus(&b, f), b.constant(1 / ln2), k)
    }
    return completed(&b, x, result)
  }

  /// log₁₀ x = k log₁₀ 2 + log(1+f)/log 10.
  static func log10(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in
      let (k, f) = VectorMath.exponentAndFraction(&b, x[0])
      let fraction = b.multiply(logarithmOfOnePlus(&b, f), b.constant(0x1.bcb7b1526e50ep-2))
      return b.multiplyAdd(k, b.constant(0x1.34413509f79ffp-2), fraction)
    }
    return completed(&b, x, result)
  }

  /// log(1 + x).
  static func log1p(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let result = b.inDoublePrecision([x]) { b, x in logarithm(&b, ofOnePlus: x[0]) }
    // Zero is nothing special but for its sign.
    return odd(&b, x, completed(&b, b.add(x, b.constant(1)), of: x, result))
  }

  /// `result` for positive finite u, −inf of zeros, NaN of negative numbers; x where u is infinite or NaN.
  private static func completed(
    _ b: inout VectorBuilder, _ u: Value, of x: Value? = nil, _ result: Value
  ) -> Value {
    let infinity = b.constant(.infinity)
    let finite = b.select(b.compare(u, .less, infinity), result, x ?? u)
    let value = b.select(b.compare(u, .equal, b.constant(0)), b.constant(-.infinity), finite)
    // All ones are NaN.
    return b.or(value, b.compare(u, .less, b.constant(0)))
  }

  /// log x of a normal positive x, in double precision, as are the functions below. The error is below 2⁻³⁰
  /// of it.
  static func logarithm(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (k, f) = VectorMath.exponentAndFraction(&b, x)
    return b.multiplyAdd(k, b.constant(ln2), logarithmOfOnePlus(&b, f))
  }

  /// log(1 + x) of x > −1, with a relative error below 2⁻³⁰ also where 1 + x is rounded.
  static func logarithm(_ b: inout VectorBuilder, ofOnePlus x: Value) -> Value {
    let (k, fraction) = VectorMath.exponentAndFraction(&b, b.add(x, b.constant(1)))
    let f = b.select(b.compare(k, .equal, b.constant(0)), x, fraction)
    return b.multiplyAdd(k, b.constant(ln2), logarithmOfOnePlus(&b, f))
  }

  /// log(1 + f) = f + f² P(f) for √½ ≤ 1+f < √2.
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
