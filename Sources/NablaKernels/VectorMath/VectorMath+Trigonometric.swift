// SPDX-License-Identifier: Apache-2.0

// sin, cos and tan, which share all but their last steps: the builder writes each shared operation once.

extension VectorMath {
  /// Beyond this magnitude scalar code reduces the argument.
  private static let largestReduced = 1e6

  /// sin x.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −10…10, −10⁶…10⁶, −10⁹…10⁹ and all
  /// magnitudes: 0.79 ulp.
  @Sendable static func sin(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let reduced = reducedByHalfPi(&b, x)
    let (sine, cosine) = (kernelSin(&b, reduced), kernelCos(&b, reduced))
    let value = b.select(reduced.isOdd, cosine, sine)
    // Quadrants 2 and 3 change the sign, and so does a negative argument; −0 stays −0.
    let sign = b.exclusiveOr(reduced.isUpper, x)
    let result = b.exclusiveOr(value, b.and(sign, b.constant(-0.0)))
    return b.call(hugeSin, of: x, where: reduced.isTooLarge, else: result)
  }

  /// cos x.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −10…10, −10⁶…10⁶, −10⁹…10⁹ and all
  /// magnitudes: 0.77 ulp.
  @Sendable static func cos(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let reduced = reducedByHalfPi(&b, x)
    let (sine, cosine) = (kernelSin(&b, reduced), kernelCos(&b, reduced))
    let value = b.select(reduced.isOdd, sine, cosine)
    // Quadrants 1 and 2 change the sign.
    let sign = b.exclusiveOr(reduced.isUpper, reduced.isOdd)
    let result = b.exclusiveOr(value, b.and(sign, b.constant(-0.0)))
    return b.call(hugeCos, of: x, where: reduced.isTooLarge, else: result)
  }

  /// tan x = sin x/cos x, each in two numbers.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −10…10, −10⁶…10⁶, −10⁹…10⁹ and all
  /// magnitudes: 0.91 ulp.
  @Sendable static func tan(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let reduced = reducedByHalfPi(&b, x)
    let (sine, cosine) = (sineParts(&b, reduced), cosineParts(&b, reduced))
    let s = b.fastTwoSum(sine.high, sine.low)
    let c = b.fastTwoSum(cosine.high, cosine.low)
    let isOdd = reduced.isOdd
    let quotient = b.quotient(
      (b.select(isOdd, c.high, s.high), b.select(isOdd, c.low, s.low)),
      (b.select(isOdd, s.high, c.high), b.select(isOdd, s.low, c.low)))
    // −1/tan in odd quadrants, and −tan |x| for negative x.
    let sign = b.and(b.exclusiveOr(isOdd, x), b.constant(-0.0))
    let result = b.exclusiveOr(b.add(quotient.high, quotient.low), sign)
    return b.call(hugeTan, of: x, where: reduced.isTooLarge, else: result)
  }

  struct ReducedAngle {
    /// |x| − q π/2 as a sum of two numbers, at most π/4 in magnitude.
    var high: Value
    var low: Value
    /// Masks by their sign bits: q is odd; bit 1 of q is set.
    var isOdd: Value
    var isUpper: Value
    /// |x| is beyond `largestReduced`. NaN is not: it stays NaN by itself.
    var isTooLarge: Value
  }

  /// The argument reduction of Cody and Waite with a fused multiply-add: π/2 = p₁ + p₂ + p₃ in three
  /// doubles. |x| − q p₁ is exact (a multiple of 2⁻⁵³ below 1), and the rest is kept in two doubles, so
  /// that arguments next to a multiple of π/2 lose nothing.
  static func reducedByHalfPi(_ b: inout VectorBuilder, _ x: Value) -> ReducedAngle {
    let x = b.magnitude(x)
    let shifter = b.constant(0x1.8p52)
    let shifted = b.multiplyAdd(x, b.constant(0.636619772367581343075535053490057448), shifter)
    let q = b.subtract(shifted, shifter)
    let r = b.negativeMultiplyAdd(q, b.constant(1.57079632679489655800e+00), x)
    let p2 = b.constant(6.12323399573676603587e-17)
    let product = b.multiply(q, p2)
    let productError = b.multiplySubtract(q, p2, product)
    // The difference and its exact error (Knuth's TwoSum).
    let high = b.subtract(r, product)
    let part = b.subtract(high, r)
    let error = b.subtract(b.subtract(r, b.subtract(high, part)), b.add(product, part))
    let tail = b.subtract(error, productError)
    let low = b.negativeMultiplyAdd(q, b.constant(-1.49738490485916983e-33), tail)
    return ReducedAngle(
      high: high, low: low, isOdd: b.shiftLeft(shifted, 63), isUpper: b.shiftLeft(shifted, 62),
      isTooLarge: b.compare(b.constant(largestReduced), .less, x))
  }

  /// Of fdlibm's k_sin.c without the first, and of its k_cos.c.
  static let sinCoefficients = [
    8.33333333332248946124e-03, -1.98412698298579493134e-04, 2.75573137070700676789e-06,
    -2.50507602534068634195e-08, 1.58969099521155010221e-10,
  ]
  static let cosCoefficients = [
    4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
    -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11,
  ]

  /// sin(high + low) on [−π/4, π/4]; coefficients of fdlibm's k_sin.c.
  static func kernelSin(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> Value {
    let parts = sineParts(&b, angle)
    return b.add(parts.high, parts.low)
  }

  private static func sineParts(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> VectorBuilder.Pair {
    let (x, y) = (angle.high, angle.low)
    let z = b.multiply(x, x)
    let v = b.multiply(z, x)
    let r = polynomial(&b, z, sinCoefficients)
    // x − ((z(y/2 − v r) − y) − v S₁)
    let inner = b.negativeMultiplyAdd(v, r, b.multiply(y, b.constant(0.5)))
    let middle = b.multiplySubtract(z, inner, y)
    return (x, b.negate(b.multiplyAdd(v, b.constant(1.66666666666666324348e-01), middle)))
  }

  /// cos(high + low) on [−π/4, π/4]; coefficients of fdlibm's k_cos.c.
  static func kernelCos(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> Value {
    let parts = cosineParts(&b, angle)
    return b.add(parts.high, parts.low)
  }

  private static func cosineParts(_ b: inout VectorBuilder, _ angle: ReducedAngle) -> VectorBuilder.Pair {
    let (x, y) = (angle.high, angle.low)
    let z = b.multiply(x, x)
    let r = b.multiply(z, polynomial(&b, z, cosCoefficients))
    let half = b.multiply(z, b.constant(0.5))
    let w = b.subtract(b.constant(1), half)
    let lost = b.subtract(b.subtract(b.constant(1), w), half)
    let rest = b.multiplySubtract(z, r, b.multiply(x, y))
    return (w, b.add(lost, rest))
  }
}
