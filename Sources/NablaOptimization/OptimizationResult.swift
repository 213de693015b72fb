/// Where a minimisation ended, and why.
public struct OptimizationResult: Sendable {
  /// The best point that was found: that of the smallest value. It is never worse than the start.
  public let point: [Double]

  /// f at ``point``.
  public let value: Double

  /// The gradient at ``point``.
  public let gradient: [Double]

  /// The Euclidean norm of ``gradient``.
  public let gradientNorm: Double

  /// The number of steps that were accepted.
  public let iterations: Int

  /// How often value, gradient and Hessian were computed.
  public let evaluations: EvaluationCounts

  /// Why the iteration ended.
  public let reason: StoppingReason

  /// Whether ``point`` is a minimum as far as double precision and the tolerances can tell.
  ///
  /// True for ``StoppingReason/gradientTolerance`` and ``StoppingReason/stepTolerance``, and for
  /// ``StoppingReason/noFurtherProgress`` where each component of the gradient is within the bound of its
  /// rounding error (a running error analysis at the point).
  public let converged: Bool

  /// The start and each accepted point, if the options asked for them.
  public let trace: [OptimizationState]
}

/// How often the parts of an objective were computed.
public struct EvaluationCounts: Hashable, Sendable {
  public var values = 0
  public var gradients = 0
  public var hessians = 0

  public init() {}
}

/// One accepted point of a minimisation.
public struct OptimizationState: Sendable {
  /// 0 for the start.
  public let iteration: Int
  public let point: [Double]
  public let value: Double
  /// The Euclidean norm of the gradient.
  public let gradientNorm: Double
  /// The Euclidean length of the step that led here; 0 for the start.
  public let stepLength: Double
  /// The radius of the trust region for the next step.
  public let radius: Double
}

/// Why a minimisation ended. g is the gradient, x₀ the start, p the Newton step, u = 2⁻⁵³.
public enum StoppingReason: String, Sendable, CaseIterable {
  /// ‖g(x)‖₂ ≤ max(``OptimizationOptions/gradientTolerance``,
  /// ``OptimizationOptions/relativeGradientTolerance`` · ‖g(x₀)‖₂), and the Hessian has no eigenvalue below
  /// −8nu times its largest: none that is negative beyond rounding.
  case gradientTolerance
  /// The Hessian is positive definite and ‖p‖₂ ≤ ``OptimizationOptions/stepTolerance`` · ‖x‖₂.
  case stepTolerance
  /// The next trial differs from x in no digit (radius ≤ u‖x‖₂), or the predicted decrease is 0 in this
  /// precision. Not a failure by itself: see ``OptimizationResult/converged``.
  case noFurtherProgress
  /// The number of accepted steps reached ``OptimizationOptions/maxIterations``.
  case iterationLimit
  /// The number of computed values reached ``OptimizationOptions/maxEvaluations``.
  case evaluationLimit
  /// ``OptimizationOptions/callback`` returned false.
  case stoppedByCallback
  /// f(x) < −10¹⁰⁰ max(1, |f(x₀)|), or ‖x‖₂ > 10¹⁰⁰ max(1, ‖x₀‖₂) and f still decreases, or a trial's
  /// value is −∞.
  case unbounded
  /// f(x₀) is NaN or infinite.
  case nonFiniteStart
  /// f(x₀) is finite and its gradient or Hessian is not.
  case nonFiniteDerivatives
  /// Every trial since the last accepted point, down to the rounding of x, had a value or derivatives that
  /// are not finite: x lies on the edge of where f is defined.
  case nonFiniteTrials

  /// A sentence for the user: what happened, and what may help.
  public var advice: String {
    switch self {
    case .gradientTolerance: "the gradient is as small as was asked for"
    case .stepTolerance: "the Newton step is below the tolerance: no digit is left to gain"
    case .noFurtherProgress: "no step reduces the function in double precision"
    case .iterationLimit: "the limit of iterations was reached: allow more, or start closer to a minimum"
    case .evaluationLimit: "the limit of evaluations was reached: allow more, or start closer to a minimum"
    case .stoppedByCallback: "the callback asked to stop"
    case .unbounded: "the function decreases without bound along the way: it has no minimum there"
    case .nonFiniteStart: "the function is not finite at the start: choose a start inside its domain"
    case .nonFiniteDerivatives:
      "the function has no finite gradient and Hessian at the start: choose another one"
    case .nonFiniteTrials:
      "every step leads to where the function is not finite: the point lies on the edge of its domain"
    }
  }
}

extension StoppingReason: CustomStringConvertible {
  /// The name: `gradientTolerance`, `unbounded`, …; ``advice`` is the sentence for users.
  public var description: String { rawValue }
}
