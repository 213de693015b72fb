// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

// A coefficient that is an interval: it contains the coefficients at all points of a range.

extension Interval: TaylorCoefficient, TaylorScalar {
  typealias Scalar = Interval

  /// Nothing is known of what is no number.
  init(constant value: Double) { self = value.isFinite ? Interval(value) : .entire }

  var isZero: Bool { lower == 0 && upper == 0 }
  var sign: Sign { lower > 0 ? .positive : upper < 0 ? .negative : isZero ? .zero : .open }
  var isDefined: Bool { !isEmpty && isBounded }
  var size: Double { magnitude }
  var number: Double? { lower == upper ? lower : nil }
  static var isSymbolic: Bool { false }

  static func select(_ condition: Interval, _ a: Interval, _ b: Interval) -> Interval {
    condition.isTrue ? a : condition.isFalse ? b : a.hull(b)
  }

  static func value(of operation: Operation, _ operands: [Interval], index: Int) -> Interval {
    let (a, b, c) = (operands[0], operands.count > 1 ? operands[1] : operands[0], operands.last!)
    // The enclosure is of the points where the operation is defined: here it must be so everywhere.
    let isEverywhere = operation == .select || operation.isContinuous(a, b, index: index)
    let isCondition =
      switch operation {
      case .less, .lessOrEqual, .equal, .notEqual: true
      default: false
      }
    return isEverywhere || isCondition ? operation.enclosure(a, b, c, index: index) : .entire
  }

  static func localSeries(of operation: Operation, index: Int, at x: Interval, order: Int) -> [Interval] {
    (0...order).map { k in
      // k!, which up to 18! is exact; beyond 170! it is more than any double.
      let gamma = Double.gamma(Double(k) + 1)
      let factorial =
        k <= 18
        ? Interval(gamma)
        : k <= 170 ? Interval(gamma * (1 - 0x1p-40), gamma * (1 + 0x1p-40)) : Interval(1e306, .infinity)
      let derivative: Interval =
        switch operation {
        case .lgamma: k == 0 ? x.logGamma : x.polygamma(k - 1)
        case .polygamma: x.polygamma(index + k)
        default: x.sinc(index + k)
        }
      return derivative / factorial
    }
  }

  /// Nothing is known of a user's operation over a range.
  static func value(of expression: Expr, at point: [Expr: Interval]) -> Interval { .entire }
}
