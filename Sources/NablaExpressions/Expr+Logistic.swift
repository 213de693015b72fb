// SPDX-License-Identifier: Apache-2.0

// The logistic function as it is written in formulas. As written, log(1 − 1/(1+e⁻ˣ)) is −inf from x = 37 on, where
// it should be −x, the loss of a logistic regression is NaN there, and log(1+eˣ) is inf from 710 on. The operations
// `sigmoid` and `softplus` are exact to rounding everywhere, and so are their derivatives.
//
// The idea is Theano's (J. Bergstra and others, Theano: a CPU and GPU math compiler in Python, SciPy 2010).

extension Expr {
  /// x of 1 + eˣ.
  private var exponentOfLogistic: Expr? {
    guard operation == .add else { return nil }
    let operands = operands
    for (one, power) in [(operands[0], operands[1]), (operands[1], operands[0])]
    where one.isConstant(1) && power.operation == .exp {
      return power.operands[0]
    }
    return nil
  }

  /// c/(1 + eˣ) = c·sigmoid(−x) for a constant c, and eˣ/(1 + eˣ) = sigmoid(x).
  static func logisticQuotient(_ a: Expr, _ b: Expr) -> Expr? {
    guard let x = b.exponentOfLogistic else { return nil }
    if a.constantValue != nil { return a * sigmoid(-x) }
    return a.operation == .exp && a.operands[0] == x ? sigmoid(x) : nil
  }

  /// log(1 + eˣ) = softplus(x) and log(sigmoid(x)) = −softplus(−x), where this is the argument of the logarithm.
  var logarithmOfLogistic: Expr? {
    if let x = exponentOfLogistic { return softplus(x) }
    return operation == .sigmoid ? -softplus(-operands[0]) : nil
  }
}
