extension Expr {
  /// This expression with another one in place of a variable.
  ///
  /// - Precondition: `variable` is a variable.
  /// - Complexity: O(number of nodes of the graph up to this expression).
  public func substituting(_ variable: Expr, by replacement: Expr) -> Expr {
    precondition(variable.operation == .variable, "an expression is substituted for a variable")
    guard let graph else { return self }
    let target = graph.id(of: variable)
    let nodes = graph.nodes()
    let needed = reachable(from: [self.id], in: nodes)
    // What each node becomes; nil where it stays.
    var images = [Expr?](repeating: nil, count: nodes.count)
    for id in nodes.indices where needed[id] {
      if id == Int(target) {
        images[id] = replacement
        continue
      }
      let node = nodes[id]
      let count = node.operation.definition.value.operandCount
      guard (0..<count).contains(where: { images[Int(node[$0])] != nil }) else { continue }
      let operands = (0..<count).map { images[Int(node[$0])] ?? graph.expression(node[$0]) }
      if case .indexed = node.operation.definition.value {
        images[id] = .applying(node.operation, index: Int(node.b), to: operands[0])
      } else {
        images[id] = .applying(node.operation, to: operands)
      }
    }
    return images[Int(self.id)] ?? self
  }
}
