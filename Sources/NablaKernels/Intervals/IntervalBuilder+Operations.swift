// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

// The tables of operations: enclosures, continuity and contraction, each as in `Operation+Enclosure.swift` and
// `Operation+Contraction.swift`. An operation without a row here is left to those.

extension IntervalBuilder {
  /// As ``Operation/enclosure(_:_:_:index:)``; nil for an operation without a rule.
  package mutating func enclosure(_ operation: Operation, _ x: Value, _ y: Value, index: Int) -> Value? {
    switch operation {
    case .add: add(x, y)
    case .subtract: subtract(x, y)
    case .multiply: multiply(x, y)
    case .negate: negate(x)
    case .integerPower: power(x, index)
    case .divide: divide(x, y)
    case .power: power(x, y)
    case .sqrt: squareRoot(x)
    case .cbrt: increasing(.cbrt, x)
    case .exp, .exp2: clamped(increasing(operation, x, exact: (0, 1)), 0)
    case .expm1: clamped(increasing(.expm1, x), -1)
    case .log, .log2, .log10: logarithm(operation, x)
    case .log1p: increasing(.log1p, logarithmDomain(x))
    case .sin: wave(.sin, x, phase: -0.5)
    case .cos: wave(.cos, x, phase: 0)
    case .tan: tangent(x)
    case .asin: increasing(.asin, restricted(x, -1, 1))
    case .asinSlope: inverseSineSlope(x)
    case .acos: clamped(decreasing(.acos, restricted(x, -1, 1)), 0)
    case .atan: increasing(.atan, x)
    case .atan2: angle(x, y)
    case .sinh, .asinh: increasing(operation, x)
    case .cosh: even(.cosh, x, least: 1)
    case .tanh: clamped(increasing(.tanh, x), -1, 1)
    case .sech: hyperbolicSecant(x)
    case .atanh: inverseHyperbolicTangent(x)
    case .acosh: clamped(increasing(.acosh, restricted(x, 1), exact: (1, 0)), 0)
    case .erf: clamped(increasing(.erf, x), -1, 1)
    case .erfc: clamped(decreasing(.erfc, x), 0, 2)
    case .sigmoid: clamped(increasing(.sigmoid, x, exact: nil), 0, 1)
    case .softplus: clamped(increasing(.softplus, x, exact: nil), 0)
    case .xlogy: logarithmTimes(x, y)
    case .hypot: squareRoot(add(square(x), square(y)))
    case .directionCosine: directionCosine(x, y)
    case .sign: sign(x)
    case .floor: Value(lower: b.round(x.lower, .down), upper: b.round(x.upper, .down))
    case .ceil: Value(lower: b.round(x.lower, .up), upper: b.round(x.upper, .up))
    case .abs: absolute(x)
    case .min: Value(lower: b.minimum(x.lower, y.lower), upper: b.minimum(x.upper, y.upper))
    case .max:
      Value(
        lower: b.maximum(x.lower, y.lower), upper: b.maximum(x.upper, y.upper),
        isNonNegative: x.isNonNegative || y.isNonNegative)
    case .relu:
      Value(
        lower: b.maximum(x.lower, b.constant(0)), upper: b.maximum(x.upper, b.constant(0)),
        isNonNegative: true)
    case .stopGradient: x
    default: nil
    }
  }

  private mutating func absolute(_ x: Value) -> Value {
    let (least, most) = magnitudes(x)
    return Value(lower: least, upper: most, isNonNegative: true)
  }

  /// The part of x above −1; at −1 itself the logarithm's bound is −∞.
  private mutating func logarithmDomain(_ x: Value) -> Value {
    markEmpty(b.compare(x.upper, .lessOrEqual, b.constant(-1)))
    return Value(lower: b.maximum(x.lower, b.constant(-1)), upper: b.maximum(x.upper, b.constant(-1)))
  }

  /// The lanes in which an operation may be undefined or not continuous: all those at least where
  /// ``Operation/isContinuous(_:_:index:)`` is false. Nil where there is none, and for operations without a rule, which
  /// ``enclosure(_:_:_:index:)`` refuses.
  package mutating func discontinuity(_ operation: Operation, _ x: Value, _ y: Value, index: Int) -> Mask? {
    switch operation {
    case .divide: contains(y, 0)
    case .integerPower: index < 0 ? contains(x, 0) : nil
    case .power, .sqrt, .log, .log2, .log10: isNotAbove(x, 0)
    case .log1p: isNotAbove(x, -1)
    case .asin, .acos, .atanh, .asinSlope: or(isNotAbove(x, -1), isNotAbove(negate(x), -1))
    case .acosh: isNotAbove(x, 1)
    case .tan: hasPole(x)
    case .atan2: and(contains(x, 0), isNotAbove(y, 0))
    case .xlogy: isNotAbove(y, 0)
    case .directionCosine: and(contains(x, 0), contains(y, 0))
    case .sign: contains(x, 0)
    case .floor: isNotWithinStep(x)
    case .ceil: isNotWithinStep(negate(x))
    default: nil
    }
  }

