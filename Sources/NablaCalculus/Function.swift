// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

/// A function Rⁿ → R or Rⁿ → Rᵐ that evaluates itself and its exact derivatives, at one point or at
/// millions.
///
/// A function is made from a closure, which is called once with symbolic variables, or from a formula:
///
///     let f = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }
///     f.gradient(at: [1, 2])                           // [-36. -32.], shape [2]
///     f.hessian(at: [[1, 2], [3, 4]])                  // shape [2, 2, 2]
///     let g = try Function(parsing: "a*exp(-x^2)", variables: ["x"], parameters: ["a"])
///
/// Value and derivatives become one graph that shares subexpressions; for each combination of quantities
/// that is asked for, a kernel is compiled once and kept. Derivatives are taken with respect to the
/// variables; parameters are further inputs, the same for all points or one row for each.
///
/// Shapes are as in NumPy and JAX: points [N, n] give values [N] (or [N, m]), gradients [N, n], Jacobians
/// [N, m, n] and Hessians [N, n, n]; one point [n] gives the same without the axis N. NaN and infinities
/// follow IEEE 754; nothing traps because of a value. A function may be used from any thread.
public struct Function: Sendable {
  /// The variables' names, in the order of a point's coordinates.
  public let variableNames: [String]

  /// The parameters' names, in the order of a row of parameters.
  public let parameterNames: [String]

  /// The outputs as expressions of ``variables`` and ``parameters``; one if the function is scalar.
  public let outputs: [Expr]

  /// The variables, with respect to which derivatives are taken.
  public let variables: [Expr]

  /// The inputs with respect to which derivatives are not taken.
  public let parameters: [Expr]

  /// Whether the function was made with a single output rather than a list: values then have no axis for
  /// outputs, and gradient and Hessian exist.
  public let isScalar: Bool

  let plans = PlanCache()

  private init(outputs: [Expr], isScalar: Bool, variables: [Expr], parameters: [Expr]) {
    let inputs = variables + parameters
    precondition(
      inputs.allSatisfy { $0.variableName != nil },
      "the variables and parameters of a function are variables, not expressions")
    precondition(Set(inputs).count == inputs.count, "the variables and parameters of a function are distinct")
    self.outputs = outputs
    self.isScalar = isScalar
    self.variables = variables
    self.parameters = parameters
    variableNames = variables.map { $0.variableName! }
    parameterNames = parameters.map { $0.variableName! }
  }
}

// MARK: - Making functions

extension Function {
  /// The scalar function that an expression says.
  ///
  /// - Precondition: the expression uses no other variables than `variables` and `parameters`, which are
  ///   distinct variables.
  public init(_ output: Expr, of variables: [Expr], parameters: [Expr] = []) {
    self.init(outputs: [output], isScalar: true, variables: variables, parameters: parameters)
  }

  /// The function with a list of outputs, Rⁿ → Rᵐ.
  ///
  /// - Precondition: as for a scalar function.
  public init(_ outputs: [Expr], of variables: [Expr], parameters: [Expr] = []) {
    self.init(outputs: outputs, isScalar: false, variables: variables, parameters: parameters)
  }

  /// The scalar function of `count` variables that a closure computes. The closure is called once.
  public init<Failure: Error>(
    _ count: Int, _ body: ([Expr]) throws(Failure) -> Expr
  ) throws(Failure) {
    let variables = Expr.traced("x", count)
    self.init(try body(variables), of: variables)
  }

  /// The function of `count` variables whose outputs a closure computes. The closure is called once.
  public init<Failure: Error>(
    _ count: Int, _ body: ([Expr]) throws(Failure) -> [Expr]
  ) throws(Failure) {
    let variables = Expr.traced("x", count)
    self.init(try body(variables), of: variables)
  }

  /// The scalar function of variables and parameters that a closure computes. The closure is called once.
  public init<Failure: Error>(
    _ count: Int, parameters parameterCount: Int,
    _ body: (_ variables: [Expr], _ parameters: [Expr]) throws(Failure) -> Expr
  ) throws(Failure) {
    let (variables, parameters) = (Expr.traced("x", count), Expr.traced("p", parameterCount))
    self.init(try body(variables, parameters), of: variables, parameters: parameters)
  }

  /// The function of variables and parameters whose outputs a closure computes. The closure is called
  /// once.
  public init<Failure: Error>(
    _ count: Int, parameters parameterCount: Int,
    _ body: (_ variables: [Expr], _ parameters: [Expr]) throws(Failure) -> [Expr]
  ) throws(Failure) {
    let (variables, parameters) = (Expr.traced("x", count), Expr.traced("p", parameterCount))
    self.init(try body(variables, parameters), of: variables, parameters: parameters)
  }

  /// The function of one variable that a closure computes.
  public init(_ body: (Expr) -> Expr) { self.init(1) { body($0[0]) } }

  /// The function of two variables that a closure computes.
  public init(_ body: (Expr, Expr) -> Expr) { self.init(2) { body($0[0], $0[1]) } }

  /// The function of three variables that a closure computes.
  public init(_ body: (Expr, Expr, Expr) -> Expr) { self.init(3) { body($0[0], $0[1], $0[2]) } }
}

extension Function {
  /// The scalar function that a formula says; its language is that of `Expr.init(parsing:variables:)`.
  ///
  /// - Parameters:
  ///   - text: the formula.
  ///   - variables: the variables' names in order, which may include names that the formula does not use;
  ///     by default those it uses, apart from the parameters, ordered by name with digits as numbers.
  ///   - parameters: the names of the inputs with respect to which derivatives are not taken.
  /// - Precondition: the names are distinct.
  /// - Throws: `ParseError` with the place and advice, also for a name that is not among those given.
  public init(
    parsing text: String, variables: [String]? = nil, parameters: [String] = []
  ) throws(ParseError) {
    let output = try Expr(parsing: text, variables: variables.map { $0 + parameters })
    let names = variables ?? output.variables.compactMap(\.variableName).filter { !parameters.contains($0) }
    self.init(
      output, of: names.map { Expr.variable($0) }, parameters: parameters.map { Expr.variable($0) })
  }
}

extension Function: CustomStringConvertible {
  /// The formula, as `f(x, y) = x^2*y`; the parameters follow the variables behind a semicolon.
  public var description: String {
    let inputs = variableNames.joined(separator: ", ")
    let fixed = parameterNames.isEmpty ? "" : "; " + parameterNames.joined(separator: ", ")
    let formulas = outputs.map(\.description).joined(separator: "; ")
    return "f(\(inputs)\(fixed)) = \(isScalar ? formulas : "[\(formulas)]")"
  }
}

// MARK: - Compiling

extension Function {
  /// The kernel for a combination of quantities and where its outputs go; made at the first call.
  func plan(for quantities: Quantities) -> Plan {
    plans.plan(for: quantities) { Plan(quantities, of: self) }
  }
}
