// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

// A coefficient that is an expression: jets of them are the graph of a kernel. What is not decided before the point
// is known, such as the sign of a denominator, is left to IEEE arithmetic and to choices in the graph.

extension Expr: TaylorCoefficient, TaylorScalar {
  typealias Scalar = Expr

  var squared: Expr { pow(self, 2) }
  var isZero: Bool { constantValue == 0 }
  var sign: Sign {
    guard let value = constantValue else { return .open }
    return value > 0 ? .positive : value < 0 ? .negative : value == 0 ? .zero : .open
  }
  var isDefined: Bool { constantValue?.isFinite ?? true }
  var size: Double { 1 }
  var number: Double? { constantValue }
  static var isSymbolic: Bool { true }

  /// Division by a constant is multiplication by its reciprocal: one rounding more, and several times faster.
  func divided(by divisor: Expr) -> Expr {
    guard let value = divisor.constantValue, (1 / value).isNormal else { return self / divisor }
    return self * Expr(1 / value)
  }

  static func select(_ condition: Expr, _ a: Expr, _ b: Expr) -> Expr {
    NablaExpressions.select(condition, a, b)
  }

  static func value(of operation: Operation, _ operands: [Expr], index: Int) -> Expr {
    switch operation.definition.value {
    case .indexed: .applying(operation, index: index, to: operands[0])
    case .indexedBinary: .applying(operation, index: index, to: operands[0], operands[1])
    default: .applying(operation, to: operands)
    }
  }

  static func localSeries(of operation: Operation, index: Int, at x: Expr, order: Int) -> [Expr] {
    (0...order).map { k in
      let factorial = Double.gamma(Double(k) + 1)
      let derivative: Expr =
        switch operation {
        case .lgamma: k == 0 ? lgamma(x) : polygamma(k - 1, x)
        case .polygamma: polygamma(index + k, x)
        case .sinc where k == 0: sinc(x)
        default: .applying(.sincDerivative, index: index + k, to: x)
        }
      return derivative.divided(by: Expr(factorial))
    }
  }

  static func value(of expression: Expr, at point: [Expr: Expr]) -> Expr { expression.substituting(point) }
}
