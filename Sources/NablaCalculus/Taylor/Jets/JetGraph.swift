// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// A graph of expressions to be evaluated along series.
struct JetGraph {
  private let graph: ExprGraph
  private let nodes: ArraySlice<Node>
  private let isNeeded: [Bool]
  private let outputs: [Int]
  private let inputs: [Int]
  /// By node, whether it depends on a variable.
  private let isVariable: [Bool]
  /// By node, the last one that uses it.
  private let lastUse: [Int]

  /// - Parameter variables: those inputs that vary; the others are parameters.
  init(outputs expressions: [Expr], variables: [Expr], parameters: [Expr]) {
    let inputExpressions = variables + parameters
    let graph = (expressions + inputExpressions).lazy.compactMap(\.graph).first ?? ExprGraph()
    self.graph = graph
    outputs = expressions.map { Int(graph.id(of: $0)) }
    inputs = inputExpressions.map { Int(graph.id(of: $0)) }
    nodes = graph.nodes()
    isNeeded = reachable(from: outputs.map { NodeID($0) }, in: nodes)
    var isVariable = [Bool](repeating: false, count: nodes.count)
    for id in inputs.prefix(variables.count) { isVariable[id] = true }
    var lastUse = [Int](repeating: -1, count: nodes.count)
    for id in nodes.indices where isNeeded[id] {
      let node = nodes[id]
      for operand in 0..<node.operation.definition.value.operandCount {
        lastUse[Int(node[operand])] = id
        if isVariable[Int(node[operand])] { isVariable[id] = true }
      }
    }
    for id in outputs { lastUse[id] = .max }
    self.isVariable = isVariable
    self.lastUse = lastUse
  }

  /// The series of the outputs, or why there is none.
  ///
  /// - Parameters:
  ///   - series: the series of the inputs, to the order; those of parameters are constant.
  /// - Complexity: O(number of nodes · order²), without recursion.
  func run<Coefficient>(
    _ series: [Jet<Coefficient>], order: Int
  ) -> [Result<Jet<Coefficient>, TaylorError>] {
    typealias Value = JetValue<Coefficient>
    typealias Scalar = Coefficient.Scalar
    var values = [Value?](repeating: nil, count: nodes.count)
    /// Of nodes that depend on no variable.
    var constants = [Scalar?](repeating: nil, count: nodes.count)
    for (id, jet) in zip(inputs, series) {
      if isVariable[id] { values[id] = .series(jet) } else { constants[id] = jet.value }
    }
    func value(_ id: Int, isCondition: Bool) -> Value {
      guard let constant = constants[id] else { return values[id]! }
      if isCondition { return .condition(Condition(constant: constant)) }
      do throws(TaylorError) {
        let scalar = try Jet<Coefficient>.defined(constant, nodes[id].operation)
        return .series(Jet(constant: Coefficient(scalar: scalar), order: order))
      } catch {
        return .none(error.of(self.description(of: id)))
      }
    }
    for id in nodes.indices where isNeeded[id] && values[id] == nil && constants[id] == nil {
      let node = nodes[id]
      let count = node.operation.definition.value.operandCount
      let index = Int(count == 1 ? node.b : node.c)
      let operands = (0..<count).map { Int(node[$0]) }
      if node.operation == .constant {
        constants[id] = Scalar(constant: graph.constant(node))
      } else if !isVariable[id] {
        constants[id] = .value(of: node.operation, operands.map { constants[$0]! }, index: index)
      } else {
        do throws(TaylorError) {
          values[id] = try Self.apply(node, index, operands, order, value)
        } catch {
          values[id] = .none(
            error.operation == nil || error.hasExpression ? error : error.of(description(of: id)))
        }
      }
      for operand in operands where lastUse[operand] <= id { values[operand] = nil }
    }
    return outputs.map { id in
      Result { () throws(TaylorError) in try value(id, isCondition: false).series(order: order) }
    }
  }

  private static func apply<Coefficient>(
    _ node: Node, _ index: Int, _ operands: [Int], _ order: Int,
    _ value: (Int, Bool) -> JetValue<Coefficient>
  ) throws(TaylorError) -> JetValue<Coefficient> {
    switch node.operation {
    case .less, .lessOrEqual, .equal, .notEqual:
      return try .applying(node.operation, to: operands.map { value($0, false) }, order: order)
    case .and, .or, .not:
      return try .applying(node.operation, to: operands.map { value($0, true) }, order: order)
    case .select:
      let values = operands.enumerated().map { value($1, $0 == 0) }
      return try .applying(.select, to: values, order: order)
    default:
      var series: [Jet<Coefficient>] = []
      for operand in operands { series.append(try value(operand, false).series(order: order)) }
      // u·u is u², of fewer products and, of intervals, a tighter one.
      if node.operation == .multiply, node.a == node.b { return .series(series[0].squared) }
      return .series(try Jet.applying(node.operation, index: index, to: series))
    }
  }

  /// The expression at a node, for a message: its operation alone where it would be long.
  private func description(of id: Int) -> String {
    let text = treeSize(id) <= 40 ? graph.expression(NodeID(id)).description : ""
    return text.isEmpty || text.count > 60 ? "a long expression" : text
  }

  /// The number of operations if each is counted as often as it is written; 1000 where it is more.
  private func treeSize(_ root: Int) -> Int {
    var sizes: [Int: Int] = [:]
    var stack = [root]
    while let id = stack.last, sizes.count < 100 {
      let node = nodes[id]
      let operands = (0..<node.operation.definition.value.operandCount).map { Int(node[$0]) }
      let missing = operands.filter { sizes[$0] == nil }
      if missing.isEmpty {
        sizes[id] = Swift.min(1000, 1 + operands.reduce(0) { $0 + sizes[$1]! })
        stack.removeLast()
      } else {
        stack += missing
      }
    }
    return sizes[root] ?? 1000
  }
}
