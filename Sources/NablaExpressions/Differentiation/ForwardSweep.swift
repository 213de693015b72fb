// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The derivative along a direction, Σⱼ ∂f/∂xⱼ vⱼ, by one forward sweep; the direction's components are
  /// expressions.
  ///
  /// - Precondition: `variables` are distinct variables, and the direction has as many components.
  /// - Complexity: O(m) for an expression of m nodes.
  public func directionalDerivative(by variables: [Expr], along direction: [Expr]) -> Expr {
    directionalDerivatives(of: [self], by: variables, along: direction)[0]
  }
}

/// The derivatives of expressions along a direction, J v, by one forward sweep.
///
/// The sweep visits the nodes that the outputs consist of, from the variables up, and gives each the derivative
/// of its value along the direction: Σ of its partial derivatives, by the rules of the table, times its
/// operands' derivatives. As in the reverse mode no derivative is multiplied by a 0/1 mask: what takes part
/// under a condition is selected.
///
/// Complexity: O(m) for outputs of m nodes together, however many outputs there are (Griewank and Walther,
/// "Evaluating Derivatives", 2nd ed., 2008, section 3.1).
package func directionalDerivatives(
  of outputs: [Expr], by variables: [Expr], along direction: [Expr]
) -> [Expr] {
  precondition(
    variables.count == direction.count,
    "a direction of \(direction.count) components does not fit \(variables.count) variables")
  let graph = commonGraph(of: outputs, variables)
  let roots = outputs.map { graph.id(of: $0) }
  let components = Dictionary(
    zip(variables.map { graph.id(of: $0) }, direction), uniquingKeysWith: { first, _ in first })
  let nodes = graph.nodes()
  let needed = reachable(from: roots, in: nodes)
  // nil: the node does not depend on the variables.
  var tangents = [Expr?](repeating: nil, count: nodes.count)

  func scaled(_ partial: Expr, _ operand: NodeID) -> Expr? {
    // A zero partial times anything is zero.
    guard let tangent = tangents[Int(operand)], !partial.isConstant(0) else { return nil }
    return partial * tangent
  }
  func sum(_ a: Expr?, _ b: Expr?) -> Expr? {
    guard let a else { return b }
    return b.map { a + $0 } ?? a
  }

  for id in nodes.indices where needed[id] {
    let node = nodes[id]
    if node.operation == .variable {
      tangents[id] = components[NodeID(id)].flatMap { $0.isConstant(0) ? nil : $0 }
      continue
    }
    let definition = node.operation.definition
    guard (0..<definition.value.operandCount).contains(where: { tangents[Int(node[$0])] != nil }) else {
      continue
    }
    let y = graph.expression(NodeID(id))
    let (a, b) = (node.a, node.b)
    switch definition.derivative {
    case .zero: break
    case .unary(let rule): tangents[id] = scaled(rule(graph.expression(a), y), a)
    case .indexed(let rule): tangents[id] = scaled(rule(graph.expression(a), Int(b), y), a)
    case .binary(let rule):
      let partials = rule(graph.expression(a), graph.expression(b), y)
      tangents[id] = sum(scaled(partials.0, a), scaled(partials.1, b))
    case .indexedBinary(let rule):
      let partials = rule(graph.expression(a), graph.expression(b), Int(node.c), y)
      tangents[id] = sum(scaled(partials.0, a), scaled(partials.1, b))
    case .guarded where node.operation == .select:
      tangents[id] = select(y.operands[0], tangents[Int(b)] ?? 0, tangents[Int(node.c)] ?? 0)
    case .guarded(let rule):
      for guarded in rule(y.operands) {
        guard let term = scaled(guarded.partial, node[guarded.operand]) else { continue }
        tangents[id] = sum(tangents[id], select(guarded.condition, term, 0))
      }
    }
  }
  return roots.map { tangents[Int($0)] ?? 0 }
}
