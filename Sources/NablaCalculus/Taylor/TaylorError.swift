// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

/// Why a function has no Taylor series at a point, or none that could be computed.
public struct TaylorError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is in the way.
  public enum Reason: Sendable, Equatable {
    /// Division by a function that vanishes at the point, where the quotient does not stay finite.
    case pole
    /// The operation has a value at the point, but is not analytic there: √0, 0^0.5, asin(1).
    case branchPoint
    /// The operation is continuous at the point but has a kink: |0|, a tie of min or max.
    case kink
    /// The operation jumps at the point: sign(0), floor(2), the cut of atan2.
    case jump
    /// The operation has no real value at the point or beside it: log(−1), 0/0, a coordinate that is no number.
    case undefined
    /// A number is beyond the range of a double.
    case overflow
    /// The coefficients cancel so far that rounding errors leave too few digits of them: a lower order may do.
    case roundingErrors
    /// Over a range of points: the operation may be singular at one of them.
    case singularInRange
    /// The series has more coefficients, or takes more work, than a limit allows.
    case tooLarge
  }

  /// Why there is no series.
  public let reason: Reason

  /// The operation that fails; nil where none does.
  public let operation: Operation?

  /// What is wrong, in words.
  public private(set) var description: String

  /// Whether more coefficients may show that there is a series: 0/0 so far.
  var mayEndAtHigherOrder = false

  /// Whether the message says which expression fails.
  private(set) var hasExpression = false

  init(_ reason: Reason, _ operation: Operation?, _ message: String) {
    self.reason = reason
    self.operation = operation
    description = message
  }

  /// With the expression that fails.
  func of(_ expression: String) -> TaylorError {
    var error = self
    error.description = "\(description) in \(expression)"
    error.hasExpression = true
    return error
  }
}
