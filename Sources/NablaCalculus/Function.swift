public import NablaExpressions
internal import NablaKernels
public import NablaTensors

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

  private let plans = PlanCache()

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
    let variables = tracedVariables("x", count)
    self.init(try body(variables), of: variables)
  }

  /// The function of `count` variables whose outputs a closure computes. The closure is called once.
  public init<Failure: Error>(
    _ count: Int, _ body: ([Expr]) throws(Failure) -> [Expr]
  ) throws(Failure) {
    let variables = tracedVariables("x", count)
    self.init(try body(variables), of: variables)
  }

  /// The scalar function of variables and parameters that a closure computes. The closure is called once.
  public init<Failure: Error>(
    _ count: Int, parameters parameterCount: Int,
    _ body: (_ variables: [Expr], _ parameters: [Expr]) throws(Failure) -> Expr
  ) throws(Failure) {
    let (variables, parameters) = (tracedVariables("x", count), tracedVariables("p", parameterCount))
    self.init(try body(variables, parameters), of: variables, parameters: parameters)
  }

  /// The function of variables and parameters whose outputs a closure computes. The closure is called
  /// once.
  public init<Failure: Error>(
    _ count: Int, parameters parameterCount: Int,
    _ body: (_ variables: [Expr], _ parameters: [Expr]) throws(Failure) -> [Expr]
  ) throws(Failure) {
    let (variables, parameters) = (tracedVariables("x", count), tracedVariables("p", parameterCount))
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
  /// The scalar function that a formula says; its language is that of ``Expr/init(parsing:variables:)``.
  ///
  /// - Parameters:
  ///   - variables: the variables' names in order, which may include names that the formula does not use;
  ///     by default those it uses, apart from the parameters, ordered by name with digits as numbers.
  ///   - parameters: the names of the inputs with respect to which derivatives are not taken.
  /// - Precondition: the names are distinct.
  /// - Throws: ``ParseError`` with the place and advice, also for a name that is not among those given.
  public init(
    parsing text: String, variables: [String]? = nil, parameters: [String] = []
  ) throws(ParseError) {
    let output = try Expr(parsing: text, variables: variables.map { $0 + parameters })
    let names = variables ?? output.variables.compactMap(\.variableName).filter { !parameters.contains($0) }
    self.init(
      output, of: names.map { Expr.variable($0) }, parameters: parameters.map { Expr.variable($0) })
  }
}

