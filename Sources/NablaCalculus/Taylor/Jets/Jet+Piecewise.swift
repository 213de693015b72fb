// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// A piecewise operation has a series where one piece holds on both sides of the point. In a kernel, where the point
// is not known yet, the series is that of the piece at the point, and NaN from order 1 on at a kink or a jump.

extension Jet {
  /// The same value, and NaN for all other coefficients where a condition holds.
  private func invalid(where condition: Scalar) -> Jet {
    let nan = Scalar(.nan)
    return Jet(
      coefficients.enumerated().map { k, c in
        k == 0 ? c : Coefficient.select(condition, c.isZero ? Coefficient(scalar: nan) : c.times(nan), c)
      })
  }

  /// |u|.
  static func absolute(_ u: Jet) throws(TaylorError) -> Jet {
    if u.value.sign == .open, Scalar.isSymbolic {
      let sign = Scalar.value(of: .sign, u.value)
      return u.times(sign).replacingValue(Scalar.value(of: .abs, u.value))
        .invalid(where: Scalar.value(of: .equal, [u.value, .zero], index: 0))
    }
    let signs = u.signs
    switch (signs.before, signs.after) {
    case (.positive, .positive): return u
    case (.negative, .negative): return -u
    // Zero as far as is known: so is its magnitude.
    case (nil, nil) where signs.at == .zero: return u
    case (nil, nil): throw .openRange(.abs, "abs may have a kink")
    default: throw TaylorError(.kink, .abs, "abs has a kink at 0")
    }
  }

  /// −1, 0 or 1.
  static func signum(_ u: Jet) throws(TaylorError) -> Jet {
    let constant = Jet(constant: Coefficient(scalar: Scalar.value(of: .sign, u.value)), order: u.order)
    switch u.value.sign {
    case .positive, .negative: return constant
    case .open where Scalar.isSymbolic:
      return constant.invalid(where: Scalar.value(of: .equal, [u.value, .zero], index: 0))
    case .open: throw .openRange(.sign, "sign may jump")
    case .zero: throw TaylorError(.jump, .sign, "sign jumps at 0")
    }
  }

  /// ⌊u⌋ of `operation` floor, or that of ceil.
  static func floor(_ u: Jet, _ operation: Operation) throws(TaylorError) -> Jet {
    let value = Scalar.value(of: .floor, u.value)
    if value.number == nil, !value.isDefined { throw .openRange(operation, "\(operation) may jump") }
    let constant = Jet(constant: Coefficient(scalar: value), order: u.order)
    let rest = u.replacingValue(u.value - value)
    if Scalar.isSymbolic, u.value.sign == .open || u.value.number == nil {
      return constant.invalid(where: Scalar.value(of: .equal, [u.value, value], index: 0))
    }
    let signs = rest.signs
    if signs.before == .positive, signs.after == .positive { return constant }
    if signs.at == nil { throw .openRange(operation, "\(operation) may jump") }
    throw TaylorError(.jump, operation, "\(operation) jumps at an integer")
  }

  /// The larger of two.
  static func larger(_ a: Jet, _ b: Jet, _ operation: Operation) throws(TaylorError) -> Jet {
    let difference = a - b
    if difference.value.sign == .open, Scalar.isSymbolic {
      let (x, y) = (a.value, b.value)
      let isFirst = Scalar.value(of: .less, [y, x], index: 0)
      let isTie = Scalar.value(of: .equal, [x, y], index: 0)
      return Jet(zip(a.coefficients, b.coefficients).map { Coefficient.select(isFirst, $0, $1) })
        .replacingValue(Scalar.value(of: .max, [x, y], index: 0)).invalid(where: isTie)
    }
    let signs = difference.signs
    switch (signs.before, signs.after) {
    case (.positive, .positive): return a
    case (.negative, .negative): return b
    default: break
    }
    if signs.at == nil { throw .openRange(operation, "\(operation) may have a tie") }
    if isClose(a, b) { return a }
    throw TaylorError(
      .kink, operation,
      "\(operation) has a kink \(operation == .relu ? "at 0" : "where its operands are equal")")
  }

