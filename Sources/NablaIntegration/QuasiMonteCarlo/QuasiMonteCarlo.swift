// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Randomised quasi-Monte-Carlo integration: means over Sobol' points with random digital shifts.
///
/// Each of 16 shifts makes the mean an unbiased estimate, and their spread says how good it is: the error estimate is
/// t · s/√16 with Student's t for 15 degrees of freedom at 99.9 %. The number of points is doubled until that is within
/// the tolerance.
///
/// L'Ecuyer and Lemieux, "Recent advances in randomized quasi-Monte Carlo methods" (2002).
struct QuasiMonteCarlo {
  let integrand: CubatureIntegrand
  let options: IntegrationOptions
  let limit: Int

  private static let replicates = 16
  /// Student's t, 15 degrees of freedom, two-sided 99.9 %.
  private static let quantile = 4.073

  init(_ integrand: CubatureIntegrand, options: IntegrationOptions, limit: Int) {
    self.integrand = integrand
    self.options = options
    self.limit = limit
  }

  func run() -> Integral {
    let n = integrand.dimension
    var random = SplitMix(state: options.seed)
    var sequences = (0..<Self.replicates).map { _ in
      SobolSequence(dimension: n, shift: (0..<n).map { _ in random.next() })
    }
    let widths = zip(integrand.lower, integrand.upper).map { $1 - $0 }
    let volume = widths.reduce(1, *)
    var sums = [Double](repeating: 0, count: Self.replicates)
    var (count, added, absolute) = (0, 256, 0.0)
    func result(_ value: Double, _ error: Double, _ reason: IntegrationReason) -> Integral {
      Integral(
        value: value, errorEstimate: error, evaluations: integrand.evaluations,
        intervalEvaluations: integrand.intervalEvaluations, reason: reason, method: .quasiMonteCarlo)
    }
    while true {
      for k in 0..<Self.replicates {
        var left = added
        while left > 0 {
          let part = Swift.min(left, 8192)
          left -= part
          var points: [Double] = []
          points.reserveCapacity(part * n)
          sequences[k].append(part, to: &points)
          for i in points.indices {
            points[i] = integrand.lower[i % n] + widths[i % n] * points[i]
          }
          for f in integrand.values(at: points) {
            sums[k] += f
            absolute += Swift.abs(f)
          }
        }
      }
      count += added
      added = count
      let means = sums.map { $0 / Double(count) * volume }
      let mean = means.reduce(0, +) / Double(Self.replicates)
      if !mean.isFinite {
        return result(mean, .infinity, mean.isNaN ? .undefinedIntegrand : .divergent)
      }
      let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Self.replicates - 1)
      let size = absolute / Double(count * Self.replicates) * volume
      let error = Self.quantile * (variance / Double(Self.replicates)).squareRoot() + 16 * size * .ulpOfOne
      let target = Swift.max(options.target(for: mean), 64 * size * .ulpOfOne)
      if error <= target {
        // Shifts that agree on a constant may all have missed a peak.
        let bracket = MassBracket(
          integrand, [(lower: integrand.lower, upper: integrand.upper)], budget: 2000)
        return bracket.allows(mean, error: error)
          ? result(mean, error, .converged) : result(mean, .infinity, .noFurtherProgress)
      }
      if integrand.evaluations + added * Self.replicates > limit {
        return result(mean, error, .evaluationLimit)
      }
    }
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
