// SPDX-License-Identifier: Apache-2.0

public import NablaTensors
internal import RealModule

/// Whether Markov chains have converged to one distribution, and how many independent draws theirs are worth.
///
/// Each takes the draws of one quantity, [chains, draws], and splits every chain into halves (without the middle draw
/// of an odd number), so that one chain can be judged too. NaN of fewer than 4 draws a chain, of draws that are not all
/// finite, and of a quantity that never changes.
///
/// Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner, "Rank-normalization, folding, and localization: an improved
/// R̂ for assessing convergence of MCMC", Bayesian Analysis 16 (2021).
public enum ConvergenceDiagnostics {
  /// R̂: how far chains differ from each other more than draws within a chain do; 1 where they agree, and below 1.01
  /// where draws can be used.
  ///
  /// √((B/W + N − 1)/N) with the variances B between and W within the half chains of N draws, of the normalised ranks
  /// of the draws and of their distances from the median: the larger of the two. ∞ where chains stand still at
  /// different places.
  ///
  /// - Complexity: O(S log S) for S draws in all.
  public static func rHat(_ draws: Tensor<Double>) -> Double {
    guard let halves = halves(draws) else { return .nan }
    let median = Tensor(halves.flatMap { $0 }).median().item
    let folded = halves.map { $0.map { abs($0 - median) } }
    let (bulk, tails) = (rHat(normalScores(halves)), rHat(normalScores(folded)))
    // All draws may have one distance from the median.
    return tails.isNaN ? bulk : Swift.max(bulk, tails)
  }

  /// The number of independent draws that would give the mean with the same error.
  ///
  /// - Complexity: O(S L) for S draws in all, where autocorrelations vanish behind L of them.
  public static func effectiveSampleSize(_ draws: Tensor<Double>) -> Double {
    halves(draws).map(effectiveSampleSize) ?? .nan
  }

  /// The effective sample size of normalised ranks: of the middle of the distribution, also where there is no mean.
  public static func bulkEffectiveSampleSize(_ draws: Tensor<Double>) -> Double {
    halves(draws).map { effectiveSampleSize(normalScores($0)) } ?? .nan
  }

  /// The smaller of the effective sample sizes for the 5 % and the 95 % quantile.
  public static func tailEffectiveSampleSize(_ draws: Tensor<Double>) -> Double {
    guard let halves = halves(draws) else { return .nan }
    let sizes = [0.05, 0.95].map { q in
      let quantile = draws.flattened().quantile(q).item
      return effectiveSampleSize(halves.map { $0.map { $0 <= quantile ? 1 : 0 } })
    }
    return Swift.min(sizes[0], sizes[1])
  }

  /// The standard error of the mean of all draws, s/√ESS.
  public static func meanError(_ draws: Tensor<Double>) -> Double {
    let deviation = draws.standardDeviation(correction: 1)
    return deviation / effectiveSampleSize(draws).squareRoot()
  }

  /// The standard error of the standard deviation of all draws, by the variance of squared deviations and their
  /// effective sample size.
  public static func standardDeviationError(_ draws: Tensor<Double>) -> Double {
    let mean = draws.mean()
    let squares = Tensor(shape: draws.shape, scalars: draws.scalars.map { ($0 - mean) * ($0 - mean) })
    let variance = squares.mean()
    let spread = squares.scalars.reduce(0) { $0 + ($1 - variance) * ($1 - variance) } / Double(squares.count)
    return (spread / effectiveSampleSize(squares) / variance / 4).squareRoot()
  }

  // MARK: Parts

