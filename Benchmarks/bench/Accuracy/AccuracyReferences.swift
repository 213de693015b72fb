// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// An argument of a function and the true value there.
struct AccuracyReference: Sendable {
  var arguments: [Double]
  /// The double nearest to the true value.
  var value: Double
  /// The true value less `value`, in units of the last place of `value`.
  var remainder: Double

  /// The distance of a result from the true value, in units of the last place of the true value in the
  /// result's precision: |result − true| / ulp. Infinite for NaN, and for an infinity where the true value
  /// rounds to a number.
  func error<Scalar: BinaryFloatingPoint>(of result: Scalar) -> Double {
    let nearest = Scalar(value)
    if nearest.isInfinite || result.isNaN || result.isInfinite { return result == nearest ? 0 : .infinity }
    // Differences of neighbours are exact; 2¹⁰⁰⁰ keeps those of tiny numbers normal.
    let scale = value.magnitude < 1 ? 0x1p1000 : 1
    let unit = Double(nearest.ulp) * scale
    let difference = (Double(result) * scale - value * scale) / unit
    return (difference - remainder * (value.ulp * scale / unit)).magnitude
  }
}

/// The references of one function, as `Benchmarks/accuracy/references.py` writes them.
struct AccuracySection: Sendable {
  /// The name of the operation.
  var name: String
  /// Where the arguments lie.
  var place = ""
  var references: [AccuracyReference] = []

  struct Malformed: Error, CustomStringConvertible {
    let line: Int
    var description: String { "line \(line) of the references is malformed" }
  }

  struct Unreadable: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file) cannot be read; Benchmarks/accuracy/references.py writes such a file" }
  }

  /// - Throws: ``Unreadable`` or ``Malformed``.
  static func sections(of file: String) throws -> [AccuracySection] {
    var sections: [AccuracySection] = []
    guard let data = try? Data(contentsOf: URL(filePath: file)) else { throw Unreadable(file: file) }
    let bytes = [UInt8](data)
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    where !line.isEmpty {
      switch line[line.startIndex] {
      case UInt8(ascii: "["):
        sections.append(.init(name: String(decoding: line.dropFirst().dropLast(), as: UTF8.self)))
      case UInt8(ascii: "#"):
        let comment = String(decoding: line, as: UTF8.self)
        if comment.hasPrefix("# where: "), !sections.isEmpty {
          sections[sections.count - 1].place = String(comment.dropFirst(9))
        }
      default:
        guard !sections.isEmpty, let reference = AccuracyReference(line) else {
          throw Malformed(line: index + 1)
        }
        sections[sections.count - 1].references.append(reference)
      }
    }
    return sections
  }
}

extension AccuracyReference {
  /// A line of bit patterns in hexadecimal, the last of them the value's, and the remainder in decimal.
  fileprivate init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard fields.count >= 3, let remainder = Double(String(decoding: fields[fields.count - 1], as: UTF8.self))
    else { return nil }
    var numbers: [Double] = []
    for field in fields.dropLast() {
      guard let bits = UInt64(String(decoding: field, as: UTF8.self), radix: 16) else { return nil }
      numbers.append(Double(bitPattern: bits))
    }
    (arguments, value, self.remainder) = (numbers.dropLast(), numbers[numbers.count - 1], remainder)
  }
}
