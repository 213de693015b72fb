// SPDX-License-Identifier: Apache-2.0

public import NablaIntegration

/// A number of a distribution, and how it was found.
public struct Estimate: Sendable {
  /// How a number was found.
  public enum Method: String, Sendable {
    /// By a formula.
    case closedForm
    /// By quadrature or cubature.
    case quadrature
    /// As a mean over draws.
    case monteCarlo
  }

  /// The number; ±∞ where that is the answer.
  public let value: Double
  /// Of quadrature an estimate of the error, meant to be larger than it; of Monte Carlo the standard error; 0 for closed forms,
  /// which are good to some rounding errors.
  public let errorEstimate: Double
  /// How many values of integrands were computed.
  public let evaluations: Int
  /// How it was found.
  public let method: Method
  /// Why quadrature ended, the worst of all integrals that took part; `converged` for the other methods.
  public let reason: IntegrationReason

  /// Whether the error estimate is within what was asked for.
  public var converged: Bool { reason == .converged }

  init(closedForm value: Double) {
    self.init(value: value, errorEstimate: 0, evaluations: 0, method: .closedForm, reason: .converged)
  }

  init(_ integral: Integral) {
    self.init(
      value: integral.value, errorEstimate: integral.errorEstimate, evaluations: integral.evaluations,
      method: .quadrature, reason: integral.reason)
  }

  init(value: Double, errorEstimate: Double, evaluations: Int, method: Method, reason: IntegrationReason) {
    self.value = value
    self.errorEstimate = errorEstimate
    self.evaluations = evaluations
    self.method = method
    self.reason = reason
  }

  /// What was found from several integrals. A value that is not a number, as of a density without mass, has not
  /// converged though all of them have.
  static func combining(_ value: Double, error: Double, _ parts: Integral...) -> Estimate {
    let reason = parts.lazy.map(\.reason).first { $0 != .converged } ?? .converged
    return Estimate(
      value: value, errorEstimate: error, evaluations: parts.reduce(0) { $0 + $1.evaluations },
      method: .quadrature, reason: reason == .converged && value.isNaN ? .undefinedIntegrand : reason)
  }
}
