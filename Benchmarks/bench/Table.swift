// SPDX-License-Identifier: Apache-2.0

internal import LibC
internal import Nabla

/// The table for people: a header that says where the figures come from, and a line a cell.
struct Table {
  static func header(threads: Int) -> String {
    """
    CPU            \(cpuModel)
    kernels        \(kernelKind)
    threads        \(threads)
    BLAS           \(BLAS.coreName.map { "OpenBLAS for \($0)" } ?? "unknown")
    Swift          \(swiftVersion)

    \(columns.map { $0.title.padded(to: $0.width) }.joined(separator: "  "))
    """
  }

  static func line(_ record: Record) -> String {
    columns.map { $0.cell(record).padded(to: $0.width) }.joined(separator: "  ")
      + (record.error.map { "  " + $0 } ?? "")
  }

  private struct Column: Sendable {
    let title: String
    /// Negative: flush left.
    let width: Int
    let cell: @Sendable (Record) -> String
  }

  private static let columns = [
    Column(title: "workload", width: -8) { $0.workload + ($0.variant.map { "/\($0)" } ?? "") },
    Column(title: "n", width: 3) { "\($0.n)" },
    Column(title: "batch", width: 8) { "\($0.batch)" },
    Column(title: "median", width: 9) { $0.secondsMedian.map(duration) ?? "" },
    Column(title: "min", width: 9) { $0.secondsMin.map(duration) ?? "" },
    Column(title: "points/s", width: 9) { $0.pointsPerSecond.map { scientific($0, digits: 3) } ?? "" },
    Column(title: "ns/point", width: 9) { record in
      record.pointsPerSecond.map { significant(1e9 / $0, digits: 3) } ?? ""
    },
    Column(title: "compile", width: 9) { $0.compileSeconds.map(duration) ?? "" },
    Column(title: "error", width: 7) { record in
      record.maxRelError.map { scientific($0, digits: 1) } ?? "-"
    },
    Column(title: "/ value", width: 10) { record in
      record.costOverValue?.map { significant($0, digits: 3) }.joined(separator: " ") ?? ""
    },
    Column(title: "ESS/s", width: 9) {
      $0.effectiveSamplesPerSecond.map { scientific($0, digits: 3) } ?? ""
    },
  ]

  // MARK: Where the figures come from

  /// How kernels run: machine code for an instruction set, or the portable interpreter.
  private static let kernelKind = InstructionSet.current.rawValue

  private static var cpuModel: String {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0 {
      guard let text = line.map({ String(cString: $0) }), text.hasPrefix("model name") else { continue }
      return String(text.split(separator: ":")[1].dropFirst().dropLast())
    }
    return "unknown"
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}

// MARK: - Numbers

/// Three significant digits and a unit, as in "67.2 us".
func duration(_ seconds: Double) -> String {
  let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")]
  // 999.6 us rounds to 1.00 ms.
  let (scale, name) = units.first { seconds >= 0.9995 * $0.0 } ?? units[3]
  return significant(seconds / scale, digits: 3) + " " + name
}

/// At least `digits` significant digits of a positive number, without an exponent.
func significant(_ value: Double, digits: Int) -> String {
  guard value > 0 else { return "0" }
  let places = max(0, digits - 1 - Int(log10(value * (1 + 1e-12)).rounded(.down)))
  return fixed(value, places: min(places, 9))
}

private func fixed(_ value: Double, places: Int) -> String {
  let scaled = (value * pow(10, Double(places))).rounded()
  let text = String(Int(scaled))
  guard places > 0 else { return text }
  let digits = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
  return digits.dropLast(places) + "." + digits.suffix(places)
}

/// As in "1.49e9"; "0" for zero.
func scientific(_ value: Double, digits: Int) -> String {
  guard value > 0 else { return "0" }
  var exponent = Int(log10(value).rounded(.down))
  // 9.996 with three digits is 1.00e1.
  if fixed(value / pow(10, Double(exponent)), places: digits - 1).hasPrefix("10") { exponent += 1 }
  return fixed(value / pow(10, Double(exponent)), places: digits - 1) + "e\(exponent)"
}

extension String {
  /// Flush right in `width` characters, or flush left in -`width`.
  func padded(to width: Int) -> String {
    let space = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? self + space : space + self
  }
}
