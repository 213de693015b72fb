// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text for a message: cut if it is long.
  package func elided(to length: Int = 60) -> String {
    let start = prefix(length)
    return start.endIndex == endIndex ? String(start) : start + "…"
  }
}
