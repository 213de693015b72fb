// SPDX-License-Identifier: Apache-2.0

import Nabla

extension IntegrationOptions {
  /// - Parameter tolerance: the relative one, as given by `--tolerance`.
  init(tolerance: Text) throws(CommandError) {
    self.init()
    relativeTolerance = try Self.tolerance(tolerance, "--tolerance")
  }

  /// A tolerance, 0 or more; `option` is what gives it, for messages.
  static func tolerance(_ text: Text, _ option: String) throws(CommandError) -> Double {
    let value = try ConstantParsing.number(text.string, option)
    guard value >= 0 else { throw .usage("\(option) is \(text.string.elided()); a tolerance is 0 or more") }
    return value
  }
}
