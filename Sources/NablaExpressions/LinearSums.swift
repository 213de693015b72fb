// SPDX-License-Identifier: Apache-2.0

/// Sums over points as combinations of other sums that take less work for each point.
///
/// A sum is linear: with shared c, which are the same for all N points, and v that differ,
///
///     Σ (c·v + w) = c·Σv + Σw,   Σ v/c = Σv / c,   Σ c = N·c
///
/// so that what is linear in v need not be computed point by point. The gradient of a loss by the inputs of a linear
/// map, Qᵀg for each point, becomes Qᵀ·Σg: a product of matrices once in place of N times.
///
/// Each node of the outputs that is linear in what lies below is taken apart once, whatever its number of uses, down to
/// *terms*, which are summed over the points: nodes that are not linear, and such that are computed for each point
/// anyway.
package struct LinearSums: Sendable {
  /// What is summed over the points.
  package let terms: [Expr]
  /// The outputs' sums, as expressions of shared variables, ``sums`` and ``count``.
  package let results: [Expr]
  /// A variable for the sum of each term.
  package let sums: [Expr]
  /// The variable for N.
  package let count: Expr

  /// nil where that saves less than a twentieth of the operations of a point.
  ///
  /// - Parameters:
  ///   - outputs: what shall be summed.
  ///   - shared: the variables that are the same for all points.
  /// - Complexity: O(number of nodes of the graph).
  package init?(of outputs: [Expr], shared: [Expr]) {
    guard let graph = outputs.lazy.compactMap(\.graph).first else { return nil }
    let roots = outputs.map { graph.id(of: $0) }
    let sharedIDs = Set(shared.map { graph.id(of: $0) })
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    var isShared = [Bool](repeating: false, count: nodes.count)
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      switch node.operation {
      case .constant: isShared[id] = true
      case .variable: isShared[id] = sharedIDs.contains(NodeID(id))
      default: isShared[id] = Self.operands(node).allSatisfy { isShared[$0] }
      }
    }
    /// The operands that a node is linear in, or nil if it is not.
    func parts(_ id: Int) -> [Int]? {
      let node = nodes[id]
      let (a, b) = (Int(node.a), Int(node.b))
      switch node.operation {
      case .add, .subtract: return [a, b]
      case .negate: return [a]
      case .multiply where isShared[a]: return [b]
      case .multiply where isShared[b], .divide where isShared[b]: return [a]
      default: return nil
      }
    }
    /// What is taken apart, and the terms that are left; `isTerm` says where to stop.
    func takeApart(_ isTerm: (_ id: Int) -> Bool) -> (apart: [Bool], terms: [Int]) {
      var (apart, terms) = ([Bool](repeating: false, count: nodes.count), [Int]())
      var isKnown = [Bool](repeating: false, count: nodes.count)
      var open = roots.map { Int($0) }
      while let id = open.popLast() {
        if isShared[id] || isKnown[id] { continue }
        isKnown[id] = true
        if !isTerm(id), let parts = parts(id) {
          apart[id] = true
          open += parts
        } else {
          terms.append(id)
        }
      }
      return (apart, terms.sorted())
    }
    /// Operations of a point: each node once, a load and a store for each sum, into which a product is fused.
    func cost(_ terms: [Int]) -> Int {
      let computed = reachable(from: terms.map { NodeID($0) }, in: nodes)
      var useCounts: [Int: Int] = [:]
      var cost = 2 * terms.count
      for id in nodes.indices where computed[id] && !isShared[id] && nodes[id].operation != .variable {
        cost += 1
        for operand in Self.operands(nodes[id]) { useCounts[operand, default: 0] += 1 }
      }
      return cost - terms.count { nodes[$0].operation == .multiply && useCounts[$0] == nil }
    }

    let all = takeApart { _ in false }
    let computed = reachable(from: all.terms.map { NodeID($0) }, in: nodes)
    var (apart, terms) = takeApart { computed[$0] }
    // A sum of terms that serve nothing else is better made for each point: one sum in place of several.
    var users = [Int](repeating: 0, count: nodes.count)
    for root in roots { users[Int(root)] += 1 }
    for id in nodes.indices where apart[id] { for part in parts(id)! { users[part] += 1 } }
    var whole = Set<Int>()
    for root in Set(roots.map { Int($0) }) where apart[root] && users[root] == 1 {
      var (operations, ends, isOwn, open) = (0, 0, true, [root])
      while let id = open.popLast(), isOwn {
        if isShared[id] { continue }
        isOwn = users[id] == 1
        if apart[id] {
          // A product and its sum are one operation.
          if nodes[id].operation != .multiply { operations += 1 }
          open += parts(id)!
        } else {
          ends += 1
        }
      }
      if isOwn && 2 * ends > operations + 2 { whole.insert(root) }
    }
    (apart, terms) = takeApart { computed[$0] || whole.contains($0) }
    let plain = Set(roots.map { Int($0) }).filter { !isShared[$0] }
    guard !terms.isEmpty, 20 * cost(terms) < 19 * cost(plain.sorted()) else { return nil }

    let number = Symbol.freshNumber()
    let count = graph.variable(Symbol(name: "N", number: number))
    let sums = terms.indices.map { graph.variable(Symbol(name: "S\($0)", number: number)) }
    (self.count, self.sums) = (count, sums)
    self.terms = terms.map { graph.expression(NodeID($0)) }
    var totals = Dictionary(uniqueKeysWithValues: zip(terms, sums))
    func total(_ id: Int) -> Expr {
      isShared[id] ? count * graph.expression(NodeID(id)) : totals[id]!
    }
    for id in nodes.indices where apart[id] {
      let node = nodes[id]
      let (a, b) = (Int(node.a), Int(node.b))
      func factor(_ id: Int) -> Expr { graph.expression(NodeID(id)) }
      totals[id] =
        switch node.operation {
        case .add: total(a) + total(b)
        case .subtract: total(a) - total(b)
        case .negate: -total(a)
        case .multiply where isShared[a]: factor(a) * total(b)
        case .multiply: total(a) * factor(b)
        default: total(a) / factor(b)
        }
    }
    results = roots.map { total(Int($0)) }
  }

  private static func operands(_ node: Node) -> [Int] {
    (0..<node.operation.definition.value.operandCount).map { Int(node[$0]) }
  }
}
