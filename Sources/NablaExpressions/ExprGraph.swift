// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The position of a node in its graph. Operands come before the operations on them, so ascending
/// positions are a topological order.
package typealias NodeID = Int32

/// What a variable is: its name, and a number that tells apart variables which share a name because
/// they were made for different purposes (the inputs of two traced functions). Number 0 is "by name".
package struct Symbol: Hashable, Sendable {
  package let name: String
  package let number: UInt64

  package init(name: String, number: UInt64 = 0) {
    self.name = name
    self.number = number
  }

  private static let lastNumber = Atomic<UInt64>(0)

  /// A number that no other symbol has.
  package static func freshNumber() -> UInt64 {
    lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
  }
}

/// One node of a graph. What `a`, `b` and `c` hold depends on the operation: positions of operands; for
/// a constant and a variable `a` is the position in the list of constants or symbols; for an operation
/// with a fixed integer `b` is that integer.
package struct Node: Equatable, Sendable {
  package var operation: Operation
  package var a: Int32 = 0
  package var b: Int32 = 0
  package var c: Int32 = 0

  package subscript(operand: Int) -> NodeID { operand == 0 ? a : operand == 1 ? b : c }
}

/// The store of the nodes of expressions: each distinct node once.
///
/// Nodes live in one array and refer to one another by position, so that releasing a graph of any depth
/// is releasing an array, and walking it needs no recursion. Expressions of different graphs can be
/// combined: the right one's nodes are then copied into the left one's graph.
///
/// All members may be called from any thread.
package final class ExprGraph: Sendable {
  private let state = Mutex(State())

  package init() {}
}

extension ExprGraph {
  private struct State {
    var nodes: [Node] = []
    var isNonNegative: [Bool] = []
    /// A hash of what a node says, the same in every graph.
    var structuralHashes: [UInt64] = []
    var constants: [Double] = []
    var symbols: [Symbol] = []
    /// Open addressing over `structuralHashes`: positions + 1, 0 for a free place. Its size is a power
    /// of two, at most half full.
    var table: [Int32] = Array(repeating: 0, count: 64)

    /// The position of a node equal to `node`, which is added if it is new.
    mutating func intern(_ node: Node, hash: UInt64, isNonNegative: Bool) -> NodeID {
      var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
      while table[place] != 0 {
        let id = table[place] - 1
        if structuralHashes[Int(id)] == hash && nodes[Int(id)] == node { return id }
        place = (place + 1) & (table.count - 1)
      }
      let id = Int32(nodes.count)
      nodes.append(node)
      structuralHashes.append(hash)
      self.isNonNegative.append(isNonNegative)
      table[place] = id + 1
      if nodes.count * 2 > table.count { grow() }
      return id
    }

    private mutating func grow() {
      table = Array(repeating: 0, count: table.count * 4)
      for id in nodes.indices {
        var place = Int(truncatingIfNeeded: structuralHashes[id]) & (table.count - 1)
        while table[place] != 0 { place = (place + 1) & (table.count - 1) }
        table[place] = Int32(id) + 1
      }
    }

    mutating func intern(constant: Double) -> NodeID {
      let hash = mix(UInt64(Operation.constant.rawValue), constant.bitPattern)
      // A constant is found by its bits, which the node does not hold: look before adding.
      var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
      while table[place] != 0 {
        let id = table[place] - 1
        let node = nodes[Int(id)]
        if node.operation == .constant && constants[Int(node.a)].bitPattern == constant.bitPattern {
          return id
        }
        place = (place + 1) & (table.count - 1)
      }
      constants.append(constant)
      return intern(
        Node(operation: .constant, a: Int32(constants.count - 1)), hash: hash, isNonNegative: constant >= 0)
    }

    mutating func intern(_ symbol: Symbol) -> NodeID {
      var hash = mix(UInt64(Operation.variable.rawValue), symbol.number)
      for byte in symbol.name.utf8 { hash = mix(hash, UInt64(byte)) }
      // Few symbols and long lists alike: the position is found through the node table as above.
      var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
      while table[place] != 0 {
        let id = table[place] - 1
        let node = nodes[Int(id)]
        if node.operation == .variable && symbols[Int(node.a)] == symbol { return id }
        place = (place + 1) & (table.count - 1)
      }
      symbols.append(symbol)
      return intern(
        Node(operation: .variable, a: Int32(symbols.count - 1)), hash: hash, isNonNegative: false)
    }

