// SPDX-License-Identifier: Apache-2.0

extension Expr: CustomStringConvertible {
  /// The formula; beyond about 10,000 characters its beginning, then `…` and the number of nodes.
  ///
  /// See ``formula(maximumLength:)`` for one that is never cut.
  public var description: String {
    var printer = FormulaPrinter(maximumLength: 10_000)
    let (formula, isComplete) = printer.print(self)
    if isComplete { return formula }
    guard let graph else { return formula }
    let count = reachable(from: [id], in: graph.nodes().prefix(Int(id) + 1)).count { $0 }
    return formula + "… (\(count) nodes)"
  }

  /// The formula of the expression, with as few parentheses as the language allows; nil if it is longer
  /// than `maximumLength` bytes.
  ///
  /// Read back with ``init(parsing:variables:)`` it has the same value at every point (bit for bit, but for the
  /// payload of a NaN), and it is usually the identical expression. Exceptions:
  ///
  /// - Helpers that derivatives use without having a name in the language, such as sech(x) printed as
  ///   `1/cosh(x)`, are equal up to rounding where a constant factor meets their quotient.
  /// - Variables that share a name (inputs of traced functions) become one.
  ///
  /// A comparison used as a number prints as `where(a < b, 1, 0)`, a number used as a condition as
  /// `x != 0`, and a constant NaN as `(inf - inf)`.
  ///
  /// A formula repeats what the graph shares, so it can be exponentially longer than the graph.
  ///
  /// - Complexity: O(`maximumLength` + depth of the graph), without recursion.
  public func formula(maximumLength: Int = 1_000_000) -> String? {
    var printer = FormulaPrinter(maximumLength: maximumLength)
    let (formula, isComplete) = printer.print(self)
    return isComplete ? formula : nil
  }
}
