// SPDX-License-Identifier: Apache-2.0

/// Where Newton's method for the zeros of a gradient ended, from one start.
public struct StationaryPoint: Sendable {
  /// The last point that was accepted.
  public let point: [Double]

  /// The largest coordinate of the Newton step at ``point``, each measured by the scale of its coordinate
  /// (the box's width, or else max(1, |xⱼ|)): how far away the zero of the gradient is still.
  public let stepNorm: Double

  /// The number of steps that were accepted.
  public let iterations: Int

  /// The number of points at which the derivatives were computed.
  public let evaluations: Int

  /// Why the iteration ended.
  public let reason: Reason

  /// Whether the gradient vanishes at ``point``, as far as Newton's method can tell.
  public var converged: Bool { reason == .converged }

  /// Why an iteration ended.
  public enum Reason: String, Sendable, CaseIterable {
    /// ‖p‖ ≤ ``StationaryPointOptions/stepTolerance`` for the Newton step p, and further full steps do not
    /// shrink it: no digit is left to gain.
    case converged
    /// As `converged`, but some eigenvalues of the Hessian are zero to rounding and were left out of the
    /// step, and the gradient along their eigenvectors may not vanish.
    case singular
    /// The natural monotonicity test fails down to ``StationaryPointOptions/smallestDamping``.
    case stalled
    /// An accepted point lies outside the box by more than a quarter of its width.
    case leftBox
    /// The value, the gradient or the Hessian at the start is not finite.
    case nonFiniteStart
    /// Every trial down to the smallest damping is not finite.
    case nonFinite
    /// ``StationaryPointOptions/maxIterations`` steps were accepted.
    case iterationLimit
    /// The time that a search has was over.
    case timeLimit

    /// A sentence for the user: what happened, and what may help.
    public var advice: String {
      switch self {
      case .converged: "the gradient vanishes here"
      case .singular: "the Hessian is singular here, and the gradient may not vanish along its null space"
      case .stalled: "no damped Newton step reduces the distance to a zero of the gradient: try another start"
      case .leftBox: "the iteration left the box: there may be a critical point outside it"
      case .nonFiniteStart: "the function or its derivatives are not finite at the start: choose another one"
      case .nonFinite: "every step leads to where the function is not finite: try another start"
      case .iterationLimit: "the limit of iterations was reached: allow more, or start closer"
      case .timeLimit: "the time was over: allow more"
      }
    }
  }
}

/// How ``stationaryPoints(of:from:parameters:within:options:)`` iterates. Steps are measured coordinate by
/// coordinate by the width of the box, or by max(1, |xⱼ|) without one, and ‖·‖ is the largest of them.
public struct StationaryPointOptions: Sendable {
  /// The iteration has converged where ‖p‖ ≤ this; it then goes on for as long as the steps shrink.
  public var stepTolerance = 1e-9

  /// The largest number of accepted steps. At a degenerate point a step only shrinks by a half or a third.
  public var maxIterations = 150

  /// A step is halved down to this fraction of itself before the iteration ends as stalled.
  public var smallestDamping = 0x1p-12

  /// The longest step, ‖αp‖.
  public var largestStep = 0.25

  /// Eigenvalues of the scaled Hessian below this fraction of the largest are left out of the step.
  /// nil is n·2⁻⁵³: those that are zero to rounding.
  package var rankTolerance: Double?

  /// Whether steps are damped by the natural monotonicity test; else any finite trial is accepted.
  package var isDamped = true

  /// Points that are divided out: the iteration is that of M(z)g(z) = 0 with M = Πᵢ (‖z−zᵢ‖⁻² + 1), z scaled.
  package var deflatedPoints: [[Double]] = []

  /// When iterations that have not ended are given up.
  package var deadline: ContinuousClock.Instant?

  /// The defaults.
  public init() {}
}
