// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The file of `--output`, whose format is in its ending.
struct OutputFile {
  enum Format: String, CaseIterable {
    case json, csv, npy, svg

    /// Those of numbers.
    static let data: [Format] = [.json, .csv, .npy]
  }

  let path: String
  let format: Format

  /// - Parameters:
  ///   - path: its ending chooses the format.
  ///   - formats: those that the command can write.
  ///   - reason: why it cannot write the others.
  init(_ path: String, formats: [Format], reason: String) throws(CommandError) {
    self.path = path
    let ending = Format.allCases.first { path.lowercased().hasSuffix(".\($0.rawValue)") }
    guard let ending else {
      let endings = formats.map { ".\($0.rawValue)" }
      let list =
        endings.count == 1 ? endings[0] : endings.dropLast().joined(separator: ", ") + " or " + endings.last!
      throw .usage("--output \(path.elided()): the name should end in \(list)")
    }
    guard formats.contains(ending) else { throw .usage("--output \(path.elided()): \(reason)") }
    format = ending
  }

  func write(_ report: some Report, document: JSON) throws(CommandError) {
    switch format {
    case .json: try write(document.bytes)
    case .csv: try write(report.csv.bytes)
    case .npy:
      guard let array = report.array else {
        throw .usage("--output \(path.elided()): this result is no single array; write .json or .csv")
      }
      try write(array.bytes)
    case .svg:
      guard let picture = report.picture else {
        throw .usage("--output \(path.elided()): this result has no picture; write .json or .csv")
      }
      try write(Array(picture.utf8))
    }
  }

  private func write(_ bytes: [UInt8]) throws(CommandError) {
    try CommandError.wrapping { () throws(FileError) in try WholeFile.write(bytes, to: path) }
  }
}