  /// Whether floor(x) is not the same throughout, or x may be an integer.
  private mutating func isNotWithinStep(_ x: Value) -> Mask {
    let (low, high) = (b.round(x.lower, .down), b.round(x.upper, .down))
    return Mask(value: b.or(b.compare(low, .notEqual, high), b.compare(x.lower, .lessOrEqual, low)))
  }

  private mutating func isNotAbove(_ x: Value, _ bound: Double) -> Mask {
    Mask(value: b.compare(x.lower, .lessOrEqual, b.constant(bound)))
  }

  /// As ``Operation/contract(_:_:to:index:)``; marks lanes in which nothing is left. An operation without a rule leaves
  /// its operands as they are.
  package mutating func contract(
    _ operation: Operation, _ x: inout Value, _ y: inout Value, to z: Value, index: Int
  ) {
    switch operation {
    case .add:
      contract(&x, subtract(z, y))
      contract(&y, subtract(z, x))
    case .subtract:
      contract(&x, add(z, y))
      contract(&y, subtract(x, z))
    case .multiply:
      if x.constant == nil { x = divided(z, by: y, within: x) }
      if y.constant == nil { y = divided(z, by: x, within: y) }
    case .negate: contract(&x, negate(z))
    case .integerPower: if x.constant == nil { x = root(of: z, index, within: x) }
    case .divide:
      contract(&x, multiply(z, y))
      if y.constant == nil { y = divided(x, by: z, within: y) }
    case .sqrt: contract(&x, square(restricted(z, 0)))
    case .cbrt: contract(&x, power(z, 3))
    case .exp: contract(&x, logarithm(.log, z))
    case .exp2: contract(&x, logarithm(.log2, z))
    case .expm1: contract(&x, increasing(.log1p, logarithmDomain(z)))
    case .log: contract(&x, clamped(increasing(.exp, z, exact: (0, 1)), 0))
    case .log2: contract(&x, clamped(increasing(.exp2, z, exact: (0, 1)), 0))
    case .log1p: contract(&x, clamped(increasing(.expm1, z), -1))
    case .sin: if x.constant == nil { x = angles(of: z, within: x, phase: 0.5, shift: Interval(0)) }
    case .cos:
      let quarter = Interval(1.5707963267948966, 1.5707963267948968)
      if x.constant == nil { x = angles(of: z, within: x, phase: 0, shift: quarter) }
    case .asin: contract(&x, wave(.sin, z, phase: -0.5))
    case .acos: contract(&x, wave(.cos, z, phase: 0))
    case .sinh: contract(&x, increasing(.asinh, z))
    case .asinh: contract(&x, increasing(.sinh, z))
    case .tanh: contract(&x, inverseHyperbolicTangent(z))
    case .atanh: contract(&x, clamped(increasing(.tanh, z), -1, 1))
    case .cosh:
      if x.constant == nil {
        x = bothSigns(clamped(increasing(.acosh, restricted(z, 1), exact: (1, 0)), 0), within: x)
      }
    case .acosh: contract(&x, even(.cosh, z, least: 1))
    case .abs: if x.constant == nil { x = bothSigns(restricted(z, 0), within: x) }
    case .hypot:
      x = bothSigns(squareRoot(subtract(square(z), square(y))), within: x)
      y = bothSigns(squareRoot(subtract(square(z), square(x))), within: y)
    case .relu: contractMaximum(&x, constant(Interval(0)), to: z)
    case .max:
      contractMaximum(&x, y, to: z)
      contractMaximum(&y, x, to: z)
    case .min:
      var (u, v) = (negate(x), negate(y))
      contractMaximum(&u, v, to: negate(z))
      contractMaximum(&v, u, to: negate(z))
      contract(&x, negate(u))
      contract(&y, negate(v))
    case .stopGradient: contract(&x, z)
    default: break
    }
  }

  private mutating func contract(_ x: inout Value, _ new: Value) {
    if x.constant == nil { x = intersection(new, x) }
  }

  /// max(x, other) = z: x is not above z, and is in it where the other one is below.
  private mutating func contractMaximum(_ x: inout Value, _ other: Value, to z: Value) {
    guard x.constant == nil else { return }
    let isBelow = b.compare(other.upper, .less, z.lower)
    x = intersection(
      Value(lower: b.select(isBelow, z.lower, b.constant(-.infinity)), upper: z.upper), x)
  }

  /// The part of x with xⁿ in z.
  private mutating func root(of z: Value, _ n: Int, within x: Value) -> Value {
    if n == 0 { return x }
    var (z, n) = (z, n)
    if n < 0 {
      // 1/z; a hole around 0 is lost.
      n = -n
      z = divide(constant(Interval(1)), z)
    }
    if n % 2 == 1 { return intersection(root(z, n), x) }
    return bothSigns(root(restricted(z, 0), n), within: x)
  }
}
