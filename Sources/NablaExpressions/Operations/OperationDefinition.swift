// SPDX-License-Identifier: Apache-2.0

/// One row of the table of elementary operations: how an operation is written, what its value is and
/// how it is differentiated.
package struct OperationDefinition: Sendable {
  package let operation: Operation

  /// The spelling in formulas: a function's name (`"sin"`) or an operator's symbol (`"+"`).
  package let spelling: String

  package let notation: Notation

  /// The value in double precision; a graph's constants are folded with it and the portable
  /// interpreter runs it.
  package let value: Value

  package let derivative: Derivative

  /// Whether the value is never negative (it may be NaN), whatever the operands are.
  package let isNonNegative: Bool

  /// Where the operation has no derivative, and a convention gives one: at a kink, a jump or a tie. Nil where it
  /// has no such places.
  package let kink: (@Sendable (_ operands: [Expr]) -> Expr)?

  init(
    _ operation: Operation, _ spelling: String, _ notation: Notation = .function, value: Value,
    derivative: Derivative, isNonNegative: Bool = false, kink: (@Sendable ([Expr]) -> Expr)? = nil
  ) {
    self.operation = operation
    self.spelling = spelling
    self.notation = notation
    self.value = value
    self.derivative = derivative
    self.isNonNegative = isNonNegative
    self.kink = kink
  }
}

extension OperationDefinition {
  /// How an operation is written in a formula.
  package enum Notation: Sendable, Equatable {
    /// A number or a name.
    case leaf
    /// `spelling(operand, …)`.
    case function
    /// `left spelling right`.
    case infix
    /// `spelling operand`.
    case prefix
    /// `name(operand, …)` with the name of a user's operation, which a formula cannot hold.
    case custom
    /// A helper of derivative rules that has no name in the language: it prints as the formula that
    /// the closure builds from its operands.
    case formula(@Sendable ([Expr]) -> Expr)

    package static func == (left: Notation, right: Notation) -> Bool {
      switch (left, right) {
      case (.leaf, .leaf), (.function, .function), (.infix, .infix), (.prefix, .prefix), (.custom, .custom),
        (.formula, .formula):
        true
      default: false
      }
    }
  }

  /// How an operation's value is computed from its operands' values.
  package enum Value: Sendable {
    case leaf
    case unary(@Sendable (Double) -> Double)
    case binary(@Sendable (Double, Double) -> Double)
    /// An operand and a fixed integer: xⁿ, the polygamma function of order n.
    case indexed(@Sendable (Double, Int) -> Double)
    /// Two operands and a fixed integer.
    case indexedBinary(@Sendable (Double, Double, Int) -> Double)
    /// condition, value where it holds, value elsewhere.
    case select

    /// The number of operand expressions (a fixed integer is not one).
    package var operandCount: Int {
      switch self {
      case .leaf: 0
      case .unary, .indexed: 1
      case .binary, .indexedBinary: 2
      case .select: 3
      }
    }
  }

  /// How an operation's derivative is written with the operations of the table. `y` is the
  /// operation's own value, so that a rule can reuse it (exp' = y).
  package enum Derivative: Sendable {
    /// The derivative is zero wherever it exists, and zero by convention elsewhere (leaves, sign,
    /// floor, ceil, conditions).
    case zero
    case unary(@Sendable (_ x: Expr, _ y: Expr) -> Expr)
    case indexed(@Sendable (_ x: Expr, _ n: Int, _ y: Expr) -> Expr)
    case binary(@Sendable (_ a: Expr, _ b: Expr, _ y: Expr) -> (Expr, Expr))
    case indexedBinary(@Sendable (_ a: Expr, _ b: Expr, _ n: Int, _ y: Expr) -> (Expr, Expr))
    /// Partial derivatives that count only where a condition holds; elsewhere the operand does not
    /// take part, and its derivative is zero even where the formula would give infinity or NaN.
    case guarded(@Sendable (_ operands: [Expr]) -> [GuardedPartial])
  }

  package struct GuardedPartial: Sendable {
    package var operand: Int
    package var partial: Expr
    package var condition: Expr
  }
}

extension Operation {
  /// The row of the table for this operation.
  package var definition: OperationDefinition { OperationDefinition.table[Int(rawValue)] }

  /// The operation that a formula calls by `name`, such as `"sin"`; nil where there is none.
  package static func named(_ name: String) -> Operation? { functionsByName[name] }

  /// The names of all functions that a formula can call, in alphabetical order.
  package static let functionNames: [String] = functionsByName.keys.sorted()

  private static let functionsByName = Dictionary(
    uniqueKeysWithValues: OperationDefinition.table.filter { $0.notation == .function }
      .map { ($0.spelling, $0.operation) })
}

extension OperationDefinition {
  /// All rows, in the order of the operations' cases.
  fileprivate static let table: [OperationDefinition] = {
    let rows =
      leaves + arithmetic + exponential + trigonometric + hyperbolic + special + piecewise + conditions
      + custom
    let byOperation = Dictionary(uniqueKeysWithValues: rows.map { ($0.operation, $0) })
    return Operation.allCases.map { operation in
      guard let row = byOperation[operation] else {
        preconditionFailure("the table of operations has no row for \(operation)")
      }
      return row
    }
  }()

  private static let leaves: [OperationDefinition] = [
    .init(.constant, "", .leaf, value: .leaf, derivative: .zero),
    .init(.variable, "", .leaf, value: .leaf, derivative: .zero),
  ]
}
