// SPDX-License-Identifier: Apache-2.0

/// Boxes in rows, each row below all that its boxes are computed from, and the ways of the arrows between them, which go
/// round boxes in the rows that they pass.
///
/// Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", IEEE Transactions
/// on Systems, Man and Cybernetics 11 (1981): rows by the longest path, a place for every arrow in the rows that it
/// passes, orders and places by the mean of the neighbours.
struct GraphLayout {
  typealias Point = (x: Double, y: Double)

  /// The middle of each box's upper edge.
  private(set) var places: [Point]
  /// For each box the ways from its operands' lower edges to its upper edge.
  private(set) var ways: [[[Point]]]
  private(set) var width = 0.0
  private(set) var height = 0.0

  private static let gap = (across: 22.0, down: 40.0)
  private static let passage = 12.0

  /// - Parameters:
  ///   - sizes: of the boxes.
  ///   - operands: the boxes from which arrows lead to each box, all before it.
  ///   - isLate: boxes without operands that stand just above their use instead of in the first row.
  init(sizes: [(width: Double, height: Double)], operands: [[Int]], isLate: [Bool]) {
    var rowOf = [Int](repeating: 0, count: sizes.count)
    for (box, sources) in operands.enumerated() {
      rowOf[box] = sources.reduce(0) { Swift.max($0, rowOf[$1] + 1) }
    }
    for box in sizes.indices where isLate[box] {
      rowOf[box] = operands.indices.filter { operands[$0].contains(box) }.map { rowOf[$0] - 1 }.min() ?? 0
    }

    // The places where arrows pass a row are numbered after the boxes.
    var widths = sizes.map(\.width)
    var rows = [[Int]](repeating: [], count: (rowOf.max() ?? -1) + 1)
    for box in sizes.indices { rows[rowOf[box]].append(box) }
    var (above, below) = (
      [[Int]](repeating: [], count: sizes.count), [[Int]](repeating: [], count: sizes.count)
    )
    var chains = operands.map { _ in [[Int]]() }
    for (box, sources) in operands.enumerated() {
      for source in sources {
        var chain = [source]
        for row in (rowOf[source] + 1)..<rowOf[box] {
          rows[row].append(widths.count)
          chain.append(widths.count)
          widths.append(Self.passage)
          above.append([])
          below.append([])
        }
        chain.append(box)
        for (upper, lower) in zip(chain, chain.dropFirst()) {
          below[upper].append(lower)
          above[lower].append(upper)
        }
        chains[box].append(chain)
      }
    }

    var x = [Double](repeating: 0, count: widths.count)
    func mean(_ items: [Int], else other: Double) -> Double {
      items.isEmpty ? other : items.reduce(0) { $0 + x[$1] } / Double(items.count)
    }
    /// Places a row near where its items wish to be, in their order and without overlap.
    func place(_ row: [Int], _ wished: [Double]) {
      func distance(_ k: Int) -> Double { (widths[row[k]] + widths[row[k + 1]]) / 2 + Self.gap.across }
      var (fromLeft, fromRight) = (wished, wished)
      for k in row.indices.dropFirst() {
        fromLeft[k] = Swift.max(wished[k], fromLeft[k - 1] + distance(k - 1))
      }
      for k in row.indices.dropLast().reversed() {
        fromRight[k] = Swift.min(wished[k], fromRight[k + 1] - distance(k))
      }
      for k in row.indices { x[row[k]] = (fromLeft[k] + fromRight[k]) / 2 }
    }
    for row in rows { place(row, row.map { _ in 0 }) }
    for sweep in 0..<8 {
      let neighbours = sweep % 2 == 0 ? above : below
      for r in sweep % 2 == 0 ? Array(rows.indices) : rows.indices.reversed() {
        let wished = rows[r].map { mean(neighbours[$0], else: x[$0]) }
        // Stable, so that items without neighbours keep their order.
        let order = rows[r].indices.sorted { (wished[$0], $0) < (wished[$1], $1) }
        rows[r] = order.map { rows[r][$0] }
        place(rows[r], order.map { wished[$0] })
      }
    }

    let left = x.indices.map { x[$0] - widths[$0] / 2 }.min() ?? 0
    width = (x.indices.map { x[$0] + widths[$0] / 2 }.max() ?? 0) - left
    places = sizes.map { _ in (0, 0) }
    // Arrows are vertical beside the boxes of a row, and bend between the rows.
    var passages = [[Point]](repeating: [], count: widths.count)
    for row in rows {
      let rowHeight = row.map { $0 < sizes.count ? sizes[$0].height : 0 }.max() ?? 0
      for item in row {
        passages[item] = [(x[item] - left, height), (x[item] - left, height + rowHeight)]
        if item < sizes.count {
          places[item] = (x[item] - left, height + (rowHeight - sizes[item].height) / 2)
        }
      }
      height += rowHeight + Self.gap.down
    }
    height = Swift.max(0, height - Self.gap.down)
    ways = []
    for (box, chains) in chains.enumerated() {
      // Arrows end beside one another, in the order of the operands.
      let step = Swift.min(16, sizes[box].width / Double(chains.count + 1))
      ways.append(
        chains.enumerated().map { k, chain in
          let source = (places[chain[0]].x, places[chain[0]].y + sizes[chain[0]].height)
          let shift = (Double(k) - Double(chains.count - 1) / 2) * step
          return [source] + chain.dropFirst().dropLast().flatMap { passages[$0] }
            + [(places[box].x + shift, places[box].y)]
        })
    }
  }
}
