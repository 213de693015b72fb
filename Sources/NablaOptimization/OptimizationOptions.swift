/// When a minimisation ends, and what it reports on its way.
public struct OptimizationOptions: Sendable {
  /// Ends where ‖g‖₂ ≤ this. 0, the default, leaves it to the relative one, which does not depend on the
  /// scale of f.
  public var gradientTolerance = 0.0

  /// Ends where ‖g‖₂ ≤ this · ‖g(x₀)‖₂.
  public var relativeGradientTolerance = 1e-12

  /// Ends where the Newton step is ‖p‖₂ ≤ this · ‖x‖₂ and the Hessian is positive definite; some ulps.
  public var stepTolerance = 0x1p-51

  /// The largest number of accepted steps.
  public var maxIterations = 1000

  /// The largest number of computed values.
  public var maxEvaluations = 10_000

  /// Whether the result lists all accepted points.
  public var keepsTrace = false

  /// Called with the start and each accepted point; ends the iteration by returning false.
  public var callback: (@Sendable (OptimizationState) -> Bool)?

  public init() {}
}
