internal import Glibc

// exp and log. The error bounds stated are those that the accuracy test measures.

extension VectorMath {
  /// eˣ, at most 1 ulp off.
  ///
  /// x = k·log 2 + r with |r| ≤ ½ log 2; eʳ by its Taylor series, whose rest r¹⁴/14! is below 2⁻⁵⁷; then a
  /// scaling by 2ᵏ in two steps, so that results above 2¹⁰²³ and subnormal ones are rounded once.
  @Sendable static func exp(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // Beyond these the result is inf and 0. The constant comes first: then NaN goes through.
    let low = b.maximum(b.constant(-746), x)
    let x = b.minimum(b.constant(710), low)
    let k = b.round(b.multiply(x, b.constant(1.442695040888963407359924681001892137)), .nearest)
    let (high, tail) = reducedByLog2(&b, x, k)
    let r = b.add(high, tail)
    // e^(r+δ) = e^r + δ to first order, where r + δ is the reduced argument beyond double precision.
    let lost = b.subtract(tail, b.subtract(r, high))
    let p = polynomial(&b, r, expCoefficients)
    let r2 = b.multiply(r, r)
    let sum = b.add(r, b.multiplyAdd(r2, p, lost))
    return scaled(&b, b.add(b.constant(1), sum), by: k)
  }

  /// 1/2!, 1/3!, … 1/13!
  private static let expCoefficients: [Double] = [
    0.5, 0.16666666666666666667, 0.041666666666666666667, 0.0083333333333333333333,
    0.0013888888888888888889, 0.00019841269841269841270, 0.000024801587301587301587,
    2.7557319223985890653e-6, 2.7557319223985890653e-7, 2.5052108385441718775e-8,
    2.0876756987868098979e-9, 1.6059043836821614599e-10,
  ]

  /// x − k log 2 as a sum of two numbers. The first 32 bits of log 2 times k are exact.
  static func reducedByLog2(_ b: inout VectorBuilder, _ x: Value, _ k: Value) -> (high: Value, tail: Value) {
    let high = b.negativeMultiplyAdd(k, b.constant(6.93147180369123816490e-01), x)
    let tail = b.multiply(k, b.constant(-1.90821492927058770002e-10))
    return (high, tail)
  }

  /// c₀ + c₁ x + … by Horner's rule.
  static func polynomial(_ b: inout VectorBuilder, _ x: Value, _ coefficients: [Double]) -> Value {
    var p = b.constant(coefficients.last!)
    for c in coefficients.dropLast().reversed() { p = b.multiplyAdd(p, x, b.constant(c)) }
    return p
  }

  /// x·2ᵏ for an integral k with |k| ≤ 2000, in two steps.
  static func scaled(_ b: inout VectorBuilder, _ x: Value, by k: Value) -> Value {
    let half = b.round(b.multiply(k, b.constant(0.5)), .nearest)
    let rest = b.subtract(k, half)
    return b.multiply(b.multiply(x, powerOf2(&b, half)), powerOf2(&b, rest))
  }

  /// 2ᵏ for an integral k in the range of normal exponents: k + 1023 moves into the exponent's place.
  static func powerOf2(_ b: inout VectorBuilder, _ k: Value) -> Value {
    b.shiftLeft(b.add(k, b.constant(0x1.8p52 + 1023)), 52)
  }

  /// log x, at most 1 ulp off. Zero, negative, subnormal, infinite arguments and NaN go to the C library.
  ///
  /// x = 2ᵏ(1+f) with √½ ≤ 1+f < √2, and log(1+f) = f − f²/2 + s(f²/2 + R), s = f/(2+f), with R a
  /// polynomial in s²: the method and the coefficients of fdlibm's e_log.c (Sun Microsystems, 1993).
  @Sendable static func log(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (k, f) = exponentAndFraction(&b, x)
    let s = b.divide(f, b.add(f, b.constant(2)))
    let z = b.multiply(s, s)
    let r = b.multiply(z, polynomial(&b, z, logCoefficients))
    let half = b.multiply(b.multiply(f, f), b.constant(0.5))
    let low = b.multiply(k, b.constant(1.90821492927058770002e-10))
    let inner = b.multiplyAdd(s, b.add(half, r), low)
    let rest = b.subtract(b.subtract(half, inner), f)
    let result = b.multiplySubtract(k, b.constant(6.93147180369123816490e-01), rest)
    return b.call(logFunction, of: x, where: isNotPositiveNormal(&b, x), else: result)
  }

  private static let logFunction = ScalarFunction { x, _ in Glibc.log(x) }

  private static let logCoefficients: [Double] = [
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
  ]

  /// k and f of x = 2ᵏ(1+f), √½ ≤ 1+f < √2, for a normal positive x.
  static func exponentAndFraction(_ b: inout VectorBuilder, _ x: Value) -> (k: Value, f: Value) {
    // Adding this to the bits carries into the exponent where the fraction is at least √2 (but for a
    // last bit, which does not matter).
    let shifted = b.addIntegers(x, b.constant(bits: 0x0009_5F62_0000_0000))
    let biased = b.shiftRight(shifted, 52)
    // The biased exponent becomes a double by its bits: 2⁵² + e, less 2⁵² + 1023.
    let exponent = b.subtract(
      b.or(biased, b.constant(0x1p52)), b.constant(0x1p52 + 1023))
    // 1 + f: the fraction's bits with the exponent 0 or −1.
    let fraction = b.and(shifted, b.constant(bits: 0x000F_FFFF_FFFF_FFFF))
    let one = b.addIntegers(fraction, b.constant(bits: 0x3FF0_0000_0000_0000 - 0x0009_5F62_0000_0000))
    return (exponent, b.subtract(one, b.constant(1)))
  }

  /// Whether x is none of the numbers from the smallest normal one to the largest.
  static func isNotPositiveNormal(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let isSmall = b.compare(x, .less, b.constant(.leastNormalMagnitude))
    let isNotFinite = b.compare(x, .notLessOrEqual, b.constant(.greatestFiniteMagnitude))
    return b.or(isSmall, isNotFinite)
  }
}
