// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// The logarithm of an expression that is nowhere negative, without what underflows in it: log(3 e^−u x²) is
/// log 3 − u + 2 log|x|.
struct Logarithm {
  private let variables: [Expr]
  private let ranges: [Interval]

  init(variables: [Expr], support: Box) {
    self.variables = variables
    ranges = zip(support.lower, support.upper).map { Interval($0, $1) }
  }

  /// - Complexity: O(factors · nodes).
  func callAsFunction(_ expression: Expr) -> Expr {
    var sum: Expr = 0
    var left = [(factor: expression, power: Expr(1))]
    while let (factor, power) = left.popLast() {
      let operands = factor.operands
      switch factor.operation {
      case .multiply: left += [(operands[1], power), (operands[0], power)]
      case .divide: left += [(operands[1], -power), (operands[0], power)]
      case .negate, .abs: left.append((operands[0], power))
      case .sqrt: left.append((operands[0], 0.5 * power))
      case .integerPower: left.append((operands[0], Expr(Double(factor.index ?? 1)) * power))
      case .power: left.append((operands[0], operands[1] * power))
      case .exp: sum = sum + power * operands[0]
      case .exp2: sum = sum + power * operands[0] * log(2)
      case .sigmoid: sum = sum - power * softplus(-operands[0])
      default: sum = sum + power * log(isNonNegative(factor) ? factor : abs(factor))
      }
    }
    return sum
  }

  /// Whether enclosures say so, over the whole support.
  private func isNonNegative(_ expression: Expr) -> Bool {
    if let constant = expression.constantValue { return constant >= 0 }
    let evaluator = IntervalEvaluator(IntervalTape(outputs: [expression], inputs: variables))
    for (j, range) in ranges.enumerated() { evaluator[input: j] = range }
    evaluator.run()
    return evaluator[output: 0].lower >= 0
  }
}
