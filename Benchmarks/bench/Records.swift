// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// One measured cell, as the peers' runner reads it.
struct Record: Codable {
  var workload: String
  var variant: String?
  var n: Int
  var batch: Int
  var threads: Int
  var secondsMedian: Double?
  var secondsMin: Double?
  var pointsPerSecond: Double?
  var maxRelError: Double?
  var compileSeconds: Double?
  /// How often the time of the value alone the work takes: with the gradient, and with all derivatives.
  var costOverValue: [Double]?
  var effectiveSamplesPerSecond: Double?
  var error: String?

  enum CodingKeys: String, CodingKey {
    case workload, variant, n, batch, threads, error
    case secondsMedian = "seconds_median"
    case secondsMin = "seconds_min"
    case pointsPerSecond = "points_per_second"
    case maxRelError = "max_rel_error"
    case compileSeconds = "compile_seconds"
    case costOverValue = "cost_over_value"
    case effectiveSamplesPerSecond = "effective_samples_per_second"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(workload, forKey: .workload)
    try container.encodeIfPresent(variant, forKey: .variant)
    try container.encode(n, forKey: .n)
    try container.encode(batch, forKey: .batch)
    try container.encode(threads, forKey: .threads)
    try container.encodeIfPresent(secondsMedian, forKey: .secondsMedian)
    try container.encodeIfPresent(secondsMin, forKey: .secondsMin)
    try container.encodeIfPresent(pointsPerSecond, forKey: .pointsPerSecond)
    // Null says: not checked.
    if error == nil { try container.encode(maxRelError, forKey: .maxRelError) }
    try container.encodeIfPresent(compileSeconds, forKey: .compileSeconds)
    try container.encodeIfPresent(costOverValue, forKey: .costOverValue)
    try container.encodeIfPresent(effectiveSamplesPerSecond, forKey: .effectiveSamplesPerSecond)
    try container.encodeIfPresent(error, forKey: .error)
  }
}

/// Writes a JSON array to a file, or to standard output if the file is called "-".
func write(_ records: [Record], to file: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  let data = try encoder.encode(records)
  if file == "-" {
    print(String(decoding: data, as: UTF8.self))
  } else {
    try (data + [UInt8(ascii: "\n")]).write(to: URL(filePath: file))
  }
}

// MARK: - References from files

/// The references that `peers.py --export DIR` writes: a manifest and raw little-endian numbers.
struct ExportedReferences {
  private struct Entry: Decodable {
    struct Array: Decodable {
      var file: String
      var shape: [Int]
    }
    var workload: String
    var n: Int
    var batch: Int
    var indices: [Int]
    var arrays: [Array]
  }

  private let folder: URL
  private let entries: [Entry]

  init(folder: String) throws {
    self.folder = URL(filePath: folder)
    let manifest = try Data(contentsOf: self.folder.appending(path: "manifest.json"))
    entries = try JSONDecoder().decode([Entry].self, from: manifest)
  }

  /// The checked points and their references; nil if the export has none for this workload and batch.
  func reference(for workload: Workload, batch: Int) throws -> (points: [Int], arrays: [Rows])? {
    let entry = entries.first { $0.workload == workload.name && $0.n == workload.n && $0.batch == batch }
    guard let entry else { return nil }
    let arrays = try entry.arrays.map { array in
      let data = try Data(contentsOf: folder.appending(path: array.file))
      let numbers = data.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 8).map { offset in
          Double(
            bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
      }
      let size = numbers.count / max(1, entry.indices.count)
      return entry.indices.indices.map { Array(numbers[$0 * size..<($0 + 1) * size]) }
    }
    return (entry.indices, arrays)
  }
}
