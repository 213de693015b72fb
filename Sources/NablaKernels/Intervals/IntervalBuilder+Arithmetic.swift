// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

extension IntervalBuilder {
  package mutating func negate(_ x: Value) -> Value {
    if let constant = x.constant { return self.constant(-constant) }
    return Value(lower: b.negate(x.upper), upper: b.negate(x.lower))
  }

  package mutating func add(_ x: Value, _ y: Value) -> Value {
    Value(
      lower: b.add(x.lower, y.lower, rounded: .down), upper: b.add(x.upper, y.upper, rounded: .up),
      isNonNegative: x.isNonNegative && y.isNonNegative)
  }

  package mutating func subtract(_ x: Value, _ y: Value) -> Value {
    Value(
      lower: b.subtract(x.lower, y.upper, rounded: .down), upper: b.subtract(x.upper, y.lower, rounded: .up))
  }

  /// The interval product: the hull of the products of bounds, of which fewer are needed where signs are known.
  package mutating func multiply(_ x: Value, _ y: Value) -> Value {
    if x.constant == nil, y.constant != nil { return multiply(y, x) }
    if let factor = x.constant {
      if factor.upper < 0 || factor.upper == 0 && factor.lower < 0 {
        return negate(multiply(negate(x), y))
      }
      if factor.lower == factor.upper && factor.upper.isFinite { return multiply(y, factor.lower) }
    }
    if y.isNonNegative && !x.isNonNegative { return multiply(y, x) }
    guard x.isNonNegative else {
      let all = [(x.lower, y.lower), (x.lower, y.upper), (x.upper, y.lower), (x.upper, y.upper)]
      return hull(all, all, x, y)
    }
    guard y.isNonNegative else {
      return hull(
        [(x.lower, y.lower), (x.upper, y.lower)], [(x.lower, y.upper), (x.upper, y.upper)], x, y)
    }
    var product = hull([(x.lower, y.lower)], [(x.upper, y.upper)], x, y)
    product.isNonNegative = true
    return product
  }

  /// The product with a finite number ≥ 0.
  private mutating func multiply(_ x: Value, _ factor: Double) -> Value {
    if factor == 1 { return x }
    if factor == 0 { return constant(Interval(0)) }
    let number = b.constant(factor)
    return Value(
      lower: b.multiply(x.lower, number, rounded: .down), upper: b.multiply(x.upper, number, rounded: .up),
      isNonNegative: x.isNonNegative)
  }

  private typealias Factors = (VectorProgram.Value, VectorProgram.Value)

  /// The least and the greatest of products. One of 0 and ∞ is none: 0 makes 0 with every number of an unbounded
  /// interval, and that is what the finite bound on the other side gives; if there is none, the other interval is
  /// everything, and the product 0 where there are only such.
  private mutating func hull(_ least: [Factors], _ greatest: [Factors], _ x: Value, _ y: Value) -> Value {
    if b.instructionSet == .avx512 {
      var bounds: [VectorProgram.Value] = []
      for (factors, rounding) in [(least, VectorProgram.Rounding.down), (greatest, .up)] {
        let products = factors.map { b.multiply($0.0, $0.1, rounded: rounding) }
        let bound = products.dropFirst().reduce(products[0]) {
          rounding == .down ? b.minimumNumber($0, $1) : b.maximumNumber($0, $1)
        }
        let isDefined = x.constant?.isBounded == true && x.constant?.contains(0) == false
        bounds.append(isDefined ? bound : b.fixUp(bound, where: bound, .zeroForNaN))
      }
      return Value(lower: bounds[0], upper: bounds[1])
    }
    let zero = b.constant(0)
    var bounds: [VectorProgram.Value] = []
    for (factors, rounding) in [(least, VectorProgram.Rounding.down), (greatest, .up)] {
      let products = factors.map { b.value(.init(code: .multiply, a: $0.0, b: $0.1)) }
      // Of two operands the instruction takes the second where one is NaN. The first product is 0 then.
      let first = b.andNot(b.compare(products[0], .unordered, products[0]), products[0])
      let bound = products.dropFirst().reduce(first) {
        rounding == .down ? b.minimum($1, $0) : b.maximum($1, $0)
      }
      bounds.append(b.moved(bound, rounding, isExactWhereSmall: false))
    }
    // Signs that are known outlive the step, and so does 0.
    let (isXUp, isXDown) = (isAtLeastZero(x), isAtMostZero(x))
    let (isYUp, isYDown) = (isAtLeastZero(y), isAtMostZero(y))
    let isUp = b.or(b.and(isXUp, isYUp), b.and(isXDown, isYDown))
    let isDown = b.or(b.and(isXUp, isYDown), b.and(isXDown, isYUp))
    let isZero = b.or(b.and(isXUp, isXDown), b.and(isYUp, isYDown))
    return Value(
      lower: b.select(b.or(isUp, isZero), b.maximum(bounds[0], zero), bounds[0]),
      upper: b.select(b.or(isDown, isZero), b.minimum(bounds[1], zero), bounds[1]))
  }

