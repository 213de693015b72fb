// SPDX-License-Identifier: Apache-2.0

public import NablaOptimization

/// Why a density cannot be sampled or approximated. Points are in the density's own variables.
public enum InferenceError: Error, Sendable, Equatable {
  /// A coordinate of a start does not satisfy the variable's constraint.
  case outsideConstraint(variable: String, value: Double, constraint: Constraint)

  /// The density or its gradient is not finite at a start.
  case nonFiniteStart(point: [Double], logDensity: Double)

  /// None of so many random starts has a finite density and gradient; the last one is named.
  case noFiniteStart(trials: Int, point: [Double])

  /// However small the leapfrog steps from here are, energy is not conserved.
  case noStepSize(chain: Int, point: [Double])

  /// However large the leapfrog steps from here are, energy is conserved: the density is flat.
  case flatDensity(chain: Int, point: [Double])

  /// ``SamplingOptions/report`` ended sampling before every chain had a draw.
  case cancelled

  /// No maximum of the density was found; the best point is named.
  case modeNotFound(point: [Double], reason: StoppingReason)

  /// The Hessian of the logarithm of the density at its mode has an eigenvalue that is not negative to rounding.
  case degenerateMode(point: [Double])
}

extension InferenceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outsideConstraint(let variable, let value, let constraint):
      "\(variable) = \(value) at the start: give \(constraint)."
    case .nonFiniteStart(let point, let value):
      """
      The logarithm of the density is \(value.isNaN ? "nan" : "\(value)") at the start \(point)\
      \(value.isFinite ? ", and its gradient is not finite" : ""): start inside the support, away from its edge.
      """
    case .noFiniteStart(let trials, let point):
      """
      None of \(trials) random starts has a finite log density and gradient (the last one was \(point)): give a start, \
      and constraints for variables that have bounds.
      """
    case .noStepSize(let chain, let point):
      """
      Chain \(chain) finds no step from \(point) that conserves energy, however small: the density or its gradient \
      is not continuous there. Write it without jumps, or start elsewhere.
      """
    case .flatDensity(let chain, let point):
      """
      Chain \(chain) meets no curvature from \(point) on, however large its steps are: the density does not decay \
      and cannot be normalised. Give every variable a proper prior.
      """
    case .cancelled:
      "Sampling was ended before every chain had a draw."
    case .modeNotFound(let point, let reason):
      "No mode was found; the search ended at \(point): \(reason.advice)."
    case .degenerateMode(let point):
      """
      The density is flat along some direction at its mode \(point): there the Hessian is not negative definite, \
      and no normal distribution approximates it. Give every variable a proper prior, or sample.
      """
    }
  }
}
