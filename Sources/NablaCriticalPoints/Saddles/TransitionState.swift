// SPDX-License-Identifier: Apache-2.0

/// A saddle of index 1 with the paths of steepest descent to the minima on its two sides: in chemistry, a transition
/// state with its reaction path.
public struct TransitionState: Sendable {
  /// The saddle: one negative eigenvalue.
  public let saddle: CriticalPoint

  /// The ends of the descents: a minimum each, or nil where the descent led to none (it left the domain, went on for
  /// ``TransitionStateOptions/maxPathSteps`` steps, or met another kind of point).
  public let minima: (first: CriticalPoint?, second: CriticalPoint?)

  /// Points from the first end over the saddle to the second, about a step apart.
  public let path: [[Double]]

  /// f along ``path``.
  public let values: [Double]

  /// f(saddle) − f(minimum) of the first and the second side; nil where there is no minimum.
  public var barriers: (first: Double?, second: Double?) {
    (minima.first.map { saddle.value - $0.value }, minima.second.map { saddle.value - $0.value })
  }
}

/// How `Function.transitionStates(from:parameters:options:)` searches.
public struct TransitionStateOptions: Sendable {
  /// The lengths by which steps in each coordinate are measured; nil is max(1, |xⱼ|) of the minimum.
  public var scales: [Double]?

  /// The number of eigenvectors of the minimum that are followed, those of the smallest eigenvalues first, each in both
  /// directions.
  public var modes = 4

  /// The longest step uphill, in units of the scales.
  public var largestStep = 0.1

  /// The most steps uphill along one mode.
  public var maxIterations = 300

  /// The length of a step of the descent, in units of the scales.
  public var pathStep = 0.01

  /// The most steps of one descent.
  public var maxPathSteps = 10_000

  /// The defaults.
  public init() {}
}
