// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// Where optimisations from many starts ended, and why.
public struct BatchOptimizationResult: Sendable {
  /// The best point of each start, [N, n].
  public let points: Tensor<Double>

  /// The values there, [N]; −∞ where a step of a start whose function has no minimum led there.
  public let values: Tensor<Double>

  /// The Euclidean norms of the gradients there, [N]; with bounds, of the projected gradients.
  public let gradientNorms: Tensor<Double>

  /// Why each run ended.
  public let reasons: [StoppingReason]

  /// Whether each run ended at a minimum, as ``OptimizationResult/converged`` says.
  public let converged: [Bool]

  /// How long it took together.
  public let elapsed: Duration

  /// The number of starts.
  public var count: Int { reasons.count }

  /// How many runs ended for each reason.
  public var reasonCounts: [StoppingReason: Int] {
    reasons.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}
