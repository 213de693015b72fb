// SPDX-License-Identifier: Apache-2.0

/// What preconditions an interval matrix: an approximate inverse of the matrix of its midpoints, in numbers of each
/// lane. Nothing that is proven depends on how good it is.
extension IntervalBuilder {
  /// An inverse with its positive and negative parts apart, which is how intervals are multiplied by it; nil where a
  /// coefficient is 0 by the structure of the matrix.
  package struct Inverse {
    fileprivate struct Coefficient {
      var positive: VectorProgram.Value
      var negative: VectorProgram.Value
    }
    fileprivate var rows: [[Coefficient?]]
    /// The lanes in which all coefficients are finite.
    package var isFinite: Mask
  }

  /// The inverse of the midpoints by Gauss–Jordan elimination with row pivoting; nil where the matrix is singular by its
  /// structure.
  package mutating func inverse(ofMidpointsOf matrix: [[Value?]]) -> Inverse? {
    let n = matrix.count
    let zero = b.constant(0)
    var rows = matrix.indices.map { i -> [VectorProgram.Value?] in
      let half = b.constant(0.5)
      let left = matrix[i].map { entry -> VectorProgram.Value? in
        entry.map { b.multiplyAdd($0.lower, half, b.multiply($0.upper, half)) }
      }
      return left + matrix.indices.map { $0 == i ? b.constant(1) : nil }
    }
    for column in 0..<n {
      for row in column + 1..<Swift.max(n, column + 1) {
        guard let candidate = rows[row][column] else { continue }
        guard let pivot = rows[column][column] else {
          rows.swapAt(row, column)
          continue
        }
        let isLarger = b.compare(b.magnitude(pivot), .less, b.magnitude(candidate))
        for k in column..<2 * n where rows[row][k] != nil || rows[column][k] != nil {
          let (x, y) = (rows[column][k] ?? zero, rows[row][k] ?? zero)
          rows[column][k] = b.select(isLarger, y, x)
          rows[row][k] = b.select(isLarger, x, y)
        }
      }
      guard let pivot = rows[column][column] else { return nil }
      let reciprocal = b.divide(b.constant(1), pivot)
      for k in column + 1..<2 * n { rows[column][k] = rows[column][k].map { b.multiply($0, reciprocal) } }
      for row in 0..<n where row != column {
        guard let factor = rows[row][column] else { continue }
        for k in column + 1..<2 * n {
          guard let entry = rows[column][k] else { continue }
          rows[row][k] = b.negativeMultiplyAdd(factor, entry, rows[row][k] ?? zero)
        }
      }
    }
    let infinity = b.constant(.infinity)
    let entries = rows.map { Array($0[n...]) }
    let isFinite = entries.joined().compactMap { $0 }
      .map { b.compare(b.magnitude($0), .less, infinity) }
    return Inverse(
      rows: entries.map { row in
        row.map { entry in
          entry.map { .init(positive: b.maximum($0, zero), negative: b.minimum($0, zero)) }
        }
      },
      isFinite: Mask(value: isFinite.dropFirst().reduce(isFinite[0]) { b.and($0, $1) }))
  }

  /// Row i of the product of an inverse and a vector of bounded intervals, some of which are 0 by structure; nil if it
  /// is 0 by structure.
  package mutating func product(_ inverse: Inverse, row i: Int, _ vector: [Value?]) -> Value? {
    var sum: Value?
    for (coefficient, interval) in zip(inverse.rows[i], vector) {
      guard let coefficient, let interval else { continue }
      let (up, down) = (coefficient.positive, coefficient.negative)
      let (lower, upper): (VectorProgram.Value, VectorProgram.Value)
      if let sum {
        lower = b.multiplyAdd(up, interval.lower, sum.lower, rounded: .down)
        upper = b.multiplyAdd(up, interval.upper, sum.upper, rounded: .up)
      } else {
        lower = b.multiply(up, interval.lower, rounded: .down)
        upper = b.multiply(up, interval.upper, rounded: .up)
      }
      sum = Value(
        lower: b.multiplyAdd(down, interval.upper, lower, rounded: .down),
        upper: b.multiplyAdd(down, interval.lower, upper, rounded: .up))
    }
    return sum
  }
}