  private mutating func isAtLeastZero(_ x: Value) -> VectorProgram.Value {
    b.compare(b.constant(0), .lessOrEqual, x.lower)
  }

  private mutating func isAtMostZero(_ x: Value) -> VectorProgram.Value {
    b.compare(x.upper, .lessOrEqual, b.constant(0))
  }

  // MARK: Division

  /// A quotient by a divisor that is not 0: where it is inside an interval, everything.
  package mutating func divide(_ x: Value, _ y: Value) -> Value {
    let parts = divisor(x, y)
    markEmpty(b.compare(parts.high, .equal, b.constant(0)))
    let lower = b.divide(parts.lower, parts.ofLower, rounded: .down)
    let upper = b.divide(parts.upper, parts.ofUpper, rounded: .up)
    let isAcross = straddlesZero(y)
    return Value(
      lower: b.select(isAcross, b.constant(-.infinity), lower),
      upper: b.select(isAcross, b.constant(.infinity), upper),
      isNonNegative: x.isNonNegative && y.isNonNegative)
  }

  /// The numbers x of `within` with x·y in `value`, as ``Interval/divided(by:within:)`` has them.
  package mutating func divided(_ value: Value, by y: Value, within: Value) -> Value {
    let zero = b.constant(0)
    let parts = divisor(value, y)
    let isAcross = straddlesZero(y)
    // Of a divisor around 0: x ≤ v/y₁ or x ≥ v/y₂ with the bound v nearest to 0, and y₁ of the other sign.
    let isPositive = b.compare(zero, .less, value.lower)
    let near = b.select(isPositive, value.lower, value.upper)
    let below = b.select(isPositive, y.lower, y.upper)
    let above = b.select(isPositive, y.upper, y.lower)
    let down = b.divide(
      b.select(isAcross, near, parts.lower), b.select(isAcross, above, parts.ofLower), rounded: .down)
    let up = b.divide(
      b.select(isAcross, near, parts.upper), b.select(isAcross, below, parts.ofUpper), rounded: .up)
    let isZeroIn = b.and(contains(value, 0).value, contains(y, 0).value)
    // y = 0 and 0 is not in `value`: there is none.
    markEmpty(b.andNot(isZeroIn, b.compare(parts.high, .equal, zero)))
    let (lowest, highest) = (b.constant(-.infinity), b.constant(.infinity))
    // Where there is a gap: from `up` to `down`. Else between `down` and `up`.
    let isGap = b.andNot(isZeroIn, isAcross)
    let isOpen = b.or(isZeroIn, isAcross)
    let isAbove = b.and(isGap, b.compare(up, .less, within.lower))
    let isBelow = b.and(isGap, b.compare(within.upper, .less, down))
    let low = b.select(isOpen, b.select(isAbove, down, lowest), down)
    let high = b.select(isOpen, b.select(isBelow, up, highest), up)
    return intersection(Value(lower: low, upper: high), within)
  }

  mutating func straddlesZero(_ x: Value) -> VectorProgram.Value {
    let zero = b.constant(0)
    return b.and(b.compare(x.lower, .less, zero), b.compare(zero, .less, x.upper))
  }

  private struct Quotient {
    /// The dividend's bounds and what they are divided by, with signs that make the divisor positive.
    var lower: VectorProgram.Value
    var ofLower: VectorProgram.Value
    var upper: VectorProgram.Value
    var ofUpper: VectorProgram.Value
    /// The divisor's upper bound, 0 where the divisor is 0.
    var high: VectorProgram.Value
  }

  /// Of a divisor that is not on both sides of 0. A bound of 0 is +0: what is divided by it goes to infinity with
  /// its own sign.
  private mutating func divisor(_ x: Value, _ y: Value) -> Quotient {
    let zero = b.constant(0)
    var (x, positive) = (x, y)
    if !y.isNonNegative {
      let isNegative = Mask(value: b.compare(y.lower, .less, zero))
      positive = select(isNegative, negate(y), y)
      x = select(isNegative, negate(x), x)
    }
    let (low, high) = (b.maximum(positive.lower, zero), positive.upper)
    let isLowerUp = b.compare(zero, .lessOrEqual, x.lower)
    let isUpperDown = b.compare(x.upper, .lessOrEqual, zero)
    return Quotient(
      lower: x.lower, ofLower: b.select(isLowerUp, high, low), upper: x.upper,
      ofUpper: b.select(isUpperDown, high, low), high: high)
  }

  // MARK: Powers

