// SPDX-License-Identifier: Apache-2.0

/// A table as comma-separated values: names, then rows.
package struct CSVDocument {
  package enum Cell {
    case number(Double)
    case integer(Int)
    case text(String)
    case bool(Bool)
  }

  package private(set) var bytes: [UInt8] = []

  /// A line of names, or none without names.
  package init(header: [String]) { if !header.isEmpty { append(header.map(Cell.text)) } }

  /// Adds a row. Numbers are written with as many digits as reading them back exactly needs; NaN and the
  /// infinities as nan, inf and -inf.
  package mutating func append(_ row: [Cell]) {
    let fields = row.map { cell in
      switch cell {
      case .number(let value): value.description
      case .integer(let value): String(value)
      case .bool(let value): value ? "true" : "false"
      case .text(let text): CSVDocument.quoted(text)
      }
    }
    // An empty line would be no row.
    bytes += fields == [""] ? Array("\"\"".utf8) : Array(fields.joined(separator: ",").utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func quoted(_ text: String) -> String {
    // Readers take blanks around a field, and a byte order mark at the beginning, for no part of it.
    let isSpecial =
      text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
      || text.hasPrefix(" ") || text.hasSuffix(" ") || text.utf8.starts(with: [0xEF, 0xBB, 0xBF])
    return isSpecial ? "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\"" : text
  }
}
