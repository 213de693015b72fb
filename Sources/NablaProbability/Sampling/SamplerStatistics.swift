// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// What a sampler says of its transitions, each of shape [chains, draws].
public struct SamplerStatistics: Sendable {
  /// The log density of the unconstrained coordinates at the draws, log p(x) + log |dx/du|.
  public private(set) var logDensity: Tensor<Double>

  /// The Hamiltonian at the draws, with the momentum they were reached with.
  public private(set) var energy: Tensor<Double>

  /// The average of min(1, e^(H₀ − H)) over a trajectory; what ``SamplingOptions/targetAcceptance`` is aimed at.
  public private(set) var acceptance: Tensor<Double>

  /// How often the trajectory was doubled.
  public private(set) var treeDepth: Tensor<Double>

  /// The number of leapfrog steps, each with one gradient.
  public private(set) var leapfrogs: Tensor<Double>

  /// 1 where the trajectory ended because the error of its energy was beyond 1000: there the density's curvature is
  /// too strong for the step size, and the draws lack a part of it. Else 0.
  public private(set) var isDivergent: Tensor<Double>

  /// The step size of each chain after the warm-up.
  public internal(set) var stepSizes: [Double]

  /// ``SamplingOptions/maxTreeDepth``.
  public let maxTreeDepth: Int

  init(_ options: SamplingOptions) {
    func table() -> Tensor<Double> { Tensor(uninitialized: [options.chains, options.draws]) }
    (logDensity, energy, acceptance) = (table(), table(), table())
    (treeDepth, leapfrogs, isDivergent) = (table(), table(), table())
    stepSizes = [Double](repeating: 0, count: options.chains)
    maxTreeDepth = options.maxTreeDepth
  }

  /// The same of the first draws.
  func prefix(_ count: Int) -> SamplerStatistics {
    func first(_ table: Tensor<Double>) -> Tensor<Double> { table[.all, 0..<count] }
    var result = self
    (result.logDensity, result.energy, result.acceptance) = (
      first(logDensity), first(energy), first(acceptance)
    )
    (result.treeDepth, result.leapfrogs, result.isDivergent) = (
      first(treeDepth), first(leapfrogs), first(isDivergent)
    )
    return result
  }

  /// In the order in which a ``DrawRecord`` writes them.
  var tensors: [Tensor<Double>] { [logDensity, energy, acceptance, treeDepth, leapfrogs, isDivergent] }

  /// The number of divergent transitions.
  public var divergences: Int { Int(isDivergent.sum()) }

  /// The number of transitions that ended at the greatest depth of the tree.
  public var depthLimitHits: Int { treeDepth.scalars.count { $0 >= Double(maxTreeDepth) } }

  /// For each chain, how much of the energy's spread one transition covers: Σ (Eₜ − Eₜ₋₁)² / Σ (Eₜ − Ē)². Below 0.3
  /// chains move slowly between the levels of the density (heavy tails). NaN of one draw.
  ///
  /// Source: Betancourt, "Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo",
  /// arXiv:1604.00695 (2016).
  public var energyFractions: [Double] {
    (0..<energy.shape[0]).map { chain in
      let values = energy.row(chain).scalars
      let mean = values.reduce(0, +) / Double(values.count)
      let moves = zip(values.dropFirst(), values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return moves / values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
  }
}
