// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus

/// A local minimum of a scalar function, from a start.
///
///     let f = Function { x, y in pow(1 - x, 2) + 100 * pow(y - x * x, 2) }
///     let result = minimize(f, from: [-1.2, 1])
///     print(result.point, result.reason)
///
/// - Parameters:
///   - f: a scalar function of n ≥ 1 variables.
///   - start: n coordinates; with bounds, the nearest point within them is taken.
///   - parameters: the values of the function's parameters.
///   - bounds: nil for none.
///   - method: how to minimise; by default Newton's method in a trust region.
///   - options: tolerances, limits, callback.
/// - Returns: the best point with the reason for stopping; it does not throw, whatever the numbers are.
/// - Precondition: the lengths fit the function.
/// - Complexity: as the method's.
public func minimize(
  _ f: Function, from start: [Double], parameters: [Double] = [], within bounds: Bounds? = nil,
  method: MinimizationMethod = .trustRegion(), options: OptimizationOptions = OptimizationOptions()
) -> OptimizationResult {
  minimize(
    Objective(f, parameters: parameters), from: start, within: bounds, method: method, options: options)
}

/// A local minimum of an objective, from a start: see ``minimize(_:from:parameters:within:method:options:)``.
///
/// - Precondition: the objective has what the method needs: ``MinimizationMethod``.
public func minimize(
  _ objective: Objective, from start: [Double], within bounds: Bounds? = nil,
  method: MinimizationMethod = .trustRegion(), options: OptimizationOptions = OptimizationOptions()
) -> OptimizationResult {
  precondition(
    method.needs.rawValue <= objective.offers.rawValue,
    "the method \(method.name) needs \(method.needs), and the objective offers \(objective.offers): give it more, or take lbfgs"
  )
  let run = Minimization(
    objective, from: start, bounds: bounds, options: options, leavesSaddles: method.minimizer.leavesSaddles)
  return run.result(run.start() ?? method.minimizer.minimize(run))
}
