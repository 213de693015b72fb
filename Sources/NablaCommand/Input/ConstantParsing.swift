// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Numbers on the command line: literals as in formulas, or formulas without variables such as `-pi/2`.
enum ConstantParsing {
  /// The finite number that a text stands for.
  ///
  /// `place` is what the number is, for messages: `--at: x`.
  static func number(_ text: String, _ place: String) throws(CommandError) -> Double {
    let value = try numberOrInfinity(text, place)
    guard value.isFinite else { throw .usage("\(place) is \(text.elided()), which is not finite") }
    return value
  }

  /// The whole number that a text stands for, 0 or more.
  static func count(_ text: String, _ place: String) throws(CommandError) -> Int {
    guard let value = Int(text.trimmingBlanks()), value >= 0 else {
      throw .usage("\(place) is \(text.elided()); it is a whole number, 0 or more")
    }
    return value
  }

  /// The number, perhaps infinite but never NaN, that a text stands for.
  static func numberOrInfinity(_ text: String, _ place: String) throws(CommandError) -> Double {
    let trimmed = text.trimmingBlanks()
    if trimmed.isEmpty { throw .usage("\(place) is missing a number") }
    let expression: Expr
    do {
      expression = try Expr(parsing: trimmed)
    } catch {
      throw .usage("\(place): \(error)")
    }
    guard let value = value(of: expression, trimmed) else {
      throw .usage("\(place) is not a number: \(trimmed.elided())")
    }
    if value.isNaN { throw .usage("\(place) is not a number: \(trimmed.elided())") }
    return value
  }

  private static func value(of expression: Expr, _ text: String) -> Double? {
    if let value = expression.constantValue { return value }
    if ["nan", "-nan", "+nan"].contains(text.lowercased()) { return .nan }
    guard expression.variables.isEmpty else { return nil }
    return Function(expression, of: []).value(at: Tensor<Double>(shape: [0], scalars: [])).item
  }
}

/// Splits a text at a separator that stands outside parentheses.
func splitOutsideParentheses(_ text: String, at separator: Character) -> [String] {
  var parts: [String] = []
  var part = ""
  var depth = 0
  for character in text {
    if character == separator && depth <= 0 {
      parts.append(part)
      part = ""
      continue
    }
    if character == "(" { depth += 1 }
    if character == ")" { depth -= 1 }
    part.append(character)
  }
  return parts + [part]
}
