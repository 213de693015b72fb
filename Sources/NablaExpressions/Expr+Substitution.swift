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
  /// ``value(at:)-(Dictionary<Expr,Double>)``, which makes no nodes.
  ///
  /// - Precondition: the keys are variables; those that the expression does not use have no effect.
  /// - Complexity: O(number of nodes of the graph up to this expression).
  public func substituting(_ replacements: [Expr: Expr]) -> Expr {
    for variable in replacements.keys {
      precondition(
        variable.operation == .variable,
        "an expression is substituted for a variable, not for an expression of operation \(variable.operation)"
      )
    }
    guard let graph else { return self }
    let nodes = graph.nodes().prefix(Int(id) + 1)
    let needed = reachable(from: [id], in: nodes)
    // What each node becomes; nil where it stays.
    var images = [Expr?](repeating: nil, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      if node.operation == .variable {
        images[id] = replacements[graph.expression(NodeID(id))]
        continue
      }
      let count = node.operation.definition.value.operandCount
      guard (0..<count).contains(where: { images[Int(node[$0])] != nil }) else { continue }
      let operands = (0..<count).map { images[Int(node[$0])] ?? graph.expression(node[$0]) }
      if case .indexed = node.operation.definition.value {
        images[id] = .applying(node.operation, index: Int(node.b), to: operands[0])
      } else {
        images[id] = .applying(node.operation, to: operands)
      }
    }
    return images[Int(id)] ?? self
  }
}
