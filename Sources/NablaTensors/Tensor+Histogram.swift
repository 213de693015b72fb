// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// How many elements lie in each of some equally wide bins (NumPy's `histogram`).
  ///
  /// Bin k counts the x with eₖ ≤ x < eₖ₊₁, the last one those at its upper edge too, where e are the edges
  /// `linspace(lower, upper, count: bins + 1)`. Elements outside the range and NaN are not counted. Without a range it
  /// reaches from the smallest to the largest finite element; a range of width 0 is widened by ½ on both sides, and
  /// without finite elements it is 0...1.
  ///
  /// - Returns: the counts, and the edges, one more.
  /// - Precondition: a bin or more; finite bounds whose distance is finite.
  /// - Complexity: O(`count` + `bins`).
  public func histogram(bins: Int, in range: ClosedRange<Scalar>? = nil) -> (counts: [Int], edges: Tensor) {
    precondition(bins >= 1, "A histogram has a bin or more, not \(bins).")
    return withUnsafeBufferPointer { elements in
      var (lower, upper) = range.map { ($0.lowerBound, $0.upperBound) } ?? finiteBounds(elements)
      if lower == upper { (lower, upper) = (lower - 0.5, upper + 0.5) }
      // Numbers whose neighbours are farther than ½ away.
      if lower == upper { (lower, upper) = (lower.nextDown, upper.nextUp) }
      precondition(
        (upper - lower).isFinite, "The bounds \(lower) and \(upper) of a histogram have no finite distance.")
      let edges = Tensor.linspace(lower, upper, count: bins + 1)
      let counts = edges.withUnsafeBufferPointer { countInEqualBins(elements, edges: $0) }
      return (counts, edges)
    }
  }

  /// How many elements lie between successive edges: bin k counts the x with eₖ ≤ x < eₖ₊₁, the last one those at its
  /// upper edge too. Elements outside and NaN are not counted.
  ///
  /// - Precondition: a vector of two edges or more that ascend.
  /// - Complexity: O(`count` · log of the number of edges).
  public func histogram(edges: Tensor) -> [Int] {
    let bounds = edges.scalars
    precondition(
      edges.rank == 1 && bounds.count >= 2 && zip(bounds, bounds.dropFirst()).allSatisfy { $0 <= $1 },
      "The edges of a histogram are a vector of two or more ascending numbers; these have shape \(edges.shape)."
    )
    let places = edges.searchSorted(self, side: .right)
    let last = bounds[bounds.count - 1]
    var counts = [Int](repeating: 0, count: bounds.count - 1)
    withUnsafeBufferPointer { elements in
      for (x, place) in zip(elements, places) where place > 0 && x <= last {
        counts[Swift.min(place, counts.count) - 1] += 1
      }
    }
    return counts
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func finiteBounds<Scalar: TensorScalar>(_ x: UnsafeBufferPointer<Scalar>) -> (Scalar, Scalar) {
  var (lower, upper) = (Scalar.infinity, -Scalar.infinity)
  for value in x where value.isFinite {
    if value < lower { lower = value }
    if value > upper { upper = value }
  }
  return lower <= upper ? (lower, upper) : (0, 1)
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func countInEqualBins<Scalar: TensorScalar>(
  _ x: UnsafeBufferPointer<Scalar>, edges: UnsafeBufferPointer<Scalar>
) -> [Int] {
  let bins = edges.count - 1
  let (lower, upper) = (edges[0], edges[bins])
  var counts = [Int](repeating: 0, count: bins)
  for value in x where value >= lower && value <= upper {
    // The quotient is near the bin; the edges decide. (It is below 1 and so finite even if the bins are many.)
    var bin = min(Int((value - lower) / (upper - lower) * Scalar(bins)), bins - 1)
    while value < edges[bin] { bin -= 1 }
    while bin + 1 < bins && value >= edges[bin + 1] { bin += 1 }
    counts[bin] += 1
  }
  return counts
}
