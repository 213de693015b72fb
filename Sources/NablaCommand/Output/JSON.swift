// SPDX-License-Identifier: Apache-2.0

/// A JSON document whose objects keep the order of their keys.
enum JSON {
  case null
  case bool(Bool)
  case integer(Int)
  /// A double, written with as many digits as reading it back exactly needs (at most 17). NaN and the
  /// infinities, which JSON does not have, are the strings "nan", "inf" and "-inf".
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])
  /// A list of objects that are made one by one as they are written: there may be millions.
  case sequence(count: Int, element: (Int) -> JSON)

  /// A list of numbers.
  static func numbers(_ values: some Sequence<Double>) -> JSON { .array(values.map(JSON.number)) }

  /// A list of strings.
  static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map(JSON.string)) }

  /// The rows of a matrix in row-major order.
  static func rows(_ values: some RandomAccessCollection<Double>, columns: Int) -> JSON {
    guard columns > 0 else { return .array([]) }
    let values = Array(values)
    return .array(
      stride(from: 0, to: values.count, by: columns).map { .numbers(values[$0..<$0 + columns]) })
  }

  /// The document, with a line for each entry of an object and of a list of lists or objects.
  var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.write(self, indentation: 0)
    writer.bytes.append(UInt8(ascii: "\n"))
    return writer.bytes
  }

  fileprivate var isScalar: Bool {
    switch self {
    case .array, .object, .sequence: false
    default: true
    }
  }
}

private struct JSONWriter {
  var bytes: [UInt8] = []

  mutating func write(_ value: JSON, indentation: Int) {
    switch value {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(String(value))
    case .number(let value): write(number(value))
    case .string(let value): write(quoting: value)
    case .array(let elements):
      if elements.allSatisfy(\.isScalar) {
        write("[")
        for (index, element) in elements.enumerated() {
          if index > 0 { write(", ") }
          write(element, indentation: indentation)
        }
        write("]")
      } else {
        writeLines("[", "]", elements, indentation) { $0.write($1, indentation: indentation + 2) }
      }
    case .sequence(let count, let element):
      writeLines("[", "]", 0..<count, indentation) { $0.write(element($1), indentation: indentation + 2) }
    case .object(let entries):
      writeLines("{", "}", entries, indentation) { writer, entry in
        writer.write(quoting: entry.0)
        writer.write(": ")
        writer.write(entry.1, indentation: indentation + 2)
      }
    }
  }

  private mutating func writeLines<Elements: RandomAccessCollection>(
    _ open: String, _ close: String, _ elements: Elements, _ indentation: Int,
    _ writeElement: (inout JSONWriter, Elements.Element) -> Void
  ) {
    write(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { write(",") }
      breakLine(indentation + 2)
      writeElement(&self, element)
    }
    if !elements.isEmpty { breakLine(indentation) }
    write(close)
  }

  private mutating func breakLine(_ indentation: Int) {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
  }

  private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private func number(_ value: Double) -> String {
    if value.isNaN { return "\"nan\"" }
    if value.isInfinite { return value < 0 ? "\"-inf\"" : "\"inf\"" }
    return value.description
  }

  private mutating func write(quoting text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): write("\\n")
      case UInt8(ascii: "\t"): write("\\t")
      case UInt8(ascii: "\r"): write("\\r")
      case 0..<0x20: write("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
