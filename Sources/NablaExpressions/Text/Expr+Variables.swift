// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The variables that the expression uses, ordered by name as ``variables(of:)`` says.
  public var variables: [Expr] { Expr.variables(of: [self]) }

  /// The variables that some of the expressions use, each once, ordered by name.
  ///
  /// Digits in names compare as numbers: `x2` comes before `x10`. The rest compares by code points
  /// (capitals before small letters); names that differ only in leading zeros (`x02`, `x2`) come in that
  /// order too, and variables of one name (inputs of traced functions) in the order they were made.
  ///
  /// - Complexity: O(number of nodes of the graphs), plus sorting.
  public static func variables(of expressions: [Expr]) -> [Expr] {
    var graphs: [(graph: ExprGraph, roots: [NodeID])] = []
    var positions: [ObjectIdentifier: Int] = [:]
    for expression in expressions {
      guard let graph = expression.graph else { continue }
      if let position = positions[ObjectIdentifier(graph)] {
        graphs[position].roots.append(expression.id)
      } else {
        positions[ObjectIdentifier(graph)] = graphs.count
        graphs.append((graph, [expression.id]))
      }
    }
    var found: [Symbol: Expr] = [:]
    for (graph, roots) in graphs {
      let nodes = graph.nodes().prefix(Int(roots.max() ?? 0) + 1)
      let isUsed = reachable(from: roots, in: nodes)
      for position in nodes.indices where isUsed[position] && nodes[position].operation == .variable {
        let symbol = graph.symbol(nodes[position])
        if found[symbol] == nil { found[symbol] = graph.expression(NodeID(position)) }
      }
    }
    return found.sorted { $0.key.precedes($1.key) }.map(\.value)
  }
}

extension Symbol {
  /// The total order of variables: by name, digits as numbers; then by the name's bytes, then by number.
  func precedes(_ other: Symbol) -> Bool {
    let (a, b) = (Array(name.utf8), Array(other.name.utf8))
    let order = compareNaturally(a, b)
    if order != 0 { return order < 0 }
    if a != b { return a.lexicographicallyPrecedes(b) }
    return number < other.number
  }
}

/// Negative, 0 or positive as `a` comes before, with or after `b`, where runs of digits count as numbers.
private func compareNaturally(_ a: [UInt8], _ b: [UInt8]) -> Int {
  /// The significant digits of the run at a place, and its end.
  func digits(_ text: [UInt8], _ start: Int) -> (Range<Int>, end: Int) {
    var first = start
    while first < text.count, text[first] == UInt8(ascii: "0") { first += 1 }
    var end = first
    while end < text.count, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    return (first..<end, end)
  }
  var (i, j) = (0, 0)
  while i < a.count, j < b.count {
    if a[i] &- UInt8(ascii: "0") < 10, b[j] &- UInt8(ascii: "0") < 10 {
      let (runA, endA) = digits(a, i)
      let (runB, endB) = digits(b, j)
      if runA.count != runB.count { return runA.count - runB.count }
      for (x, y) in zip(a[runA], b[runB]) where x != y { return Int(x) - Int(y) }
      (i, j) = (endA, endB)
    } else {
      if a[i] != b[j] { return Int(a[i]) - Int(b[j]) }
      (i, j) = (i + 1, j + 1)
    }
  }
  return (a.count - i) - (b.count - j)
}
