// SPDX-License-Identifier: Apache-2.0

/// The rest of one line of the text format of graphs.
struct Tokens {
  private(set) var bytes: ArraySlice<UInt8>
  let line: Int

  var isAtEnd: Bool { bytes.isEmpty }

  private func error(_ message: String) -> SerializationError { SerializationError(message, line: line) }

  func end() throws(SerializationError) {
    guard isAtEnd else { throw error("the line has more operands than it should") }
  }

  /// The bytes up to the next space or the end, and behind that space.
  private mutating func next() throws(SerializationError) -> ArraySlice<UInt8> {
    guard !isAtEnd else { throw error("the line ends too early") }
    let end = bytes.firstIndex(of: UInt8(ascii: " ")) ?? bytes.endIndex
    let token = bytes[bytes.startIndex..<end]
    try skip(to: end)
    guard !token.isEmpty else { throw error("tokens are separated by one space") }
    return token
  }

  /// Goes on behind the space at a place, unless the line ends there.
  private mutating func skip(to end: Int) throws(SerializationError) {
    let isLast = end == bytes.endIndex
    if !isLast && bytes[end] != UInt8(ascii: " ") { throw error("a space should stand behind a name") }
    bytes = isLast ? bytes[end...] : bytes[(end + 1)...]
    if !isLast && bytes.isEmpty { throw error("the line ends in a space") }
  }

  mutating func word() throws(SerializationError) -> String {
    guard !isAtEnd else { throw error("the line is empty") }
    return String(decoding: try next(), as: UTF8.self)
  }

  mutating func integer() throws(SerializationError) -> Int32 {
    let token = String(decoding: try next(), as: UTF8.self)
    guard let value = Int32(token), token.first != "+" else {
      throw error("\"\(token.prefix(40))\" is no integer of at most 32 bits")
    }
    return value
  }

  mutating func constant() throws(SerializationError) -> Double {
    let token = String(decoding: try next(), as: UTF8.self)
    switch token {
    case "inf": return .infinity
    case "-inf": return -.infinity
    case "nan":
      let digits = String(decoding: try next(), as: UTF8.self)
      guard digits.first != "+", let bits = UInt64(digits, radix: 16), Double(bitPattern: bits).isNaN else {
        throw error("\"\(digits.prefix(40))\" are not the bits of a NaN")
      }
      return Double(bitPattern: bits)
    default:
      let isDecimal = token.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
          UInt8(ascii: "e"):
          true
        default: false
        }
      }
      guard isDecimal, let value = Double(token), value.isFinite else {
        throw error("\"\(token.prefix(40))\" is no number in double precision")
      }
      return value
    }
  }

  /// A quoted name.
  mutating func name() throws(SerializationError) -> String {
    guard bytes.first == UInt8(ascii: "\"") else { throw error("a name is quoted") }
    var name: [UInt8] = []
    var place = bytes.startIndex + 1
    while place < bytes.endIndex {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        try skip(to: place + 1)
        guard let text = String(validating: name, as: UTF8.self) else { throw error("a name is in UTF-8") }
        return text
      case UInt8(ascii: "\\"): name += try escaped(&place)
      default:
        name.append(bytes[place])
        place += 1
      }
    }
    throw error("the quotation mark behind a name is missing")
  }

  /// What an escape sequence at a place stands for; `place` moves behind it.
  private func escaped(_ place: inout Int) throws(SerializationError) -> [UInt8] {
    let first = place + 1
    guard first < bytes.endIndex else { throw error("a name ends in a backslash") }
    switch bytes[first] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      place = first + 1
      return [bytes[first]]
    case UInt8(ascii: "u"):
      guard first + 1 < bytes.endIndex, bytes[first + 1] == UInt8(ascii: "{"),
        let end = bytes[first...].prefix(12).firstIndex(of: UInt8(ascii: "}")),
        let value = UInt32(String(decoding: bytes[(first + 2)..<end], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { break }
      place = end + 1
      return Array(String(Character(scalar)).utf8)
    default: break
    }
    throw error("a backslash in a name stands before \", another backslash or u{…}")
  }
}
