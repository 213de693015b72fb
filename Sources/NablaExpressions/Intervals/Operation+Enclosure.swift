// SPDX-License-Identifier: Apache-2.0

// The interval extension of every operation: its enclosure, where it is continuous, and what a bound of its
// value says about its operands. Each is one row in each of three tables; the compiler finds a missing one.

extension Operation {
  /// An interval that contains the operation's values at all points of its operands' intervals where it is
  /// defined. `index` is the fixed integer of an operation that has one.
  @inline(__always)
  package func enclosure(_ a: Interval, _ b: Interval, _ c: Interval, index: Int) -> Interval {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .negate: -a
    case .integerPower: a.raised(to: index)
    default: otherEnclosure(a, b, c, index)
    }
  }

  private func otherEnclosure(_ a: Interval, _ b: Interval, _ c: Interval, _ index: Int) -> Interval {
    switch self {
    case .constant, .variable, .add, .subtract, .multiply, .negate, .integerPower:
      preconditionFailure("\(self) is computed elsewhere")
    case .divide: a / b
    case .power: .power(a, b)
    case .sqrt: a.squareRoot
    case .cbrt: a.cubeRoot
    case .exp: a.exp
    case .exp2: a.exp2
    case .expm1: a.expm1
    case .log: a.log
    case .log2: a.log2
    case .log10: a.log10
    case .log1p: a.log1p
    case .sin: a.sin
    case .cos: a.cos
    case .tan: a.tan
    case .asin: a.asin
    case .acos: a.acos
    case .atan: a.atan
    case .atan2: .atan2(a, b)
    case .asinSlope: a.asinSlope
    case .sinh: a.sinh
    case .cosh: a.cosh
    case .tanh: a.tanh
    case .sech: a.sech
    case .asinh: a.asinh
    case .acosh: a.acosh
    case .atanh: a.atanh
    case .erf: a.erf
    case .erfc: a.erfc
    case .lgamma: a.logGamma
    case .polygamma: a.polygamma(index)
    case .sigmoid: a.sigmoid
    case .softplus: a.softplus
    case .sinc: a.sinc(0)
    case .sincDerivative: a.sinc(index)
    case .xlogy: .xlogy(a, b)
    case .hypot: .hypot(a, b)
    case .directionCosine: .directionCosine(a, b)
    case .abs:
      a.isEmpty ? .empty : Interval(unchecked: a.mignitude, a.magnitude)
    case .sign:
      a.isEmpty
        ? .empty
        : Interval(
          unchecked: a.lower > 0 ? 1 : a.lower < 0 ? -1 : 0, a.upper > 0 ? 1 : a.upper < 0 ? -1 : 0)
    case .floor: Interval(unchecked: a.lower.rounded(.down), a.upper.rounded(.down))
    case .ceil: Interval(unchecked: a.lower.rounded(.up), a.upper.rounded(.up))
    case .min:
      a.isEmpty || b.isEmpty
        ? .empty : Interval(unchecked: Swift.min(a.lower, b.lower), Swift.min(a.upper, b.upper))
    case .max:
      a.isEmpty || b.isEmpty
        ? .empty : Interval(unchecked: Swift.max(a.lower, b.lower), Swift.max(a.upper, b.upper))
    case .relu: a.isEmpty ? .empty : Interval(unchecked: Swift.max(a.lower, 0), Swift.max(a.upper, 0))
    case .stopGradient: a
    // A comparison with an undefined operand is false, `!=` true.
    case .less: a.isEmpty || b.isEmpty ? .false : .condition(a.upper < b.lower, not: a.lower >= b.upper)
    case .lessOrEqual:
      a.isEmpty || b.isEmpty ? .false : .condition(a.upper <= b.lower, not: a.lower > b.upper)
    case .equal:
      a.isEmpty || b.isEmpty
        ? .false
        : .condition(a.lower == b.upper && a.upper == b.lower, not: a.isDisjoint(from: b))
    case .notEqual:
      a.isEmpty || b.isEmpty
        ? .true : .condition(a.isDisjoint(from: b), not: a.lower == b.upper && a.upper == b.lower)
    case .and: .condition(a.isTrue && b.isTrue, not: a.isFalse || b.isFalse)
    case .or: .condition(a.isTrue || b.isTrue, not: a.isFalse && b.isFalse)
    case .not: .condition(a.isFalse, not: a.isTrue)
    case .select: a.isTrue ? b : a.isFalse ? c : b.hull(c)
    // Nothing is known of a user's closure.
    case .custom: a.isEmpty ? .empty : .entire
    case .customBinary: a.isEmpty || b.isEmpty ? .empty : .entire
    }
  }

  /// Whether the operation is defined and continuous at every point of its operands' intervals, which are not
  /// empty, and in a neighbourhood of each.
  package func isContinuous(_ a: Interval, _ b: Interval, index: Int) -> Bool {
    switch self {
    case .divide: !b.contains(0)
    case .integerPower: index >= 0 || !a.contains(0)
    case .power:
      a.lower > 0 || (b.lower == b.upper && b.lower == b.lower.rounded() && (b.lower >= 0 || a.upper < 0))
    case .sqrt, .log, .log2, .log10: a.lower > 0
    case .log1p: a.lower > -1
    case .asin, .acos, .atanh, .asinSlope: a.lower > -1 && a.upper < 1
    case .acosh: a.lower > 1
    case .tan: !a.hasPole
    case .atan2: a.lower > 0 || a.upper < 0 || b.lower > 0
    case .lgamma, .polygamma: a.lower > 0
    case .xlogy: b.lower > 0
    case .directionCosine: !(a.contains(0) && b.contains(0))
    case .sign: !a.contains(0)
    case .floor: a.lower.rounded(.down) == a.upper.rounded(.down) && a.lower > a.lower.rounded(.down)
    case .ceil: a.lower.rounded(.up) == a.upper.rounded(.up) && a.upper < a.upper.rounded(.up)
    case .less, .lessOrEqual: a.upper < b.lower || a.lower > b.upper
    case .equal, .notEqual: a.isDisjoint(from: b)
    case .and, .or, .not: true
    // A choice that is made is a constant of the box; its condition says so.
    case .select: a.isTrue || a.isFalse
    case .custom, .customBinary: false
    case .constant, .variable, .add, .subtract, .multiply, .negate, .cbrt, .exp, .exp2, .expm1, .sin, .cos,
      .atan, .sinh, .cosh, .tanh, .sech, .asinh, .erf, .erfc, .sigmoid, .softplus, .sinc, .sincDerivative,
      .hypot, .abs, .min, .max, .relu, .stopGradient:
      true
    }
  }

  /// Whether there are operands at which the operation is undefined or not continuous.
  package var hasDiscontinuities: Bool {
    switch self {
    case .integerPower: true
    default: !isContinuous(.entire, .entire, index: 0) || self == .select
    }
  }
}

extension Interval {
  fileprivate static let `true` = Interval(unchecked: 1, 1)
  fileprivate static let `false` = Interval(unchecked: 0, 0)

  /// Whether a condition of this value holds; for an undecided one neither this nor ``isFalse`` is true.
  package var isTrue: Bool { lower > 0 || upper < 0 }
  package var isFalse: Bool { lower == 0 && upper == 0 }

  fileprivate static func condition(_ holds: Bool, not fails: Bool) -> Interval {
    holds ? .true : fails ? .false : Interval(unchecked: 0, 1)
  }
}
