// SPDX-License-Identifier: Apache-2.0

/// Writes expressions as straight-line code in C or Swift: a temporary for each node, in the order of the
/// graph.
package struct SourceWriter {
  package enum Language: Sendable { case c, swift }

  /// An array that the function computes: what is not among its elements is zero.
  package struct Output: Sendable {
    package var name: String
    /// [] for a number, [n], or [m, n] row-major.
    package var shape: [Int]
    package var elements: [(position: Int, expression: Expr)]

    package init(name: String, shape: [Int], elements: [(position: Int, expression: Expr)]) {
      self.name = name
      self.shape = shape
      self.elements = elements
    }

    var count: Int { shape.reduce(1, *) }
  }

  private let language: Language
  private let graph = ExprGraph()
  /// What stands for each node in an expression.
  private var values: [String] = []
  private var temporaryCount = 0
  private var helpers: [String: SourceHelper] = [:]
  private var lines: [String] = []

  private init(_ language: Language) { self.language = language }

  /// The source of a function.
  ///
  /// - Precondition: the outputs use no variables but the inputs.
  package static func source(
    _ language: Language, name: String, comment: String, variables: [Expr], parameters: [Expr],
    outputs: [Output]
  ) throws(SourceError) -> String {
    guard SourceNames.isFunctionName(name), !outputs.contains(where: { $0.name == name }) else {
      throw .invalidName(name)
    }
    var writer = SourceWriter(language)
    var ids = writer.graph.copies(of: outputs.flatMap { $0.elements.map(\.expression) })[...]
    var names = SourceNames(reserved: outputs.map(\.name) + [name])
    let notes =
      writer.declare(variables, "variables", &names) + writer.declare(parameters, "parameters", &names)
    try writer.writeNodes()
    let results = outputs.map { output in
      var elements = [String](repeating: "0.0", count: output.count)
      for element in output.elements { elements[element.position] = writer.values[Int(ids.removeFirst())] }
      return elements
    }
    let parts = Parts(
      name: name, comment: comment, notes: notes, variables: variables, parameters: parameters,
      outputs: outputs, results: results)
    return language == .c ? writer.cText(parts) : writer.swiftText(parts)
  }

  private struct Parts {
    var name: String
    var comment: String
    var notes: [String]
    var variables: [Expr]
    var parameters: [Expr]
    var outputs: [Output]
    var results: [[String]]
  }
}

// MARK: - Statements

extension SourceWriter {
  private var declaration: String { language == .c ? "const double" : "let" }
  private var terminator: String { language == .c ? ";" : "" }

  /// Gives the inputs that are used a name each; returns comments that say what the others are called.
  private mutating func declare(
    _ inputs: [Expr], _ array: String, _ names: inout SourceNames
  ) -> [String] {
    if values.isEmpty { values = Array(repeating: "", count: graph.count) }
    var notes: [String] = []
    for (place, input) in inputs.enumerated() {
      let original = input.variableName ?? ""
      let name = names.name(for: original)
      let isRenamed = name != original
      if isRenamed { notes.append("\(name) is the variable \(SourceWriter.quoted(original)).") }
      let count = graph.count
      let id = Int(graph.id(of: input))
      if id >= count {
        values.append("")
        continue
      }
      values[id] = name
      lines.append("\(declaration) \(name) = \(array)[\(place)]\(terminator)")
    }
    return notes
  }

  private mutating func writeNodes() throws(SourceError) {
    for (id, node) in graph.nodes().enumerated() {
      let operands = (0..<node.operation.definition.value.operandCount).map { values[Int(node[$0])] }
      switch node.operation.sourceForm {
      case .leaf where node.operation == .constant: values[id] = text(graph.constant(node))
      case .leaf: break
      case .template(let text, let swift):
        values[id] = temporary(SourceWriter.filled(language == .c ? text : swift ?? text, operands))
      case .helper(let helper):
        helpers[helper.name] = helper
        values[id] = temporary("\(helper.name)(\(operands.joined(separator: ", ")))")
      case .integerPower: values[id] = power(operands[0], Int(node.b))
      case .unsupported: throw .unsupportedOperation(node.operation)
      }
    }
  }

  private mutating func temporary(_ expression: String) -> String {
    temporaryCount += 1
    let name = "t\(temporaryCount)"
    lines.append("\(declaration) \(name) = \(expression)\(terminator)")
    return name
  }

