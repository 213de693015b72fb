// SPDX-License-Identifier: Apache-2.0

/// Where an optimisation ended, and why.
public struct OptimizationResult: Sendable {
  /// The best point that was found: that of the smallest value. It is never worse than the start, also if the
  /// run was stopped.
  public let point: [Double]

  /// f at ``point``; of least squares ½ Σ ρ(rᵢ²).
  public let value: Double

  /// The gradient at ``point``.
  public let gradient: [Double]

  /// The Euclidean norm of ``gradient``; with bounds, of the projected gradient x − P(x − g).
  public let gradientNorm: Double

  /// The number of steps that were accepted.
  public let iterations: Int

  /// How often value, gradient, Hessian and products with it were computed.
  public let evaluations: EvaluationCounts

  /// Why the run ended.
  public let reason: StoppingReason

  /// Whether ``point`` is a minimum as far as double precision and the tolerances can tell.
  ///
  /// True for ``StoppingReason/gradientTolerance``, ``StoppingReason/stepTolerance`` and
  /// ``StoppingReason/valueTolerance``, which include that the Hessian, where there is one, does not contradict;
  /// and for ``StoppingReason/noFurtherProgress`` where the Hessian confirms that nothing is left to gain.
  public let converged: Bool

  /// What the Hessian says about ``point``.
  public let classification: StationaryKind

  /// The variables that lie on a bound and would leave the box with the next step of steepest descent.
  public let activeBounds: [ActiveBound]

  /// The start and each accepted point, if the options asked for them.
  public let trace: [OptimizationState]

  /// How long it took.
  public let elapsed: Duration
}

extension OptimizationResult {
  /// The same run with another judgement of its end.
  func ending(_ reason: StoppingReason, converged: Bool) -> OptimizationResult {
    OptimizationResult(
      point: point, value: value, gradient: gradient, gradientNorm: gradientNorm, iterations: iterations,
      evaluations: evaluations, reason: reason, converged: converged, classification: classification,
      activeBounds: activeBounds, trace: trace, elapsed: elapsed)
  }
}

/// What a point is by its gradient and Hessian: of variables on active bounds only the free ones count.
public enum StationaryKind: String, Sendable, CaseIterable {
  /// The gradient vanishes and the Hessian is positive definite.
  case minimum
  /// The gradient vanishes and the Hessian is negative definite.
  case maximum
  /// The gradient vanishes and the Hessian has eigenvalues of both signs, or a negative one and zeros.
  case saddle
  /// The gradient vanishes, and the Hessian has no negative eigenvalue but some that are zero to rounding: a
  /// degenerate minimum, or a line of them, or none.
  case degenerate
  /// The gradient does not vanish: a Newton step would still change the point or the value.
  case notStationary
  /// There is no Hessian, or too large a one (``Objective/largestClassified``), or it is not finite.
  case unknown
}

/// A variable on its bound.
public struct ActiveBound: Hashable, Sendable {
  /// The variable's number, from 0.
  public let variable: Int
  /// Whether it is the upper bound.
  public let isUpper: Bool

  /// A bound of a variable.
  public init(variable: Int, isUpper: Bool) {
    self.variable = variable
    self.isUpper = isUpper
  }
}

/// How often the parts of an objective were computed.
public struct EvaluationCounts: Hashable, Sendable {
  /// Values of f.
  public var values = 0
  /// Gradients.
  public var gradients = 0
  /// Hessians.
  public var hessians = 0
  /// Hessian–vector products.
  public var products = 0

  /// Nothing counted yet.
  public init() {}
}

/// One accepted point of an optimisation.
public struct OptimizationState: Sendable {
  /// 0 for the start.
  public let iteration: Int
  /// x.
  public let point: [Double]
  /// f there.
  public let value: Double
  /// The Euclidean norm of the gradient; with bounds, of the projected gradient.
  public let gradientNorm: Double
  /// The Euclidean length of the step that led here; 0 for the start.
  public let stepLength: Double
  /// The radius of the trust region for the next step; nil where the method has none.
  public let radius: Double?
  /// The values computed so far.
  public let evaluations: Int
  /// The time since the start of the run.
  public let elapsed: Duration
}
