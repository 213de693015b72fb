// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// How derivatives are computed by finite differences: see ``finiteDifferenceGradient(of:at:options:)``.
public struct FiniteDifferenceOptions: Sendable {
  /// On which sides of the point a function is evaluated.
  public enum Scheme: Sendable, Hashable {
    /// On both sides, with errors in even powers of the step only.
    case central
    /// On the side of larger coordinates.
    case forward
    /// On the side of smaller coordinates.
    case backward
    /// Central; one-sided for a variable whose bound is nearer than a sixteenth of its first step, or where the
    /// function is not finite on the other side.
    case automatic
  }

  /// On which sides of the point the function is evaluated.
  public var scheme: Scheme

  /// The first step of each variable: one for all, or one for each; nil takes a sixteenth of the power of two at or
  /// below max(1, |xᵢ|). Steps are halved from there.
  public var steps: [Double]?

  /// Bounds of the variables, one for all or one for each: no point outside of them is evaluated.
  public var lowerBounds: [Double]?
  /// The upper bounds, as ``lowerBounds``.
  public var upperBounds: [Double]?

  /// The relative error that is aimed at: an entry that has it costs no more evaluations. By default 10⁻¹⁰ for
  /// first derivatives and 10⁻⁷ for second ones.
  public var tolerance: Double?

  /// The relative precision of the function's values; more than 2⁻⁵² for what is itself the result of an iteration
  /// or a quadrature.
  public var functionPrecision: Double

  /// How often eight steps are tried, each time from where the last ones ended. With four the smallest step is 2⁻³⁵
  /// of the coordinate's size.
  public var rounds: Int

  /// Options; see the properties of the same names.
  public init(
    scheme: Scheme = .automatic, steps: [Double]? = nil, lowerBounds: [Double]? = nil,
    upperBounds: [Double]? = nil, tolerance: Double? = nil, functionPrecision: Double = 0x1p-52,
    rounds: Int = 4
  ) {
    (self.scheme, self.steps) = (scheme, steps)
    (self.lowerBounds, self.upperBounds) = (lowerBounds, upperBounds)
    (self.tolerance, self.functionPrecision, self.rounds) = (tolerance, functionPrecision, rounds)
  }
}

/// Derivatives by finite differences, each with an estimate of its error.
public struct FiniteDifferenceResult: Sendable {
  /// How the estimate of one entry ended.
  public enum Status: String, Sendable, Hashable {
    /// The estimated error is within the tolerance.
    case converged
    /// As converged, from one side of the point: the other one is out of bounds or not finite.
    case oneSided
    /// The estimated error is larger than the tolerance: rounding, or a scale that the steps do not meet. The value
    /// is the best one found.
    case inexact
    /// The slopes on the two sides differ by what does not shrink with the step: a kink. The value is their mean.
    case kink
    /// The function is not finite in any neighbourhood that was tried; the value is NaN.
    case nonFinite
  }

  /// The derivatives: [] of one, [n] a gradient, [m, n] a Jacobian, [n, n] a Hessian.
  public let value: Tensor<Double>
  /// Estimates of the absolute errors, of the same shape; infinite where a value is NaN.
  public let error: Tensor<Double>
  /// Of each entry, in row-major order.
  public let statuses: [Status]
  /// At how many points the function was evaluated.
  public let evaluationCount: Int

  /// Whether all entries have the error that was aimed at.
  public var isConverged: Bool { statuses.allSatisfy { $0 == .converged || $0 == .oneSided } }
}
