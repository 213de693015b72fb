// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions
public import NablaTensors

/// Residuals rᵢ(x) whose squares a least-squares method minimises.
///
///     Residuals(f)                             // a Function with a list of m outputs
///     Residuals(row, over: data)               // a scalar Function with a row of data as its parameters
///     Residuals(of: model, at: x, from: y)     // model(b; xᵢ) − yᵢ, perhaps divided by σᵢ
///
/// Rows of data stay a loop: one kernel runs over them, whatever their number.
public struct Residuals: Sendable {
  /// The number of variables, n.
  public let dimension: Int
  /// The number of residuals, m.
  public let count: Int

  /// One residual, of a row of data, or all of them.
  let outputs: [Expr]
  let variables: [Expr]
  let parameters: [Expr]
  /// [m, p]; nil where there are no rows.
  let rows: Tensor<Double>?

  private init(
    outputs: [Expr], variables: [Expr], parameters: [Expr], rows: Tensor<Double>?, count: Int
  ) {
    precondition(!variables.isEmpty, "residuals without variables cannot be minimised")
    dimension = variables.count
    self.count = count
    self.outputs = outputs
    self.variables = variables
    self.parameters = parameters
    self.rows = rows
  }

  /// The outputs of a function.
  ///
  /// - Precondition: the function has variables and no parameters.
  public init(_ function: Function) {
    precondition(
      function.parameters.isEmpty,
      "the residuals have parameters (\(function.parameterNames.joined(separator: ", "))): give rows of data for them"
    )
    self.init(
      outputs: function.outputs, variables: function.variables, parameters: [], rows: nil,
      count: function.outputs.count)
  }

  /// A residual for each row of data.
  ///
  /// - Parameters:
  ///   - residual: a scalar function whose parameters are a row.
  ///   - rows: [m, p].
  /// - Precondition: the shapes fit.
  public init(_ residual: Function, over rows: Tensor<Double>) {
    precondition(
      residual.isScalar, "the residual of a row is a scalar function; this one has a list of outputs")
    precondition(
      rows.rank == 2 && rows.shape[1] == residual.parameters.count,
      "rows for \(residual.parameters.count) parameters have shape [m, \(residual.parameters.count)], not \(rows.shape)"
    )
    self.init(
      outputs: residual.outputs, variables: residual.variables, parameters: residual.parameters, rows: rows,
      count: rows.shape[0])
  }

  /// The residuals (f(b; xᵢ) − yᵢ) / σᵢ of a model.
  ///
  /// - Parameters:
  ///   - model: f, a scalar function whose variables are what is fitted and whose parameters are a row of x.
  ///   - x: [m, p], or [m] if p is 1.
  ///   - y: [m].
  ///   - sigma: [m], the standard deviations of y up to a common factor; nil where they are equal.
  /// - Precondition: the shapes fit.
  public init(
    of model: Function, at x: Tensor<Double>, from y: Tensor<Double>, sigma: Tensor<Double>? = nil
  ) {
    precondition(model.isScalar, "a model is a scalar function; this one has a list of outputs")
    let m = y.count
    let p = model.parameters.count
    precondition(
      y.rank == 1 && (x.shape == [m, p] || p == 1 && x.shape == [m]) && (sigma == nil || sigma!.shape == [m]),
      "observations [m] of a model with \(p) parameters are at points [m, \(p)]; x has shape \(x.shape), y \(y.shape)\(sigma.map { ", σ \($0.shape)" } ?? "")"
    )
    let names = Set(model.variableNames + model.parameterNames)
    func fresh(_ name: String) -> Expr { names.contains(name) ? fresh(name + "_") : .variable(name) }
    let (observed, deviation) = (fresh("y"), fresh("sigma"))
    let difference = model.outputs[0] - observed
    var columns = [x.reshaped([m, p]), y.reshaped([m, 1])]
    if let sigma { columns.append(sigma.reshaped([m, 1])) }
    self.init(
      outputs: [sigma == nil ? difference : difference / deviation], variables: model.variables,
      parameters: model.parameters + [observed] + (sigma == nil ? [] : [deviation]),
      rows: .concatenate(columns, axis: 1), count: m)
  }
}

