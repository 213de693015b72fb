// SPDX-License-Identifier: Apache-2.0

// What a bound of an operation's value says about its operands: the backward half of constraint propagation
// (HC4-revise: Benhamou, Goualard, Granvilliers and Puget, "Revising hull and box consistency", ICLP 1999).

extension Operation {
  /// Removes from the operands a and b what cannot lead to a value in `y`; leaves an operand empty where
  /// nothing can. What is not known to be impossible stays.
  @inline(__always)
  package func contract(_ a: inout Interval, _ b: inout Interval, to y: Interval, index: Int) {
    switch self {
    case .add:
      a = a.intersection(y - b)
      b = b.intersection(y - a)
    case .subtract:
      a = a.intersection(y + b)
      b = b.intersection(a - y)
    case .multiply:
      a = y.divided(by: b, within: a)
      b = y.divided(by: a, within: b)
    case .negate: a = a.intersection(-y)
    case .integerPower: a = y.root(index, within: a)
    default: contractOther(&a, &b, y, index)
    }
  }

  private func contractOther(_ a: inout Interval, _ b: inout Interval, _ y: Interval, _ index: Int) {
    switch self {
    case .divide:
      a = a.intersection(y * b)
      b = a.divided(by: y, within: b)
    case .sqrt: a = a.intersection(y.intersection(.nonNegative).squared)
    case .cbrt: a = a.intersection(y.raised(to: 3))
    case .exp: a = a.intersection(y.log)
    case .exp2: a = a.intersection(y.log2)
    case .expm1: a = a.intersection(y.log1p)
    case .log: a = a.intersection(y.exp)
    case .log2: a = a.intersection(y.exp2)
    case .log1p: a = a.intersection(y.expm1)
    case .log10: a = a.intersection(.power(Interval(unchecked: 10, 10), y))
    case .sin: a = y.arcsines(within: a)
    case .cos: a = y.arccosines(within: a)
    case .asin: a = a.intersection(y.sin)
    case .acos: a = a.intersection(y.cos)
    case .atan: a = a.intersection(y.arctanArgument)
    case .sinh: a = a.intersection(y.asinh)
    case .asinh: a = a.intersection(y.sinh)
    case .cosh: a = y.acosh.bothSigns(within: a)
    case .acosh: a = a.intersection(y.cosh)
    case .tanh: a = a.intersection(y.atanh)
    case .atanh: a = a.intersection(y.tanh)
    case .abs: a = y.intersection(.nonNegative).bothSigns(within: a)
    case .hypot:
      a = (y.squared - b.squared).squareRoot.bothSigns(within: a)
      b = (y.squared - a.squared).squareRoot.bothSigns(within: b)
    case .relu:
      if y.lower > 0 { a = a.intersection(y) } else { a = a.atMost(y.upper) }
    case .max:
      a = a.atMost(y.upper)
      b = b.atMost(y.upper)
      if b.upper < y.lower { a = a.intersection(y) } else if a.upper < y.lower { b = b.intersection(y) }
    case .min:
      a = -((-a).atMost(-y.lower))
      b = -((-b).atMost(-y.lower))
      if b.lower > y.upper { a = a.intersection(y) } else if a.lower > y.upper { b = b.intersection(y) }
    case .stopGradient: a = a.intersection(y)
    case .sigmoid: a = a.intersection(-(one / y.intersection(Interval(unchecked: 0, 1)) - one).log)
    case .softplus: a = a.intersection(y.intersection(.nonNegative).expm1.log)
    // These say too little about their operands for the trouble, and a choice is looked at elsewhere.
    case .power, .tan, .atan2, .asinSlope, .sech, .erf, .erfc, .lgamma, .polygamma, .sinc,
      .sincDerivative, .xlogy, .directionCosine, .sign, .floor, .ceil, .less, .lessOrEqual, .equal, .notEqual,
      .and, .or, .not, .select, .custom, .customBinary:
      break
    case .constant, .variable, .add, .subtract, .multiply, .negate, .integerPower: break
    }
  }
}

private let one = Interval(unchecked: 1, 1)

extension Interval {
  /// The part that is not above a number.
  fileprivate func atMost(_ bound: Double) -> Interval {
    lower <= bound ? Interval(unchecked: lower, Swift.min(upper, bound)) : .empty
  }

  /// The part of `within` whose absolute value is in this interval.
  fileprivate func bothSigns(within: Interval) -> Interval {
    within.intersection(self).hull(within.intersection(-self))
  }

  /// tan of an angle of atan: unbounded from π/2 on.
  fileprivate var arctanArgument: Interval {
    if isEmpty { return .empty }
    let quarter = 1.5707963267948966
    let range = intersection(Interval(unchecked: -quarter, quarter)).tan
    guard !range.isEmpty else { return .entire }
    return Interval(
      unchecked: lower <= -quarter ? -.infinity : range.lower,
      upper >= quarter ? .infinity : range.upper)
  }

  /// The part of x whose sine lies in this interval.
  fileprivate func arcsines(within x: Interval) -> Interval {
    branches(within: x, phase: 0.5) { sign in sign * intersection(Interval(unchecked: -1, 1)).asin }
  }

  /// The part of x whose cosine lies in this interval: cos x = sin(x + π/2).
  fileprivate func arccosines(within x: Interval) -> Interval {
    let quarter = Interval(unchecked: 1.5707963267948966, 1.5707963267948968)
    return branches(within: x, phase: 0) { sign in
      sign * intersection(Interval(unchecked: -1, 1)).asin - quarter
    }
  }

  /// The hull of the solutions in x on the outermost of its branches [(k − phase)π, (k + 1 − phase)π] that
  /// have any, each solution being kπ + angle(±1) with the sign of (−1)^k — numbered from 0 around x = 0 for
  /// the sine and from −π/2 for the cosine.
  private func branches(
    within x: Interval, phase: Double, _ angle: (_ sign: Interval) -> Interval
  ) -> Interval {
    guard x.isBounded, !isEmpty, x.magnitude < 0x1p30 else { return isEmpty ? .empty : x }
    let (plus, minus) = (angle(Interval(unchecked: 1, 1)), angle(Interval(unchecked: -1, -1)))
    let pi = Interval(unchecked: Double.pi, Double.pi.nextUp)
    func solutions(_ k: Double) -> Interval {
      let isEven = k.remainder(dividingBy: 2) == 0
      return x.intersection((isEven ? plus : minus) + Interval(unchecked: k, k) * pi)
    }
    // One branch beyond on each side covers the roundings.
    var first = (x.lower / .pi + phase).rounded(.down) - 1
    var last = (x.upper / .pi + phase).rounded(.down) + 2
    var low = Interval.empty
    while first <= last {
      low = solutions(first)
      if !low.isEmpty { break }
      first += 1
    }
    if low.isEmpty { return .empty }
    var high = Interval.empty
    while last >= first {
      high = solutions(last)
      if !high.isEmpty { break }
      last -= 1
    }
    return low.hull(high)
  }
}
