// SPDX-License-Identifier: Apache-2.0

internal import LibC

// sigmoid and softplus.

extension VectorMath {
  /// Below this eˣ or its rounding error is subnormal, and both functions equal eˣ.
  private static let subnormalBound = -690.0
  /// Below this eˣ is 0.
  private static let zeroBound = -746.0

  /// 1/(1 + e⁻ˣ) = 1/(1 + t) for x ≥ 0, t/(1 + t) for x < 0, with t = e^−|x| and both parts in two numbers.
  ///
  /// Largest error seen, in 30,000 arguments (Benchmarks/accuracy): 0.65 ulp.
  @Sendable static func sigmoid(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (t, tLow) = exponentialOfMagnitude(&b, x)
    let one = b.constant(1)
    let (d, error) = b.fastTwoSum(one, t)
    let isNegative = b.compare(x, .less, b.constant(0))
    let numerator = (high: b.select(isNegative, t, one), low: b.select(isNegative, tLow, b.constant(0)))
    let quotient = b.quotient(numerator, (d, b.add(error, tLow)))
    return tailed(&b, x, b.add(quotient))
  }

  /// log(1 + eˣ) = max(x, 0) + log(1 + t), t = e^−|x|, and log(1 + t) = 2 atanh s, s = t/(2 + t) ≤ ⅓.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −40…40, −750…750 and all magnitudes:
  /// 0.75 ulp.
  @Sendable static func softplus(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let (t, tLow) = exponentialOfMagnitude(&b, x)
    let (d, error) = b.fastTwoSum(b.constant(2), t)
    let (s, sLow) = b.quotient((t, tLow), (d, b.add(error, tLow)))
    let z = b.multiply(s, s)
    let rest = b.multiplyAdd(b.multiply(s, z), polynomial(&b, z, coefficients), b.add(sLow, sLow))
    let (high, low) = b.twoSum(b.maximum(x, b.constant(0)), b.add(s, s))
    let result = b.add(high, b.add(low, rest))
    // Of an infinite x the sum's error is NaN.
    return tailed(&b, x, b.select(b.compare(b.constant(-subnormalBound), .less, x), x, result))
  }

  /// (2 atanh s − 2s)/s³ as a polynomial in s² for s ≤ ⅓: interpolation at Chebyshev's nodes with
  /// mpmath. The error relative to 2 atanh s is 2⁻⁵⁸.
  private static let coefficients = [
    0.6666666666666666, 0.39999999999999525, 0.285714285716001, 0.2222222219823677, 0.18181819897962714,
    0.1538454396486055, 0.13335178631449257, 0.11734279061303197, 0.10845178394880015,
    0.07492143795550767, 0.1563057780092285,
  ]

  /// e^−|x| in two numbers, for |x| ≤ 690; beyond, that of 690.
  private static func exponentialOfMagnitude(_ b: inout VectorBuilder, _ x: Value) -> VectorBuilder.Pair {
    let power = exponential(&b, b.negate(b.minimum(b.constant(-subnormalBound), b.magnitude(x))))
    let (sum, error) = b.fastTwoSum(b.constant(1), power.r)
    let (high, low) = b.fastTwoSum(sum, b.add(error, power.rest))
    let scale = powerOf2(&b, power.k)
    return (b.multiply(high, scale), b.multiply(low, scale))
  }

  /// `result`, or eˣ below `subnormalBound`: by the C library where that is not 0.
  private static func tailed(_ b: inout VectorBuilder, _ x: Value, _ result: Value) -> Value {
    let isZero = b.compare(x, .less, b.constant(zeroBound))
    let isSmall = b.compare(x, .less, b.constant(subnormalBound))
    let cut = b.andNot(isZero, result)
    return b.call(expFunction, of: x, where: b.andNot(isZero, isSmall), else: cut)
  }

  private static let expFunction = ScalarFunction { x, _ in LibC.exp(x) }
}
