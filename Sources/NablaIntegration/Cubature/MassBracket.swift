// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Bounds of an integral over boxes from enclosures of the integrand, refined where they are widest.
struct MassBracket {
  /// The integral lies between these; infinite where the integrand is not bounded.
  private(set) var lower = 0.0
  private(set) var upper = 0.0
  /// The cells at the end, smaller where the integrand varies.
  private(set) var cells: [(lower: [Double], upper: [Double])] = []

  /// - Parameter budget: the number of enclosures.
  init(_ integrand: CubatureIntegrand, _ boxes: [(lower: [Double], upper: [Double])], budget: Int) {
    struct Cell {
      var lower: [Double]
      var upper: [Double]
      var low: Double
      var high: Double
      var gap: Double { high - low }
    }
    func cell(_ lower: [Double], _ upper: [Double]) -> Cell {
      let value = integrand.enclosure(lower, upper).value
      let volume = zip(lower, upper).reduce(1) { $0 * ($1.1 - $1.0) }
      if value.isEmpty { return Cell(lower: lower, upper: upper, low: 0, high: 0) }
      return Cell(lower: lower, upper: upper, low: volume * value.lower, high: volume * value.upper)
    }
    var all = boxes.map { cell($0.lower, $0.upper) }
    // Rounds over all cells that hold more than their share of the uncertainty.
    while all.count < budget {
      let gaps = all.map(\.gap)
      let finite = gaps.filter(\.isFinite).reduce(0, +)
      let share = finite / Double(all.count)
      let chosen = all.indices.filter { !(gaps[$0] < share) && !gaps[$0].isNaN }
      if chosen.isEmpty || finite == 0 && gaps.allSatisfy(\.isFinite) { break }
      var isChanged = false
      for index in chosen.prefix(budget - all.count) {
        let old = all[index]
        let axis = old.lower.indices.max {
          (old.upper[$0] - old.lower[$0]) / (integrand.upper[$0] - integrand.lower[$0])
            < (old.upper[$1] - old.lower[$1]) / (integrand.upper[$1] - integrand.lower[$1])
        }!
        let middle = 0.5 * old.lower[axis] + 0.5 * old.upper[axis]
        guard middle > old.lower[axis], middle < old.upper[axis] else { continue }
        var (high, low) = (old.upper, old.lower)
        high[axis] = middle
        low[axis] = middle
        all[index] = cell(old.lower, high)
        all.append(cell(low, old.upper))
        isChanged = true
      }
      if !isChanged { break }
    }
    for cell in all {
      lower += cell.low
      upper += cell.high
      cells.append((cell.lower, cell.upper))
    }
  }

  /// Whether a value is possible, to within its error.
  func allows(_ value: Double, error: Double) -> Bool {
    !(value + error < lower) && !(value - error > upper)
  }
}
