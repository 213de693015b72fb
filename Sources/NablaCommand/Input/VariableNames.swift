// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The names of variables on the command line.
enum VariableNames {
  /// The variables that a well-formed formula writes, ordered by name with digits as numbers.
  ///
  /// They are taken from the text and not from the expression, which may be simpler: `x^0` is 1, but
  /// a function of x all the same.
  static func used(in text: String) -> [String] {
    var names: Set<String> = []
    let bytes = Array(text.utf8)
    var position = 0
    while position < bytes.count {
      let start = position
      if isDigit(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
        skipNumber(bytes, &position)
      } else if isLetter(bytes[position]) {
        while position < bytes.count, isLetter(bytes[position]) || isDigit(bytes[position]) { position += 1 }
        names.insert(String(decoding: bytes[start..<position], as: UTF8.self))
      } else {
        position += 1
      }
    }
    let variables = names.filter(Expr.isVariableName).map(Expr.variable)
    return Expr.variables(of: variables).compactMap(\.variableName)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  /// Skips digits, points and an exponent, whose letter is no name.
  private static func skipNumber(_ bytes: [UInt8], _ position: inout Int) {
    func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
    while isDigit(at(position)) || at(position) == UInt8(ascii: ".") { position += 1 }
    guard at(position) | 0x20 == UInt8(ascii: "e") else { return }
    let isSigned = at(position + 1) == UInt8(ascii: "+") || at(position + 1) == UInt8(ascii: "-")
    let digits = position + (isSigned ? 2 : 1)
    if isDigit(at(digits)) { position = digits }
  }

  /// The names of a list separated by commas, as `--variables` and `--by` take it.
  ///
  /// `option` is the option that gives the list, for messages.
  static func parse(_ list: String, option: String) throws(CommandError) -> [String] {
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
    for name in names {
      if name.isEmpty { throw .usage("\(option): a name is missing in \"\(list.elided())\"") }
      if !Expr.isVariableName(name) {
        throw .usage(
          "\(option): \"\(name.elided())\" cannot be a variable; a name is a letter or underscore, then "
            + "letters, digits and underscores, and not that of a constant or function")
      }
    }
    return names
  }

  /// Names for a message: all of them, or the first few of many.
  static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(8).map { $0.elided() }.joined(separator: ", ")
    return names.count > 8 ? "\(shown), … (\(names.count))" : shown
  }
}

extension StringProtocol {
  func trimmingBlanks() -> String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
