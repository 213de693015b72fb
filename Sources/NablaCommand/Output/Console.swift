// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

/// Standard output and standard error.
enum Console {
  /// Writes to standard output. A reader that has gone away (`| head -1`) is no error; a full disk is.
  static func write(_ bytes: [UInt8]) throws(CommandError) {
    if !WholeFile.writeAll(bytes, to: STDOUT_FILENO), errno != EPIPE {
      throw .unwritable("cannot write to standard output: \(String(cString: strerror(errno)))")
    }
  }

  static func write(_ text: String) throws(CommandError) { try write(Array(text.utf8)) }

  /// Writes a line to standard error.
  static func note(_ line: String) { _ = WholeFile.writeAll(Array((line + "\n").utf8), to: STDERR_FILENO) }

  /// Says on standard error why a result is not what was hoped for.
  static func warn(_ message: String) { note("warning: " + message) }
}
