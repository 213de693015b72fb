// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// This expression with another one in place of a variable.
  ///
  /// - Precondition: `variable` is a variable.
  /// - Complexity: O(number of nodes of the graph up to this expression).
  public func substituting(_ variable: Expr, by replacement: Expr) -> Expr {
    substituting([variable: replacement])
  }

  /// This expression with other ones in place of several variables, all at once: what is put in is not
  /// searched for variables again, so `[x: y, y: x]` exchanges the two.
  ///
  /// What is put together anew is folded and simplified as if it were written so: with a number for every
  /// variable the result is a constant, see ``constantValue``. For a number alone use
  /// `value(at:)`, which makes no nodes.
  ///
  /// - Precondition: the keys are variables; those that the expression does not use have no effect.
  /// - Complexity: O(number of nodes of the graph up to this expression).
  public func substituting(_ replacements: [Expr: Expr]) -> Expr {
    substitute(replacements, in: [self])[0]
  }
}

/// Expressions with others in place of variables, all at once: what is put in is not looked into again.
///
/// - Precondition: the keys are variables.
/// - Complexity: O(number of nodes of the expressions' graph).
package func substitute(_ replacements: [Expr: Expr], in expressions: [Expr]) -> [Expr] {
  for variable in replacements.keys {
    precondition(
      variable.operation == .variable, "an expression is substituted for a variable, not for \(variable)")
  }
  guard let graph = expressions.lazy.compactMap(\.graph).first else { return expressions }
  let targets = Dictionary(uniqueKeysWithValues: replacements.map { (graph.id(of: $0), $1) })
  let roots = expressions.map { graph.id(of: $0) }
  let nodes = graph.nodes()
  let needed = reachable(from: roots, in: nodes)
  // What each node becomes; nil where it stays.
  var images = [Expr?](repeating: nil, count: nodes.count)
  for id in nodes.indices where needed[id] {
    if let replacement = targets[NodeID(id)] {
      images[id] = replacement
      continue
    }
    let node = nodes[id]
    let count = node.operation.definition.value.operandCount
    guard (0..<count).contains(where: { images[Int(node[$0])] != nil }) else { continue }
    let operands = (0..<count).map { images[Int(node[$0])] ?? graph.expression(node[$0]) }
    images[id] = .applyingOperation(of: graph.expression(NodeID(id)), to: operands)
  }
  return zip(expressions, roots).map { images[Int($1)] ?? $0 }
}
