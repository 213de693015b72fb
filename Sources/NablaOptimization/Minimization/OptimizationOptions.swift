// SPDX-License-Identifier: Apache-2.0

/// When an optimisation ends, and what it reports on its way.
///
/// x is the current point, x₀ the start, f the objective, g its gradient (with bounds: the projected gradient
/// x − P(x − g)), Δx and Δf what the last accepted step changed. Of an absolute and a relative tolerance the
/// larger bound counts.
///
/// A tolerance that is met ends a run only if the Hessian, where there is one, does not contradict
/// (``OptimizationResult/classification``): at an asymptote or on a plateau gradients, steps and changes are
/// small too, and no minimum is near.
public struct OptimizationOptions: Sendable {
  /// Ends where ‖g‖₂ ≤ this. 0, the default, leaves it to the relative one, which does not depend on the
  /// scale of f.
  public var gradientTolerance = 0.0

  /// Ends where ‖g‖₂ ≤ this · ‖g(x₀)‖₂.
  public var relativeGradientTolerance = 1e-12

  /// Ends where ‖Δx‖₂ ≤ this; of Newton's method, where the next step would be so short. 0 by default.
  public var stepTolerance = 0.0

  /// Ends where ‖Δx‖₂ ≤ this · ‖x‖₂; the default is two ulps.
  public var relativeStepTolerance = 0x1p-51

  /// Ends where |Δf| ≤ this. 0, the default, is no test: small changes are a property of slow methods as
  /// much as of minima.
  public var valueTolerance = 0.0

  /// Ends where |Δf| ≤ this · |f|. 0, the default, is no test.
  public var relativeValueTolerance = 0.0

  /// The largest number of accepted steps.
  public var maxIterations = 10_000

  /// The largest number of computed values. A line search that is under way may take a few more.
  public var maxEvaluations = 100_000

  /// The longest time; nil for any.
  public var maxTime: Duration?

  /// Whether the result lists all accepted points.
  public var keepsTrace = false

  /// Called with the start and each accepted point; ends the run by returning false.
  public var callback: (@Sendable (OptimizationState) -> Bool)?

  /// The defaults.
  public init() {}
}
