// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text that bytes are in UTF-8 without a byte order mark; nil if they are not valid UTF-8.
  init?(strictUTF8 bytes: [UInt8]) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else { return nil }
    self = text
  }
}
