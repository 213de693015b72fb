// SPDX-License-Identifier: Apache-2.0

/// A number of things in words: "1 point", "2 points".
///
/// `things` is a plural that ends in s.
func counted(_ count: Int, _ things: String) -> String {
  "\(count) \(count == 1 ? String(things.dropLast()) : things)"
}
