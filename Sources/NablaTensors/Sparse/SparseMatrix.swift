// SPDX-License-Identifier: Apache-2.0

/// A matrix of which only the places of a pattern are stored; the others are zero.
///
/// Both usual forms are at hand: compressed rows (``SparsityPattern/rowStarts``, ``SparsityPattern/columns`` and
/// ``values``), and a coordinate list (``entries``).
public struct SparseMatrix<Scalar: TensorScalar>: Sendable {
  /// The places that are stored.
  public let pattern: SparsityPattern
  /// The value of each place, in the pattern's order.
  public var values: [Scalar] {
    didSet { check() }
  }

  /// - Precondition: a value for each place.
  public init(_ pattern: SparsityPattern, values: [Scalar]) {
    (self.pattern, self.values) = (pattern, values)
    check()
  }

  private func check() {
    precondition(
      values.count == pattern.count,
      "A pattern of \(pattern.count) places needs as many values, not \(values.count).")
  }

  /// [rows, columns]
  public var shape: [Int] { [pattern.rowCount, pattern.columnCount] }

  /// The entries of all places, row by row.
  public var entries: [(row: Int, column: Int, value: Scalar)] {
    zip(pattern.places, values).map { ($0.row, $0.column, $1) }
  }

  /// An entry; zero where the pattern has no place.
  ///
  /// - Precondition: row and column are in their ranges.
  /// - Complexity: O(log k) for a row of k places.
  public subscript(row: Int, column: Int) -> Scalar {
    precondition(
      0..<pattern.rowCount ~= row && 0..<pattern.columnCount ~= column,
      "(\(row), \(column)) lies outside of a matrix of shape \(shape).")
    return pattern.position(row: row, column: column).map { values[$0] } ?? 0
  }

  /// The matrix with its zeros, of shape [rows, columns].
  public func dense() -> Tensor<Scalar> {
    var dense = Tensor<Scalar>.zeros(shape)
    dense.withUnsafeMutableBufferPointer { buffer in
      for row in 0..<pattern.rowCount {
        for k in pattern.rowStarts[row]..<pattern.rowStarts[row + 1] {
          buffer[row * pattern.columnCount + pattern.columns[k]] = values[k]
        }
      }
    }
    return dense
  }

  /// The product with a vector [columns]: a vector [rows]. A place that is not stored takes no part, whatever
  /// the vector has there.
  ///
  /// - Complexity: O(number of places).
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func product(with vector: Tensor<Scalar>) -> Tensor<Scalar> {
    precondition(
      vector.shape == [pattern.columnCount],
      "A matrix of shape \(shape) is multiplied with a vector [\(pattern.columnCount)], not \(vector.shape).")
    let vector = vector.contiguous()
    return Tensor(shape: [pattern.rowCount]) { out in
      vector.withUnsafeBufferPointer { x in
        for row in 0..<pattern.rowCount {
          var sum: Scalar = 0
          for k in pattern.rowStarts[row]..<pattern.rowStarts[row + 1] {
            sum += values[k] * x[pattern.columns[k]]
          }
          out[row] = sum
        }
      }
    }
  }
}
