// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// How a sum of squares is minimised. All methods scale variables by the norms of the Jacobian's columns, solve the
/// linearised system by QR and singular values (of many rows by the normal equations, formed in one pass over
/// the data, as long as they are well conditioned), and end with a polish of undamped Newton steps.
public enum LeastSquaresMethod: String, Sendable, CaseIterable {
  /// A trust region with its exact step (Moré 1978): the one to begin with.
  case levenbergMarquardt = "levenberg-marquardt"
  /// A trust region with the step in a plane: cheaper for many variables.
  case dogleg
  /// Full steps, shortened by a line search. Fast for small residuals and good starts.
  case gaussNewton = "gauss-newton"
}

/// Where a least-squares fit ended: an ``OptimizationResult``, whose properties it has too, and what the data say about
/// the estimate.
@dynamicMemberLookup
public struct LeastSquaresResult: Sendable {
  /// The run; its value is the cost ½ Σ c² ρ(rᵢ²/c²).
  public let optimization: OptimizationResult

  /// r at the point, [m].
  public let residuals: [Double]

  /// Σ rᵢ², whatever the loss.
  public let residualSumOfSquares: Double

  /// m less the number of variables that no bound holds.
  public let degreesOfFreedom: Int

  /// The rank of the Jacobian: how many combinations of the variables the data determine.
  public let rank: Int

  /// s² (JᵀJ)⁻¹ with s² = Σrᵢ² / (m − n), [n, n], of the linearised system at the point: the estimate's covariance if
  /// errors are independent with one variance. Infinite for variables that the data do not determine, 0 for
  /// those on bounds, NaN without degrees of freedom.
  public let covariance: Tensor<Double>

  /// The square roots of the covariance's diagonal.
  public let standardErrors: [Double]

  /// A property of ``optimization``: `result.point`, `result.reason`, ….
  public subscript<Value>(dynamicMember keyPath: KeyPath<OptimizationResult, Value>) -> Value {
    optimization[keyPath: keyPath]
  }
}

/// The variables that minimise ½ Σ c² ρ(rᵢ(x)²/c²): nonlinear least squares.
///
///     let residual = Function(2, parameters: 2) { b, row in b[0] * exp(b[1] * row[0]) - row[1] }
///     let fit = fitLeastSquares(Residuals(residual, over: data), from: [1, -1])
///     print(fit.point, fit.standardErrors, fit.reason)
///
/// - Parameters:
///   - residuals: m residuals of n variables.
///   - start: n coordinates.
///   - bounds: nil for none.
///   - loss: ρ and c.
///   - method: how steps are found.
///   - options: as for ``minimize(_:from:parameters:within:method:options:)``.
/// - Returns: the best point with the reason for stopping; it does not throw, whatever the numbers are.
/// - Complexity: an iteration O(m n²).
public func fitLeastSquares(
  _ residuals: Residuals, from start: [Double], within bounds: Bounds? = nil, loss: RobustLoss = .squared,
  method: LeastSquaresMethod = .levenbergMarquardt, options: OptimizationOptions = OptimizationOptions()
) -> LeastSquaresResult {
  precondition(loss.size > 0, "the size from which on residuals are large is positive, not \(loss.size)")
  let minimizer: any Minimizer =
    switch method {
    case .levenbergMarquardt:
      TrustRegion(leavesSaddles: false) { LevenbergMarquardtSubproblem($0.residualEvaluator) }
    case .dogleg: TrustRegion(leavesSaddles: false) { LeastSquaresDoglegSubproblem($0.residualEvaluator) }
    case .gaussNewton:
      LineSearchDescent(makeRule: { GaussNewtonDirection($0.residualEvaluator) }, search: .backtracking())
    }
  let objective = Objective(dimension: residuals.dimension) { ResidualEvaluator(residuals, loss: loss) }
  let run = Minimization(objective, from: start, bounds: bounds, options: options, leavesSaddles: false)
  let reason = run.start() ?? minimizer.minimize(run)
  switch reason {
  case .gradientTolerance, .stepTolerance, .valueTolerance, .noFurtherProgress: polish(run)
  default: break
  }
  return statistics(run.result(reason), run.freeVariables, run.residualEvaluator)
}

private func statistics(
  _ result: OptimizationResult, _ free: [Int]?, _ evaluator: ResidualEvaluator
) -> LeastSquaresResult {
  let n = result.point.count
  let r = evaluator.residuals(at: result.point)
  let squares = r.reduce(0) { $0 + $1 * $1 }
  let free = free ?? Array(0..<n)
  let freedom = evaluator.residuals.count - free.count
  var norms = [Double](repeating: 0, count: n)
  let linearized = LinearizedResiduals(
    evaluator, at: result.point, free: free, norms: &norms, isPrecise: true)
  var covariance = [Double](repeating: linearized == nil ? .nan : 0, count: n * n)
  if let linearized {
    let variance = freedom > 0 ? squares / Double(freedom) : .nan
    let unscaled = linearized.unscaledCovariance
    for (a, i) in free.enumerated() {
      for (b, j) in free.enumerated() { covariance[i * n + j] = variance * unscaled[a * free.count + b] }
    }
  }
  return LeastSquaresResult(
    optimization: result, residuals: r, residualSumOfSquares: squares, degreesOfFreedom: freedom,
    rank: linearized?.rank ?? 0, covariance: Tensor(shape: [n, n], scalars: covariance),
    standardErrors: (0..<n).map { covariance[$0 * n + $0].squareRoot() })
}

/// Fits a model to observations, as SciPy's `curve_fit` does.
///
///     let model = Function(2, parameters: 1) { b, x in b[0] * (1 - exp(-b[1] * x[0])) }
///     let fit = curveFit(model, at: x, to: y, from: [500, 0.0001])
///
/// - Parameters:
///   - model: a scalar function; its variables are fitted, its parameters are a row of x.
///   - x: [m, p], or [m] if p is 1.
///   - y: [m].
///   - sigma: [m], standard deviations of y up to a common factor; nil where they are equal.
///   - start: of the variables.
///   - bounds: nil for none.
///   - loss: as for ``fitLeastSquares(_:from:within:loss:method:options:)``.
///   - method: as for ``fitLeastSquares(_:from:within:loss:method:options:)``.
///   - options: as for ``fitLeastSquares(_:from:within:loss:method:options:)``.
/// - Returns: as ``fitLeastSquares(_:from:within:loss:method:options:)``.
public func curveFit(
  _ model: Function, at x: Tensor<Double>, to y: Tensor<Double>, sigma: Tensor<Double>? = nil,
  from start: [Double], within bounds: Bounds? = nil, loss: RobustLoss = .squared,
  method: LeastSquaresMethod = .levenbergMarquardt, options: OptimizationOptions = OptimizationOptions()
) -> LeastSquaresResult {
  fitLeastSquares(
    Residuals(of: model, at: x, from: y, sigma: sigma), from: start, within: bounds, loss: loss,
    method: method,
    options: options)
}
