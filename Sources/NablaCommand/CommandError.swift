// SPDX-License-Identifier: Apache-2.0

import Nabla

/// How the process ends, after the conventions of sysexits.h.
enum ExitStatus: Int32, Sendable {
  case done = 0
  /// The computation did not succeed. What was found is printed all the same.
  case unsuccessful = 1
  /// The command line or an expression is malformed.
  case usage = 64
  /// A data file is malformed.
  case malformedData = 65
  /// A file cannot be read.
  case unreadable = 66
  /// A file cannot be written.
  case unwritable = 73
}

/// A failure with its message for standard error and its exit status. Nothing goes to standard output.
struct CommandError: Error, Equatable {
  let status: ExitStatus
  /// What is wrong and what to do instead, without the word "error".
  let message: String

  init(status: ExitStatus, message: String) {
    self.status = status
    self.message = message
  }

  init(_ error: FileError) {
    switch error {
    case .unreadable(let message): self = .unreadable(message)
    case .unwritable(let message): self = .unwritable(message)
    case .malformed(let message): self = .malformedData(message)
    }
  }

  /// The result of reading or writing a file, with what it throws as a command's failure.
  static func wrapping<Result>(_ body: () throws(FileError) -> Result) throws(CommandError) -> Result {
    do {
      return try body()
    } catch {
      throw CommandError(error)
    }
  }

  static func usage(_ message: String) -> CommandError { CommandError(status: .usage, message: message) }
  static func malformedData(_ message: String) -> CommandError {
    CommandError(status: .malformedData, message: message)
  }
  static func unreadable(_ message: String) -> CommandError {
    CommandError(status: .unreadable, message: message)
  }
  static func unwritable(_ message: String) -> CommandError {
    CommandError(status: .unwritable, message: message)
  }
}
