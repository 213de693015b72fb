// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// What a list of expressions becomes on its way to a kernel, for people to read: graph, vector program and
/// machine code, or the interpreter's tape.
///
/// It is put together from what the kernel's own lowering and emitter say, which run once more for it.
package struct KernelExplanation: Sendable {
  /// A value with its name and how it is computed: `v3` and `v1 * v2`.
  package struct Definition: Sendable {
    package var name: String
    package var text: String

    package var line: String { "\(name) = \(text)" }
  }

  /// A node of the graph.
  package struct Node: Sendable {
    package var definition: Definition
    /// Whether it is a product that becomes part of the operation that uses it, a fused multiply-add or the product with
    /// a factor's opposite: no operation is its own.
    package var isFused = false
  }

  package enum Form: Sendable {
    case machineCode(MachineCodeExplanation)
    case tape(TapeExplanation)
  }

  /// The nodes that the outputs consist of, each distinct one once, operands first. Constants are written where
  /// they are used.
  package let nodes: [Node]
  /// What each output is: the name of a node, or a constant.
  package let outputs: [String]
  package let form: Form

  /// - Parameters:
  ///   - kernel: what ``compile(outputs:inputs:as:for:)`` made of the outputs and inputs for an instruction set.
  ///   - rowLength: the number of the first inputs, which together are a row of numbers for each point. The
  ///     others are the same for all points.
  /// - Complexity: as compiling.
  package init<Scalar: KernelScalar>(
    of kernel: any Kernel<Scalar>, outputs: [Expr], inputs: [Expr], rowLength: Int,
    for instructionSet: InstructionSet = .current
  ) {
    let inputNames = inputs.map { $0.variableName ?? "?" }
    if let kernel = kernel as? MachineKernel<Scalar>,
      let (program, lowering) = Lowering.explained(
        outputs: outputs, inputs: inputs, precision: Scalar.precision, for: instructionSet)
    {
      let listing = GraphListing(lowering.graph, outputs: outputs)
      nodes = listing.nodes(isFused: lowering.isFused)
      self.outputs = listing.outputs
      form = .machineCode(
        MachineCodeExplanation(
          of: kernel, program, lowering, listing, inputNames: inputNames, rowLength: rowLength))
    } else {
      let graph = outputs.lazy.compactMap(\.graph).first ?? ExprGraph()
      let listing = GraphListing(graph, outputs: outputs)
      nodes = listing.nodes(isFused: [])
      self.outputs = listing.outputs
      form = .tape(
        TapeExplanation(
          Tape(outputs: outputs, inputs: inputs), inputNames: inputNames,
          reason: TapeExplanation.Reason(instructionSet)))
    }
  }
}

/// The names and texts of the nodes that some outputs consist of.
struct GraphListing {
  private var definitions: [KernelExplanation.Definition] = []
  /// The nodes' positions in the graph.
  private var positions: [Int] = []
  private var definitionOfNode: [NodeID: Int] = [:]
  private(set) var outputs: [String] = []

  init(_ graph: ExprGraph, outputs: [Expr]) {
    let roots = outputs.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    func reference(_ id: NodeID) -> String {
      let node = nodes[Int(id)]
      if node.operation == .constant { return graph.constant(node).plainText }
      return definitions[definitionOfNode[id]!].name
    }
    for position in nodes.indices where needed[position] && nodes[position].operation != .constant {
      let node = nodes[position]
      let operands = (0..<node.operation.definition.value.operandCount).map { reference(node[$0]) }
      let text =
        node.operation == .variable
        ? graph.symbol(node).name : Self.text(node.operation, operands, index: node.b)
      definitionOfNode[NodeID(position)] = definitions.count
      definitions.append(.init(name: "n\(definitions.count)", text: text))
      positions.append(position)
    }
    self.outputs = roots.map(reference)
  }

  /// The operation on named operands: `n1 + n2`, `sin(n1)`, `n1^3`.
  static func text(_ operation: Operation, _ operands: [String], index: Int32) -> String {
    let definition = operation.definition
    if operation == .integerPower { return "\(operands[0])^\(index)" }
    switch definition.notation {
    case .infix: return operands.joined(separator: " \(definition.spelling) ")
    case .prefix: return definition.spelling + operands[0]
    case .leaf, .function, .custom, .formula:
      var arguments = operands
      switch definition.value {
      case .indexed, .indexedBinary: arguments.insert("\(index)", at: 0)
      default: break
      }
      return "\(definition.spelling)(\(arguments.joined(separator: ", ")))"
    }
  }

  func nodes(isFused: [Bool]) -> [KernelExplanation.Node] {
    zip(definitions, positions).map { definition, position in
      .init(definition: definition, isFused: isFused.indices.contains(position) && isFused[position])
    }
  }

  /// The definition of the node at a position in the graph; nil for constants.
  func definition(_ id: NodeID) -> KernelExplanation.Definition? {
    definitionOfNode[id].map { definitions[$0] }
  }
}

extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The shortest text that reads back as this number, without the fraction of an integer: `11`, `0.1`.
  var plainText: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
