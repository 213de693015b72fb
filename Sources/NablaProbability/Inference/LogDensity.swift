// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions
public import NablaTensors

/// The logarithm of a density of n variables, up to a constant that need not be known: what is sampled and
/// approximated. A posterior is the usual case, log prior + log likelihood.
///
///     let f = Function { x, y in -0.5 * (x * x + pow(y - x * x, 2)) }
///     let draws = try LogDensity(f).sample(SamplingOptions(seed: 1))
///
///     let gamma = try Function(parsing: "2*log(s) - 3*s", variables: ["s"])
///     try LogDensity(gamma, constraints: ["s": .positive]).laplaceApproximation(from: [1])
///
/// A sum over rows of data is computed in one fused pass, whatever their number:
///
///     let prior = Function(2) { b in -0.5 * (b[0] * b[0] + b[1] * b[1]) }
///     let likelihood = Function(2, parameters: 2) { b, row in
///       -0.5 * pow(row[1] - b[0] - b[1] * row[0], 2)
///     }
///     LogDensity(prior: prior, likelihood: likelihood, over: data)    // data: [N, 2]
///
/// Derivatives are exact. Variables may be constrained (``Constraint``): the work is then done in coordinates
/// without bounds, and reported in the variables.
public struct LogDensity: Sendable {
  /// The variables' names, in the order of a point's coordinates.
  public let variableNames: [String]

  /// The constraint of each variable.
  public let constraints: [Constraint]

  /// log p(x(u)) + log |dx/du| of the unconstrained coordinates u; with ``rows``, the term of one row.
  let function: Function

  /// The data over whose rows ``function`` is summed, [N, p]; nil for none.
  let rows: Tensor<Double>?

  /// x(u).
  let constraining: Function

  /// A function as the logarithm of a density.
  ///
  /// - Parameters:
  ///   - function: log p(x), up to a constant. Outside the support it may be −∞ or NaN.
  ///   - parameters: the values of the function's parameters.
  ///   - constraints: by variables' names; variables without one are any real numbers.
  /// - Precondition: the function is scalar and has a variable; as many parameters; the names are variables'; the
  ///   constraints' bounds are finite and in order.
  public init(
    _ function: Function, parameters: [Double] = [], constraints: [String: Constraint] = [:]
  ) {
    precondition(
      function.parameters.count == parameters.count,
      "the density has \(function.parameters.count) parameters, and \(parameters.count) values are given")
    self.init(
      function.outputs(at: function.variables, parameters: parameters.map { Expr($0) }), function,
      parameters: [], constraints, rows: nil)
  }

  /// log p(x) = prior(x) + Σᵢ likelihood(x; rowᵢ).
  ///
  /// - Parameters:
  ///   - prior: a function of the same variables, in the same order, without parameters.
  ///   - likelihood: the term of one row: its parameters are the row's columns.
  ///   - rows: [N, p]. Of no rows the prior is left.
  ///   - constraints: as for a function.
  /// - Precondition: both functions are scalar; the shapes fit.
  public init(
    prior: Function, likelihood: Function, over rows: Tensor<Double>, constraints: [String: Constraint] = [:]
  ) {
    precondition(
      prior.variables.count == likelihood.variables.count && prior.parameters.isEmpty && prior.isScalar,
      "the prior is a scalar function of the likelihood's \(likelihood.variables.count) variables alone")
    precondition(
      rows.rank == 2 && rows.shape[1] == likelihood.parameters.count,
      """
      rows for \(likelihood.parameters.count) parameters have shape [N, \(likelihood.parameters.count)], \
      not \(rows.shape)
      """)
    let count = rows.shape[0]
    let prior = prior.outputs(at: likelihood.variables)
    guard count > 0 else {
      self.init(prior, likelihood, parameters: [], constraints, rows: nil)
      return
    }
    // An equal share of the prior belongs to each row: it depends on nothing of the row, so that a pass over the
    // rows computes it once.
    let term = prior[0] / Expr(Double(count)) + likelihood.outputs[0]
    self.init([term], likelihood, parameters: likelihood.parameters, constraints, rows: rows.contiguous())
  }

  private init(
    _ outputs: [Expr], _ function: Function, parameters: [Expr], _ constraints: [String: Constraint],
    rows: Tensor<Double>?
  ) {
    precondition(function.isScalar, "a density is a scalar function; this one has a list of outputs")
    precondition(!function.variables.isEmpty, "a density has at least one variable")
    let names = function.variableNames
    for (name, constraint) in constraints {
      precondition(names.contains(name), "\(name) is constrained, and is none of the variables \(names)")
      precondition(constraint.isValid, "the bounds of \(name) are finite and in order, not \(constraint)")
    }
    let perVariable = names.map { constraints[$0] ?? .real }
    let coordinates = Expr.traced("u", names.count)
    let images = zip(perVariable, coordinates).map { $0.constrained($1) }
    var term = substitute(Dictionary(uniqueKeysWithValues: zip(function.variables, images)), in: outputs)[0]
    let share = Expr(Double(rows?.shape[0] ?? 1))
    term = term + zip(perVariable, coordinates).reduce(0) { $0 + $1.0.logJacobian($1.1) } / share
    variableNames = names
    self.constraints = perVariable
    self.function = Function(term, of: coordinates, parameters: parameters)
    self.rows = rows
    constraining = Function(images, of: coordinates)
  }

  /// The number of variables, n.
  public var dimension: Int { variableNames.count }
}

extension LogDensity {
  /// Points x of shape [..., n] from unconstrained coordinates.
  func constrained(_ coordinates: Tensor<Double>) -> Tensor<Double> {
    if constraints.allSatisfy({ $0 == .real }) { return coordinates }
    return constraining.value(at: coordinates.reshaped([-1, dimension])).contiguous()
      .reshaped(coordinates.shape)
  }

  /// The unconstrained coordinates of a point.
  ///
  /// - Throws: ``InferenceError/outsideConstraint(variable:value:constraint:)``.
  func unconstrained(_ point: [Double]) throws(InferenceError) -> [Double] {
    precondition(
      point.count == dimension, "a point of this density has \(dimension) coordinates, not \(point.count)")
    for (name, (value, constraint)) in zip(variableNames, zip(point, constraints))
    where !constraint.contains(value) {
      throw .outsideConstraint(variable: name, value: value, constraint: constraint)
    }
    return zip(point, constraints).map { $1.unconstrained($0) }
  }

  /// Quantities of log p(x(u)) + log |dx/du| at one point, summed over the rows.
  func evaluate(_ quantities: Function.Quantities, at coordinates: [Double]) -> Evaluation {
    if let rows { return function.evaluateSum(quantities, at: Tensor(coordinates), parameters: rows) }
    return function.evaluate(quantities, at: Tensor(coordinates))
  }
}
