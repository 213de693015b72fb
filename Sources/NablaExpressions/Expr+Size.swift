// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The number of distinct operations that the expressions consist of: what they share counts once.
  ///
  /// It is what evaluating them at a point costs, and tells before a computation whether it is huge.
  ///
  /// - Complexity: O(number of nodes of the graph).
  public static func operationCount(of expressions: [Expr]) -> Int {
    guard let graph = expressions.lazy.compactMap(\.graph).first else { return 0 }
    let roots = expressions.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    return nodes.indices.count {
      needed[$0] && nodes[$0].operation != .constant && nodes[$0].operation != .variable
    }
  }
}
