// SPDX-License-Identifier: Apache-2.0

import Nabla

/// A file of comma-separated values whose columns have names.
struct DataTable {
  /// The largest file accepted, in bytes.
  static let sizeLimit = 1 << 30

  /// What messages call the file.
  let file: String
  private let reader: CSVReader

  /// The names of the columns.
  var header: [String] { reader.header }

  /// - Parameters:
  ///   - path: the file; `-` is standard input.
  ///   - option: the option that gives it, for messages.
  init(_ path: String, option: String) throws(CommandError) {
    if path.isEmpty { throw .usage("\(option) needs the name of a file") }
    let bytes = try CommandError.wrapping { () throws(FileError) in
      try WholeFile.read(path, limit: Self.sizeLimit)
    }
    let name = WholeFile.name(path)
    file = name
    reader = try CommandError.wrapping { () throws(FileError) in try CSVReader(bytes, file: name) }
  }

  /// The named columns, in any order, row by row; other columns are not read. All numbers are finite.
  func scalars(of names: [String]) throws(CommandError) -> [Double] {
    var reader = reader
    var places: [Int] = []
    for name in names {
      guard let column = reader.columns[name] else {
        throw CommandError(
          reader.error(
            "no column is called \"\(name.elided())\" (the header has \(VariableNames.list(reader.header)))"))
      }
      places.append(column)
    }
    var scalars: [Double] = []
    while let row = try CommandError.wrapping({ () throws(FileError) in try reader.next() }) {
      for (name, place) in zip(names, places) {
        scalars.append(
          try CommandError.wrapping { () throws(FileError) in try reader.number(row[place], column: name) })
      }
    }
    return scalars
  }
}
