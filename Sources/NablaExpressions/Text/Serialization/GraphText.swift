// SPDX-License-Identifier: Apache-2.0

// The text format of graphs, version 1. Lines end in a line feed; tokens are separated by one space.
//
//     nabla function 1         what it is, and the version of the format
//     variable "x"             node 0
//     variable "y"             node 1
//     integerPower 2 0         node 2: x²; a fixed integer stands before the operand
//     multiply 1 2             node 3
//     constant 0.1             node 4
//     add 3 4                  node 5
//     variables 0 1            roles: lists of nodes; which there are depends on what it is
//     parameters
//     scalar 5
//     end
//
// - A line before the roles is a node; nodes are counted from 0 and use earlier ones. An operation is
//   called by the name of its case in `Operation`, whatever a formula calls it.
// - A constant is the shortest decimal number that rounds to it, `inf`, `-inf`, or `nan` with its bits in
//   hexadecimal: `nan 7ff8000000000000`.
// - A name is quoted; `\"`, `\\` and `\u{a}` (any character by its number) stand for what cannot stand for
//   itself.
// - Variables made for tracing a closure differ from all others, whatever they are called. They are
//   written with a number behind the name that those made together share: `variable "x0" 1`. Reading makes
//   variables that differ from all others again.

/// A graph's nodes that some expressions consist of, and lists of these expressions by their role.
package struct GraphText {
  package typealias Role = (name: String, expressions: [Expr])

  /// The text of the expressions: the same for the same expressions.
  ///
  /// - Complexity: O(number of nodes of the expressions' graphs).
  package static func text(_ kind: String, _ roles: [Role]) -> String {
    let graph = ExprGraph()
    // The outputs, which come last, first: a variable made by name has a graph of its own, and the order
    // of the outputs' nodes is to be kept.
    let ids = Array(graph.copies(of: roles.flatMap(\.expressions).reversed()).reversed())
    var text = "nabla \(kind) 1\n"
    var groups: [UInt64: Int] = [:]
    for node in graph.nodes() {
      text += name(of: node.operation)
      switch node.operation {
      case .constant: text += " " + spelling(of: graph.constant(node))
      case .variable:
        let symbol = graph.symbol(node)
        text += " " + quoted(symbol.name)
        if symbol.number != 0 {
          let group = groups[symbol.number] ?? groups.count + 1
          groups[symbol.number] = group
          text += " \(group)"
        }
      default:
        switch node.operation.definition.value {
        case .indexed: text += " \(node.b)"
        case .indexedBinary: text += " \(node.c)"
        default: break
        }
        for operand in 0..<node.operation.definition.value.operandCount { text += " \(node[operand])" }
      }
      text += "\n"
    }
    var next = 0
    for role in roles {
      text += role.name
      for id in ids[next..<next + role.expressions.count] { text += " \(id)" }
      text += "\n"
      next += role.expressions.count
    }
    return text + "end\n"
  }

  /// The name of an operation in the format: that of its case.
  static func name(of operation: Operation) -> String { names[Int(operation.rawValue)] }

  static let operations = Dictionary(uniqueKeysWithValues: zip(names, Operation.allCases))

  private static let names = Operation.allCases.map { "\($0)" }

  private static func spelling(of constant: Double) -> String {
    constant.isNaN ? "nan " + String(constant.bitPattern, radix: 16) : constant.description
  }

  private static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case _ where scalar.properties.generalCategory.isInvisible:
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}

extension Unicode.GeneralCategory {
  /// Whether its characters might be lost, or break lines, on the way through other programs.
  fileprivate var isInvisible: Bool {
    switch self {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }
}
