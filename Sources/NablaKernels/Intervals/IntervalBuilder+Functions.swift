// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Enclosures of the elementary functions.
extension IntervalBuilder {
  typealias Bound = VectorProgram.Value

  /// The function of bounds by the vector math library, which has all that are asked for here.
  private mutating func value(_ operation: Operation, _ x: Bound...) -> Bound {
    guard let value = VectorMath.lowered(operation, x, &b) else {
      preconditionFailure("\(operation) has no vector code")
    }
    return value
  }

  /// A bound moved outwards by eight units in the last place, and no less than the smallest numbers.
  private mutating func widened(
    _ bound: Bound, _ rounding: VectorProgram.Rounding, relative: Double = 0x1p-49
  ) -> Bound {
    let greatest = Double.greatestFiniteMagnitude
    let near =
      rounding == .up ? b.maximum(b.constant(-greatest), bound) : b.minimum(b.constant(greatest), bound)
    // In round to nearest, what is lost of a margin of eight units is less than one.
    let margin = b.multiplyAdd(b.magnitude(near), b.constant(relative), b.constant(0x1p-1071))
    return rounding == .up ? b.add(near, margin) : b.subtract(near, margin)
  }

  /// The range of an increasing function, which is exact at one number.
  mutating func increasing(_ operation: Operation, _ x: Value, exact: (at: Double, value: Double)? = (0, 0))
    -> Value
  {
    var lower = widened(value(operation, x.lower), .down)
    var upper = widened(value(operation, x.upper), .up)
    if let exact {
      let (place, value) = (b.constant(exact.at), b.constant(exact.value))
      lower = b.select(b.compare(x.lower, .equal, place), value, lower)
      upper = b.select(b.compare(x.upper, .equal, place), value, upper)
    }
    return Value(lower: lower, upper: upper)
  }

  /// The range of a decreasing function.
  mutating func decreasing(_ operation: Operation, _ x: Value) -> Value {
    Value(
      lower: widened(value(operation, x.upper), .down), upper: widened(value(operation, x.lower), .up))
  }

  /// What of a range, which is not empty, does not exceed the function's own bounds.
  mutating func clamped(_ x: Value, _ low: Double, _ high: Double = .infinity) -> Value {
    Value(
      lower: low > -.infinity ? b.maximum(x.lower, b.constant(low)) : x.lower,
      upper: high < .infinity ? b.minimum(x.upper, b.constant(high)) : x.upper, isNonNegative: low >= 0)
  }

  /// The part of x in a function's domain.
  mutating func restricted(_ x: Value, _ low: Double, _ high: Double = .infinity) -> Value {
    if low == 0 && high == .infinity && x.isNonNegative { return x }
    return intersection(constant(Interval(low, high)), x)
  }

  /// A logarithm of the part of x that is positive.
  mutating func logarithm(_ operation: Operation, _ x: Value) -> Value {
    let zero = b.constant(0)
    markEmpty(b.compare(x.upper, .lessOrEqual, zero))
    let positive =
      x.isNonNegative
      ? x : Value(lower: b.maximum(x.lower, zero), upper: b.maximum(x.upper, zero), isNonNegative: true)
    return increasing(operation, positive, exact: (1, 0))
  }

  /// An even function that increases with the magnitude, from `least` at 0.
  mutating func even(_ operation: Operation, _ x: Value, least: Double) -> Value {
    let (low, high) = magnitudes(x)
    let range = increasing(operation, Value(lower: low, upper: high), exact: (0, least))
    return clamped(range, least)
  }

  mutating func inverseHyperbolicTangent(_ x: Value) -> Value {
    let inside = restricted(x, -1, 1)
    markEmpty(
      b.or(
        b.compare(b.constant(1), .lessOrEqual, inside.lower),
        b.compare(inside.upper, .lessOrEqual, b.constant(-1))))
    return increasing(.atanh, inside)
  }

  /// 1/√(1−x²) of the part of x in which it is defined.
  mutating func inverseSineSlope(_ x: Value) -> Value {
    let inside = restricted(x, -1, 1)
    markEmpty(b.compare(b.constant(1), .lessOrEqual, magnitudes(inside).least))
    return even(.asinSlope, inside, least: 1)
  }

