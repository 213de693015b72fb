// SPDX-License-Identifier: Apache-2.0

import Nabla

/// A part of a point or box: `value` or `name=value`.
struct Entry {
  let name: String?
  let value: String

  /// The parts of a text that commas separate. A `=` that begins no `==` ends a name.
  static func list(_ text: String) -> [Entry] {
    splitOutsideParentheses(text, at: ",").map { part in
      let sides = splitOutsideParentheses(part, at: "=")
      guard sides.count >= 2, sides.count == 2 || !sides[1].isEmpty else {
        return Entry(name: nil, value: part)
      }
      return Entry(name: sides[0].trimmingBlanks(), value: sides[1...].joined(separator: "="))
    }
  }
}

/// Brings the entries of a point or box into the order of the variables.
enum EntryOrder {
  /// The values for the variables in order.
  ///
  /// - Parameters:
  ///   - entries: all with names, or none.
  ///   - variables: the names, in order.
  ///   - option: the option's name, for messages.
  ///   - things: what the values are, for messages: "coordinates".
  static func values(
    _ entries: [Entry], for variables: [String], option: String, things: String
  ) throws(CommandError) -> [String] {
    guard entries.contains(where: { $0.name != nil }) else {
      guard entries.count == variables.count else {
        throw .usage(
          "\(option) has \(counted(entries.count, things)), the function has "
            + "\(counted(variables.count, "variables")) (\(VariableNames.list(variables)))")
      }
      return entries.map(\.value)
    }
    let known = Set(variables)
    var values: [String: String] = [:]
    for entry in entries {
      guard let name = entry.name else {
        throw .usage(
          "\(option) mixes \(things) with and without names; write all as name=value or none")
      }
      guard known.contains(name) else {
        throw .usage(
          "\(option) names \"\(name.elided())\", which is no variable of the function "
            + "(\(VariableNames.list(variables)))")
      }
      if values.updateValue(entry.value, forKey: name) != nil {
        throw .usage("\(option) names \"\(name.elided())\" twice")
      }
    }
    let missing = variables.filter { values[$0] == nil }
    if !missing.isEmpty { throw .usage("\(option) has no value for \(VariableNames.list(missing))") }
    return variables.compactMap { values[$0] }
  }
}
