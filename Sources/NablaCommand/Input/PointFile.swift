// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Points from a file: comma-separated values with a header of variable names, or `.npy`.
enum PointFile {
  /// The points, one after another, with their coordinates in variable order. They are finite.
  ///
  /// A path that ends in `.npy` is of NumPy's format, any other of a CSV file; `-` is standard input.
  static func read(_ path: String, variables: [String]) throws(CommandError) -> [Double] {
    guard path.hasSuffix(".npy") else {
      return try DataTable(path, option: "--points").scalars(of: variables)
    }
    let bytes = try CommandError.wrapping { () throws(FileError) in
      try WholeFile.read(path, limit: DataTable.sizeLimit)
    }
    return try npy(bytes, file: WholeFile.name(path), variables: variables)
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