  /// 1/cosh x, which decreases with the magnitude.
  mutating func hyperbolicSecant(_ x: Value) -> Value {
    let (least, most) = magnitudes(x)
    return clamped(decreasing(.sech, Value(lower: least, upper: most)), 0, 1)
  }

  /// x log y, 0 where x is 0.
  mutating func logarithmTimes(_ x: Value, _ y: Value) -> Value {
    let zero = b.constant(0)
    let isUndefined = b.compare(y.upper, .lessOrEqual, zero)
    let positive = Value(lower: b.maximum(y.lower, zero), upper: b.maximum(y.upper, zero))
    let product = multiply(x, increasing(.log, positive, exact: (1, 0)))
    markEmpty(b.andNot(contains(x, 0).value, isUndefined))
    return select(Mask(value: isUndefined), constant(Interval(0)), product)
  }

  mutating func sign(_ x: Value) -> Value {
    Value(lower: sign(ofBound: x.lower), upper: sign(ofBound: x.upper))
  }

  private mutating func sign(ofBound bound: Bound) -> Bound {
    let zero = b.constant(0)
    let isBelow = b.compare(bound, .less, zero)
    return b.select(
      b.compare(zero, .less, bound), b.constant(1), b.select(isBelow, b.constant(-1), zero))
  }

  // MARK: Directions

  /// The angle of points (x, y); the whole circle where they meet the cut x ≤ 0, y = 0.
  mutating func angle(_ y: Value, _ x: Value) -> Value {
    let corners = [(y.lower, x.lower), (y.lower, x.upper), (y.upper, x.lower), (y.upper, x.upper)].map {
      value(.atan2, $0.0, $0.1)
    }
    let lower = widened(corners.dropFirst().reduce(corners[0]) { b.minimum($0, $1) }, .down)
    let upper = widened(corners.dropFirst().reduce(corners[0]) { b.maximum($0, $1) }, .up)
    let isLeft = Mask(value: b.compare(x.lower, .lessOrEqual, b.constant(0)))
    let isCut = and(isLeft, contains(y, 0))
    return select(
      isCut, constant(Interval(-Double.pi, Double.pi).widened), Value(lower: lower, upper: upper))
  }

  /// x/√(x²+y²): increasing in x, and of the smaller magnitude the larger |y| is.
  mutating func directionCosine(_ x: Value, _ y: Value) -> Value {
    let (least, most) = magnitudes(y)
    let (zero, one) = (b.constant(0), b.constant(1))
    let low = value(.directionCosine, x.lower, b.select(b.compare(zero, .less, x.lower), most, least))
    let high = value(.directionCosine, x.upper, b.select(b.compare(x.upper, .less, zero), most, least))
    // ∞/∞, which is NaN, can be any direction: the other operand is taken.
    return Value(
      lower: b.maximum(widened(low, .down), b.constant(-1)), upper: b.minimum(widened(high, .up), one))
  }

  // MARK: Waves

  /// Bounds of x/π + phase, and whether they say something.
  private mutating func halfTurns(_ x: Value, phase: Double) -> (low: Bound, high: Bound, isKnown: Bound) {
    let (inverse, shift, margin) = (b.constant(1 / Double.pi), b.constant(phase), b.constant(0x1p-50))
    // Two roundings, and that of 1/π.
    let low = b.multiplyAdd(x.lower, inverse, shift)
    let high = b.multiplyAdd(x.upper, inverse, shift)
    let limit = b.constant(0x1p50)
    return (
      b.subtract(low, b.multiplyAdd(b.magnitude(low), margin, margin)),
      b.add(high, b.multiplyAdd(b.magnitude(high), margin, margin)),
      b.and(b.compare(b.constant(-0x1p50), .less, x.lower), b.compare(x.upper, .less, limit))
    )
  }

  private mutating func isEven(_ integer: Bound) -> Bound {
    let half = b.multiply(integer, b.constant(0.5))
    return b.compare(b.round(half, .nearest), .equal, half)
  }

