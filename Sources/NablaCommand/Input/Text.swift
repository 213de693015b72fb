// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A word of the command line that may begin with a minus: an expression, a point, a box, a range.
///
/// The argument parser takes every word that begins with a minus for an option. So, before it sees them,
/// ``protect(_:)`` hides the minus of those words that cannot be options behind a blank, and this type
/// takes the blank away again. Only `-h`, and `--` followed by a name, are options.
struct Text: ExpressibleByArgument, Equatable {
  let string: String

  init(_ string: String) { self.string = string }

  init(argument: String) {
    string = argument.first == " " && Text.startsWithMinus(argument) ? String(argument.dropFirst()) : argument
  }

  /// What the help shows of a default value.
  var defaultValueDescription: String { string }

  /// The words of a command line as the argument parser can read them.
  static func protect(_ words: [String]) -> [String] {
    let end = words.firstIndex(of: "--") ?? words.endIndex
    return words[..<end].map { startsWithMinus($0) && !isOption($0) ? " " + $0 : $0 } + words[end...]
  }

  /// Takes the blanks of ``protect(_:)`` out of a message that quotes words.
  static func unprotect(_ message: String) -> String { message.replacing("' -", with: "'-") }

  /// Whether the first character that is no blank is a minus.
  private static func startsWithMinus(_ text: String) -> Bool { text.first { $0 != " " } == "-" }

  /// Whether a word has the form of an option: `-h`, `--name` or `--name=value`.
  private static func isOption(_ word: String) -> Bool {
    if word == "-h" { return true }
    guard word.hasPrefix("--") else { return false }
    let name = word.dropFirst(2).prefix { $0 != "=" }
    guard let first = name.first, first.isASCII, first.isLetter else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
  }
}