  /// The smallest and the largest magnitude.
  mutating func magnitudes(_ x: Value) -> (least: VectorProgram.Value, most: VectorProgram.Value) {
    if x.isNonNegative { return (x.lower, x.upper) }
    let opposite = b.negate(x.upper)
    let least = b.maximum(b.maximum(x.lower, opposite), b.constant(0))
    return (least, b.maximum(b.negate(x.lower), x.upper))
  }

  package mutating func square(_ x: Value) -> Value {
    let (least, most) = magnitudes(x)
    return Value(
      lower: b.multiply(least, least, rounded: .down), upper: b.multiply(most, most, rounded: .up),
      isNonNegative: true)
  }

  /// xⁿ; of x ≠ 0 for n < 0.
  mutating func power(_ x: Value, _ n: Int) -> Value {
    if n == 0 { return constant(Interval(1)) }
    if n == 1 { return x }
    if n == 2 { return square(x) }
    if n < 0 { return divide(constant(Interval(1)), power(x, -n)) }
    if n % 2 == 0 || x.isNonNegative {
      let (least, most) = magnitudes(x)
      return Value(
        lower: power(least, n, rounded: .down), upper: power(most, n, rounded: .up), isNonNegative: true)
    }
    return Value(lower: oddPower(x.lower, n, rounded: .down), upper: oddPower(x.upper, n, rounded: .up))
  }

  /// vⁿ of a number v ≥ 0.
  private mutating func power(
    _ v: VectorProgram.Value, _ n: Int, rounded rounding: VectorProgram.Rounding
  ) -> VectorProgram.Value {
    var (result, factor, left): (VectorProgram.Value?, VectorProgram.Value, Int) = (nil, v, n)
    while true {
      if left & 1 == 1 { result = result.map { b.multiply($0, factor, rounded: rounding) } ?? factor }
      left >>= 1
      guard left > 0 else { break }
      factor = b.multiply(factor, factor, rounded: rounding)
    }
    return result ?? factor
  }

  /// v·|v|ⁿ⁻¹ with the power rounded so that the product errs to one side, whatever the sign of v.
  private mutating func oddPower(
    _ v: VectorProgram.Value, _ n: Int, rounded rounding: VectorProgram.Rounding
  ) -> VectorProgram.Value {
    let size = b.magnitude(v)
    let (down, up) = (power(size, n - 1, rounded: .down), power(size, n - 1, rounded: .up))
    let isNegative = b.compare(v, .less, b.constant(0))
    let factor =
      rounding == .down ? b.select(isNegative, up, down) : b.select(isNegative, down, up)
    return b.multiply(v, factor, rounded: rounding)
  }

  /// √x of the part of x that is not negative.
  mutating func squareRoot(_ x: Value) -> Value {
    let zero = b.constant(0)
    if !x.isNonNegative { markEmpty(b.compare(x.upper, .less, zero)) }
    let (lower, upper) =
      x.isNonNegative ? (x.lower, x.upper) : (b.maximum(x.lower, zero), b.maximum(x.upper, zero))
    return Value(
      lower: b.squareRoot(lower, rounded: .down), upper: b.squareRoot(upper, rounded: .up),
      isNonNegative: true)
  }

  // MARK: Points

  /// ½ (lower + upper) of a bounded interval, rounded to nearest, as an interval of one number.
  package mutating func midpoint(_ x: Value) -> Value {
    let half = b.constant(0.5)
    let middle = b.multiplyAdd(x.lower, half, b.multiply(x.upper, half))
    let inside = b.minimum(b.maximum(middle, x.lower), x.upper)
    return Value(lower: inside, upper: inside)
  }

  /// An upper bound of the width.
  package mutating func width(_ x: Value) -> Value {
    let width = b.subtract(x.upper, x.lower, rounded: .up)
    return Value(lower: width, upper: width, isNonNegative: true)
  }

  /// The largest magnitude.
  package mutating func magnitude(_ x: Value) -> Value {
    let most = magnitudes(x).most
    return Value(lower: most, upper: most, isNonNegative: true)
  }

  /// The smallest magnitude.
  package mutating func mignitude(_ x: Value) -> Value {
    let least = magnitudes(x).least
    return Value(lower: least, upper: least, isNonNegative: true)
  }
}

extension VectorBuilder {
  /// The smaller number, the other operand where one is NaN; of AVX-512 only.
  mutating func minimumNumber(_ x: Value, _ y: Value) -> Value {
    value(.init(code: .minimumNumber, a: x, b: y))
  }

  /// The larger number, the other operand where one is NaN; of AVX-512 only.
  mutating func maximumNumber(_ x: Value, _ y: Value) -> Value {
    value(.init(code: .maximumNumber, a: x, b: y))
  }
}

extension SpecialCases {
  fileprivate static let zeroForNaN = SpecialCases(
    nan: .zero, zero: .result, negativeInfinity: .result, infinity: .result, negative: .result)
}
