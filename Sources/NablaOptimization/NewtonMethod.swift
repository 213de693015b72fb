public import NablaCalculus
internal import NablaTensors

/// Newton's method in an exact trust region, for minimising smooth functions of up to some hundred
/// variables.
///
/// A step minimises the quadratic model in a ball of radius Δ (Moré and Sorensen 1983); the ratio ρ of the
/// actual to the predicted decrease decides on it (Conn, Gould and Toint, "Trust-Region Methods", 2000,
/// algorithm 6.1.1): accepted for ρ > 10⁻⁴, Δ shrinks to ¼‖p‖ for ρ < ¼ and grows to 3Δ for ρ > ¾ at the
/// boundary. A trial that is not finite is rejected and shrinks the region. Negative curvature is followed,
/// so that a saddle or a maximum is left even where the gradient is exactly zero. Where the decrease is lost
/// in the rounding of f, it is measured by the gradients, −½(g(x) + g(x+p))ᵀp.
///
/// Near a minimum with a positive definite Hessian convergence is quadratic.
public struct NewtonMethod: Sendable {
  /// Δ at the start; nil is max(1, ‖x₀‖₂).
  public var initialRadius: Double?

  public init(initialRadius: Double? = nil) { self.initialRadius = initialRadius }
}

/// A local minimum of a scalar function, from a start.
///
///     let f = Function { x, y in pow(1 - x, 2) + 100 * pow(y - x * x, 2) }
///     let result = minimize(f, from: [-1.2, 1])
///     print(result.point, result.reason)
///
/// - Parameters:
///   - f: a scalar function of n ≥ 1 variables.
///   - start: n coordinates.
///   - parameters: the values of the function's parameters.
///   - method: how to minimise.
///   - options: tolerances, limits, callback.
/// - Returns: the best point with the reason for stopping; it does not throw, whatever the numbers are.
/// - Precondition: the lengths fit the function.
/// - Complexity: an iteration O(n³) and an evaluation of value, gradient and Hessian.
public func minimize(
  _ f: Function, from start: [Double], parameters: [Double] = [], method: NewtonMethod = NewtonMethod(),
  options: OptimizationOptions = OptimizationOptions()
) -> OptimizationResult {
  let n = f.variables.count
  precondition(n > 0, "a function without variables cannot be minimised")
  precondition(
    start.count == n,
    "a function of \(n) variables (\(f.variableNames.joined(separator: ", "))) starts from \(n) coordinates, "
      + "not \(start.count)")
  var objective = Objective(f, parameters: parameters)
  var run = NewtonRun(start: start, method: method, options: options)
  let reason = run.run(&objective)
  return run.result(reason, objective)
}

/// A function at single points, with its evaluations counted.
struct Objective {
  let function: Function
  let parameters: [Double]
  private(set) var counts = EvaluationCounts()
  private let parameterTensor: Tensor<Double>?
  private var evaluation = Evaluation()

  init(_ function: Function, parameters: [Double]) {
    self.function = function
    self.parameters = parameters
    parameterTensor = function.parameters.isEmpty && parameters.isEmpty ? nil : Tensor(parameters)
  }

  mutating func value(at point: [Double]) -> Double {
    counts.values += 1
    function.evaluate(.value, at: Tensor(point), parameters: parameterTensor, into: &evaluation)
    return evaluation.value.item
  }

  mutating func derivatives(at point: [Double]) -> (gradient: [Double], hessian: [Double]) {
    counts.gradients += 1
    counts.hessians += 1
    function.evaluate(
      [.gradient, .hessian], at: Tensor(point), parameters: parameterTensor, into: &evaluation)
    return (evaluation.gradient.scalars, evaluation.hessian.scalars)
  }
}
