// SPDX-License-Identifier: Apache-2.0

/// The value of a definite integral with an estimate of its error.
public struct Integral: Sendable {
  /// The value. Of a divergent integral ±∞ where all of it that diverges has one sign, and NaN otherwise; NaN
  /// where the integrand is undefined on a part of the range.
  public let value: Double
  /// An estimate of |value − exact value|, meant to be larger than that; infinite where nothing is known.
  public let errorEstimate: Double
  /// How many values of the integrand were computed. Enclosures are counted apart.
  public let evaluations: Int
  /// How many enclosures of the integrand over an interval were computed: each takes a few times as long as a
  /// value of a compiled batch. 0 for closures.
  public let intervalEvaluations: Int
  /// Why the integration ended.
  public let reason: IntegrationReason
  /// By which rules the parts of the range were integrated.
  public let method: IntegrationMethod

  /// Whether the error estimate is within the tolerance, or at the level of rounding errors: a few units in the
  /// last place of ∫|f|, beyond which no digits are to be had.
  public var converged: Bool { reason == .converged }

  /// Of what is known without integration.
  package init(exactly value: Double) {
    self.init(value: value, errorEstimate: 0, evaluations: 0, reason: .converged, method: .gaussKronrod)
  }

  init(
    value: Double, errorEstimate: Double, evaluations: Int, intervalEvaluations: Int = 0,
    reason: IntegrationReason, method: IntegrationMethod
  ) {
    self.value = value
    self.errorEstimate = errorEstimate
    self.evaluations = evaluations
    self.intervalEvaluations = intervalEvaluations
    self.reason = reason
    self.method = method
  }
}

/// Why an integration ended.
public enum IntegrationReason: String, Sendable, CaseIterable {
  /// The error estimate is at most max(absolute tolerance, relative tolerance · |value|), or at the level of rounding.
  case converged
  /// The number of values reached ``IntegrationOptions/maxEvaluations``.
  case evaluationLimit
  /// Further subdivision no longer reduces the error estimate.
  case noFurtherProgress
  /// The integral is infinite or undefined: its integrand does not decay fast enough, or grows too fast.
  case divergent
  /// The integrand is NaN at points of the range.
  case undefinedIntegrand

  /// A sentence for the user: what happened, and what may help.
  public var advice: String {
    switch self {
    case .converged: "the error estimate is within the tolerance"
    case .evaluationLimit:
      "the limit of evaluations was reached before the tolerance: allow more, name break points, or ask for less"
    case .noFurtherProgress:
      "subdivision no longer reduces the error: name the break points of the integrand, or ask for less accuracy"
    case .divergent: "the integral diverges: its value is infinite, or undefined"
    case .undefinedIntegrand: "the integrand is not a number on a part of the range: stay inside its domain"
    }
  }
}

/// A way to integrate; in results, the way that was chosen.
public enum IntegrationMethod: String, Sendable, CaseIterable {
  /// By what is known of the integrand; asked for, never reported.
  case automatic
  /// Adaptive bisection with the 21-point Gauss–Kronrod rule.
  case gaussKronrod
  /// Gauss–Legendre rules with more and more nodes: of batches only.
  case gaussLegendre
  /// The trapezoidal rule after a double-exponential change of variable (tanh-sinh, exp-sinh, sinh-sinh).
  case doubleExponential
  /// Gauss–Kronrod on smooth parts of the range, double-exponential rules where it ends in a singularity or at ∞.
  case mixed
  /// Sums between the zeros of an oscillating tail, extrapolated by Wynn's ε-algorithm.
  case oscillatory
  /// Adaptive cubature with the Genz–Malik rule.
  case genzMalik
  /// Products of Gauss–Legendre rules.
  case gaussLegendreProduct
  /// Products of double-exponential rules.
  case productDoubleExponential
  /// Randomised quasi-Monte-Carlo integration with Sobol' points.
  case quasiMonteCarlo
}

/// How an integral is computed.
public struct IntegrationOptions: Sendable {
  /// The largest error accepted, relative to |value|. Together with 0 for ``absoluteTolerance``, 0 asks for
  /// everything that double precision gives.
  public var relativeTolerance = 1e-10
  /// The largest error accepted.
  public var absoluteTolerance = 0.0
  /// The largest number of values of the integrand, roughly: a batch that has begun is finished.
  public var maxEvaluations = 200_000
  /// Points between the ends at which the integrand is not smooth. Those that its formula shows (`abs`, `floor`,
  /// `where`, poles) are found without.
  public var breakPoints: [Double] = []
  /// The rules; ``IntegrationMethod/automatic``, ``IntegrationMethod/gaussKronrod`` (finite ranges) or
  /// ``IntegrationMethod/doubleExponential`` for one variable, and those of several for several.
  public var method = IntegrationMethod.automatic
  /// Of randomised methods.
  public var seed: UInt64 = 0

  /// The defaults.
  public init() {}

  /// - Precondition: tolerances are not negative, nor NaN.
  public init(relativeTolerance: Double, absoluteTolerance: Double = 0, maxEvaluations: Int = 200_000) {
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.maxEvaluations = maxEvaluations
  }

  func check() {
    precondition(
      relativeTolerance >= 0 && absoluteTolerance >= 0,
      "tolerances are 0 or more, not \(relativeTolerance) (relative) and \(absoluteTolerance) (absolute)")
  }

  /// The error accepted of a value.
  func target(for value: Double) -> Double {
    Swift.max(absoluteTolerance, relativeTolerance * Swift.abs(value))
  }
}
