// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct SimplificationTests {
  /// A simplified expression has the value of the formula as written, up to rounding and signs of zeros.
  @Test(arguments: [UInt64(1), 2, 3])
  func keepsTheValue(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var undecided = 0
    var checked = 0
    for _ in 0..<2000 {
      let tree = Tree.random(depth: Int.random(in: 1...4, using: &random), withHelpers: true, &random)
      let expression = tree.expression
      for _ in 0..<4 {
        let point = (0..<3).map { _ in randomDouble(&random) }
        let value = evaluate(expression, point)
        checked += 1
        switch isPlausible(value, of: tree, at: point, &random) {
        case nil: undecided += 1
        case true?: break
        case false?:
          Issue.record(
            "\(tree) at \(point) is \(tree.value(point)), as \(expression) \(value); seed \(seed)")
        }
      }
    }
    #expect(undecided * 10 < checked)
  }

  @Test func rulesApply() throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    #expect(x + 0 == x && 1 * x == x && x / 1 == x && pow(x, 1) == x && pow(x, 0) == 1)
    #expect(-(-x) == x && x * x == pow(x, 2) && x + x == 2 * x && x + -y == x - y)
    #expect((2 * x) * (3 * y) == 6 * (x * y))
    #expect(abs(exp(x)) == exp(x))
    // What could be infinite or NaN stays.
    #expect((0 * x).constantValue == nil && (x / x).constantValue == nil && (x - x).constantValue == nil)
    #expect(1 + x == x + 1 && y * x == x * y)
  }

  /// Constants that cannot be joined stay nested; a further factor must not walk down to them.
  @Test func nestedConstantFactorsDoNotRecurse() {
    var e = Expr.variable("x")
    for _ in 0..<100_000 { e = 1_000_000 * (2 * (e + 0)) }
    e = e * Expr.variable("y")
    e = (3 * e) * (5 * e)
    #expect(e.operation == .multiply)
  }
}
