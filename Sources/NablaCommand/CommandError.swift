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
