// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Undecided boxes joined to the hulls of those that touch one another.
enum Clusters {
  /// Boxes touch that are no farther apart than the smaller one is wide: between fragments of one cluster lie
  /// gaps of about a box.
  static func joined(_ boxes: [[Interval]], scales: [Double]) -> [[Interval]] {
    var boxes = boxes
    // Very many are first joined by the cells of a grid that they lie in.
    if boxes.count > 4096, boxes.allSatisfy({ $0.allSatisfy(\.isBounded) }), let n = boxes.first?.count {
      var cells: [[Int]: [Interval]] = [:]
      let low = (0..<n).map { j in boxes.reduce(Double.infinity) { Swift.min($0, $1[j].lower) } }
      let divisions = Swift.max(4, 1 << (12 / n))
      for box in boxes {
        let key = (0..<n).map { j in
          Int(((box[j].midpoint - low[j]) / scales[j] * Double(divisions)).rounded(.down))
        }
        cells[key] = cells[key].map { hull($0, box) } ?? box
      }
      boxes = Array(cells.values)
    }
    var groups: [[Interval]] = []
    // In one order, whatever the dictionary's.
    boxes.sort(by: precedes)
    for box in boxes {
      // A joined hull may touch further groups.
      var merged = box
      while let place = groups.lastIndex(where: { touch($0, merged) }) {
        merged = hull(merged, groups.remove(at: place))
      }
      groups.append(merged)
    }
    return groups.sorted(by: precedes)
  }

  private static func precedes(_ a: [Interval], _ b: [Interval]) -> Bool {
    for (x, y) in zip(a, b) where x.lower != y.lower { return x.lower < y.lower }
    for (x, y) in zip(a, b) where x.upper != y.upper { return x.upper < y.upper }
    return false
  }

  private static func touch(_ a: [Interval], _ b: [Interval]) -> Bool {
    for (x, y) in zip(a, b) {
      let width = Swift.min(x.width, y.width)
      let slack = Swift.max(width.isFinite ? width : 0, 4 * Swift.max(x.magnitude.ulp, y.magnitude.ulp))
      if x.lower > y.upper + slack || y.lower > x.upper + slack { return false }
    }
    return true
  }

  private static func hull(_ a: [Interval], _ b: [Interval]) -> [Interval] {
    zip(a, b).map { $0.hull($1) }
  }
}
