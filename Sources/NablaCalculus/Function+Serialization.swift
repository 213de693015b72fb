// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

extension Function {
  /// The function as a text that ``init(deserializing:)`` reads back without loss: its graph with each
  /// shared part once, the bits of its constants, the names and order of variables and parameters, and
  /// whether it has one output or a list.
  ///
  ///     nabla function 1
  ///     variable "x"
  ///     variable "y"
  ///     integerPower 2 0
  ///     multiply 1 2
  ///     variables 0 1
  ///     parameters
  ///     scalar 3
  ///     end
  ///
  /// An operation of a user's own (`CustomOperation`) is written, but cannot be read back.
  ///
  /// The same function gives the same text, and reading and writing again the identical one. Derivatives
  /// are not part of it; they are taken anew.
  ///
  /// - Complexity: O(number of nodes of the outputs' graphs).
  public var serialized: String {
    GraphText.text(
      "function",
      [
        ("variables", variables), ("parameters", parameters), (isScalar ? "scalar" : "list", outputs),
      ])
  }

  /// The function that ``serialized`` has written.
  ///
  /// Its outputs equal those written, also as formulas, and nothing is simplified anew. The inputs of a
  /// function made from a closure differ from all other variables; they come back as variables of the same
  /// names that differ from all others again, those of the function written included.
  ///
  /// - Throws: `SerializationError` with the line, whatever the text is.
  /// - Complexity: O(length of the text).
  public init(deserializing text: String) throws(SerializationError) {
    var reader = try GraphReader(text, kind: "function")
    let variables = try reader.role("variables").expressions
    try Self.check(variables, reader)
    let parameters = try reader.role("parameters").expressions
    try Self.check(variables + parameters, reader)
    let (kind, outputs) = try reader.role("scalar", "list")
    if kind == "scalar" && outputs.count != 1 {
      throw SerializationError("a scalar function has one output, not \(outputs.count)", line: reader.line)
    }
    let inputs = Set(variables + parameters)
    if let other = Expr.variables(of: outputs).first(where: { !inputs.contains($0) }) {
      throw SerializationError(
        "the outputs use the variable \"\(other.variableName ?? "")\", which is no input of the function",
        line: reader.line)
    }
    try reader.end()
    if kind == "scalar" {
      self.init(outputs[0], of: variables, parameters: parameters)
    } else {
      self.init(outputs, of: variables, parameters: parameters)
    }
  }

  private static func check(_ inputs: [Expr], _ reader: GraphReader) throws(SerializationError) {
    guard inputs.allSatisfy({ $0.operation == .variable }) else {
      throw SerializationError("an input of a function is a variable", line: reader.line)
    }
    guard Set(inputs).count == inputs.count else {
      throw SerializationError("the inputs of a function are distinct", line: reader.line)
    }
  }
}

/// A function is encoded as the string ``Function/serialized``.
extension Function: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do {
      try self.init(deserializing: text)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "not a serialised function: \(error)",
          underlyingError: error))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(serialized)
  }
}
