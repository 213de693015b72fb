// SPDX-License-Identifier: Apache-2.0

/// The rule of degree 7 with an embedded one of degree 5 on a box of n ≥ 2 dimensions: 1 + 2n + 2n + 2n(n − 1) + 2ⁿ nodes,
/// 17 for n = 2 and 149 for n = 6.
///
/// Genz and Malik, "Remarks on algorithm 006: An adaptive algorithm for numerical integration over an N-dimensional
/// rectangular region", J. Comput. Appl. Math. 6 (1980).
struct GenzMalik {
  let dimension: Int
  /// On [−1, 1]ⁿ, row by row: the middle, ±λ₂ and ±λ₃ on the axes in turn, ±λ₄ on pairs of axes, ±λ₅ in the corners.
  let nodes: [Double]
  /// For a box of volume 1.
  private let weights: [Double]
  private let lowWeights: [Double]

  var count: Int { weights.count }

  init(dimension n: Int) {
    dimension = n
    let (a, b, c) = ((9.0 / 70).squareRoot(), (9.0 / 10).squareRoot(), (9.0 / 19).squareRoot())
    let d = Double(n)
    var nodes: [Double] = []
    var weights: [Double] = []
    var lowWeights: [Double] = []
    func add(_ places: [(axis: Int, value: Double)], _ weight: Double, _ low: Double) {
      var node = [Double](repeating: 0, count: n)
      for place in places { node[place.axis] = place.value }
      nodes += node
      weights.append(weight)
      lowWeights.append(low)
    }
    add([], (12824 - 9120 * d + 400 * d * d) / 19683, (729 - 950 * d + 50 * d * d) / 729)
    for j in 0..<n {
      for x in [-a, a] { add([(j, x)], 980.0 / 6561, 245.0 / 486) }
      for x in [-b, b] { add([(j, x)], (1820 - 400 * d) / 19683, (265 - 100 * d) / 1458) }
    }
    for i in 0..<n {
      for j in i + 1..<Swift.max(n, i + 1) {
        for x in [-b, b] { for y in [-b, b] { add([(i, x), (j, y)], 200.0 / 19683, 25.0 / 729) } }
      }
    }
    for corner in 0..<(1 << n) {
      add(
        (0..<n).map { ($0, corner >> $0 & 1 == 0 ? -c : c) }, 6859.0 / 19683 / Double(1 << n), 0)
    }
    (self.nodes, self.weights, self.lowWeights) = (nodes, weights, lowWeights)
  }

  struct Estimate {
    var value: Double
    var error: Double
    /// ∫|f|, roughly: by the rule's weights in magnitude.
    var absolute: Double
    /// The largest |f| at a node.
    var largest: Double
    /// The axis along which the fourth difference is largest: where to cut.
    var axis: Int
  }

  /// - Parameter values: at the nodes moved into the box.
  func estimate(_ values: ArraySlice<Double>, volume: Double, widths: [Double]) -> Estimate {
    let first = values.startIndex
    var (high, low, size, weight, largest) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in 0..<count {
      let f = values[first + k]
      high += weights[k] * f
      low += lowWeights[k] * f
      size += Swift.abs(weights[k] * f)
      weight += Swift.abs(weights[k])
      largest = Swift.max(largest, Swift.abs(f))
    }
    let middle = 2 * values[first]
    var (axis, most) = (0, -1.0)
    for j in 0..<dimension {
      let p = first + 1 + 4 * j
      let near = values[p] + values[p + 1] - middle
      let far = values[p + 2] + values[p + 3] - middle
      let difference = Swift.abs(near - far / 7)
      // Of equal differences, the wider side; a smooth function has small ones.
      if difference > most * (1 + 1e-10) || (difference >= most * (1 - 1e-10) && widths[j] > widths[axis]) {
        (axis, most) = (j, difference)
      }
    }
    if most <= 1e-14 * largest { axis = widths.indices.max { widths[$0] < widths[$1] }! }
    return Estimate(
      value: high * volume, error: Swift.abs(high - low) * volume, absolute: size / weight * volume,
      largest: largest, axis: axis)
  }
}
