// SPDX-License-Identifier: Apache-2.0

internal import LibC

extension Interval {
  package var erf: Interval { increasing { LibC.erf($0) }.intersection(Interval(unchecked: -1, 1)) }

  package var erfc: Interval { decreasing { LibC.erfc($0) }.intersection(Interval(unchecked: 0, 2)) }

  /// 1/(1+e⁻ˣ).
  package var sigmoid: Interval {
    let value = Operation.sigmoid.unaryValue
    return increasing(value).intersection(Interval(unchecked: 0, 1))
  }

  /// log(1+eˣ).
  package var softplus: Interval { increasing(Operation.softplus.unaryValue).intersection(.nonNegative) }

  /// log Γ(x) for x > 0: convex, with its minimum at 1.4616321449683623…; nothing is said for x ≤ 0.
  package var logGamma: Interval {
    if isEmpty { return .empty }
    guard lower > 0 else { return .entire }
    let value = Operation.lgamma.unaryValue
    let (a, b) = (value(lower), value(upper))
    // Beside its zeros at 1 and 2 the error is absolute.
    let margin = { (v: Double) -> Double in v.isFinite ? 0x1p-48 * (Swift.abs(v) + 0x1p-4) : 0 }
    let high = Swift.max(a, b)
    let isAcross = lower < 1.4616321449683624 && upper > 1.4616321449683622
    let low = isAcross ? -0.12148629053584961 : Swift.min(a, b)
    return Interval(unchecked: Swift.min(low, .greatestFiniteMagnitude) - margin(low), high + margin(high))
  }

  /// ψ⁽ⁿ⁾(x) for x > 0, where it is monotonic and (−1)ⁿ⁺¹ψ⁽ⁿ⁾ decreases for n ≥ 1; nothing is said for x ≤ 0.
  package func polygamma(_ n: Int) -> Interval {
    if isEmpty { return .empty }
    guard lower > 0 else { return .entire }
    let (a, b) = (Polygamma.value(order: n, at: lower), Polygamma.value(order: n, at: upper))
    guard a.isFinite, b.isFinite else { return .entire }
    // Ten times the stated accuracy, which is absolute beside digamma's zero.
    let relative = 1e-13 * Double(n + 1)
    let margin = { (v: Double) in relative * (Swift.abs(v) + (n == 0 ? 1 : 0)) + .leastNormalMagnitude }
    let (low, high) = (Swift.min(a, b), Swift.max(a, b))
    return Interval(unchecked: low - margin(low), high + margin(high))
  }

  /// The derivative of order n ≥ 0 of sin(x)/x, of which no value exceeds 1/(n+1) in magnitude: it is
  /// ∫₀¹ tⁿ cos(xt + nπ/2) dt. Its own derivative is bounded by 1/(n+2), so that the value in the middle bounds
  /// it over the interval.
  package func sinc(_ n: Int) -> Interval {
    if isEmpty { return .empty }
    let bound = (1 / Double(n + 1)).nextUp
    let all = Interval(unchecked: -bound, bound)
    guard isBounded else { return all }
    let middle = midpoint
    let value = n == 0 ? Operation.sinc.unaryValue(middle) : Sinc.derivative(order: n, at: middle)
    let reach = Swift.max(upper - middle, middle - lower).nextUp / Double(n + 2)
    // A hundred times the accuracy of the value.
    let margin = reach.nextUp + 1e-13
    let near = Interval(unchecked: value - margin, value + margin).intersection(all)
    guard n == 0, !contains(0) else { return near }
    return near.intersection(sin / self)
  }

  /// x log y, 0 where x is 0.
  package static func xlogy(_ x: Interval, _ y: Interval) -> Interval {
    if x.isEmpty || y.isEmpty { return .empty }
    let logarithm = y.log
    guard logarithm.isEmpty else { return x * logarithm }
    return x.contains(0) ? Interval(unchecked: 0, 0) : .empty
  }

  /// √(a²+b²).
  package static func hypot(_ a: Interval, _ b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    let low = LibC.hypot(a.mignitude, b.mignitude)
    let range = Interval(unchecked: low, LibC.hypot(a.magnitude, b.magnitude)).widened
    return Interval(unchecked: low == 0 ? 0 : Swift.max(0, range.lower), range.upper)
  }

  /// a/√(a²+b²), 0 at the origin: increasing in a, and of the smaller magnitude the larger |b| is.
  package static func directionCosine(_ a: Interval, _ b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    let value = Operation.directionCosine.binaryValue
    func bound(_ a: Double, _ towardsZero: Bool) -> Double {
      let r = value(a, towardsZero ? b.magnitude : b.mignitude)
      // ∞/∞: every direction is possible.
      return r.isNaN ? (a > 0 ? 1 : -1) : r
    }
    let range = Interval(unchecked: bound(a.lower, a.lower > 0), bound(a.upper, a.upper < 0)).widened
    return range.intersection(Interval(unchecked: -1, 1))
  }
}

extension Operation {
  /// The value in double precision of an operation on one number.
  fileprivate var unaryValue: (Double) -> Double {
    guard case .unary(let f) = definition.value else { preconditionFailure("\(self) has not one operand") }
    return f
  }

  fileprivate var binaryValue: (Double, Double) -> Double {
    guard case .binary(let f) = definition.value else { preconditionFailure("\(self) has not two operands") }
    return f
  }
}