/// Variables that differ from all others, whatever those are called.
private func tracedVariables(_ name: String, _ count: Int) -> [Expr] {
  let graph = ExprGraph()
  let number = Symbol.freshNumber()
  return (0..<count).map { graph.variable(Symbol(name: "\(name)\($0)", number: number)) }
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

// MARK: - Evaluating

extension Function {
  /// What a function can compute, in any combination, in one pass.
  public struct Quantities: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// f, of shape [N], or [N, m] with a list of outputs.
    public static let value = Quantities(rawValue: 1)
    /// ∂f/∂xⱼ of a scalar function, of shape [N, n].
    public static let gradient = Quantities(rawValue: 2)
    /// ∂fᵢ/∂xⱼ, of shape [N, m, n]; m is 1 for a scalar function.
    public static let jacobian = Quantities(rawValue: 4)
    /// ∂²f/∂xᵢ∂xⱼ of a scalar function, of shape [N, n, n]. Its triangles are equal to the last bit.
    public static let hessian = Quantities(rawValue: 8)
  }

  /// The value: a scalar function's is a tensor of shape [] at one point [n], and [N] at points [N, n].
  public func value(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.value, at: points, parameters: parameters).value
  }

  /// The gradient of a scalar function: [n] at one point, [N, n] at points [N, n].
  public func gradient(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.gradient, at: points, parameters: parameters).gradient
  }

  /// The Jacobian: [m, n] at one point, [N, m, n] at points [N, n].
  public func jacobian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.jacobian, at: points, parameters: parameters).jacobian
  }

  /// The Hessian of a scalar function: [n, n] at one point, [N, n, n] at points [N, n].
  public func hessian(at points: Tensor<Double>, parameters: Tensor<Double>? = nil) -> Tensor<Double> {
    evaluate(.hessian, at: points, parameters: parameters).hessian
  }

  /// The value of a scalar function at one point, given by its coordinates: `f(1, 2)`.
  public func callAsFunction(_ coordinates: Double...) -> Double {
    value(at: Tensor(coordinates)).item
  }

  /// Several quantities in one pass.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n]. Any layout in memory does; none is copied.
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none.
  /// - Precondition: the shapes fit the function; gradient and Hessian are asked of a scalar function.
  /// - Complexity: O(N) runs of a compiled kernel, on several threads where that pays. The first
  ///   call for a combination of quantities differentiates and compiles.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> Evaluation {
    var evaluation = Evaluation()
    evaluate(quantities, at: points, parameters: parameters, into: &evaluation)
    return evaluation
  }

  /// Several quantities in one pass, written into the memory of an earlier evaluation where that has the
  /// right shapes and is not shared with another tensor.
  public func evaluate(
    _ quantities: Quantities, at points: Tensor<Double>, parameters: Tensor<Double>? = nil,
    into evaluation: inout Evaluation
  ) {
    let count = pointCount(of: points, parameters)
    let plan = plan(for: quantities)
    let inputCount = variables.count + self.parameters.count
    withUnsafeTemporaryAllocation(of: InputColumn<Double>.self, capacity: inputCount) { inputs in
      setColumns(of: points, in: inputs.prefix(variables.count))
      if let parameters { setColumns(of: parameters, in: inputs.dropFirst(variables.count)) }
      evaluation.withColumns(of: plan, count: count) { outputs in
        guard let inputs = UnsafePointer(inputs.baseAddress), let outputs = outputs.baseAddress else {
          return
        }
        plan.kernel.run(count: count ?? 1, inputs: inputs, outputs: outputs)
      }
    }
    withExtendedLifetime((points, parameters)) {}
  }

  /// The columns of a tensor [k] or [N, k]; a tensor [k] is the same for every point.
  private func setColumns(
    of tensor: Tensor<Double>, in columns: Slice<UnsafeMutableBufferPointer<InputColumn<Double>>>
  ) {
    tensor.withUnsafeStridedPointer { base, strides in
      let (row, step) = strides.count == 2 ? (strides[0], strides[1]) : (0, strides[0])
      var column = base
      for index in columns.indices {
        columns.base.initializeElement(at: index, to: InputColumn(base: column, stride: row))
        column += step
      }
    }
  }

  /// N, or nil for one point, after checking the shapes.
  private func pointCount(of points: Tensor<Double>, _ parameters: Tensor<Double>?) -> Int? {
    let n = variables.count
    precondition(
      (1...2).contains(points.rank) && points.shape.last == n,
      """
      a function of \(n) variables (\(variableNames.joined(separator: ", "))) takes one point of shape [\(n)] \
      or points of shape [N, \(n)]; these have shape \(points.shape)\
      \(n == 1 && points.rank == 1 ? ". Perhaps you meant points.reshaped(to: [\(points.count), 1])" : "")
      """)
    let count = points.rank == 2 ? points.shape[0] : nil
    let p = self.parameters.count
    guard let parameters else {
      precondition(
        p == 0, "this function has \(p) parameters (\(parameterNames.joined(separator: ", "))): give them too"
      )
      return count
    }
    precondition(
      parameters.shape.last == p
        && (parameters.rank == 1 || parameters.rank == 2 && parameters.shape[0] == count),
      """
      a function of \(p) parameters takes them in shape [\(p)] for all points\
      \(count.map { " or [\($0), \(p)], a row for each" } ?? ""); these have shape \(parameters.shape)
      """)
    return count
  }
}

// MARK: - Compiling

extension Function {
  /// The kernel for a combination of quantities and where its outputs go; made at the first call.
  func plan(for quantities: Quantities) -> Plan {
    plans.plan(for: quantities) { Plan(quantities, of: self) }
  }
}
