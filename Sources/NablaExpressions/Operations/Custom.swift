// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// An elementary operation of a user's own: a value, which may be any code (a table, a simulation, another library),
/// and its derivative.
///
///     let langmuir = CustomOperation("langmuir", value: { $0 / (1 + $0) }) { x, y in 1 / pow(1 + x, 2) }
///     let f = Function { x, y in langmuir(x * y) + y }
///
/// The derivative is a formula, which may use operations like this one again, so that second derivatives and all
/// others follow; or closures for it and the second derivative, and no more than these exist.
///
/// Kernels call the closures one point after another, from several threads at a time. An expression with a custom
/// operation prints with its name, but cannot be read back from text: see also `Function.serialized`.
public struct CustomOperation: Sendable {
  /// What it is called when it is printed.
  public let name: String
  private let number: Int

  /// An operation whose derivative is a formula of x and of its value y.
  public init(
    _ name: String, value: @escaping @Sendable (Double) -> Double,
    derivative: @escaping @Sendable (_ x: Expr, _ y: Expr) -> Expr
  ) {
    self.name = name
    number = Registry.add(
      .init(name: name, value: { x, _ in value(x) }, derivative: { x, _, y in (derivative(x, y), 0) }))
  }

  /// An operation with closures for its first and second derivative.
  ///
  /// - Parameters:
  ///   - name: what it is called when it is printed.
  ///   - value: of x.
  ///   - derivative: of x.
  ///   - secondDerivative: without it there are gradients only: to ask for a Hessian is a programmer's
  ///     mistake.
  public init(
    _ name: String, value: @escaping @Sendable (Double) -> Double,
    derivative: @escaping @Sendable (Double) -> Double,
    secondDerivative: (@Sendable (Double) -> Double)? = nil
  ) {
    @Sendable func missing(_ order: String) -> @Sendable (Expr, Expr) -> Expr {
      { _, _ in preconditionFailure("the custom operation '\(name)' was made without a \(order) derivative") }
    }
    let second = secondDerivative.map {
      CustomOperation("\(name)''", value: $0, derivative: missing("third"))
    }
    let first = CustomOperation("\(name)'", value: derivative) { x, y in
      second.map { $0(x) } ?? missing("second")(x, y)
    }
    self.init(name, value: value) { x, _ in first(x) }
  }

  /// The operation on an expression.
  public func callAsFunction(_ x: Expr) -> Expr { .applying(.custom, index: number, to: x) }
}

/// An operation of a user's own on two operands: as ``CustomOperation``.
public struct CustomBinaryOperation: Sendable {
  /// What it is called when it is printed.
  public let name: String
  private let number: Int

  /// An operation whose partial derivatives are formulas of its operands and of its value y.
  public init(
    _ name: String, value: @escaping @Sendable (Double, Double) -> Double,
    derivatives: @escaping @Sendable (_ a: Expr, _ b: Expr, _ y: Expr) -> (Expr, Expr)
  ) {
    self.name = name
    number = Registry.add(.init(name: name, value: value, derivative: derivatives))
  }

  /// The operation on two expressions.
  public func callAsFunction(_ a: Expr, _ b: Expr) -> Expr {
    .applying(.customBinary, index: number, to: a, b)
  }
}

extension Expr {
  /// The name of the custom operation on top, else nil.
  package var customOperationName: String? {
    operation == .custom || operation == .customBinary ? Registry.definition(index!).name : nil
  }
}

/// All custom operations, by number. They stay for good, as an expression may use them at any time.
private enum Registry {
  struct Definition: Sendable {
    let name: String
    let value: @Sendable (Double, Double) -> Double
    let derivative: @Sendable (Expr, Expr, Expr) -> (Expr, Expr)
  }

  private static let definitions = Mutex<[Definition]>([])

  static func add(_ definition: Definition) -> Int {
    definitions.withLock {
      $0.append(definition)
      return $0.count - 1
    }
  }

  static func definition(_ number: Int) -> Definition { definitions.withLock { $0[number] } }
}

extension OperationDefinition {
  static let custom: [OperationDefinition] = [
    .init(
      .custom, "custom", .custom, value: .indexed { x, n in Registry.definition(n).value(x, 0) },
      derivative: .indexed { x, n, y in Registry.definition(n).derivative(x, 0, y).0 }),
    .init(
      .customBinary, "customBinary", .custom,
      value: .indexedBinary { a, b, n in Registry.definition(n).value(a, b) },
      derivative: .indexedBinary { a, b, n, y in Registry.definition(n).derivative(a, b, y) }),
  ]
}
