// SPDX-License-Identifier: Apache-2.0

// pow with a variable exponent.

extension VectorMath {
  /// xʸ = exp(y log|x|), with log|x| in two numbers: an error of 2⁻⁶⁵ of it, which y log|x| < 745
  /// makes 2⁻⁵⁶ of the result. For x < 0 and an integral y the sign is that of (−1)ʸ.
  ///
  /// Largest error seen, in over 10⁶ random pairs from each of 0…10, e^±30 to the ±100, 0.9…1.1 to the ±6000
  /// and all magnitudes: 0.75 ulp.
  @Sendable static func pow(_ b: inout VectorBuilder, _ x: Value, _ y: Value) -> Value {
    let (one, zero, infinity) = (b.constant(1), b.constant(0), b.constant(.infinity))
    let a = b.magnitude(x)
    let logarithm = preciseLogarithm(&b, a)
    // log 0 = −inf and log inf = inf; NaN stays.
    let finite = b.select(b.compare(a, .less, infinity), logarithm.high, a)
    let high = b.select(b.compare(a, .equal, zero), b.constant(-.infinity), finite)

    let (product, error) = b.twoProduct(y, high)
    // Beyond these the result is inf and 0. The constant comes first: then NaN goes through.
    let exponent = b.minimum(b.constant(720), b.maximum(b.constant(-760), product))
    let isWithin = b.compare(b.magnitude(product), .less, b.constant(800))
    let low = b.and(isWithin, b.multiplyAdd(y, logarithm.low, error))
    let k = b.round(b.multiply(exponent, b.constant(1.442695040888963407359924681001892137)), .nearest)
    let (reduced, tail) = reducedByLog2(&b, exponent, k)
    let power = exponential(&b, k: k, high: reduced, tail: b.add(tail, low))
    let (sum, sumError) = b.fastTwoSum(one, power.r)
    let magnitude = scaled(&b, b.add(sum, b.add(sumError, power.rest)), by: k)

    let sign = b.constant(-0.0)
    let isIntegral = b.compare(b.round(y, .nearest), .equal, y)
    let half = b.multiply(y, b.constant(0.5))
    let isOdd = b.andNot(b.compare(b.round(half, .nearest), .equal, half), isIntegral)
    let signed = b.or(magnitude, b.and(b.and(isOdd, x), sign))
    let isNegative = b.and(
      b.compare(x, .less, zero), b.compare(x, .notEqual, b.constant(-.infinity)))
    // All ones are NaN.
    let result = b.or(signed, b.andNot(isIntegral, isNegative))
    // 1ʸ = x⁰ = 1 even of NaN, and (−1)^±inf = 1.
    let isUnit = b.and(b.compare(a, .equal, one), b.compare(b.magnitude(y), .equal, infinity))
    let isOne = b.or(isUnit, b.or(b.compare(x, .equal, one), b.compare(y, .equal, zero)))
    return b.select(isOne, one, result)
  }

  /// log a in two numbers for 0 < a < inf: log(2ᵏ(1+f)) = k log 2 + s (2 + z (2/3 + z Q)), with
  /// s = f/(2+f), z = s² and Q a polynomial in z; all but z Q is computed in two numbers.
  private static func preciseLogarithm(_ b: inout VectorBuilder, _ a: Value) -> VectorBuilder.Pair {
    let isSubnormal = b.compare(a, .less, b.constant(.leastNormalMagnitude))
    let normal = b.select(isSubnormal, b.multiply(a, b.constant(0x1p54)), a)
    let (k0, f) = exponentAndFraction(&b, normal)
    let k = b.subtract(k0, b.and(isSubnormal, b.constant(54)))

    let s = b.quotient((f, b.constant(0)), b.fastTwoSum(b.constant(2), f))
    let (z, zError) = b.twoProduct(s.high, s.high)
    let zLow = b.multiplyAdd(b.add(s.high, s.high), s.low, zError)
    let q = b.multiply(z, polynomial(&b, z, preciseCoefficients))
    let (u, uError) = b.fastTwoSum(b.constant(2.0 / 3), q)
    let uLow = b.add(uError, b.constant(0x1.5555555555555p-55))
    let (w, wError) = b.twoProduct(z, u)
    let wLow = b.multiplyAdd(z, uLow, b.multiplyAdd(zLow, u, wError))
    let (cubic, cubicError) = b.twoProduct(s.high, w)
    let cubicLow = b.multiplyAdd(s.high, wLow, b.multiplyAdd(s.low, w, cubicError))
    let (fraction, error) = b.fastTwoSum(b.add(s.high, s.high), cubic)
    let fractionLow = b.add(error, b.add(cubicLow, b.add(s.low, s.low)))

    let (sum, sumError) = b.fastTwoSum(b.multiply(k, b.constant(6.93147180369123816490e-01)), fraction)
    let low = b.multiplyAdd(k, b.constant(1.90821492927058770002e-10), b.add(sumError, fractionLow))
    return b.fastTwoSum(sum, low)
  }

  /// (2 atanh s − 2s − 2s³/3)/s⁵ as a polynomial in s² for s² ≤ 0.0295: interpolation at Chebyshev's
  /// nodes with mpmath. The error relative to 2 atanh s is 2⁻⁶⁶.
  private static let preciseCoefficients = [
    0.4, 0.2857142857142937, 0.22222222221654733, 0.1818181833565416, 0.15384594934597917,
    0.13334806212100603, 0.11706195689881364, 0.11723603622905411,
  ]
}
