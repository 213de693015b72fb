// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// Draws of Markov chains: from ``LogDensity/sample(_:from:)``, or those of another program.
public struct Draws: Sendable {
  /// The quantities' names.
  public let variableNames: [String]

  /// The draws, [chains, draws, n].
  public let tensor: Tensor<Double>

  /// What the sampler says of its transitions; nil for draws of another origin.
  public let statistics: SamplerStatistics?

  /// Draws of any origin, to be summarised.
  ///
  /// - Precondition: the tensor is [chains, draws, n], with a name for each of n quantities, all different.
  public init(variableNames: [String], tensor: Tensor<Double>) {
    self.init(variableNames: variableNames, tensor: tensor, statistics: nil)
  }

  init(variableNames: [String], tensor: Tensor<Double>, statistics: SamplerStatistics?) {
    precondition(
      tensor.rank == 3 && tensor.shape[2] == variableNames.count,
      "draws of \(variableNames.count) quantities have shape [chains, draws, n], not \(tensor.shape)")
    precondition(
      Set(variableNames).count == variableNames.count,
      "the quantities have names of their own: \(variableNames)")
    self.variableNames = variableNames
    self.tensor = tensor
    self.statistics = statistics
  }

  /// The draws of one quantity, [chains, draws].
  ///
  /// - Precondition: there is a quantity of this name.
  public subscript(name: String) -> Tensor<Double> {
    guard let index = variableNames.firstIndex(of: name) else {
      preconditionFailure("there is no quantity \(name) among \(variableNames)")
    }
    return tensor[.all, .all, index]
  }

  /// The draws with a further quantity, a function of those that are there.
  ///
  ///     let theta1 = try Function(parsing: "mu + tau*eta1", variables: draws.variableNames)
  ///     print(draws.adding("theta1", theta1).summary)
  ///
  /// - Precondition: a scalar function of n variables, in the order of ``variableNames``, without parameters.
  public func adding(_ name: String, _ quantity: Function) -> Draws {
    precondition(
      quantity.isScalar && quantity.variables.count == variableNames.count && quantity.parameters.isEmpty,
      "a further quantity is a scalar function of the \(variableNames.count) variables \(variableNames)")
    let (chains, count) = (tensor.shape[0], tensor.shape[1])
    let values = quantity.value(at: tensor.reshaped([chains * count, variableNames.count]))
    return Draws(
      variableNames: variableNames + [name],
      tensor: .concatenate([tensor, values.reshaped([chains, count, 1])], axis: 2), statistics: statistics)
  }
}

// MARK: - Whether to trust them

/// Why draws are not to be trusted as they are, and what may help.
public enum SamplingWarning: Sendable, Equatable {
  /// R̂ of a quantity is 1.01 or more.
  case rHat(variable: String, value: Double)
  /// The effective sample size of the bulk or of the tails is below 100 a chain.
  case lowEffectiveSampleSize(variable: String, bulk: Double, tail: Double)
  /// A quantity has the same value in all draws, or values that are not finite: nothing can be said about it.
  case undefined(variable: String)
  /// So many transitions diverged.
  case divergences(count: Int)
  /// So many transitions ended at the greatest depth of the tree.
  case depthLimit(count: Int)
  /// A chain's ``SamplerStatistics/energyFractions`` is below 0.3.
  case lowEnergyFraction(chain: Int, value: Double)
}

extension SamplingWarning: CustomStringConvertible {
  public var description: String {
    switch self {
    case .rHat(let name, let value):
      """
      \(name): R-hat is \(short(value)), not below 1.01: the chains have not met. Take a longer warm-up and more \
      draws, or write the density with less correlation.
      """
    case .lowEffectiveSampleSize(let name, let bulk, let tail):
      """
      \(name): the draws are worth only \(short(bulk)) independent ones in the bulk and \(short(tail)) in the tails, \
      less than 100 a chain: take more.
      """
    case .undefined(let name):
      "\(name): all draws are equal, or some are not finite; convergence cannot be judged."
    case .divergences(let count):
      """
      \(count) transitions diverged: a part of the distribution is missing. Raise targetAcceptance (0.95, 0.99), or \
      write the density in coordinates without sharp corners (a hierarchy non-centred).
      """
    case .depthLimit(let count):
      """
      \(count) trajectories were cut off at the greatest depth: draws are dear. Scale the variables alike, take the \
      dense metric, or raise maxTreeDepth.
      """
    case .lowEnergyFraction(let chain, let value):
      """
      Chain \(chain): the energy moves slowly (E-BFMI \(short(value)), below 0.3): tails are too heavy for the sampler. \
      Write the density in other coordinates.
      """
    }
  }
}

extension Draws {
  /// Whether nothing speaks against the draws: there are no ``warnings``.
  public var converged: Bool { warnings.isEmpty }

  /// What speaks against the draws: R̂ ≥ 1.01, fewer than 100 effective draws a chain, divergences, trajectories that
  /// were cut off, energies that move slowly. Empty is no proof: chains may all have missed a mode.
  public var warnings: [SamplingWarning] { summary.warnings(chains: tensor.shape[0]) + samplerWarnings }

  private var samplerWarnings: [SamplingWarning] {
    guard let statistics else { return [] }
    var warnings: [SamplingWarning] = []
    if statistics.divergences > 0 { warnings.append(.divergences(count: statistics.divergences)) }
    if statistics.depthLimitHits > 0 { warnings.append(.depthLimit(count: statistics.depthLimitHits)) }
    for (chain, fraction) in statistics.energyFractions.enumerated() where fraction < 0.3 {
      warnings.append(.lowEnergyFraction(chain: chain, value: fraction))
    }
    return warnings
  }

  /// Mean, standard deviation, quantiles and convergence of each quantity.
  public var summary: DrawsSummary { DrawsSummary(self) }
}