    /// The position of an operation's node; a sum's or product's operands may change places.
    mutating func intern(_ operation: Operation, _ a: Int32, _ b: Int32, _ c: Int32) -> NodeID {
      let definition = operation.definition
      let count = definition.value.operandCount
      var (a, b) = (a, b)
      var hash = UInt64(operation.rawValue)
      if operation == .add || operation == .multiply {
        // Neither depends on the order of its operands; one order makes them one node. The hash must
        // not depend on it either, for positions differ between graphs.
        if isOrdered(b, a, operation) { swap(&a, &b) }
        let (first, second) = (structuralHashes[Int(a)], structuralHashes[Int(b)])
        hash = mix(mix(hash, Swift.min(first, second)), Swift.max(first, second))
      } else {
        for operand in 0..<count {
          hash = mix(hash, structuralHashes[Int(operand == 0 ? a : operand == 1 ? b : c)])
        }
        if count == 1 { hash = mix(hash, UInt64(bitPattern: Int64(b))) }
        if count == 2 { hash = mix(hash, UInt64(bitPattern: Int64(c))) }
      }
      return intern(
        Node(operation: operation, a: a, b: b, c: c), hash: hash,
        isNonNegative: definition.isNonNegative || signOfResult(operation, a, b, c))
    }

    /// Whether `a` stands before `b` in a sum or product: by position, but a constant is the first factor
    /// and the last summand.
    private func isOrdered(_ a: Int32, _ b: Int32, _ operation: Operation) -> Bool {
      let isConstant = nodes[Int(a)].operation == .constant
      if isConstant != (nodes[Int(b)].operation == .constant) {
        return isConstant == (operation == .multiply)
      }
      return a < b
    }

    /// Whether the operands' signs make the result never negative. (A quotient is left out: a zero
    /// divisor may be −0.)
    private func signOfResult(_ operation: Operation, _ a: Int32, _ b: Int32, _ c: Int32) -> Bool {
      switch operation {
      case .integerPower: b % 2 == 0 || isNonNegative[Int(a)]
      case .add, .multiply, .min: isNonNegative[Int(a)] && isNonNegative[Int(b)]
      case .max: isNonNegative[Int(a)] || isNonNegative[Int(b)]
      case .power, .directionCosine, .cbrt, .sign, .stopGradient, .floor, .ceil, .sinh, .tanh, .asinh, .expm1,
        .log1p, .erf:
        isNonNegative[Int(a)]
      case .select: isNonNegative[Int(b)] && isNonNegative[Int(c)]
      default: false
      }
    }
  }
}

/// Combines a hash with one more word (the finaliser of SplitMix64).
private func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
  var z = (hash ^ word) &+ 0x9E37_79B9_7F4A_7C15 &+ (hash << 6)
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

extension ExprGraph {
  package func variable(_ symbol: Symbol) -> Expr {
    Expr(self, state.withLock { $0.intern(symbol) })
  }

  /// The expression at a position: a constant stands for itself, without its graph.
  package func expression(_ id: NodeID) -> Expr {
    state.withLock { state in
      let node = state.nodes[Int(id)]
      return node.operation == .constant
        ? Expr(state.constants[Int(node.a)]) : Expr(self, id)
    }
  }

  package func node(_ id: NodeID) -> Node { state.withLock { $0.nodes[Int(id)] } }

  package func symbol(_ node: Node) -> Symbol { state.withLock { $0.symbols[Int(node.a)] } }

  package func constant(_ node: Node) -> Double { state.withLock { $0.constants[Int(node.a)] } }

  /// The number of nodes.
  package var count: Int { state.withLock { $0.nodes.count } }

  /// The nodes at and after a position. Let go of them before the graph grows, or it copies its array.
  package func nodes(from first: Int = 0) -> ArraySlice<Node> { state.withLock { $0.nodes[first...] } }

