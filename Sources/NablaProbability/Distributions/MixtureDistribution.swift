// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaTensors
internal import RealModule

/// A mixture of distributions, of density Σ wᵢ pᵢ(x).
public struct MixtureDistribution: ContinuousDistribution {
  /// The distributions pᵢ.
  public let components: [any ContinuousDistribution]
  /// As many as components; their sum is 1.
  public let weights: [Double]

  /// - Parameters:
  ///   - components: one or more distributions.
  ///   - weights: relative ones; nil for equal ones.
  /// - Throws: ``DistributionError/weights`` unless there are components, as many weights, none of them negative, and their sum is positive
  ///   and finite.
  public init(
    _ components: [any ContinuousDistribution], weights: [Double]? = nil
  ) throws(DistributionError) {
    let weights = weights ?? Array(repeating: 1, count: components.count)
    let sum = weights.reduce(0, +)
    guard weights.count == components.count, weights.allSatisfy({ $0 >= 0 }), sum > 0, sum.isFinite else {
      throw .weights
    }
    // A component without weight has no part in anything, its support included.
    let parts = zip(components, weights).filter { $0.1 > 0 }
    self.components = parts.map(\.0)
    self.weights = parts.map { $0.1 / sum }
  }

  public var description: String {
    "mixture(" + zip(weights, components).map { "\($0) \($1.description)" }.joined(separator: ", ") + ")"
  }

  public var support: (lower: Double, upper: Double) {
    (components.map(\.support.lower).min()!, components.map(\.support.upper).max()!)
  }

  public var mean: Double { zip(weights, components).reduce(0) { $0 + $1.0 * $1.1.mean } }

  /// Σ wᵢ (σᵢ² + (μᵢ − μ)²).
  public var variance: Double {
    let mean = mean
    return zip(weights, components).reduce(0) { sum, part in
      let shift = part.1.mean - mean
      return sum + part.0 * (part.1.variance + shift * shift)
    }
  }

  /// Known for a single component only.
  public var entropy: Double? { components.count == 1 ? components[0].entropy : nil }

  /// The logarithm of the sum, without underflow where all components are small.
  public func logDensity(of x: Expr) -> Expr {
    let support = support
    let terms = zip(weights, components).map { weight, component in
      let term = Expr(Double.log(weight)) + component.logDensity(of: x)
      let (lower, upper) = component.support
      let fromBelow = lower > support.lower ? select(x .< Expr(lower), Expr(-.infinity), term) : term
      return upper < support.upper ? select(x .> Expr(upper), Expr(-.infinity), fromBelow) : fromBelow
    }
    guard components.contains(where: { $0.support != support }) else {
      return terms.dropFirst().reduce(terms[0]) { $0 + softplus($1 - $0) }
    }
    // −∞ − (−∞) is NaN.
    return terms.dropFirst().reduce(terms[0]) { a, b in
      let larger = max(a, b)
      return select(larger .== Expr(-.infinity), larger, larger + log1p(exp(-abs(a - b))))
    }
  }

  public func probability(below x: Double) -> Double {
    zip(weights, components).reduce(0) { $0 + $1.0 * $1.1.probability(below: x) }
  }

  public func probability(above x: Double) -> Double {
    zip(weights, components).reduce(0) { $0 + $1.0 * $1.1.probability(above: x) }
  }

  public func sample(using generator: inout some RandomNumberGenerator) -> Double {
    var left = generator.nextUniform()
    for (weight, component) in zip(weights, components) {
      if left < weight { return component.sample(using: &generator) }
      left -= weight
    }
    return components[components.count - 1].sample(using: &generator)
  }
}
