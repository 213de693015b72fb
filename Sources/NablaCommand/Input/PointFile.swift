import Nabla

/// Points from a file: comma-separated values with a header of variable names, or `.npy`.
enum PointFile {
  /// The largest file accepted, in bytes.
  static let sizeLimit = 1 << 30

  /// The points, one after another, with their coordinates in variable order. They are finite.
  ///
  /// - Parameter path: a name that ends in `.npy` for NumPy's format, otherwise of a CSV file; `-` is
  ///   standard input.
  static func read(_ path: String, variables: [String]) throws(CommandError) -> [Double] {
    if path.isEmpty { throw .usage("--points needs the name of a file") }
    let bytes = try CommandError.wrapping { () throws(FileError) in try WholeFile.read(path, limit: sizeLimit)
    }
    let name = WholeFile.name(path)
    return path.hasSuffix(".npy")
      ? try npy(bytes, file: name, variables: variables) : try csv(bytes, file: name, variables: variables)
  }

  /// The columns named by the variables, in any order; other columns are not read.
  private static func csv(
    _ bytes: [UInt8], file: String, variables: [String]
  ) throws(CommandError) -> [Double] {
    var reader = try CommandError.wrapping { () throws(FileError) in try CSVReader(bytes, file: file) }
    var columns: [Int] = []
    for variable in variables {
      guard let column = reader.columns[variable] else {
        throw CommandError(
          reader.error(
            "no column is called \"\(variable.elided())\" (the header has \(VariableNames.list(reader.header)))"
          ))
      }
      columns.append(column)
    }
    var points: [Double] = []
    while let row = try CommandError.wrapping({ () throws(FileError) in try reader.next() }) {
      for (variable, column) in zip(variables, columns) {
        points.append(
          try CommandError.wrapping { () throws(FileError) in try reader.number(row[column], column: variable)
          })
      }
    }
    return points
  }

  /// An array of shape [N, n], or [N] if there is one variable.
  private static func npy(
    _ bytes: [UInt8], file: String, variables: [String]
  ) throws(CommandError) -> [Double] {
    let array: NPYArray
    do {
      array = try NPYArray(bytes)
    } catch {
      throw .malformedData("\(file): \(error.message)")
    }
    let n = variables.count
    guard array.shape.count == 2 ? array.shape[1] == n : array.shape.count == 1 && n == 1 else {
      throw .malformedData(
        "\(file): the array has shape \(array.shape); points for "
          + "\(counted(n, "variables")) (\(VariableNames.list(variables))) have shape [N, \(n)]")
    }
    if let index = array.scalars.firstIndex(where: { !$0.isFinite }) {
      throw .malformedData(
        "\(file): element [\(index / n), \(index % n)] is \(array.scalars[index]), which is not finite")
    }
    return array.scalars
  }
}
