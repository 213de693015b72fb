// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// A condition along a series: whether it holds before, at and after the point.
///
/// What it is at the point alone does not decide which branch of a choice has the series: `x != 0` holds around 0.
/// In several variables "before" and "after" are both the neighbourhood.
struct Condition<Scalar: TaylorScalar>: Sendable {
  /// Nil where it is not known.
  var before: Bool?
  var at: Bool?
  var after: Bool?
  /// The condition as an expression where values are not known yet.
  var symbol: Scalar?

  init(before: Bool?, at: Bool?, after: Bool?) {
    (self.before, self.at, self.after) = (before, at, after)
  }

  init(symbol: Scalar) { self.symbol = symbol }

  /// Of a value that does not depend on the variables, or is not zero at the point.
  init(constant value: Scalar) {
    if Scalar.isSymbolic {
      self.init(symbol: value)
      return
    }
    let holds: Bool? =
      switch value.sign {
      case .positive, .negative: true
      case .zero: false
      case .open: nil
      }
    self.init(before: holds, at: holds, after: holds)
  }

  /// What it is at and around the point, where that is one.
  var constant: Bool? { before == at && at == after ? at : nil }

  /// What it is on both sides of the point, where that is one.
  var around: Bool? { before == after ? before : nil }

  prefix static func ! (a: Condition) -> Condition {
    if let symbol = a.symbol { return Condition(symbol: .value(of: .not, symbol)) }
    return Condition(before: a.before.map { !$0 }, at: a.at.map { !$0 }, after: a.after.map { !$0 })
  }

  /// And, or; an unknown does not matter where the other one decides.
  static func combined(_ a: Condition, _ b: Condition, isAnd: Bool) -> Condition {
    if let x = a.symbol, let y = b.symbol {
      return Condition(symbol: .value(of: isAnd ? .and : .or, [x, y], index: 0))
    }
    func combine(_ x: Bool?, _ y: Bool?) -> Bool? {
      if x == !isAnd || y == !isAnd { return !isAnd }
      return x == nil || y == nil ? nil : isAnd
    }
    return Condition(
      before: combine(a.before, b.before), at: combine(a.at, b.at), after: combine(a.after, b.after))
  }
}

extension Jet {
  /// The sign of the series before, at and after the point; nil where unknown.
  var signs: (before: Sign?, at: Sign?, after: Sign?) {
    let at = value.sign
    if at == .positive || at == .negative { return (at, at, at) }
    guard at == .zero, let v = valuation else { return (nil, at == .zero ? .zero : nil, nil) }
    guard coefficients[v].scalar != nil else {
      // A definite form has its sign all around; another one is not zero almost everywhere.
      let sign = coefficients[v].definiteSign
      return sign == .open ? (.open, .zero, .open) : (sign, .zero, sign)
    }
    switch coefficients[v].definiteSign {
    case .positive: return v % 2 == 0 ? (.positive, .zero, .positive) : (.negative, .zero, .positive)
    case .negative: return v % 2 == 0 ? (.negative, .zero, .negative) : (.positive, .zero, .negative)
    default: return (nil, .zero, nil)
    }
  }

  /// Where a test of the sign holds. A sign of `.open` means not zero, and unknown otherwise.
  func condition(_ test: (Sign) -> Bool, ofNonZero: Bool?) -> Condition<Scalar> {
    let signs = signs
    func holds(_ sign: Sign?) -> Bool? {
      switch sign {
      case nil: nil
      case .open: ofNonZero
      case let sign?: test(sign)
      }
    }
    return Condition(before: holds(signs.before), at: holds(signs.at), after: holds(signs.after))
  }
}
