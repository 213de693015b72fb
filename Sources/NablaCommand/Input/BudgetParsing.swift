// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The limits of a proof: `30s`, `500ms`, `2min`, or a number of boxes.
enum BudgetParsing {
  static func limits(_ text: String) throws(CommandError) -> CertificationOptions {
    var options = CertificationOptions()
    let units: [(suffix: String, seconds: Double)] = [("ms", 1e-3), ("min", 60), ("s", 1)]
    for unit in units where text.hasSuffix(unit.suffix) {
      guard let count = Double(text.dropLast(unit.suffix.count)), count > 0, count * unit.seconds < 1e9 else {
        break
      }
      options.timeLimit = .seconds(count * unit.seconds)
      return options
    }
    // Digits may be written with an exponent: 1e6.
    if let count = Double(text), let boxes = Int(exactly: count), boxes > 0 {
      options.maxBoxes = boxes
      options.timeLimit = .seconds(1e9)
      return options
    }
    throw .usage("--budget is a time such as 30s, 500ms or 2min, or a number of boxes, not '\(text)'")
  }
}
