import Nabla

/// Boxes on the command line: `x=-5:5,y=0:1`, in variable order `-5:5,0:1`, or one range for every variable.
enum BoxParsing {
  /// The ranges of a box in variable order: finite, the lower bound below the upper.
  ///
  /// - Parameter option: the option that gives the box, for messages.
  static func box(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> [ClosedRange<Double>] {
    if text.trimmingBlanks().isEmpty {
      throw .usage("\(option) is empty; write a box as x=-5:5,y=0:1, or -5:5 for every variable")
    }
    let entries = Entry.list(text)
    if entries.count == 1, entries[0].name == nil {
      let range = try range(entries[0].value, "\(option): the range")
      return variables.map { _ in range }
    }
    let values = try EntryOrder.values(entries, for: variables, option: option, things: "ranges")
    var box: [ClosedRange<Double>] = []
    for (name, value) in zip(variables, values) {
      box.append(try range(value, "\(option): the range of \(name.elided())"))
    }
    return box
  }

  private static func range(_ text: String, _ place: String) throws(CommandError) -> ClosedRange<Double> {
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
    if lower.isInfinite || upper.isInfinite {
      throw .usage("\(place) is \(shown), which is infinite; only bounded boxes can be searched yet")
    }
    if lower > upper {
      throw .usage("\(place) is \(shown), which is reversed: write \(bounds[1]):\(bounds[0])")
    }
    if !(upper - lower).isFinite {
      throw .usage("\(place) is \(shown), which is wider than the largest double")
    }
    return lower...upper
  }
}
