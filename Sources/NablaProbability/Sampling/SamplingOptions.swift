// SPDX-License-Identifier: Apache-2.0

/// How a density is sampled.
public struct SamplingOptions: Sendable {
  /// The number of Markov chains, which run side by side as lanes of one kernel: up to eight cost little more
  /// than one where the density is expensive. Convergence is judged by comparing them: 4 or more.
  public var chains: Int

  /// The number of transitions of each chain that find the step size and the metric; they are not kept.
  public var warmup: Int

  /// The number of transitions of each chain that are kept.
  public var draws: Int

  /// Equal seeds give equal draws, whatever the number of threads. Chain c has a generator of its own, which
  /// does not depend on the number of chains.
  public var seed: UInt64

  /// The average acceptance statistic that the step size aims at, between 0 and 1: larger is slower, and gets
  /// further into corners (0.9 to 0.99 where there are divergences).
  public var targetAcceptance: Double

  /// A trajectory has at most 2 to this power − 1 steps.
  public var maxTreeDepth: Int

  /// The shape of the kinetic energy.
  public var metric: SamplingMetric

  /// Called from time to time, by one thread after the other, with the share of all transitions that is done; false
  /// ends sampling, with the draws that every chain has by then.
  public var report: @Sendable (Double) -> Bool = { _ in true }

  /// - Precondition: at least one chain and one draw; `warmup` ≥ 0; 0 < `targetAcceptance` < 1;
  ///   1 ≤ `maxTreeDepth` ≤ 20.
  public init(
    chains: Int = 4, warmup: Int = 1000, draws: Int = 1000, seed: UInt64 = 0,
    targetAcceptance: Double = 0.8, maxTreeDepth: Int = 10, metric: SamplingMetric = .diagonal
  ) {
    precondition(chains >= 1 && draws >= 1, "there is a chain and a draw at least: \(chains), \(draws)")
    precondition(warmup >= 0, "the number of transitions of the warm-up is 0 or more, not \(warmup)")
    precondition(
      targetAcceptance > 0 && targetAcceptance < 1,
      "an acceptance to aim at lies between 0 and 1, not at \(targetAcceptance)")
    precondition(
      maxTreeDepth >= 1 && maxTreeDepth <= 20, "the depth of trees is limited to 1 … 20, not \(maxTreeDepth)")
    self.chains = chains
    self.warmup = warmup
    self.draws = draws
    self.seed = seed
    self.targetAcceptance = targetAcceptance
    self.maxTreeDepth = maxTreeDepth
    self.metric = metric
  }
}

/// The kinetic energy ½ pᵀ Σ p of Hamiltonian Monte Carlo: Σ (the inverse of the mass matrix) is estimated during the
/// warm-up as the covariance of the unconstrained coordinates.
public enum SamplingMetric: String, Sendable, CaseIterable {
  /// Variances alone: each variable has a scale of its own.
  case diagonal
  /// All covariances: for strongly correlated variables, at n² operations a step. A warm-up with too few draws for
  /// them makes things worse.
  case dense
}
