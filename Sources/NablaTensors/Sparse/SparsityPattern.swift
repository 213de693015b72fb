// SPDX-License-Identifier: Apache-2.0

/// The places of a matrix that may be non-zero, row by row (compressed sparse rows, CSR).
///
/// Row i holds the columns `columns[rowStarts[i]..<rowStarts[i + 1]]`, in ascending order.
public struct SparsityPattern: Hashable, Sendable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// One more than there are rows; from 0 to the number of places.
  public let rowStarts: [Int]
  /// The column of each place.
  public let columns: [Int]

  /// The number of places.
  public var count: Int { columns.count }

  /// The pattern of some places, in any order; one that comes several times counts once.
  ///
  /// - Precondition: rows and columns are in their ranges.
  /// - Complexity: O(k log k) for k places; O(k) if they are sorted.
  public init(rowCount: Int, columnCount: Int, places: [(row: Int, column: Int)]) {
    precondition(
      places.allSatisfy { 0..<rowCount ~= $0.row && 0..<columnCount ~= $0.column },
      "A place lies outside of a matrix [\(rowCount), \(columnCount)].")
    let isSorted = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
    let places = isSorted ? places : places.sorted { $0 < $1 }
    var starts = [0]
    starts.reserveCapacity(rowCount + 1)
    var columns: [Int] = []
    columns.reserveCapacity(places.count)
    var last: (row: Int, column: Int)?
    for place in places where last == nil || place != last! {
      while starts.count <= place.row { starts.append(columns.count) }
      columns.append(place.column)
      last = place
    }
    while starts.count <= rowCount { starts.append(columns.count) }
    (self.rowCount, self.columnCount, rowStarts, self.columns) = (rowCount, columnCount, starts, columns)
  }

  /// All places, row by row (coordinate list, COO).
  public var places: [(row: Int, column: Int)] {
    (0..<rowCount).flatMap { row in
      columns[rowStarts[row]..<rowStarts[row + 1]].map { (row, $0) }
    }
  }

  /// The position of a place in ``columns``; nil if the pattern does not have it.
  ///
  /// - Complexity: O(log k) for a row of k places.
  public func position(row: Int, column: Int) -> Int? {
    var (low, high) = (rowStarts[row], rowStarts[row + 1])
    while low < high {
      let middle = (low + high) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < rowStarts[row + 1] && columns[low] == column ? low : nil
  }
}
