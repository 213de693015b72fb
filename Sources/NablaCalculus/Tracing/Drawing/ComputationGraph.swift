// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// The graph of a computation with the values of the forward pass and the adjoints of the backward pass, to be
/// printed or drawn: backpropagation made visible.
///
/// The adjoint of a node is the derivative of the result by the node's value, which the backward pass brings to it
/// from the nodes that use it.
///
///     let graph = ComputationGraph(
///       of: { p in square(p["w"]! * 3 - 2).sum() }, at: ["w": Tensor<Double>([1])])
///     print(graph)             // a table, in the order of the computation
///     try graph.svg().write…   // or graph.dot() for Graphviz
///
/// For small graphs: all values are kept.
public struct ComputationGraph<Scalar: TensorScalar>: Sendable {
  /// A variable, a constant or an operation.
  public struct Node: Sendable {
    /// What a node is.
    public enum Kind: Sendable {
      /// A parameter, a number that does not depend on the parameters, or something computed from other nodes.
      case variable, constant, operation
    }
    /// Variable, constant or operation.
    public let kind: Kind
    /// The variable's name, or the operation; empty for a constant.
    public let label: String
    /// From the forward pass.
    public let value: Tensor<Scalar>
    /// From the backward pass, of the value's shape; nil of a constant.
    public let adjoint: Tensor<Scalar>?
    /// The positions of the operands, all smaller than this node's.
    public let operands: [Int]
  }

  /// In an order in which they can be computed; the result is the last.
  public let nodes: [Node]

  /// The graph of a scalar function at some parameters.
  ///
  /// - Parameters:
  ///   - function: is called once.
  ///   - parameters: where it is evaluated.
  ///   - names: of the parameters' tensors in order; by default the keys of a dictionary, else x, or x0, x1, ….
  /// - Precondition: the function's value has one element and is computed from the parameters.
  /// - Complexity: one value and one gradient, and memory for all values and adjoints.
  public init<P: TensorTree<Scalar>, Failure: Error>(
    of function: (P.Traced) throws(Failure) -> TracedTensor<Scalar>, at parameters: P, names: [String]? = nil
  ) throws(Failure) {
    let recording = Recording(parameters, keepingValues: true)
    let output = try function(recording.traced)
    requireScalar(output, "A graph with adjoints", instead: "one of its elements")
    guard let root = output.node else {
      preconditionFailure("The value does not depend on the parameters: there is no graph to show.")
    }
    let names = names ?? defaultNames(parameters, count: recording.variables.count)
    precondition(
      names.count == recording.variables.count,
      "\(recording.variables.count) tensors need as many names; these are \(names).")
    let recorded = Self.reachable(from: root)
    let seed = TracedTensor(Tensor<Scalar>(shape: output.shape, repeating: 1))
    let adjoints = cotangents(
      of: [(output, seed)], by: recorded.map { TracedTensor($0.value!, node: $0) }, isRecording: false)
    var nodes: [Node] = []
    var positions: [ObjectIdentifier: Int] = [:]
    for (node, adjoint) in zip(recorded, adjoints) {
      var operands: [Int] = []
      for (place, parent) in node.parents.enumerated() {
        if let parent {
          operands.append(positions[ObjectIdentifier(parent)]!)
        } else {
          operands.append(nodes.count)
          nodes.append(
            Node(kind: .constant, label: "", value: node.operandValue(place)!, adjoint: nil, operands: []))
        }
      }
      let variable = recording.variables.firstIndex { $0.node === node }
      positions[ObjectIdentifier(node)] = nodes.count
      nodes.append(
        Node(
          kind: node.rules == nil ? .variable : .operation,
          label: variable.map { names[$0] } ?? node.rules?.name ?? "variable", value: node.value!,
          adjoint: adjoint?.value.contiguous() ?? .zeros(node.shape), operands: operands))
    }
    self.nodes = nodes
  }

  /// The nodes a result was computed from, in the order of their computation.
  private static func reachable(from root: TraceNode<Scalar>) -> [TraceNode<Scalar>] {
    var found: [TraceNode<Scalar>] = []
    var seen: Set<ObjectIdentifier> = []
    var open = [root]
    while let node = open.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      found.append(node)
      open += node.parents.compactMap { $0 }
    }
    return found.sorted { $0.number < $1.number }
  }
}

private func defaultNames<P: TensorTree>(_ parameters: P, count: Int) -> [String] {
  if let named = parameters as? [String: Tensor<P.Scalar>] { return named.keys.sorted() }
  return count == 1 ? ["x"] : (0..<count).map { "x\($0)" }
}

// MARK: - Text

extension ComputationGraph: CustomStringConvertible {
  /// A row for each node: its number, what it is, its operands' numbers, value and adjoint.
  public var description: String {
    let rows = nodes.enumerated().map { position, node in
      let operands = node.operands.map { "#\($0)" }.joined(separator: ", ")
      return [
        "#\(position)", node.title + (operands.isEmpty ? "" : " " + operands), summary(node.value),
        node.adjoint.map { summary($0) } ?? "",
      ]
    }
    let table = [["", "", "value", "adjoint"]] + rows
    let widths = (0..<4).map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

extension ComputationGraph.Node {
  var title: String {
    switch kind {
    case .variable, .operation: label
    case .constant: "constant"
    }
  }
}

/// A tensor on one line: its numbers to four digits where they are few, else its shape.
func summary<Scalar>(_ x: Tensor<Scalar>) -> String {
  guard x.count <= 4 && x.rank <= 1 else { return "[\(x.shape.map(String.init).joined(separator: "×"))]" }
  let numbers = x.scalars.map(fourDigits)
  return x.rank == 0 ? numbers[0] : "[\(numbers.joined(separator: ", "))]"
}

/// A number rounded to four significant digits.
private func fourDigits<Scalar: TensorScalar>(_ x: Scalar) -> String {
  let value = Double(x)
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  // In base ten, from the shortest representation of the value rounded in its last bits.
  var magnitude = 0
  var scaled = abs(value)
  while scaled >= 10 { (scaled, magnitude) = (scaled / 10, magnitude + 1) }
  while scaled < 1 { (scaled, magnitude) = (scaled * 10, magnitude - 1) }
  let digits = (scaled * 1000).rounded()
  let sign = value < 0 ? "−" : ""
  func trimmed(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
  if magnitude < -4 || magnitude > 5 { return "\(sign)\(trimmed(digits / 1000))e\(magnitude)" }
  var power = 1.0
  for _ in 0..<abs(magnitude - 3) { power *= 10 }
  return sign + trimmed(magnitude >= 3 ? digits * power : digits / power)
}

// MARK: - Graphviz

extension ComputationGraph {
  /// The graph in the DOT language of Graphviz: `dot -Tsvg`.
  public func dot() -> String {
    var lines = ["digraph {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
    for (position, node) in nodes.enumerated() {
      var text = [node.title, "value \(summary(node.value))"]
      if let adjoint = node.adjoint { text.append("adjoint \(summary(adjoint))") }
      let label = text.map(escaped).joined(separator: "\\n")
      lines.append("  n\(position) [label=\"\(label)\"];")
      for operand in node.operands { lines.append("  n\(operand) -> n\(position);") }
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }
}
