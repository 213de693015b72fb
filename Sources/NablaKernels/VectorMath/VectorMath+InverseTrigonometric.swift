// SPDX-License-Identifier: Apache-2.0

// atan, atan2, asin and acos.

extension VectorMath {
  private static let halfPi = (high: 0x1.921fb54442d18p0, low: 0x1.1a62633145c07p-54)
  private static let quarterPi = (high: 0x1.921fb54442d18p-1, low: 0x1.1a62633145c07p-55)
  private static let pi = (high: 0x1.921fb54442d18p1, low: 0x1.1a62633145c07p-53)

  /// atan x.
  ///
  /// With t = |x| up to ½, π/4 + atan t with t = (|x|−1)/(|x|+1) up to 2, π/2 + atan t with t = −1/|x|
  /// beyond; t is kept in two numbers, and |t| ≤ ½.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −10…10 and all magnitudes: 0.75 ulp.
  @Sendable static func atan(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let one = b.constant(1)
    let a = b.minimum(b.constant(0x1p60), b.magnitude(x))
    let isLow = b.compare(a, .lessOrEqual, b.constant(0.5))
    let isHigh = b.compare(b.constant(2), .less, a)
    let (sum, error) = b.twoSum(a, one)
    let n = b.select(isLow, a, b.select(isHigh, b.constant(-1), b.subtract(a, one)))
    let d = b.select(isLow, one, b.select(isHigh, a, sum))
    let dLow = b.andNot(b.or(isLow, isHigh), error)
    let (t, tLow) = b.quotient((n, b.constant(0)), (d, dLow))
    let base = b.andNot(
      isLow, b.select(isHigh, b.constant(halfPi.high), b.constant(quarterPi.high)))
    let baseLow = b.andNot(isLow, b.select(isHigh, b.constant(halfPi.low), b.constant(quarterPi.low)))
    let (high, lost) = b.fastTwoSum(base, t)
    let z = b.multiply(t, t)
    let rest = b.multiplyAdd(b.multiply(t, z), polynomial(&b, z, atanCoefficients), b.add(tLow, baseLow))
    let result = b.add(high, b.add(lost, rest))
    return b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// (atan t − t)/t³ as a polynomial in t² for |t| ≤ ½: interpolation at Chebyshev's nodes with mpmath.
  /// The error relative to t is 2⁻⁵⁸.
  private static let atanCoefficients = [
    -0.3333333333333333, 0.19999999999999488, -0.14285714285599188, 0.11111111100917376,
    -0.09090908620322523, 0.07692294712540285, -0.06666435677235948, 0.05879578429582425,
    -0.05240099507994713, 0.04628024868570153, -0.03806653672057366, 0.025006503566489507,
    -0.009215792047089858,
  ]

  /// The angle of the point (x, y), from −π to π.
  ///
  /// With q = min(|x|, |y|)/max(|x|, |y|) ≤ 1, atan q as above; then π/2 − atan q where |y| > |x|, and
  /// π less that where x is negative, each in two numbers.
  ///
  /// Largest error seen, in over 10⁶ random pairs from each of −1…1, −10…10 and all magnitudes: 0.86 ulp.
  @Sendable static func atan2(_ b: inout VectorBuilder, _ y: Value, _ x: Value) -> Value {
    let (yMagnitude, xMagnitude) = (b.magnitude(y), b.magnitude(x))
    let isUnordered = b.compare(y, .unordered, x)
    let isSteep = b.compare(xMagnitude, .less, yMagnitude)
    // Scaled so that neither a reciprocal, a sum nor a residue leaves the normal numbers. Beside an infinity finite
    // numbers become 0, and infinities NaN, in place of which the minimum instruction gives the limit.
    let largest = b.maximum(xMagnitude, yMagnitude)
    let largeScale = b.select(
      b.compare(largest, .less, b.constant(.infinity)), b.constant(0x1p-10), b.constant(0))
    let scale = b.select(
      b.compare(b.constant(0x1p400), .less, largest), largeScale,
      b.select(b.compare(largest, .less, b.constant(0x1p-400)), b.constant(0x1p600), b.constant(0x1p400)))
    let limit = b.constant(0x1p1020)
    let u = b.maximum(
      b.minimum(b.multiply(largest, scale), limit), b.constant(.leastNormalMagnitude))
    let v = b.minimum(b.multiply(b.minimum(xMagnitude, yMagnitude), scale), limit)

    let isLow = b.compare(b.add(v, v), .lessOrEqual, u)
    let (sum, error) = b.fastTwoSum(u, v)
    let (difference, differenceError) = b.fastTwoDifference(u, v)
    let n = b.select(isLow, v, b.negate(difference))
    let nLow = b.andNot(isLow, b.negate(differenceError))
    let d = b.select(isLow, u, sum)
    let (t, tLow) = b.quotient((n, nLow), (d, b.andNot(isLow, error)))
    let z = b.multiply(t, t)
    let rest = b.multiplyAdd(b.multiply(t, z), polynomial(&b, z, atanCoefficients), tLow)
    // The angle is base ± (t + rest), where base is a multiple of π/4.
    let sign = b.constant(-0.0)
    // The sign bit as a number is 2⁻⁵¹¹ and more: −0 lies to the left too.
    let isLeft = b.compare(b.constant(0), .notEqual, b.shiftRight(b.and(x, sign), 2))
    var (base, baseLow) = (
      b.andNot(isLow, b.constant(quarterPi.high)), b.andNot(isLow, b.constant(quarterPi.low))
    )
    base = b.select(isSteep, b.subtract(b.constant(halfPi.high), base), base)
    baseLow = b.select(isSteep, b.subtract(b.constant(halfPi.low), baseLow), baseLow)
    let (left, leftError) = b.fastTwoDifference(b.constant(pi.high), base)
    base = b.select(isLeft, left, base)
    baseLow = b.select(isLeft, b.add(leftError, b.subtract(b.constant(pi.low), baseLow)), baseLow)
    let flip = b.and(b.exclusiveOr(isSteep, isLeft), sign)
    let (high, lost) = b.fastTwoSum(base, b.exclusiveOr(t, flip))
    let low = b.add(lost, b.add(baseLow, b.exclusiveOr(rest, flip)))
    let result = b.or(b.add(high, low), b.and(y, sign))
    return b.or(result, isUnordered)
  }

  /// The parts of asin and acos: with |x| ≤ ½, asin |x| = t + rest; beyond, acos |x| = 2(t + rest), where
  /// t + low = √((1−|x|)/2).
  private struct ArcSine {
    var isLow: Value
    var t: Value
    var rest: Value
  }

  private static func arcSine(_ b: inout VectorBuilder, _ x: Value) -> ArcSine {
    let half = b.constant(0.5)
    let a = b.magnitude(x)
    let isLow = b.compare(a, .lessOrEqual, half)
    let z = b.select(isLow, b.multiply(a, a), b.negativeMultiplyAdd(a, half, half))
    let root = b.squareRoot(z)
    let residue = b.negativeMultiplyAdd(root, root, z)
    let divisor = b.maximum(b.add(root, root), b.constant(.leastNormalMagnitude))
    let rootLow = b.divide(residue, divisor)
    let t = b.select(isLow, a, root)
    let low = b.andNot(isLow, rootLow)
    let rest = b.multiplyAdd(b.multiply(t, z), polynomial(&b, z, asinCoefficients), low)
    return ArcSine(isLow: isLow, t: t, rest: rest)
  }

  /// (asin t − t)/t³ as a polynomial in t² for |t| ≤ ½: interpolation at Chebyshev's nodes with mpmath.
  /// The error relative to t is 2⁻⁵⁷.
  private static let asinCoefficients = [
    0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247,
    0.02237217294214989, 0.017352392720869973, 0.013971212973552933, 0.011479177415184906,
    0.01032281435018578, 0.005457506718640358, 0.01740087944269402, -0.014851887071247204,
    0.028757851367421566,
  ]

  /// asin x; NaN beyond ±1. π/2 − 2(t + rest) where |x| > ½.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −0.55…0.55 and all magnitudes: 0.64
  /// ulp.
  @Sendable static func asin(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let arc = arcSine(&b, x)
    let low = b.add(arc.t, arc.rest)
    let (high, error) = b.fastTwoSum(b.constant(halfPi.high), b.multiply(arc.t, b.constant(-2)))
    let rest = b.negativeMultiplyAdd(b.constant(2), arc.rest, b.add(error, b.constant(halfPi.low)))
    let result = b.select(arc.isLow, low, b.add(high, rest))
    return b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// acos x; NaN beyond ±1. π/2 − asin x where |x| ≤ ½; 2(t + rest) above, and π less that below.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −0.55…0.55 and all magnitudes: 0.65
  /// ulp.
  @Sendable static func acos(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let arc = arcSine(&b, x)
    let sign = b.constant(-0.0)
    let isLeft = b.compare(x, .less, b.constant(0))
    let (base, baseLow) = (
      b.select(arc.isLow, b.constant(halfPi.high), b.and(isLeft, b.constant(pi.high))),
      b.select(arc.isLow, b.constant(halfPi.low), b.and(isLeft, b.constant(pi.low)))
    )
    // base ∓ (t + rest), or twice that.
    let factor = b.select(arc.isLow, b.constant(-1), b.constant(2))
    let signed = b.exclusiveOr(factor, b.and(x, sign))
    let (high, error) = b.fastTwoSum(base, b.multiply(arc.t, signed))
    return b.add(high, b.multiplyAdd(arc.rest, signed, b.add(error, baseLow)))
  }
}
