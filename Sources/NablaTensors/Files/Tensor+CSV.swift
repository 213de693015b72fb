// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The numbers of a file of comma-separated values (RFC 4180), a matrix with a row for each line, and the columns'
  /// names.
  ///
  /// Read strictly: every row has the same number of fields, every field is a finite number; empty lines are skipped.
  ///
  /// - Parameters:
  ///   - path: of the file.
  ///   - hasHeader: whether the first line names the columns; the names are empty otherwise.
  /// - Throws: ``FileError`` with the line and the column.
  /// - Complexity: O(number of bytes).
  public static func readingCSV(
    _ path: String, hasHeader: Bool = true
  ) throws(FileError) -> (values: Tensor, columns: [String]) {
    var reader = try CSVReader(
      try WholeFile.read(path), file: WholeFile.name(path), hasHeader: hasHeader)
    var scalars: [Scalar] = []
    var (rows, width) = (0, reader.header.count)
    while let row = try reader.next() {
      for (column, field) in row.enumerated() {
        let name = reader.header.isEmpty ? "\(column + 1)" : reader.header[column]
        scalars.append(Scalar(try reader.number(field, column: name)))
      }
      (rows, width) = (rows + 1, row.count)
    }
    return (Tensor(shape: [rows, width], scalars: scalars), reader.header)
  }

  /// Writes a vector or matrix as comma-separated values, whole or not at all: a line of names if there are some, then
  /// a line for each row, with as many digits as reading them back exactly needs.
  ///
  /// - Precondition: rank 1 (one column) or 2, and as many names as columns, or none.
  /// - Throws: ``FileError/unwritable(_:)`` with the system's reason; a file that was there is then as before.
  public func writeCSV(to path: String, columns: [String] = []) throws(FileError) {
    precondition(rank == 1 || rank == 2, "A table has one or two axes; this tensor has shape \(shape).")
    let table = rank == 1 ? expanded(axis: 1) : self
    precondition(
      columns.isEmpty || columns.count == table.shape[1],
      "\(columns.count) names do not fit \(table.shape[1]) columns.")
    var document = CSVDocument(header: columns)
    for i in 0..<table.shape[0] {
      // As they are written in their own precision.
      document.append(table.row(i).scalars.map { .text("\($0)") })
    }
    try WholeFile.write(document.bytes, to: path)
  }
}
