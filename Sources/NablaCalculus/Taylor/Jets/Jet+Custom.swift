// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

// A user's operation is known by its value and the formula of its derivative. Deriving the formula again and again
// gives the Taylor coefficients of the operation itself at u₀, into which the series of the operands are put.

extension Jet {
  /// The most nodes that derivatives of a user's operation may have.
  private static var nodeLimit: Int { 200_000 }

  static func size(_ graph: ExprGraph?, _ operation: Operation) throws(TaylorError) {
    if let graph, graph.count > nodeLimit {
      throw TaylorError(.tooLarge, operation, "the derivatives of a custom operation grow too large")
    }
  }

  /// Of one operand.
  func custom(index: Int) throws(TaylorError) -> Jet {
    let x = Expr.traced("x", 1)[0]
    var derivative = Expr.applying(.custom, index: index, to: x)
    var series: [Scalar] = []
    for k in 0...order {
      let value = Scalar.value(of: derivative, at: [x: self.value])
      series.append(try Jet.defined(value.divided(by: Scalar(Double.gamma(Double(k) + 1))), .custom))
      if k < order { derivative = derivative.derivative(by: x) }
      try Jet.size(derivative.graph, .custom)
    }
    return composed(into: series)
  }

  /// Of two operands: Σ gᵢⱼ (a − a₀)ⁱ (b − b₀)ʲ/(i! j!).
  static func customBinary(_ a: Jet, _ b: Jet, index: Int) throws(TaylorError) -> Jet {
    let order = Swift.min(a.order, b.order)
    let variables = Expr.traced("x", 2)
    let point = [variables[0]: a.value, variables[1]: b.value]
    let (da, db) = (
      a.replacingValue(.zero).truncated(to: order), b.replacingValue(.zero).truncated(to: order)
    )
    var result = Jet(constant: .zero, order: order)
    var byFirst = Expr.applying(.customBinary, index: index, to: variables[0], variables[1])
    var firstPower = Jet(constant: .one, order: order)
    for i in 0...order {
      var derivative = byFirst
      var power = firstPower
      for j in 0...(order - i) {
        let factorial = Double.gamma(Double(i) + 1) * Double.gamma(Double(j) + 1)
        let value = Scalar.value(of: derivative, at: point).divided(by: Scalar(factorial))
        result = result + power.times(try defined(value, .customBinary))
        if i + j < order {
          derivative = derivative.derivative(by: variables[1])
          power = power * db
        }
        try size(derivative.graph, .customBinary)
      }
      if i < order {
        byFirst = byFirst.derivative(by: variables[0])
        firstPower = firstPower * da
      }
    }
    return result
  }
}
