// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions

/// A root of a system of equations: an ``OptimizationResult`` of ½‖F‖², whose properties it has too.
@dynamicMemberLookup
public struct SystemRoot: Sendable {
  /// The run; its reason is ``StoppingReason/rootFound`` where `converged`.
  public let optimization: OptimizationResult
  /// F at the point, [m].
  public let residuals: [Double]
  /// ‖F‖₂.
  public let residualNorm: Double
  /// The rank of the Jacobian there: below n the root is not isolated to first order, or multiple.
  public let rank: Int

  /// A property of ``optimization``: `root.point`, `root.reason`, ….
  public subscript<Value>(dynamicMember keyPath: KeyPath<OptimizationResult, Value>) -> Value {
    optimization[keyPath: keyPath]
  }
}

/// A root of F(x) = 0, m equations for n variables, by Newton's method with the safeguards of a trust region.
///
///     let circle = Function(2) { x in [x[0] * x[0] + x[1] * x[1] - 1, x[0] - x[1]] }
///     let root = findRoot(of: circle, from: [1, 0])
///
/// Steps minimise ‖F + Jp‖ in an ellipsoid scaled by the columns of J (Moré 1978), which is Newton's step where that is
/// short enough; the last ones are undamped. A point is a root where each |Fᵢ| ≤ max(tolerance, 8 times the bound of
/// its rounding error, by a running error analysis in which x is known to an ulp).
///
/// - Parameters:
///   - system: a function with m outputs, or a scalar one for m = 1.
///   - parameters: the values of the function's parameters.
///   - start: n coordinates.
///   - bounds: nil for none.
///   - tolerance: for |Fᵢ|; the default, 0, leaves it to rounding.
///   - options: as for ``minimize(_:from:parameters:within:method:options:)``.
/// - Returns: the point with the smallest ‖F‖ and the reason for stopping: ``StoppingReason/residualMinimum`` where
///   ‖F‖ cannot be reduced and is not zero.
/// - Complexity: an iteration O(m n²).
public func findRoot(
  of system: Function, parameters: [Double] = [], from start: [Double], within bounds: Bounds? = nil,
  tolerance: Double = 0, options: OptimizationOptions = OptimizationOptions()
) -> SystemRoot {
  precondition(
    parameters.count == system.parameters.count,
    "the system has \(system.parameters.count) parameters, and \(parameters.count) values are given")
  var outputs = system.outputs
  if !parameters.isEmpty {
    let values = Dictionary(uniqueKeysWithValues: zip(system.parameters, parameters.map { Expr($0) }))
    outputs = substitute(values, in: outputs)
  }
  let fit = fitLeastSquares(
    Residuals(Function(outputs, of: system.variables)), from: start, within: bounds, options: options)
  let analysis = RunningError(outputs: outputs, inputs: system.variables)
  let errors = analysis(at: fit.point, uncertainties: ulps(1, of: fit.point)).map(\.error)
  let isRoot =
    fit.residuals.allSatisfy(\.isFinite)
    && zip(fit.residuals, errors).allSatisfy { Swift.abs($0) <= Swift.max(tolerance, 8 * $1) }
  let reason: StoppingReason =
    if isRoot {
      .rootFound
    } else {
      switch fit.reason {
      case .gradientTolerance, .stepTolerance, .valueTolerance, .noFurtherProgress, .saddlePoint:
        .residualMinimum
      default: fit.reason
      }
    }
  return SystemRoot(
    optimization: fit.optimization.ending(reason, converged: isRoot), residuals: fit.residuals,
    residualNorm: length(fit.residuals), rank: fit.rank)
}