  /// The halves of all chains; nil where nothing can be said.
  private static func halves(_ draws: Tensor<Double>) -> [[Double]]? {
    precondition(draws.rank == 2, "the draws of one quantity have shape [chains, draws], not \(draws.shape)")
    let (chains, count) = (draws.shape[0], draws.shape[1])
    guard chains > 0, count >= 4, draws.allFinite, draws.min() < draws.max() else { return nil }
    let half = count / 2
    return (0..<chains).flatMap { chain in
      let row = draws.row(chain).scalars
      return [Array(row.prefix(half)), Array(row.suffix(half))]
    }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// With n − 1.
  private static func variance(_ values: [Double]) -> Double {
    let mean = mean(values)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  private static func rHat(_ chains: [[Double]]) -> Double {
    let count = Double(chains[0].count)
    let between = count * variance(chains.map(mean))
    let within = mean(chains.map(variance))
    return ((between / within + count - 1) / count).squareRoot()
  }

  /// Φ⁻¹((r − ⅜)/(S + ¼)) of the ranks r among all S draws; equal draws share their average rank.
  private static func normalScores(_ chains: [[Double]]) -> [[Double]] {
    let values = chains.flatMap { $0 }
    let order = values.indices.sorted { values[$0] < values[$1] }
    var scores = values
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count && values[order[last + 1]] == values[order[first]] { last += 1 }
      let rank = Double(first + last) / 2 + 1
      let score = standardNormalQuantile((rank - 0.375) / (Double(values.count) + 0.25))
      for i in first...last { scores[order[i]] = score }
      first = last + 1
    }
    let length = chains[0].count
    return chains.indices.map { Array(scores[$0 * length..<($0 + 1) * length]) }
  }

  /// S/τ with τ = −1 + 2 Σ ρₜ, the autocorrelations ρₜ of all chains together up to where the sums of neighbours,
  /// made to fall, stay positive (Geyer's initial monotone sequence); τ is at least 1/log₁₀ S. A quantity that never
  /// changes is worth all of its draws.
  private static func effectiveSampleSize(_ chains: [[Double]]) -> Double {
    let count = chains[0].count
    let total = Double(chains.count * count)
    let means = chains.map(mean)
    let centered = zip(chains, means).map { chain, mean in chain.map { $0 - mean } }
    let first = chains[0][0]
    if chains.allSatisfy({ $0.allSatisfy { $0 == first } }) { return total }

    /// The average over the chains of the autocovariance at a lag, with 1/N.
    func covariance(_ lag: Int) -> Double {
      mean(
        centered.map { values in
          values.withUnsafeBufferPointer { values in
            var (even, odd) = (0.0, 0.0)
            var i = 0
            while i + 1 < count - lag {
              even += values[i] * values[i + lag]
              odd += values[i + 1] * values[i + 1 + lag]
              i += 2
            }
            if i < count - lag { even += values[i] * values[i + lag] }
            return (even + odd) / Double(count)
          }
        })
    }
    let variance = covariance(0) * Double(count) / Double(count - 1)
    var pooled = variance * Double(count - 1) / Double(count)
    if chains.count > 1 { pooled += Self.variance(means) }
    func correlation(_ lag: Int) -> Double { 1 - (variance - covariance(lag)) / pooled }

    var correlations = [Double](repeating: 0, count: count)
    var (even, odd) = (1.0, correlation(1))
    (correlations[0], correlations[1]) = (even, odd)
    var lag = 1
    while lag < count - 3 && even + odd > 0 {
      (even, odd) = (correlation(lag + 1), correlation(lag + 2))
      if even + odd >= 0 { (correlations[lag + 1], correlations[lag + 2]) = (even, odd) }
      lag += 2
    }
    let last = lag - 2
    // A positive one at the end of the sequence is half of a pair.
    if even > 0 { correlations[last + 1] = even }
    lag = 1
    while lag <= last - 2 {
      let before = correlations[lag - 1] + correlations[lag]
      if correlations[lag + 1] + correlations[lag + 2] > before {
        (correlations[lag + 1], correlations[lag + 2]) = (before / 2, before / 2)
      }
      lag += 2
    }
    let time = -1 + 2 * correlations.prefix(last + 1).reduce(0, +) + correlations[last + 1]
    return total / Swift.max(time, 1 / .log10(total))
  }
}

/// Φ⁻¹(p), the quantile of the standard normal distribution, for 0 < p < 1, to 16 digits.
///
/// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988),
/// PPND16.
func standardNormalQuantile(_ p: Double) -> Double {
  func ratio(_ x: Double, _ numerator: [Double], _ denominator: [Double]) -> Double {
    numerator.reduce(0) { $0 * x + $1 } / denominator.reduce(0) { $0 * x + $1 }
  }
  let q = p - 0.5
  if abs(q) <= 0.425 { return q * ratio(0.180625 - q * q, QuantileTables.middle.0, QuantileTables.middle.1) }
  let r = (-Double.log(Swift.min(p, 1 - p))).squareRoot()
  let tables = r <= 5 ? QuantileTables.tail : QuantileTables.farTail
  let x = ratio(r <= 5 ? r - 1.6 : r - 5, tables.0, tables.1)
  return q < 0 ? -x : x
}

/// The coefficients of AS 241, those of the highest powers first.
private enum QuantileTables {
  static let middle = (
    [
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080,
    ],
    [
      5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
    ]
  )
  static let tail = (
    [
      7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
      1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590,
      1.42343711074968357734,
    ],
    [
      1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
      1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
      2.05319162663775882187, 1.0,
    ]
  )
  static let farTail = (
    [
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
      5.46378491116411436990, 6.65790464350110377720,
    ],
    [
      2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
      7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
      5.99832206555887937690e-1, 1.0,
    ]
  )
}
