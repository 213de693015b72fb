// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaTensors

extension BatchIntegrator {
  private static var lastLevel: Int { 5 }

  /// Integrates all rows by the trapezoidal rule after a change of variable, with more and more nodes.
  func doubleExponential(_ map: DoubleExponential) -> Result? {
    var sums = RowSums(rows)
    var nodes: [(t: Double, x: Double)] = []
    /// Adds the node at t to the sums; false where there is none.
    func add(_ t: Double) -> Bool {
      let node = map.node(t)
      guard node.distance.isFinite, node.weight.isFinite, node.weight > 1e-290 else { return false }
      let end = node.origin == .lower ? map.lower : node.origin == .upper ? map.upper : 0
      if node.origin != .none && end != 0 && node.distance < 4 * end.ulp { return false }
      let x = map.abscissa(node)
      sums.add(x, weight: node.weight)
      nodes.append((t, x))
      return true
    }
    // From the middle outwards, until the terms of all rows are negligible, three times.
    var (low, high) = (0.0, 0.0)
    for side in [1.0, -1.0] {
      var quiet = 0
      var k = side > 0 ? 0 : 1
      while quiet < 3 {
        let t = side * 0.5 * Double(k)
        guard Swift.abs(t) <= DoubleExponential.limit, add(t) else { return nil }
        if sums.isLastNegligible && k > 2 {
          quiet += 1
        } else {
          quiet = 0
          if side > 0 { high = t } else { low = t }
        }
        k += 1
      }
    }
    let (first, last) = (low - 0.5, high + 0.5)
    // Three levels from the second on: the first is too coarse to say anything.
    var now = sums.values.map { 0.5 * $0 }
    var before = [Double](repeating: .nan, count: rows.count)
    var result = Result(count: rows.count, method: .doubleExponential)
    for level in 2...Self.lastLevel {
      let step = Double(sign: .plus, exponent: -level, significand: 1)
      var t = first + step
      while t < last {
        guard add(t) else { return nil }
        t += 2 * step
      }
      // A row that seems done at one level must be so at the last.
      result = Result(count: rows.count, method: .doubleExponential)
      var isDone = true
      for row in 0..<rows.count {
        let (value, size) = (step * sums.values[row], step * sums.sizes[row])
        let change = Swift.abs(value - now[row])
        let earlier = Swift.abs(now[row] - before[row])
        // As for a single integral. NaN, as long as there are not three levels, is no convergence.
        let fast = Swift.max(100 * change * (change / earlier), 1e-8 * earlier)
        let error = (change < 0.1 * earlier ? Swift.min(change, fast) : change) + 64 * size * .ulpOfOne
        if earlier.isFinite && isConverged(value, size: size, error: error) {
          result.set(row, value, size: size, error: error)
        } else {
          isDone = false
        }
        (before[row], now[row]) = (now[row], value)
      }
      if isDone { break }
    }
    for row in 0..<rows.count { result.evaluations[row] = nodes.count }
    return finish(result, nodes.map(\.x).sorted())
  }
}

/// Sums over nodes of the values of all rows, and of their magnitudes.
private struct RowSums {
  private let rows: ParameterRows
  private var terms: [Double]
  private(set) var values: [Double]
  private(set) var sizes: [Double]

  init(_ rows: ParameterRows) {
    self.rows = rows
    terms = Array(repeating: 0, count: rows.count)
    (values, sizes) = (terms, terms)
  }

  /// Adds weight · f(x).
  mutating func add(_ x: Double, weight: Double) {
    terms = (weight * rows.values(at: [x], rows: 0..<rows.count)).scalars
    for row in terms.indices {
      values[row] += terms[row]
      sizes[row] += Swift.abs(terms[row])
    }
  }

  /// Whether what the last node added is negligible in every row.
  var isLastNegligible: Bool { zip(terms, sizes).allSatisfy { Swift.abs($0) <= 1e-18 * $1 } }
}
