// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a serialised expression or function, and where.
public struct SerializationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, in one line.
  public let message: String

  /// The line of the text, from 1.
  public let line: Int

  package init(_ message: String, line: Int) {
    self.message = message
    self.line = line
  }

  /// The line and the message.
  public var description: String { "line \(line): \(message)" }
}