  /// sin or cos: 1 where t = x/π + phase is even and −1 where it is odd, and monotonic between.
  mutating func wave(_ operation: Operation, _ x: Value, phase: Double) -> Value {
    let (low, high, isKnown) = halfTurns(x, phase: phase)
    let first = b.round(low, .up)
    let last = b.round(high, .down)
    let (start, end) = (value(operation, x.lower), value(operation, x.upper))
    let (one, minusOne) = (b.constant(1), b.constant(-1))
    var lower = b.maximum(widened(b.minimum(start, end), .down), minusOne)
    var upper = b.minimum(widened(b.maximum(start, end), .up), one)
    // sin(±0) = ±0 is exact.
    let isZero = b.and(
      b.compare(x.lower, .equal, b.constant(0)), b.compare(x.upper, .equal, b.constant(0)))
    lower = b.select(isZero, b.minimum(start, end), lower)
    upper = b.select(isZero, b.maximum(start, end), upper)
    // An integer between, or within the margin beside the interval: an extremum. Two: all values.
    let isCrossed = b.compare(first, .lessOrEqual, last)
    let isFull = b.compare(first, .less, last)
    let isMaximum = isEven(first)
    let isTop = b.or(isFull, b.and(isCrossed, isMaximum))
    let isBottom = b.or(isFull, b.andNot(isMaximum, isCrossed))
    upper = b.select(b.andNot(isTop, isKnown), upper, one)
    lower = b.select(b.andNot(isBottom, isKnown), lower, minusOne)
    return Value(lower: lower, upper: upper)
  }

  /// Whether a pole of tan may lie in x.
  mutating func hasPole(_ x: Value) -> Mask {
    let (low, high, isKnown) = halfTurns(x, phase: 0.5)
    let isFree = b.and(isKnown, b.compare(b.round(high, .down), .less, b.round(low, .up)))
    return Mask(value: b.exclusiveOr(isFree, b.constant(bits: .max)))
  }

  mutating func tangent(_ x: Value) -> Value {
    let pole = hasPole(x)
    return select(pole, constant(.entire), increasing(.tan, x))
  }

  /// The part of x whose sine lies in y. On the branch [(k − phase)π, (k + 1 − phase)π] the solutions are
  /// kπ ± angle − shift, with the sign of (−1)ᵏ: those in the branches of the bounds of x or beside them say
  /// how far it reaches.
  ///
  /// - Parameters:
  ///   - phase: ½ of the sine, 0 of the cosine: cos x = sin(x + π/2).
  ///   - shift: 0 of the sine, π/2 of the cosine.
  mutating func angles(of y: Value, within x: Value, phase: Double, shift: Interval) -> Value {
    let sine = increasing(.asin, restricted(y, -1, 1))
    let shift = constant(shift)
    let (plus, minus) = (subtract(sine, shift), subtract(negate(sine), shift))
    let pi = constant(Interval(Double.pi, Double.pi.nextUp))
    let (inverse, offset, one) = (b.constant(1 / Double.pi), b.constant(phase), b.constant(1))
    func solutions(_ k: Bound, _ self: inout IntervalBuilder) -> Value {
      let turns = self.multiply(pi, Value(lower: k, upper: k))
      let isEven = Mask(value: self.isEven(k))
      return self.add(self.select(isEven, plus, minus), turns)
    }
    // One branch beyond covers the roundings.
    let first = b.round(b.multiplyAdd(x.lower, inverse, offset), .down)
    let before = solutions(b.subtract(first, one), &self)
    let here = solutions(first, &self)
    let after = solutions(b.add(first, one), &self)
    let isHere = b.compare(x.lower, .lessOrEqual, here.upper)
    let isBefore = b.compare(x.lower, .lessOrEqual, before.upper)
    let low = b.select(isBefore, before.lower, b.select(isHere, here.lower, after.lower))
    let last = b.round(b.multiplyAdd(x.upper, inverse, offset), .down)
    let beyond = solutions(b.add(last, one), &self)
    let there = solutions(last, &self)
    let behind = solutions(b.subtract(last, one), &self)
    let isThere = b.compare(there.lower, .lessOrEqual, x.upper)
    let isBeyond = b.compare(beyond.lower, .lessOrEqual, x.upper)
    let high = b.select(isBeyond, beyond.upper, b.select(isThere, there.upper, behind.upper))
    let limit = b.constant(0x1p30)
    let isKnown = Mask(
      value: b.and(b.compare(b.constant(-0x1p30), .less, x.lower), b.compare(x.upper, .less, limit)))
    return intersection(select(isKnown, Value(lower: low, upper: high), x), x)
  }