  /// Whether two series are one, up to rounding: on both sides of a kink that is none.
  static func isClose(_ a: Jet, _ b: Jet) -> Bool {
    let scale = (a.coefficients + b.coefficients).reduce(0) { $0.maximum($1.elements) }
    return zip(a.coefficients, b.coefficients).allSatisfy { x, y in
      let error = 0.0.maximum(x.subtracting(y).elements)
      return error <= 0x1p-44 * 0.0.maximum(x.elements).maximum(y.elements) + 0x1p-90 * scale
    }
  }
}

extension Double {
  fileprivate func maximum(_ elements: [some TaylorScalar]) -> Double {
    elements.reduce(self) { Swift.max($0, $1.size) }
  }
}

extension JetValue {
  typealias Scalar = Coefficient.Scalar

  /// As a series: a condition is 1 or 0 if it is so all around the point.
  func series(order: Int) throws(TaylorError) -> Jet<Coefficient> {
    switch self {
    case .series(let jet): return jet
    case .none(let error): throw error
    case .condition(let condition):
      if let symbol = condition.symbol { return Jet(constant: Coefficient(scalar: symbol), order: order) }
      guard let holds = condition.constant else {
        throw TaylorError(.jump, nil, "a condition is not the same on both sides")
      }
      return Jet(constant: holds ? .one : .zero, order: order)
    }
  }

  /// As a condition: a number is one where it is not 0.
  func condition() throws(TaylorError) -> Condition<Scalar> {
    switch self {
    case .condition(let condition): return condition
    case .none(let error): throw error
    case .series(let jet):
      if Scalar.isSymbolic { return Condition(symbol: jet.value) }
      return jet.condition({ $0 != .zero }, ofNonZero: true)
    }
  }

  /// Conditions and choices.
  static func applying(
    _ operation: Operation, to operands: [JetValue], order: Int
  ) throws(TaylorError) -> JetValue {
    switch operation {
    case .not: return .condition(!(try operands[0].condition()))
    case .and, .or:
      return .condition(
        .combined(try operands[0].condition(), try operands[1].condition(), isAnd: operation == .and))
    case .select: return .series(try select(operands, order: order))
    default:
      let (a, b) = (try operands[0].series(order: order), try operands[1].series(order: order))
      if Scalar.isSymbolic {
        return .condition(Condition(symbol: Scalar.value(of: operation, [a.value, b.value], index: 0)))
      }
      let difference = b - a
      switch operation {
      case .less: return .condition(difference.condition({ $0 == .positive }, ofNonZero: nil))
      case .lessOrEqual: return .condition(difference.condition({ $0 != .negative }, ofNonZero: nil))
      case .equal: return .condition(difference.condition({ $0 == .zero }, ofNonZero: false))
      default: return .condition(difference.condition({ $0 != .zero }, ofNonZero: true))
      }
    }
  }

  /// The branch that holds around the point, if it has the value that the choice has at the point; where the
  /// branches change there, either of them if they are the same series.
  private static func select(_ operands: [JetValue], order: Int) throws(TaylorError) -> Jet<Coefficient> {
    let condition = try operands[0].condition()
    if let symbol = condition.symbol {
      let (a, b) = (try operands[1].series(order: order), try operands[2].series(order: order))
      return Jet(zip(a.coefficients, b.coefficients).map { Coefficient.select(symbol, $0, $1) })
    }
    func branch(_ holds: Bool) throws(TaylorError) -> Jet<Coefficient> {
      try operands[holds ? 1 : 2].series(order: order)
    }
    if let holds = condition.constant { return try branch(holds) }
    guard let at = condition.at else { throw .openRange(.select, "where may change its branch") }
    if let around = condition.around {
      let (near, here) = (try branch(around), try branch(at))
      if Jet.isClose(near.truncated(to: 0), here.truncated(to: 0)) { return near }
      throw TaylorError(.jump, .select, "where has another value at the point than around it")
    }
    let (a, b) = (try branch(true), try branch(false))
    if Jet.isClose(a, b) { return at ? a : b }
    throw TaylorError(.kink, .select, "where changes its branch, and the branches have different series")
  }
}
