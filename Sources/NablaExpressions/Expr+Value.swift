// SPDX-License-Identifier: Apache-2.0

/// Why an expression has no value at a point.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The expression uses a variable of this name, for which no number was given.
  case missingVariable(String)
  /// A number was given by this name, which several of the expression's variables have (inputs of traced
  /// functions): give numbers to the variables themselves.
  case ambiguousName(String)

  public var description: String {
    switch self {
    case .missingVariable(let name): "no number was given for the variable \(name)"
    case .ambiguousName(let name):
      "several variables are called \(name); give numbers to the variables, not to names"
    }
  }
}

extension Expr {
  /// The value where each variable has the number given for it: `f.value(at: [x: 1.5, y: 2])`.
  ///
  /// It is computed node by node with the functions of the C library, so it may differ from a kernel's
  /// value by the rounding of these. Numbers for variables that are not used have no effect. For many
  /// points make a `Function`.
  ///
  /// - Throws: ``EvaluationError/missingVariable(_:)`` with the first one in the order of ``variables``.
  /// - Complexity: O(number of nodes of the graph up to this expression), without recursion.
  @_disfavoredOverload
  public func value(at point: [Expr: Double]) throws(EvaluationError) -> Double {
    guard let graph else { return number }
    let nodes = graph.nodes().prefix(Int(id) + 1)
    let needed = reachable(from: [id], in: nodes)
    var values = [Double](repeating: 0, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      let (a, b, c) = (Int(node.a), Int(node.b), Int(node.c))
      switch node.operation.definition.value {
      case .leaf where node.operation == .constant: values[id] = graph.constant(node)
      case .leaf:
        guard let value = point[graph.expression(NodeID(id))] else {
          throw .missingVariable(variables.first { point[$0] == nil }?.variableName ?? "")
        }
        values[id] = value
      case .unary(let function): values[id] = function(values[a])
      case .binary(let function): values[id] = function(values[a], values[b])
      case .indexed(let function): values[id] = function(values[a], b)
      case .indexedBinary(let function): values[id] = function(values[a], values[b], c)
      case .select: values[id] = values[a] != 0 ? values[b] : values[c]
      }
    }
    return values[Int(id)]
  }

  /// The value where the variables of these names have these numbers: `f.value(at: ["x": 1.5, "y": 2])`.
  ///
  /// - Throws: ``EvaluationError``: a variable without a number, or a name that several variables have.
  /// - Complexity: as for `value(at:)` by variables.
  public func value(at point: [String: Double]) throws(EvaluationError) -> Double {
    var numbers: [Expr: Double] = [:]
    var names: Set<String> = []
    for variable in variables {
      guard let name = variable.variableName, let number = point[name] else { continue }
      if !names.insert(name).inserted { throw .ambiguousName(name) }
      numbers[variable] = number
    }
    return try value(at: numbers)
  }
}
