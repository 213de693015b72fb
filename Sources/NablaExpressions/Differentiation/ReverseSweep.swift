// SPDX-License-Identifier: Apache-2.0

/// Reverse-mode differentiation of expressions of one graph with respect to fixed variables.
///
/// One sweep visits the nodes that the output consists of, from the output down to the variables, and
/// pushes each node's adjoint (the derivative of the output with respect to the node) to its operands by
/// the rules of the table. The adjoints are expressions of the same graph, so derivatives share all work
/// with the value and with one another. A derivative is structurally zero, and no node is made for it,
/// where no path leads from the output to the variable but through operations whose derivative is zero.
///
/// An operand that takes part only under a condition (a branch of `where`, the loser of `max`) carries
/// that condition along with its adjoint, all the way to the variables, where it selects the derivative
/// or zero. No adjoint is ever multiplied by a 0/1 mask: the derivative of an untaken branch may be
/// infinite or NaN, and 0·inf is NaN.
///
/// Complexity: O(m log m) for an output of m nodes, with at most a small constant number of new nodes for
/// each (Griewank and Walther, "Evaluating Derivatives", 2nd ed., 2008, section 3.2).
struct ReverseSweep {
  /// An adjoint: `value` where `condition` holds, or everywhere without one; else zero.
  private struct Adjoint {
    var value: Expr
    var condition: Expr?

    var expression: Expr { condition.map { select($0, value, 0) } ?? value }
  }

  let graph: ExprGraph
  private let variables: [NodeID]
  /// The place in `variables` of a variable's node.
  private let places: [NodeID: Int]

  /// Whether a node's derivative with respect to some variable may be non-zero, by position.
  private var isActive: [Bool] = []
  /// The adjoints of the sweep under way, by position.
  private var adjoints: [Adjoint?] = []
  /// Marks the nodes that the sweep under way has met.
  private var stamps: [Int32] = []
  private var stamp: Int32 = 0

  init(graph: ExprGraph, variables: [Expr]) {
    self.graph = graph
    self.variables = variables.map { graph.id(of: $0) }
    places = Dictionary(zip(self.variables, 0...), uniquingKeysWith: { first, _ in first })
  }

  /// The structurally non-zero derivatives of `output`, by ascending place of their variable.
  mutating func derivatives(of output: Expr) -> [(place: Int, derivative: Expr)] {
    guard output.constantValue == nil else { return [] }
    let root = graph.id(of: output)
    extendToNewNodes()
    guard isActive[Int(root)] else { return [] }

    accumulate(1, when: nil, into: root)
    var result: [(place: Int, derivative: Expr)] = []
    for id in activeNodes(below: root) {
      guard let adjoint = adjoints[Int(id)] else { continue }
      adjoints[Int(id)] = nil
      if let place = places[id] {
        result.append((place, adjoint.expression))
      } else {
        push(adjoint, from: id)
      }
    }
    return result.sorted { $0.place < $1.place }
  }

  /// Brings the arrays by position up to the present size of the graph, which grows by derivatives.
  private mutating func extendToNewNodes() {
    for (id, node) in zip(isActive.count..., graph.nodes(from: isActive.count)) {
      let definition = node.operation.definition
      switch definition.derivative {
      case .zero: isActive.append(places[NodeID(id)] != nil)
      default:
        isActive.append((0..<definition.value.operandCount).contains { isActive[Int(node[$0])] })
      }
    }
    adjoints.append(contentsOf: repeatElement(nil, count: isActive.count - adjoints.count))
    stamps.append(contentsOf: repeatElement(0, count: isActive.count - stamps.count))
  }

  /// The active nodes that `root` consists of, in descending position: each after all that use it.
  private mutating func activeNodes(below root: NodeID) -> [NodeID] {
    stamp += 1
    stamps[Int(root)] = stamp
    var nodes = [root]
    var next = 0
    while next < nodes.count {
      let node = graph.node(nodes[next])
      next += 1
      for operand in 0..<node.operation.definition.value.operandCount {
        let id = node[operand]
        guard isActive[Int(id)], stamps[Int(id)] != stamp else { continue }
        stamps[Int(id)] = stamp
        nodes.append(id)
      }
    }
    nodes.sort(by: >)
    return nodes
  }

  /// Adds to the adjoints of a node's operands what they owe to the node's own adjoint.
  private mutating func push(_ adjoint: Adjoint, from id: NodeID) {
    let node = graph.node(id)
    let y = Expr(graph, id)
    let (a, b) = (node.a, node.b)
    switch node.operation.definition.derivative {
    case .zero: break
    case .unary(let rule): push(adjoint, rule(graph.expression(a), y), to: a)
    case .indexed(let rule): push(adjoint, rule(graph.expression(a), Int(b), y), to: a)
    case .binary(let rule):
      let partials = rule(graph.expression(a), graph.expression(b), y)
      push(adjoint, partials.0, to: a)
      push(adjoint, partials.1, to: b)
    case .indexedBinary(let rule):
      let partials = rule(graph.expression(a), graph.expression(b), Int(node.c), y)
      push(adjoint, partials.0, to: a)
      push(adjoint, partials.1, to: b)
    case .guarded(let rule):
      for guarded in rule(y.operands) {
        push(adjoint, guarded.partial, to: node[guarded.operand], when: guarded.condition)
      }
    }
  }

  private mutating func push(
    _ adjoint: Adjoint, _ partial: Expr, to id: NodeID, when condition: Expr = .true
  ) {
    // A zero partial times anything is zero: 0·x does not depend on x, whatever the adjoint is.
    guard isActive[Int(id)], !partial.isConstant(0) else { return }
    accumulate(
      adjoint.value * partial, when: adjoint.condition.map { $0 && condition } ?? condition, into: id)
  }

  private mutating func accumulate(_ value: Expr, when condition: Expr?, into id: NodeID) {
    if let constant = condition?.constantValue {
      if constant != 0 { accumulate(value, when: nil, into: id) }
      return
    }
    guard !value.isConstant(0) else { return }
    let new = Adjoint(value: value, condition: condition)
    guard let old = adjoints[Int(id)] else {
      adjoints[Int(id)] = new
      return
    }
    if old.condition == condition {
      adjoints[Int(id)] = Adjoint(value: old.value + value, condition: condition)
    } else {
      // Each summand is selected on its own; the sum takes part where one of them does.
      var either: Expr?
      if let first = old.condition, let second = condition { either = first || second }
      adjoints[Int(id)] = Adjoint(
        value: old.expression + new.expression, condition: either?.constantValue == nil ? either : nil)
    }
  }
}
