// SPDX-License-Identifier: Apache-2.0

internal import LibC

// log, log2, log10 and log1p.

extension VectorMath {
  /// log x. Subnormal arguments go to the C library, with AVX2 also negative, infinite ones and NaN.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of 0.5…2, 0…10⁵ and all magnitudes: 0.65 ulp.
  @Sendable static func log(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (high, low) = logarithm(&b, exponentAndFraction(&b, x))
    return completed(&b, x, b.add(high, low), logFunction)
  }

  /// log₂ x = k + log(1+f)/log 2, exact for powers of 2.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of 0.5…2, 0…10⁵ and all magnitudes: 0.71 ulp.
  @Sendable static func log2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (k, f) = exponentAndFraction(&b, x)
    let (high, low) = logarithmOfFraction(&b, f)
    let (product, productLow) = b.product(high, low, 0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56)
    // |k| is 0 or larger than the rest.
    let (sum, error) = b.fastTwoSum(k, product)
    let result = b.add(sum, b.add(error, productLow))
    return completed(&b, x, result, log2Function)
  }

  /// log₁₀ x = k log₁₀ 2 + log(1+f)/log 10.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of 0.5…2, 0…10⁵ and all magnitudes: 0.65 ulp.
  @Sendable static func log10(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (k, f) = exponentAndFraction(&b, x)
    let (high, low) = logarithmOfFraction(&b, f)
    let (product, productLow) = b.product(high, low, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57)
    // The first 40 bits of log₁₀ 2 times k are exact.
    let exponent = b.multiply(k, b.constant(0x1.34413509f7p-2))
    let (sum, error) = b.fastTwoSum(exponent, product)
    let rest = b.multiplyAdd(k, b.constant(0x1.3fde623e2566bp-43), b.add(error, productLow))
    return completed(&b, x, b.add(sum, rest), log10Function)
  }

  /// log(1 + x): the logarithm of u = 1 + x rounded, corrected by what the rounding has lost. With AVX2, arguments
  /// of −1 and less, infinite ones and NaN go to the C library.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −0.5…0.5, −1…10³ and all magnitudes:
  /// 0.88 ulp.
  @Sendable static func log1p(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let one = b.constant(1)
    let (u, lost) = b.twoSum(one, x)
    let (high, low) = logarithm(&b, ofSum: u, lost)
    let result = b.add(high, low)
    // −0 stays −0: the result has the sign of x.
    let signed = b.or(result, b.and(x, b.constant(-0.0)))
    if b.instructionSet == .avx512 { return b.fixUp(signed, where: u, ofLogarithm) }
    let isOutside = b.or(
      b.compare(x, .notLessOrEqual, b.constant(.greatestFiniteMagnitude)),
      b.compare(x, .lessOrEqual, b.constant(-1)))
    return b.call(log1pFunction, of: x, where: isOutside, else: signed)
  }

  /// `result` for normal positive numbers, −inf for zeros, which are common; the scalar function else.
  private static func completed(
    _ b: inout VectorBuilder, _ x: Value, _ result: Value, _ function: ScalarFunction
  ) -> Value {
    if b.instructionSet == .avx512 {
      let fixed = b.fixUp(result, where: x, ofLogarithm)
      return b.call(function, of: x, where: b.classify(x, .subnormal), else: fixed)
    }
    let isZero = b.compare(x, .equal, b.constant(0))
    let isRare = b.andNot(isZero, isNotPositiveNormal(&b, x))
    let value = b.select(isZero, b.constant(-.infinity), result)
    return b.call(function, of: x, where: isRare, else: value)
  }

  /// Of a logarithm, by its argument: −inf of zeros, NaN of negative numbers and NaN, inf of inf.
  private static let ofLogarithm = SpecialCases(
    nan: .argument, zero: .negativeInfinity, negativeInfinity: .nan, infinity: .infinity, negative: .nan)

  private static let logFunction = ScalarFunction { x, _ in LibC.log(x) }
  private static let log2Function = ScalarFunction { x, _ in LibC.log2(x) }
  private static let log10Function = ScalarFunction { x, _ in LibC.log10(x) }
  private static let log1pFunction = ScalarFunction { x, _ in LibC.log1p(x) }

  /// log(u + lost) in two numbers, for a normal positive u and |lost| ≤ ulp(u).
  static func logarithm(
    _ b: inout VectorBuilder, ofSum u: Value, _ lost: Value, doublings: Value? = nil
  ) -> (high: Value, low: Value) {
    var (k, f) = exponentAndFraction(&b, u)
    let correction = b.multiply(lost, powerOf2(&b, b.negate(b.minimum(b.constant(1000), k))))
    if let doublings { k = b.add(k, doublings) }
    return logarithm(&b, (k, f), correction: correction)
  }

  /// log(2ᵏ(1+f)) in two numbers, with an error below 2⁻⁵⁷ of the result.
  static func logarithm(
    _ b: inout VectorBuilder, _ parts: (k: Value, f: Value), correction: Value? = nil
  ) -> (high: Value, low: Value) {
    let (k, f) = parts
    let (fraction, fractionLow) = logarithmOfFraction(&b, f, correction: correction)
    // The first 32 bits of log 2 times k are exact.
    let log2 = b.constant(6.93147180369123816490e-01)
    let high = b.multiplyAdd(k, log2, fraction)
    let error = b.subtract(fraction, b.negativeMultiplyAdd(k, log2, high))
    let low = b.multiplyAdd(k, b.constant(1.90821492927058770002e-10), b.add(error, fractionLow))
    return (high, low)
  }

  /// log(1 + f + correction) in two numbers, for √½ ≤ 1+f < √2:
  /// log(1+f) = f − f²/2 + s(f²/2 + R), s = f/(2+f), with R a polynomial in s². The method is that of
  /// fdlibm's e_log.c (Sun Microsystems, 1993), but f − f²/2 is kept in two numbers.
  static func logarithmOfFraction(
    _ b: inout VectorBuilder, _ f: Value, correction: Value? = nil
  ) -> (high: Value, low: Value) {
    let s = b.divide(f, b.add(f, b.constant(2)))
    let z = b.multiply(s, s)
    let r = b.multiply(z, polynomial(&b, z, logCoefficients))
    let (square, squareLow) = b.twoProduct(f, f)
    let half = b.multiply(square, b.constant(0.5))
    let (high, error) = b.fastTwoDifference(f, half)
    var low = b.multiplyAdd(s, b.add(half, r), error)
    low = b.negativeMultiplyAdd(squareLow, b.constant(0.5), low)
    if let correction {
      // 1/(1+f) = (1−s)/(1+s) = 1 − 2s + 2s² − … is needed to a few bits.
      let twice = b.add(s, s)
      let inverse = b.multiplyAdd(twice, b.subtract(s, b.constant(1)), b.constant(1))
      low = b.multiplyAdd(correction, inverse, low)
    }
    return (high, low)
  }

  /// (2 atanh s − 2s)/s³ as a polynomial in s² for s² ≤ 0.0295: interpolation at Chebyshev's nodes with
  /// mpmath. The error relative to 2 atanh s is 2⁻⁵⁷.
  private static let logCoefficients = [
    0.666666666666667, 0.3999999999989924, 0.2857142862609589, 0.2222221111514416, 0.18182890556695602,
    0.1533167403016786, 0.1461703754879165,
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