  // MARK: Roots

  /// ⁿ√x for odd n, or of x ≥ 0.
  mutating func root(_ x: Value, _ n: Int) -> Value {
    if n == 1 { return x }
    if n == 2 {
      return Value(
        lower: b.squareRoot(x.lower, rounded: .down), upper: b.squareRoot(x.upper, rounded: .up),
        isNonNegative: true)
    }
    if n == 3 { return increasing(.cbrt, x) }
    return Value(
      lower: root(ofBound: x.lower, n, rounded: .down), upper: root(ofBound: x.upper, n, rounded: .up),
      isNonNegative: x.isNonNegative)
  }

  private mutating func root(ofBound y: Bound, _ n: Int, rounded rounding: VectorProgram.Rounding) -> Bound {
    let size = value(.power, b.magnitude(y), b.constant(1 / Double(n)))
    let sign = b.and(y, b.constant(-0.0))
    // 1/n is off by up to 2⁻⁵⁴ (1/n), which changes y^(1/n) by the factor 1 ± 2⁻⁵⁴ |log y|/n with |log y| < 746.
    let moved = widened(b.or(size, sign), rounding, relative: 0x1p-49 + 0x1p-53 * 746 / Double(n))
    let zero = b.constant(0)
    return b.select(b.compare(y, .equal, zero), zero, moved)
  }

  /// The part of `within` whose magnitude is in y ≥ 0.
  mutating func bothSigns(_ y: Value, within x: Value) -> Value {
    if x.isNonNegative { return intersection(y, x) }
    let (low, high) = (b.negate(y.upper), b.negate(y.lower))
    return intersection(x, low: low, gap: (low: high, high: y.lower), high: y.upper)
  }

  // MARK: Powers

  /// x^y of x ≥ 0, and of x < 0 where y is an integer.
  mutating func power(_ x: Value, _ y: Value) -> Value {
    if let exponent = y.constant, exponent.lower == exponent.upper, let n = Int(exactly: exponent.lower),
      n.magnitude < 1 << 20
    {
      return power(x, n)
    }
    // Without an integer in y, nothing is defined for x < 0.
    if x.isNonNegative || y.constant.map({ $0.lower.rounded(.up) > $0.upper }) == true {
      return positivePower(restricted(x, 0), y)
    }
    let zero = b.constant(0)
    let positive = positivePower(
      Value(lower: b.maximum(x.lower, zero), upper: b.maximum(x.upper, zero)), y)
    let opposite = negate(x)
    let size = positivePower(
      Value(lower: b.maximum(opposite.lower, zero), upper: b.maximum(opposite.upper, zero)), y)
    let isPositive = b.compare(zero, .lessOrEqual, x.upper)
    let isNegative = b.and(
      b.compare(x.lower, .less, zero), b.compare(y.lower, .lessOrEqual, b.round(y.upper, .down)))
    let (lowest, highest) = (b.constant(-.infinity), b.constant(.infinity))
    markEmpty(b.andNot(b.or(isPositive, isNegative), b.constant(bits: .max)))
    return Value(
      lower: b.minimum(
        b.select(isPositive, positive.lower, highest), b.select(isNegative, b.negate(size.upper), highest)),
      upper: b.maximum(
        b.select(isPositive, positive.upper, lowest), b.select(isNegative, size.upper, lowest)))
  }

  /// x^y of x ≥ 0: log x^y is linear in y and in log x, and so the extrema are at corners.
  private mutating func positivePower(_ x: Value, _ y: Value) -> Value {
    let exponents = y.lower == y.upper ? [y.lower] : [y.lower, y.upper]
    let corners = [x.lower, x.upper].flatMap { x in exponents.map { value(.power, x, $0) } }
    return clamped(
      Value(
        lower: widened(corners.dropFirst().reduce(corners[0]) { b.minimum($0, $1) }, .down),
        upper: widened(corners.dropFirst().reduce(corners[0]) { b.maximum($0, $1) }, .up)), 0)
  }
}