extension Minimization {
  /// The residuals of a run that minimises their squares.
  var residualEvaluator: ResidualEvaluator {
    guard let evaluator = evaluator as? ResidualEvaluator else {
      preconditionFailure("the steps of least squares are for residuals")
    }
    return evaluator
  }
}

/// A residual system during one run: the cost ½ Σ c² ρ(rᵢ²/c²) with its derivatives, and its linearisation.
final class ResidualEvaluator: ObjectiveEvaluator {
  let residuals: Residuals
  private let objective: FunctionEvaluator
  /// r and, of the linearised system, [J̃ r̃], a row after the other.
  private let values: Function
  private let rows: Function
  /// J̃ᵀJ̃'s lower triangle and J̃ᵀr̃, of one row; nil where there are few rows, or too many products.
  private let products: Function?
  private var (valueMemory, rowMemory, productMemory) = (Evaluation(), Evaluation(), Evaluation())

  init(_ residuals: Residuals, loss: RobustLoss) {
    self.residuals = residuals
    let (variables, parameters) = (residuals.variables, residuals.parameters)
    let cost = residuals.outputs.reduce(Expr(0)) { $0 + loss.cost($1) }
    objective = FunctionEvaluator(
      Function(cost, of: variables, parameters: parameters), parameters: residuals.rows,
      isSum: residuals.rows != nil)
    values = Function(residuals.outputs, of: variables, parameters: parameters)
    let linearized = residuals.outputs.map { output -> [Expr] in
      let (residual, factor) = loss.linearized(output)
      return output.gradient(by: variables).map { $0 * factor } + [residual]
    }
    rows = Function(linearized.flatMap { $0 }, of: variables, parameters: parameters)
    let n = variables.count
    let isFused =
      residuals.rows != nil && residuals.count >= LinearizedResiduals.manyRows && n <= Self.mostVariables
    products =
      !isFused
      ? nil
      : {
        let row = linearized[0]
        let triangle = (0..<n).flatMap { i in (0...i).map { row[i] * row[$0] } }
        return Function(triangle + (0..<n).map { row[$0] * row[n] }, of: variables, parameters: parameters)
      }()
  }

  /// Up to so many variables the normal equations are summed in one pass: the kernel has n²/2 outputs.
  private static let mostVariables = 64

  func value(at point: [Double]) -> Double { objective.value(at: point) }

  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double]) {
    objective.valueAndGradient(at: point)
  }

  func hessian(at point: [Double]) -> [Double]? { objective.hessian(at: point) }

  func hessianVectorProduct(at point: [Double], along vector: [Double]) -> [Double]? {
    objective.hessianVectorProduct(at: point, along: vector)
  }

  /// r, [m].
  func residuals(at point: [Double]) -> [Double] {
    values.evaluate(.value, at: Tensor(point), parameters: residuals.rows, into: &valueMemory)
    return valueMemory.value.scalars
  }

  /// [J̃ r̃], m rows of n + 1.
  func system(at point: [Double]) -> [Double] {
    rows.evaluate(.value, at: Tensor(point), parameters: residuals.rows, into: &rowMemory)
    return rowMemory.value.scalars
  }

  /// J̃ᵀJ̃, row-major, and J̃ᵀr̃, summed in one pass over the data; nil where that does not pay.
  func normalEquations(at point: [Double]) -> (matrix: [Double], vector: [Double])? {
    guard let products else { return nil }
    products.evaluateSum(.value, at: Tensor(point), parameters: residuals.rows, into: &productMemory)
    let sums = productMemory.value.scalars
    let n = residuals.dimension
    var matrix = [Double](repeating: 0, count: n * n)
    var next = 0
    for i in 0..<n {
      for j in 0...i {
        (matrix[i * n + j], matrix[j * n + i]) = (sums[next], sums[next])
        next += 1
      }
    }
    return (matrix, Array(sums[next...]))
  }
}
