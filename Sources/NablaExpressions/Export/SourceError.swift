// SPDX-License-Identifier: Apache-2.0

/// Why a function cannot be written as source code.
public enum SourceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It contains an operation that the C library does not have: the polygamma functions, which are the
  /// derivatives of `lgamma`, the derivatives of `sinc`, or an operation of a user's own.
  case unsupportedOperation(Operation)
  /// A function cannot be called so in C and Swift.
  case invalidName(String)

  public var description: String {
    switch self {
    case .unsupportedOperation(let operation):
      "the function uses \(operation.definition.spelling), which the C library does not have"
    case .invalidName(let name):
      "\"\(name)\" is no name that a function can have in C and Swift: take ASCII letters, digits and "
        + "underscores, a letter first, and no name of the languages or their libraries"
    }
  }
}
