// SPDX-License-Identifier: Apache-2.0

/// Expressions divided by the power of two that all their terms have as a factor, where that saves multiplications,
/// and the power.
///
/// A Newton step is the same of ½g and ½H, and gradients and Hessians of squares are full of factors 2. Division by
/// a power of two is exact but for results below the normal numbers. Only factors that are written there are taken:
/// nothing is multiplied out.
///
/// - Complexity: O(terms), for every power.
package func dividedByCommonPowerOfTwo(_ expressions: [Expr]) -> (quotients: [Expr], power: Double) {
  var (quotients, power) = (expressions, 1.0)
  while true {
    var halving = Halving()
    let halves = quotients.map { halving.half($0, depth: 0) }
    // Else 6x, 3x, 1.5x, … would go on for ever.
    guard halving.savedCount > 0, halves.allSatisfy({ $0 != nil }) else { return (quotients, power) }
    quotients = halves.map { $0! }
    power *= 2
  }
}

private struct Halving {
  private var known: [Expr: Expr?] = [:]
  /// Terms that are multiplied by nothing any more.
  private(set) var savedCount = 0

  /// Half of an expression without another operation; nil where there is none.
  mutating func half(_ expression: Expr, depth: Int) -> Expr? {
    if let half = known[expression] { return half }
    // Sums of very many terms are left alone for the stack's sake.
    let half = depth > 200 ? nil : newHalf(expression, depth: depth + 1)
    known[expression] = .some(half)
    return half
  }

  private mutating func newHalf(_ expression: Expr, depth: Int) -> Expr? {
    let operands = expression.operands
    switch expression.operation {
    case .constant: return expression.constantValue.flatMap { halved($0) }
    case .multiply:
      guard let c = operands[0].constantValue, let half = halved(c) else { return nil }
      if abs(c) == 2 { savedCount += 1 }
      return half * operands[1]
    case .divide: return operands[0].constantValue.flatMap { halved($0) }.map { $0 / operands[1] }
    case .negate: return half(operands[0], depth: depth).map { -$0 }
    case .add, .subtract:
      guard let a = half(operands[0], depth: depth), let b = half(operands[1], depth: depth) else {
        return nil
      }
      return expression.operation == .add ? a + b : a - b
    default: return nil
    }
  }

  private func halved(_ number: Double) -> Expr? { number / 2 * 2 == number ? Expr(number / 2) : nil }
}
