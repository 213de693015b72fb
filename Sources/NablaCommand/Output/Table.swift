// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Columns of equal length, printed side by side with their titles.
struct Table {
  enum Alignment { case left, right }

  private var columns: [[String]] = []

  /// The most numbers of a vector that a table shows; of longer ones it shows the ends.
  static let vectorLimit = 8

  /// Adds a column of words.
  mutating func add(_ title: String, _ cells: [String], _ alignment: Alignment = .left) {
    columns.append(Table.padded([title] + cells, alignment))
  }

  /// Adds a column of numbers, their decimal points below one another.
  mutating func add(_ title: String, numbers: [Double]) {
    add(title, Table.aligned(numbers.map(Table.format)), .right)
  }

  /// Adds vectors of one length as columns without space for titles of their own; long ones elided.
  mutating func add(_ title: String, vectors: [[Double]], titles: [String]? = nil) {
    let count = vectors.first?.count ?? titles?.count ?? 0
    let isElided = count > Table.vectorLimit
    let shown = isElided ? [0, 1, 2, -1, count - 2, count - 1] : Array(0..<count)
    let parts = shown.map { index -> [String] in
      let head = titles.map { index < 0 ? [""] : [$0[index]] } ?? []
      guard index >= 0 else { return Table.padded(head + vectors.map { _ in "…" }, .right) }
      return Table.padded(head + Table.aligned(vectors.map { Table.format($0[index]) }), .right)
    }
    let lines = (0..<(vectors.count + (titles == nil ? 0 : 1))).map { row in
      parts.map { $0[row] }.joined(separator: "  ")
    }
    if titles == nil { add(title, lines) } else { columns.append(Table.padded(lines, .left)) }
  }

  /// The rows, titles first.
  var lines: [String] {
    guard let count = columns.first?.count else { return [] }
    return (0..<count).map { row in
      let line = columns.map { $0[row] }.joined(separator: "   ")
      return "  " + line.prefix(through: line.lastIndex { $0 != " " } ?? line.startIndex)
    }
  }

  /// Cells of one width.
  private static func padded(_ cells: [String], _ alignment: Alignment) -> [String] {
    let width = cells.map(\.count).max() ?? 0
    return cells.map { cell in
      let space = String(repeating: " ", count: width - cell.count)
      return alignment == .left ? cell + space : space + cell
    }
  }

  /// Numbers filled up on the right so that aligned to the right their decimal points meet.
  private static func aligned(_ numbers: [String]) -> [String] {
    let tails = numbers.map { number in number.firstIndex(of: ".").map { number[$0...].count } ?? 0 }
    let width = tails.max() ?? 0
    return zip(numbers, tails).map { $0 + String(repeating: " ", count: width - $1) }
  }

  /// A number to eight significant digits.
  static func format(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return value == 0 ? "0" : String(format: "%.8g", value)
  }

  /// A vector on one line, its middle elided if it is long.
  static func format(_ vector: some Collection<Double>) -> String {
    let numbers = Array(vector)
    if numbers.count <= vectorLimit { return numbers.map(format).joined(separator: "  ") }
    return (numbers.prefix(3).map(format) + ["…"] + numbers.suffix(2).map(format)).joined(separator: "  ")
  }

  /// A matrix, a line for each row; rows and columns in the middle elided if there are many.
  static func matrix(_ scalars: some RandomAccessCollection<Double>, columns: Int) -> [String] {
    guard columns > 0, !scalars.isEmpty else { return [] }
    let numbers = Array(scalars)
    let rows = numbers.count / columns
    var table = Table()
    let shown = rows > vectorLimit ? [0, 1, 2, -1, rows - 2, rows - 1] : Array(0..<rows)
    let filled = shown.filter { $0 >= 0 }
    table.add("", vectors: filled.map { Array(numbers[$0 * columns..<($0 + 1) * columns]) })
    var lines = Array(table.lines.dropFirst())
    if filled.count < shown.count { lines.insert("  …", at: 3) }
    return lines
  }
}
