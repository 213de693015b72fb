// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Boxes and ranges on the command line: `x=-5:5,y=0:1`, in variable order `-5:5,0:1`, or one range for every
/// variable.
enum BoxParsing {
  /// A box in variable order.
  ///
  /// `option` is the option that gives the box, for messages.
  static func box(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> Box {
    let ranges = try orderedRanges(text, variables: variables, option: option)
    for range in ranges {
      let shown = range.text.trimmingBlanks().elided()
      if range.lower == .infinity || range.upper == -.infinity {
        throw .usage("\(range.place) is \(shown), which holds no number")
      }
      if range.lower.isFinite && range.upper.isFinite && !(range.upper - range.lower).isFinite {
        throw .usage("\(range.place) is \(shown), which is wider than the largest double")
      }
    }
    do {
      return try Box(lower: ranges.map(\.lower), upper: ranges.map(\.upper))
    } catch {
      throw .usage("\(option): \(error.description)")
    }
  }

  /// The ranges as bounds, which may be infinite.
  static func bounds(_ text: String, variables: [String], option: String) throws(CommandError) -> Bounds {
    let ranges = try orderedRanges(text, variables: variables, option: option)
    do {
      return try Bounds(lower: ranges.map(\.lower), upper: ranges.map(\.upper))
    } catch {
      throw .usage("\(option): \(error.description)")
    }
  }

  /// Ranges of integration in variable order, which may be reversed, empty or unbounded.
  static func integrationRanges(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> [(lower: Double, upper: Double)] {
    try ranges(text, variables: variables, option: option).map { ($0.lower, $0.upper) }
  }

  /// A range with what messages call it and how it was written.
  private struct Range {
    let place: String
    let text: String
    let lower: Double
    let upper: Double
  }

  /// Ranges whose lower bounds are not above their upper ones.
  private static func orderedRanges(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> [Range] {
    let ranges = try ranges(text, variables: variables, option: option)
    for range in ranges where range.lower > range.upper {
      let bounds = splitOutsideParentheses(range.text, at: ":")
      let shown = range.text.trimmingBlanks().elided()
      throw .usage("\(range.place) is \(shown), which is reversed: write \(bounds[1]):\(bounds[0])")
    }
    return ranges
  }

  private static func ranges(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> [Range] {
    if text.trimmingBlanks().isEmpty {
      throw .usage("\(option) is empty; write a box as x=-5:5,y=0:1, or -5:5 for every variable")
    }
    let entries = Entry.list(text)
    if entries.count == 1, entries[0].name == nil {
      let range = try range(entries[0].value, "\(option): the range")
      return variables.map { _ in range }
    }
    let values = try EntryOrder.values(entries, for: variables, option: option, things: "ranges")
    var ranges: [Range] = []
    for (name, value) in zip(variables, values) {
      ranges.append(try range(value, "\(option): the range of \(name.elided())"))
    }
    return ranges
  }

  private static func range(_ text: String, _ place: String) throws(CommandError) -> Range {
    let bounds = splitOutsideParentheses(text, at: ":")
    guard bounds.count == 2 else {
      throw .usage("\(place) is \"\(text.elided())\"; a range has two bounds, lower:upper")
    }
    let shown = text.trimmingBlanks().elided()
    if bounds.contains(where: { $0.trimmingBlanks().isEmpty }) {
      throw .usage("\(place) is \"\(shown)\", which is missing a bound; a range is lower:upper")
    }
    let lower = try ConstantParsing.numberOrInfinity(bounds[0], "\(place): the lower bound")
    let upper = try ConstantParsing.numberOrInfinity(bounds[1], "\(place): the upper bound")
    return Range(place: place, text: text, lower: lower, upper: upper)
  }
}