  /// xⁿ with the products of the table's `integerPower`, in its order.
  private mutating func power(_ x: String, _ n: Int) -> String {
    guard n != 0 else { return text(1) }
    guard n.magnitude <= 32 else { return temporary("pow(\(x), \(text(Double(n))))") }
    var result = x
    var bit = (Int.bitWidth - 2) - n.magnitude.leadingZeroBitCount
    while bit >= 0 {
      result = temporary("\(result) * \(result)")
      if n.magnitude >> UInt(bit) & 1 == 1 { result = temporary("\(result) * \(x)") }
      bit -= 1
    }
    return n < 0 ? temporary("1.0 / \(result)") : result
  }

  private static func filled(_ template: String, _ operands: [String]) -> String {
    var text = ""
    var rest = template[...]
    while let mark = rest.firstIndex(of: "$") {
      let digit = rest.index(after: mark)
      text += rest[..<mark] + operands[rest[digit].wholeNumberValue ?? 0]
      rest = rest[rest.index(after: digit)...]
    }
    return text + rest
  }

  /// A number with the shortest digits that tell it from others.
  private func text(_ value: Double) -> String {
    let isSwift = language == .swift
    if value.isNaN { return isSwift ? "Double.nan" : "NAN" }
    // Swift warns of digits that a subnormal number does not have.
    if isSwift && value.isSubnormal { return "Double(bitPattern: 0x\(String(value.bitPattern, radix: 16)))" }
    let magnitude = value.isInfinite ? (isSwift ? "Double.infinity" : "INFINITY") : "\(value.magnitude)"
    return value.sign == .minus ? "(-\(magnitude))" : magnitude
  }

  /// A name as a comment can hold it: in quotation marks, what is not printable ASCII by its number.
  private static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      if (" "..."~").contains(scalar) && scalar != "\\" && scalar != "?" {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      }
    }
    return text + "\""
  }
}

// MARK: - The whole

extension SourceWriter {
  private func comments(_ parts: Parts) -> [String] {
    ([parts.comment] + parts.notes).map { "// \($0)" }
  }

  private func cText(_ parts: Parts) -> String {
    var text = "#include <math.h>\n\n"
    for helper in helpers.values.sorted(by: { $0.name < $1.name }) {
      // Several sources may stand in one file.
      let guardName = helper.name.uppercased()
      text += "#ifndef \(guardName)\n#define \(guardName)\n\(helper.c)\n#endif\n\n"
    }
    var arguments = ["const double *variables"]
    if !parts.parameters.isEmpty { arguments.append("const double *parameters") }
    arguments += parts.outputs.map { "double *\($0.name)" }
    text += comments(parts).joined(separator: "\n") + "\n"
    text += "void \(parts.name)(\(arguments.joined(separator: ", ")))\n{\n"
    text += "  (void)variables;\n"
    if !parts.parameters.isEmpty { text += "  (void)parameters;\n" }
    for line in lines { text += "  \(line)\n" }
    for (output, elements) in zip(parts.outputs, parts.results) {
      if elements.isEmpty { text += "  (void)\(output.name);\n" }
      for (place, element) in elements.enumerated() {
        text += "  \(output.name)[\(place)] = \(element);\n"
      }
    }
    return text + "}\n"
  }

  private func swiftText(_ parts: Parts) -> String {
    var text = "import Foundation\n\n" + comments(parts).joined(separator: "\n") + "\n"
    var arguments = ["_ variables: [Double]"]
    if !parts.parameters.isEmpty { arguments.append("_ parameters: [Double]") }
    let types = parts.outputs.map { output in
      output.shape.isEmpty ? "Double" : output.shape.count == 1 ? "[Double]" : "[[Double]]"
    }
    let result =
      types.count == 1
      ? types[0] : "(" + zip(parts.outputs, types).map { "\($0.name): \($1)" }.joined(separator: ", ") + ")"
    text += "func \(parts.name)(\(arguments.joined(separator: ", "))) -> \(result) {\n"
    for helper in helpers.values.sorted(by: { $0.name < $1.name }) {
      for line in helper.swift.split(separator: "\n") { text += "  \(line)\n" }
    }
    text += "  precondition(variables.count == \(parts.variables.count))\n"
    if !parts.parameters.isEmpty {
      text += "  precondition(parameters.count == \(parts.parameters.count))\n"
    }
    for line in lines { text += "  \(line)\n" }
    let values = zip(parts.outputs, parts.results).map { output, elements -> String in
      switch output.shape.count {
      case 0: return elements[0]
      case 1: return "[" + elements.joined(separator: ", ") + "]"
      default:
        let width = output.shape[1]
        let rows = (0..<output.shape[0]).map { row in
          "[" + elements[row * width..<(row + 1) * width].joined(separator: ", ") + "]"
        }
        return "[" + rows.joined(separator: ", ") + "]"
      }
    }
    return text + "  return " + (values.count == 1 ? values[0] : "(\(values.joined(separator: ", ")))")
      + "\n}\n"
  }
}
