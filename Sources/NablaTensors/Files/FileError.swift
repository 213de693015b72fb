// SPDX-License-Identifier: Apache-2.0

/// Why a file was not read or written. Nothing is half-written: a file that could not be written is as it was before.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It cannot be opened or read; the message has the system's reason.
  case unreadable(String)
  /// It cannot be written; the message has the system's reason.
  case unwritable(String)
  /// It is not in the format that it should be in; the message says where and why.
  case malformed(String)

  public var description: String {
    switch self {
    case .unreadable(let message), .unwritable(let message), .malformed(let message): message
    }
  }
}
