// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
public import NablaTensors

/// A probability distribution of one real number that has a density.
///
///     let waiting = try GammaDistribution(shape: 2, rate: 0.5)
///     waiting.probability(above: 10)                    // 0.0404…
///     waiting.klDivergence(to: try ExponentialDistribution(rate: 0.25))
///
/// A conforming type gives its density as a graph, so that whatever takes a function differentiates, compiles and
/// integrates it.
public protocol ContinuousDistribution: Sendable, CustomStringConvertible {
  /// The ends of the interval outside of which the density is 0; −∞ and ∞ where there are none.
  var support: (lower: Double, upper: Double) { get }

  /// The logarithm of the density, for x within the support; elsewhere unspecified.
  func logDensity(of x: Expr) -> Expr

  /// P(X ≤ x), with small relative error however small it is. NaN for NaN.
  func probability(below x: Double) -> Double

  /// P(X > x), with small relative error however small it is. NaN for NaN.
  func probability(above x: Double) -> Double

  /// E X; NaN where there is none.
  var mean: Double { get }

  /// E (X − E X)²; NaN where there is none, and infinite where it is.
  var variance: Double { get }

  /// −E log p(X) in nats, where it has a closed form.
  var entropy: Double? { get }

  /// Σ p log(p/q) as a closed form; nil where none is known.
  func closedFormDivergence(to other: any ContinuousDistribution) -> Double?

  /// A number from the distribution.
  func sample(using generator: inout some RandomNumberGenerator) -> Double
}

extension ContinuousDistribution {
  public func closedFormDivergence(to other: any ContinuousDistribution) -> Double? { nil }

  /// The square root of the variance; infinite or NaN as that is.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The logarithm of the density; −∞ outside the support.
  public func logDensity(at x: Double) -> Double {
    if x.isNaN { return .nan }
    guard support.lower <= x, x <= support.upper, x.isFinite else { return -.infinity }
    return logDensity(of: Expr(x)).constantValue ?? .nan
  }

  /// P(a < X ≤ b), 0 where b ≤ a.
  ///
  /// A difference on the side of the nearer tail, so that small probabilities far out keep their digits.
  public func probability(from a: Double, to b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    guard a < b else { return 0 }
    let (below, above) = (probability(below: a), probability(above: b))
    return below > above
      ? Swift.max(0, probability(above: a) - above) : Swift.max(0, probability(below: b) - below)
  }

  /// The least x with P(X ≤ x) ≥ p; NaN unless 0 ≤ p ≤ 1.
  ///
  /// By bisection over the doubles, on the tail in which p lies: to the last digit of what ``probability(below:)``
  /// gives. At most 64 of its values.
  public func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    var (low, high) = (Self.ordered(support.lower), Self.ordered(support.upper))
    let isUpper = p > 0.5
    while low < high {
      // The middle, rounded down, without overflow.
      let middle = (low & high) + ((low ^ high) >> 1)
      let x = Self.double(middle)
      let isReached = isUpper ? probability(above: x) <= 1 - p : probability(below: x) >= p
      if isReached { high = middle } else { low = middle + 1 }
    }
    return Self.double(low)
  }

  /// Independent numbers from the distribution, shape [`count`].
  public func samples(_ count: Int, using generator: inout some RandomNumberGenerator) -> Tensor<Double> {
    Tensor((0..<count).map { _ in sample(using: &generator) })
  }

  /// Integers in the order of the doubles.
  private static func ordered(_ x: Double) -> Int64 {
    let bits = Int64(bitPattern: x.bitPattern)
    return bits < 0 ? Int64.min &- bits : bits
  }

  private static func double(_ order: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: order < 0 ? Int64.min &- order : order))
  }
}

/// Why there is no such distribution.
public enum DistributionError: Error, Equatable, CustomStringConvertible {
  /// A parameter that is not in its range.
  case parameter(name: String, value: Double, distribution: String, range: String)
  /// The weights of a mixture are as many as its components, not negative, and have a positive, finite sum.
  case weights
  /// A covariance matrix that is not symmetric and positive definite, or of the wrong shape.
  case covariance(shape: [Int])

  public var description: String {
    switch self {
    case .parameter(let name, let value, let distribution, let range):
      "the \(name) of a \(distribution) distribution is \(range), not \(value)"
    case .weights:
      "a mixture has one weight for each component; weights are not negative, and their sum is positive and finite"
    case .covariance(let shape):
      "a covariance matrix is symmetric and positive definite and has a row for each coordinate of the mean; "
        + "the one given, of shape \(shape), is not"
    }
  }

  static func checkPositive(
    _ value: Double, _ name: String, of distribution: String
  ) throws(DistributionError) -> Double {
    guard value > 0, value.isFinite else {
      throw .parameter(name: name, value: value, distribution: distribution, range: "positive and finite")
    }
    return value
  }

  static func checkFinite(
    _ value: Double, _ name: String, of distribution: String
  ) throws(DistributionError) -> Double {
    guard value.isFinite else {
      throw .parameter(name: name, value: value, distribution: distribution, range: "finite")
    }
    return value
  }
}
