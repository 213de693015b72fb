// SPDX-License-Identifier: Apache-2.0

/// Why an optimisation ended. f is the objective, g its gradient (projected, with bounds), x₀ the start, Δx and
/// Δf what the last step changed, u = 2⁻⁵³.
public enum StoppingReason: String, Sendable, CaseIterable {
  /// ‖g(x)‖₂ ≤ max(``OptimizationOptions/gradientTolerance``,
  /// ``OptimizationOptions/relativeGradientTolerance`` · ‖g(x₀)‖₂), and the Hessian does not contradict.
  case gradientTolerance
  /// ‖Δx‖₂ ≤ max(``OptimizationOptions/stepTolerance``, ``OptimizationOptions/relativeStepTolerance`` · ‖x‖₂), of
  /// Newton's methods for the step that would come next, and the Hessian does not contradict.
  case stepTolerance
  /// |Δf| ≤ max(``OptimizationOptions/valueTolerance``, ``OptimizationOptions/relativeValueTolerance`` · |f|), and
  /// the Hessian does not contradict.
  case valueTolerance
  /// No trial is better in double precision: the next one differs from x in no digit, or the predicted decrease
  /// is below the rounding of f, or a search along a descent direction finds nothing. Neither a success nor a
  /// failure by itself: see ``OptimizationResult/converged``.
  case noFurtherProgress
  /// The gradient is as small as asked for or as it gets, and the Hessian has a negative eigenvalue: x is a saddle or a
  /// maximum, and the method cannot leave.
  case saddlePoint
  /// The number of accepted steps reached ``OptimizationOptions/maxIterations``.
  case iterationLimit
  /// The number of computed values reached ``OptimizationOptions/maxEvaluations``.
  case evaluationLimit
  /// The time reached ``OptimizationOptions/maxTime``.
  case timeLimit
  /// ``OptimizationOptions/callback`` returned false.
  case stoppedByCallback
  /// f(x) < −10¹⁰⁰ max(1, |f(x₀)|), or ‖x‖₂ > 10¹⁰⁰ max(1, ‖x₀‖₂) and f still decreases, or a trial's
  /// value is −∞.
  case unbounded
  /// f(x) > f(x₀) + 10²⁰ max(1, |f(x₀)|): steps of a fixed rate grow.
  case diverged
  /// f(x₀) is NaN or infinite.
  case nonFiniteStart
  /// f(x₀) is finite and its gradient or Hessian is not.
  case nonFiniteDerivatives
  /// Every trial since the last accepted point, down to the rounding of x, had a value or derivatives that
  /// are not finite: x lies on the edge of where f is defined.
  case nonFiniteTrials
  /// Each equation's |Fᵢ(x)| is at most the tolerance, or 8 times the bound of its rounding error.
  case rootFound
  /// The residual of a system of equations is ‖F(x)‖₂ > 0 where its square has a stationary point: a root is not
  /// here, and the method cannot leave.
  case residualMinimum

  /// A sentence for the user: what happened, and what may help.
  public var advice: String {
    switch self {
    case .gradientTolerance: "the gradient is as small as was asked for"
    case .stepTolerance: "the step is below the tolerance: no digit is left to gain"
    case .valueTolerance: "the function changes by no more than the tolerance"
    case .noFurtherProgress: "no step reduces the function in double precision"
    case .saddlePoint:
      "the gradient vanishes at a saddle or a maximum: start elsewhere, or use the method trust-region, which "
        + "follows negative curvature"
    case .iterationLimit: "the limit of iterations was reached: allow more, or start closer to a minimum"
    case .evaluationLimit: "the limit of evaluations was reached: allow more, or start closer to a minimum"
    case .timeLimit: "the time was over: allow more, or start closer to a minimum"
    case .stoppedByCallback: "the callback asked to stop"
    case .unbounded: "the function decreases without bound along the way: it has no minimum there"
    case .diverged: "the steps grow and the function with them: take a smaller learning rate"
    case .nonFiniteStart: "the function is not finite at the start: choose a start inside its domain"
    case .nonFiniteDerivatives:
      "the function has no finite gradient and Hessian at the start: choose another one"
    case .nonFiniteTrials:
      "every step leads to where the function is not finite: the point lies on the edge of its domain"
    case .rootFound: "the equations hold to within rounding, or the tolerance"
    case .residualMinimum:
      "the residual is as small as it gets near here, and not zero: start elsewhere, or there is no root"
    }
  }
}

extension StoppingReason: CustomStringConvertible {
  /// The name: `gradientTolerance`, `unbounded`, …; ``advice`` is the sentence for users.
  public var description: String { rawValue }
}
