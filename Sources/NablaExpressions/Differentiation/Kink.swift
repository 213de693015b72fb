// SPDX-License-Identifier: Apache-2.0

/// An operation that somewhere has no derivative, where a convention gives one: `abs` at 0, `max` at a tie, a
/// comparison where its sides are equal.
public struct Kink: Sendable {
  /// The operation on its operands.
  public let expression: Expr
  /// Where it has no derivative: 1 there and 0 elsewhere.
  public let condition: Expr
}

extension Expr {
  /// The operations with kinks that expressions consist of, each once.
  ///
  /// - Complexity: O(number of nodes of the graph).
  package static func kinks(of expressions: [Expr]) -> [Kink] {
    guard let graph = expressions.lazy.compactMap(\.graph).first else { return [] }
    let roots = expressions.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    return nodes.indices.compactMap { id in
      guard needed[id], let kink = nodes[id].operation.definition.kink else { return nil }
      let expression = graph.expression(NodeID(id))
      return Kink(expression: expression, condition: kink(expression.operands))
    }
  }
}
