// SPDX-License-Identifier: Apache-2.0

/// Reads comma-separated values (RFC 4180) strictly, so that no row is taken for what it is not.
///
/// The first row names the columns, unless there is no header. Fields may be quoted, with `""` for a quote; lines end in LF or CRLF;
/// a byte order mark and empty lines are skipped; blanks around a field do not count. Every row has as many
/// fields as the header, or as the first row.
package struct CSVReader {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  /// The line of `position`, from 1.
  private var line = 1
  /// The line on which the row last read began.
  package private(set) var rowLine = 1

  /// The names of the columns; empty without a header.
  package private(set) var header: [String] = []
  /// The place of each column.
  package private(set) var columns: [String: Int] = [:]
  /// The number of fields that every row has; nil before the first row without a header.
  private var width: Int?

  /// - Parameter file: what messages call the file.
  package init(_ bytes: [UInt8], file: String, hasHeader: Bool = true) throws(FileError) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    guard hasHeader else { return }
    guard let header = try row() else {
      throw .malformed("\(file) is empty; its first line should name the columns")
    }
    self.header = header
    width = header.count
    for (column, name) in header.enumerated() {
      if columns.updateValue(column, forKey: name) != nil {
        throw error("two columns are called \"\(name.elided())\"")
      }
    }
  }

  /// The fields of the next row; nil at the end.
  package mutating func next() throws(FileError) -> [String]? {
    guard let row = try row() else { return nil }
    if let width, row.count != width {
      let fields = row.count == 1 ? "1 field" : "\(row.count) fields"
      throw error("\(fields), and the \(header.isEmpty ? "first row" : "header") has \(width)")
    }
    width = row.count
    return row
  }

  /// An error in the row last read.
  package func error(_ message: String) -> FileError { .malformed("\(file):\(rowLine): \(message)") }
}

extension CSVReader {
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// Whether a line ends here, and how long its end is.
  private func lineEnd() -> Int? {
    if position >= bytes.count { return 0 }
    if bytes[position] == Self.lineFeed { return 1 }
    if bytes[position] != Self.carriageReturn { return nil }
    return position + 1 < bytes.count && bytes[position + 1] == Self.lineFeed ? 2 : 1
  }

  private mutating func skipBlanks() {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
  }

  private mutating func row() throws(FileError) -> [String]? {
    while position < bytes.count {
      rowLine = line
      skipBlanks()
      if let end = lineEnd() {
        position += end
        line += 1
        continue
      }
      var fields: [String] = []
      fields.reserveCapacity(width ?? 8)
      while true {
        fields.append(try field())
        if let end = lineEnd() {
          position += end
          line += 1
          return fields
        }
        position += 1
      }
    }
    return nil
  }

  /// The field that begins here; afterwards a comma or the line's end is next.
  private mutating func field() throws(FileError) -> String {
    skipBlanks()
    if position < bytes.count, bytes[position] == Self.quote { return try quotedField() }
    let start = position
    while lineEnd() == nil, bytes[position] != Self.comma {
      if bytes[position] == Self.quote { throw error("a quote inside a field that does not begin with one") }
      position += 1
    }
    var end = position
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    return try text(bytes[start..<end])
  }

  private mutating func quotedField() throws(FileError) -> String {
    var content: [UInt8] = []
    position += 1
    while true {
      guard position < bytes.count else { throw error("a quoted field is not closed") }
      let byte = bytes[position]
      position += 1
      if byte == Self.quote {
        guard position < bytes.count, bytes[position] == Self.quote else { break }
        position += 1
      } else if byte == Self.lineFeed {
        line += 1
      }
      content.append(byte)
    }
    skipBlanks()
    guard lineEnd() != nil || bytes[position] == Self.comma else {
      throw error("text follows the closing quote of a field")
    }
    return try text(content[...])
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(FileError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("this is not text in UTF-8")
    }
    return text
  }
}

extension CSVReader {
  /// The finite number of a field: digits, a point, an exponent.
  package func number(_ field: String, column: String) throws(FileError) -> Double {
    let isPlain = field.utf8.allSatisfy { byte in
      byte &- UInt8(ascii: "0") < 10 || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: ".")
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }
    if field.isEmpty { throw error("column \(column.elided()) is empty") }
    guard let value = Double(field), isPlain || !value.isFinite else {
      throw error("column \(column.elided()): \"\(field.elided())\" is not a number")
    }
    guard value.isFinite else {
      throw error("column \(column.elided()): \(field.elided()) is not finite")
    }
    return value
  }
}
