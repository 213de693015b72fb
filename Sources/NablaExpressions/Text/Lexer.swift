// SPDX-License-Identifier: Apache-2.0

/// A piece of a formula's text.
struct Token {
  enum Kind: Equatable {
    case number(Double)
    /// A name, of a variable, constant or function.
    case name
    case symbol(Symbol)
    case open, close, comma, semicolon, end
  }

  enum Symbol: UInt8 {
    case plus, minus, times, divided, power
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case and, or, not
  }

  var kind: Kind
  /// The place in the text, in bytes.
  var start: Int
  var end: Int
}

/// Cuts a formula's text into tokens.
///
/// - Complexity: O(length of the text) for all tokens together.
struct Lexer {
  let bytes: [UInt8]
  private(set) var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// The text between two places, cut if it is long.
  func text(_ start: Int, _ end: Int, limit: Int = 24) -> String {
    if end - start <= limit { return String(decoding: bytes[start..<end], as: UTF8.self) }
    var cut = start + limit
    while cut > start, bytes[cut] & 0xC0 == 0x80 { cut -= 1 }
    return String(decoding: bytes[start..<cut], as: UTF8.self) + "…"
  }

  func text(_ token: Token, limit: Int = 24) -> String { text(token.start, token.end, limit: limit) }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
      default: return
      }
    }
  }

  /// Whether an opening parenthesis is next.
  mutating func isBeforeOpen() -> Bool {
    skipSpace()
    return byte(position) == UInt8(ascii: "(")
  }

  mutating func next() throws(ParseFailure) -> Token {
    skipSpace()
    let start = position
    guard start < bytes.count else { return Token(kind: .end, start: start, end: start) }
    let first = bytes[start]
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): return try number()
    case _ where Lexer.nameLength(bytes, at: start, isFirst: true) > 0: return name()
    default: break
    }
    let (kind, length) = try symbol(first, byte(start + 1))
    position += length
    return Token(kind: kind, start: start, end: position)
  }

  private func symbol(_ first: UInt8, _ second: UInt8) throws(ParseFailure) -> (Token.Kind, Int) {
    let isSecondEqual = second == UInt8(ascii: "=")
    switch first {
    case UInt8(ascii: "+"): return (.symbol(.plus), 1)
    case UInt8(ascii: "-"): return (.symbol(.minus), 1)
    case UInt8(ascii: "*"): return second == first ? (.symbol(.power), 2) : (.symbol(.times), 1)
    case UInt8(ascii: "/"): return (.symbol(.divided), 1)
    case UInt8(ascii: "^"): return (.symbol(.power), 1)
    case UInt8(ascii: "("): return (.open, 1)
    case UInt8(ascii: ")"): return (.close, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: "<"): return isSecondEqual ? (.symbol(.lessOrEqual), 2) : (.symbol(.less), 1)
    case UInt8(ascii: ">"): return isSecondEqual ? (.symbol(.greaterOrEqual), 2) : (.symbol(.greater), 1)
    case UInt8(ascii: "!"): return isSecondEqual ? (.symbol(.notEqual), 2) : (.symbol(.not), 1)
    case UInt8(ascii: "=") where isSecondEqual: return (.symbol(.equal), 2)
    case UInt8(ascii: "&") where second == first: return (.symbol(.and), 2)
    case UInt8(ascii: "|") where second == first: return (.symbol(.or), 2)
    default:
      throw ParseFailure(message: ParserAdvice.unexpectedCharacter(in: bytes, at: position), offset: position)
    }
  }
}

// MARK: - Names

extension Lexer {
  /// The length in bytes of the letter (or, after the first, digit) of a name at a place; 0 if there is
  /// none.
  ///
  /// A name is made of ASCII letters, digits and underscores and of those Greek letters that cannot be
  /// taken for others: α to ω without π (which is `pi`), omicron (an o) and final sigma, and
  /// Γ Δ Θ Λ Ξ Φ Ψ Ω.
  static func nameLength(_ bytes: [UInt8], at index: Int, isFirst: Bool) -> Int {
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      return 1
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return isFirst ? 0 : 1
    case 0xCE, 0xCF:
      guard index + 1 < bytes.count else { return 0 }
      let scalar = UInt32(byte & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F)
      switch scalar {
      case 0x3C0, 0x3BF, 0x3C2: return 0
      case 0x3B1...0x3C9, 0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A6, 0x3A8, 0x3A9: return 2
      default: return 0
      }
    default: return 0
    }
  }

  private mutating func name() -> Token {
    let start = position
    while position < bytes.count {
      let length = Lexer.nameLength(bytes, at: position, isFirst: position == start)
      if length == 0 { break }
      position += length
    }
    return Token(kind: .name, start: start, end: position)
  }
}

// MARK: - Numbers

extension Lexer {
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, Lexer.isDigit(bytes[position]) { position += 1 }
    return position - start
  }

  /// A number: digits with at most one point, then perhaps an exponent.
  private mutating func number() throws(ParseFailure) -> Token {
    let start = position
    if bytes[start] == UInt8(ascii: "0"), byte(start + 1) | 0x20 == UInt8(ascii: "x"),
      let advice = ParserAdvice.hexadecimal(bytes, at: start)
    {
      throw ParseFailure(message: advice, offset: start)
    }
    var digits = skipDigits()
    if byte(position) == UInt8(ascii: ".") {
      position += 1
      digits += skipDigits()
      if byte(position) == UInt8(ascii: ".") {
        throw ParseFailure(message: "a number has only one decimal point", offset: position)
      }
    }
    if digits == 0 { throw ParseFailure(message: "a decimal point needs digits beside it", offset: start) }
    let mantissaEnd = position
    if byte(position) | 0x20 == UInt8(ascii: "e") {
      let next = byte(position + 1)
      let isSigned = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
      if isSigned || Lexer.isDigit(next) {
        position += isSigned ? 2 : 1
        if skipDigits() == 0 {
          let mantissa = text(start, mantissaEnd)
          throw ParseFailure(
            message: "the exponent of a number needs digits, as in \(mantissa)e-3; "
              + "for the constant e write \(mantissa)*e", offset: mantissaEnd)
        }
      }
    }
    if byte(position) == UInt8(ascii: "_") {
      throw ParseFailure(message: "digits are written without separators", offset: position)
    }
    return Token(kind: .number(try value(start, mantissaEnd)), start: start, end: position)
  }

  /// The double nearest to the number from `start` to here, whose digits end at `mantissaEnd`.
  ///
  /// A number whose digits are not all zero is an error if the nearest double is 0 or infinite.
  private func value(_ start: Int, _ mantissaEnd: Int) throws(ParseFailure) -> Double {
    // One digit at most, often, and always a short text.
    if position - start == 1 { return Double(bytes[start] &- UInt8(ascii: "0")) }
    guard var value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw ParseFailure(message: "this number cannot be read", offset: start)
    }
    let isZero = bytes[start..<mantissaEnd].allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
    if isZero { value = 0 }
    if value.isInfinite {
      throw ParseFailure(
        message: "\(text(start, position)) is larger than the largest double, 1.797…e308; "
          + "for infinity write inf", offset: start)
    }
    if value == 0 && !isZero {
      throw ParseFailure(
        message: "\(text(start, position)) is smaller than the smallest double, 4.9…e-324, "
          + "and would become 0", offset: start)
    }
    return value
  }
}