  func isNonNegative(_ id: NodeID) -> Bool { state.withLock { $0.isNonNegative[Int(id)] } }

  func structuralHash(_ id: NodeID) -> UInt64 { state.withLock { $0.structuralHashes[Int(id)] } }

  /// The node of an operation; `index` is the fixed integer of an operation that has one.
  func intern(_ operation: Operation, _ operands: [NodeID], index: Int32 = 0) -> Expr {
    let id = state.withLock { state in
      switch operands.count {
      case 1: state.intern(operation, operands[0], index, 0)
      case 2: state.intern(operation, operands[0], operands[1], index)
      default: state.intern(operation, operands[0], operands[1], operands[2])
      }
    }
    return Expr(self, id)
  }

  func intern(constant: Double) -> NodeID { state.withLock { $0.intern(constant: constant) } }

  /// The position in this graph of an expression, which is copied into it if it is of another one.
  package func id(of expression: Expr) -> NodeID {
    guard let graph = expression.graph else { return intern(constant: expression.number) }
    return id(of: expression.id, in: graph)
  }

  /// The position in this graph of a node of `other`; what it consists of is copied where it is new.
  ///
  /// - Complexity: O(1) within one graph; else O(number of nodes of `other` up to `id`).
  func id(of id: NodeID, in other: ExprGraph) -> NodeID {
    if other === self { return id }
    return copies(of: [id], in: other)[0]
  }

  /// The positions in this graph of several expressions.
  ///
  /// What one graph holds is copied in its order, so that in an empty graph the copies of the first graph's
  /// nodes keep their order, and with it the order of their operands.
  func copies(of expressions: [Expr]) -> [NodeID] {
    var ids = [NodeID](repeating: -1, count: expressions.count)
    var places: [ObjectIdentifier: [Int]] = [:]
    for (place, expression) in expressions.enumerated() {
      if let graph = expression.graph { places[ObjectIdentifier(graph), default: []].append(place) }
    }
    for (place, expression) in expressions.enumerated() where ids[place] < 0 {
      guard let graph = expression.graph, let group = places[ObjectIdentifier(graph)] else {
        ids[place] = intern(constant: expression.number)
        continue
      }
      for (place, id) in zip(group, copies(of: group.map { expressions[$0].id }, in: graph)) {
        ids[place] = id
      }
    }
    return ids
  }

  /// The positions in this graph of nodes of `other`; what they consist of is copied where it is new.
  private func copies(of ids: [NodeID], in other: ExprGraph) -> [NodeID] {
    if other === self { return ids }
    let last = Int(ids.max() ?? -1)
    let source = other.state.withLock { ($0.nodes[...last], $0.constants, $0.symbols) }
    let (nodes, constants, symbols) = source
    let needed = reachable(from: ids, in: nodes)
    return state.withLock { state in
      var copies = [NodeID](repeating: -1, count: nodes.count)
      for position in nodes.indices where needed[position] {
        let node = nodes[position]
        switch node.operation {
        case .constant: copies[position] = state.intern(constant: constants[Int(node.a)])
        case .variable: copies[position] = state.intern(symbols[Int(node.a)])
        default:
          let count = node.operation.definition.value.operandCount
          copies[position] = state.intern(
            node.operation, copies[Int(node.a)], count > 1 ? copies[Int(node.b)] : node.b,
            count > 2 ? copies[Int(node.c)] : node.c)
        }
      }
      return ids.map { copies[Int($0)] }
    }
  }
}

/// Which of `nodes` some root consists of, by position. The roots are among the nodes.
///
/// - Complexity: O(number of nodes).
package func reachable(from roots: [NodeID], in nodes: ArraySlice<Node>) -> [Bool] {
  var needed = [Bool](repeating: false, count: nodes.endIndex)
  for root in roots { needed[Int(root)] = true }
  for position in nodes.indices.reversed() where needed[position] {
    let node = nodes[position]
    for operand in 0..<node.operation.definition.value.operandCount { needed[Int(node[operand])] = true }
  }
  return needed
}
