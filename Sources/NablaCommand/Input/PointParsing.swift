// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Points on the command line: `x=1,y=2` or, in variable order, `1,2`.
enum PointParsing {
  /// The coordinates of a point in variable order. They are finite.
  ///
  /// `option` is the option that gives the point, for messages.
  static func point(
    _ text: String, variables: [String], option: String
  ) throws(CommandError) -> [Double] {
    if text.trimmingBlanks().isEmpty { throw .usage("\(option) is empty; write a point as x=1,y=2 or 1,2") }
    let values = try EntryOrder.values(
      Entry.list(text), for: variables, option: option, things: "coordinates")
    var point: [Double] = []
    point.reserveCapacity(values.count)
    for (name, value) in zip(variables, values) {
      point.append(try ConstantParsing.number(value, "\(option): the coordinate \(name.elided())"))
    }
    return point
  }
}
