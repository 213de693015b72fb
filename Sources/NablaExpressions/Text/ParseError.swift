// SPDX-License-Identifier: Apache-2.0

/// Why a text is not an expression, and where.
///
/// `description` is the place and the message, then the line with a caret under the place:
///
///     column 3: an operator is missing here; for a product write 2*x
///       3+2x
///          ^
public struct ParseError: Error, Sendable, Equatable {
  /// What is wrong and what to write instead, in one line.
  public let message: String

  /// The place, as a count of UTF-8 bytes before it.
  public let offset: Int

  /// The line of the place, from 1.
  public let line: Int

  /// The column of the place, from 1, in characters as a person counts them.
  public let column: Int

  /// The line the place is in, cut to its surroundings if it is long, in characters that can be shown.
  public let excerpt: String

  /// The number of terminal columns of `excerpt` before the place.
  public let caret: Int

  /// Whether the text has more than one line, so that the place needs a line number.
  private let hasLines: Bool

  /// - Complexity: O(length of `text`).
  init(_ failure: ParseFailure, in text: String) {
    message = failure.message
    offset = failure.offset
    var line = 1
    var column = 1
    var position = 0
    // The shown neighbourhood: at most `width` characters on each side, held as a sliding window.
    let width = 36
    var before: [Character] = []
    var after: [Character] = []
    var isCutLeft = false
    var isCutRight = false
    var hasLines = false
    for character in text {
      let end = position + character.utf8.count
      if end <= failure.offset {
        if character.isNewline {
          hasLines = true
          line += 1
          column = 1
          before.removeAll(keepingCapacity: true)
          isCutLeft = false
        } else {
          column += 1
          before.append(character)
          if before.count >= 2 * width {
            before.removeFirst(width)
            isCutLeft = true
          }
        }
      } else {
        if character.isNewline {
          hasLines = true
          break
        }
        if after.count == width {
          isCutRight = true
          break
        }
        after.append(character)
      }
      position = end
    }
    if before.count > width {
      before.removeFirst(before.count - width)
      isCutLeft = true
    }
    let shownBefore = before.map(ParseError.shown)
    let shownAfter = after.map(ParseError.shown)
    self.line = line
    self.column = column
    self.hasLines = hasLines
    excerpt =
      (isCutLeft ? "…" : "") + shownBefore.map(\.text).joined() + shownAfter.map(\.text).joined()
      + (isCutRight ? "…" : "")
    caret = (isCutLeft ? 1 : 0) + shownBefore.reduce(0) { $0 + $1.width }
  }

  /// A character as it can be shown in one or two terminal columns.
  private static func shown(_ character: Character) -> (text: String, width: Int) {
    if character == "\t" { return (" ", 1) }
    let first = character.unicodeScalars.first!
    if character.unicodeScalars.count > 8 { return ("\u{FFFD}", 1) }
    switch first.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .nonspacingMark, .enclosingMark:
      return ("\u{FFFD}", 1)
    default: break
    }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return (String(character), 2)
    default: return (String(character), 1)
    }
  }
}

extension ParseError: CustomStringConvertible {
  /// The place and the message on one line; see also ``excerpt``.
  public var summary: String {
    (hasLines ? "line \(line), " : "") + "column \(column): " + message
  }

  public var description: String {
    excerpt.isEmpty
      ? summary : summary + "\n  " + excerpt + "\n  " + String(repeating: " ", count: caret) + "^"
  }
}

/// A message and a place, before line and column are counted.
struct ParseFailure: Error {
  var message: String
  var offset: Int
}
