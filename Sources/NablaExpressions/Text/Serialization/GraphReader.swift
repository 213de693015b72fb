// SPDX-License-Identifier: Apache-2.0

/// Reads the text format of graphs, whoever wrote it: everything is checked, nothing traps, and memory
/// grows with the length of the text only.
///
/// Nodes are interned as they stand: reading does not simplify.
package struct GraphReader {
  private let bytes: [UInt8]
  private var position = 0
  /// The number of the line that was read last.
  package private(set) var line = 0

  private let graph = ExprGraph()
  /// The position in the graph of each of the text's nodes: the same one unless the text repeats itself.
  private var nodes: [NodeID] = []
  private var groups: [Int32: UInt64] = [:]
  /// The line that is under way, behind its first word.
  private var pending: (word: String, rest: Tokens)?

  /// Reads the header and the nodes.
  package init(_ text: String, kind: String) throws(SerializationError) {
    bytes = Array(text.utf8)
    try readHeader(kind)
    while true {
      var tokens = try nextLine()
      let word = try tokens.word()
      guard let operation = GraphText.operations[word] else {
        pending = (word, tokens)
        return
      }
      nodes.append(try node(operation, &tokens))
      try tokens.end()
    }
  }

  private mutating func readHeader(_ kind: String) throws(SerializationError) {
    let expected = "nabla \(kind) 1"
    guard !bytes.isEmpty else { throw SerializationError("the text is empty", line: 1) }
    guard let header = try? nextLine(), let text = String(validating: header.bytes, as: UTF8.self),
      text.hasPrefix("nabla \(kind) ")
    else {
      throw SerializationError("the first line of a serialised \(kind) is \"\(expected)\"", line: 1)
    }
    guard text == expected else {
      throw SerializationError("this version of the format is not known; version 1 is", line: 1)
    }
  }

  /// The next line of the text.
  private mutating func nextLine() throws(SerializationError) -> Tokens {
    line += 1
    let start = position
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw SerializationError("the text ends before its last line, \"end\"", line: line)
    }
    position = end + 1
    return Tokens(bytes: bytes[start..<end], line: line)
  }
}

// MARK: - Nodes

extension GraphReader {
  private mutating func node(
    _ operation: Operation, _ tokens: inout Tokens
  ) throws(SerializationError) -> NodeID {
    switch operation.definition.value {
    case .leaf where operation == .constant: return graph.intern(constant: try tokens.constant())
    case .leaf: return try variable(&tokens)
    case .indexed, .indexedBinary:
      guard operation.definition.notation != .custom else {
        throw SerializationError("an operation of a user's own is not kept in text", line: line)
      }
      let index = try tokens.integer()
      // Not so high that derivatives would leave the range of the fixed integer.
      if (operation == .polygamma || operation == .sincDerivative) && !(0...1 << 30).contains(index) {
        throw SerializationError("\(index) is no order of a derivative", line: line)
      }
      // Building folds it, so kernels do not know it.
      if operation == .integerPower && index == 0 {
        throw SerializationError("the exponent of a power is not 0", line: line)
      }
      return graph.intern(operation, [try operand(&tokens)], index: index).id
    case .unary, .binary, .select:
      var operands: [NodeID] = []
      for _ in 0..<operation.definition.value.operandCount { operands.append(try operand(&tokens)) }
      return graph.intern(operation, operands).id
    }
  }

  private mutating func variable(_ tokens: inout Tokens) throws(SerializationError) -> NodeID {
    let name = try tokens.name()
    var number: UInt64 = 0
    if !tokens.isAtEnd {
      let group = try tokens.integer()
      guard group > 0 else {
        throw SerializationError("the number of a variable is at least 1", line: line)
      }
      number = groups[group] ?? Symbol.freshNumber()
      groups[group] = number
    }
    let count = graph.count
    let id = graph.variable(Symbol(name: name, number: number)).id
    guard graph.count > count else {
      throw SerializationError("there is a second variable \"\(name.prefix(40))\"", line: line)
    }
    return id
  }

  private func operand(_ tokens: inout Tokens) throws(SerializationError) -> NodeID {
    let place = try tokens.integer()
    guard place >= 0, Int(place) < nodes.count else {
      throw SerializationError(
        nodes.isEmpty
          ? "there is no node \(place): no node stands before this line"
          : "there is no node \(place) before this line: the last one is \(nodes.count - 1)", line: line)
    }
    return nodes[Int(place)]
  }
}

// MARK: - Roles

extension GraphReader {
  /// The expressions of the next line, which has one of these roles.
  package mutating func role(
    _ names: String...
  ) throws(SerializationError) -> (name: String, expressions: [Expr]) {
    var (word, tokens) = try nextRole()
    guard let name = names.first(where: { $0 == word }) else {
      throw SerializationError(
        "\"\(word.prefix(40))\" is no operation, nor is it \"\(names.joined(separator: "\" or \""))\"",
        line: line)
    }
    var expressions: [Expr] = []
    while !tokens.isAtEnd { expressions.append(graph.expression(try operand(&tokens))) }
    return (name, expressions)
  }

  private mutating func nextRole() throws(SerializationError) -> (word: String, rest: Tokens) {
    if let pending {
      self.pending = nil
      return pending
    }
    var tokens = try nextLine()
    return (try tokens.word(), tokens)
  }

  /// Checks that the text ends.
  package mutating func end() throws(SerializationError) {
    let (word, tokens) = try nextRole()
    guard word == "end" else {
      throw SerializationError("\"\(word.prefix(40))\" stands where \"end\" should", line: line)
    }
    try tokens.end()
    guard position == bytes.count else {
      throw SerializationError("there is something behind the last line, \"end\"", line: line + 1)
    }
  }
}
