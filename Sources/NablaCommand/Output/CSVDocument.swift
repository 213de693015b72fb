/// A table as comma-separated values: names, then rows.
struct CSVDocument {
  enum Cell {
    case number(Double)
    case integer(Int)
    case text(String)
    case bool(Bool)
  }

  private(set) var bytes: [UInt8] = []

  init(header: [String]) { append(header.map(Cell.text)) }

  /// Adds a row. Numbers are written with as many digits as reading them back exactly needs; NaN and the
  /// infinities as nan, inf and -inf.
  mutating func append(_ row: [Cell]) {
    let fields = row.map { cell in
      switch cell {
      case .number(let value): value.description
      case .integer(let value): String(value)
      case .bool(let value): value ? "true" : "false"
      case .text(let text): CSVDocument.quoted(text)
      }
    }
    bytes += Array(fields.joined(separator: ",").utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func quoted(_ text: String) -> String {
    let isSpecial = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
    return isSpecial ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
