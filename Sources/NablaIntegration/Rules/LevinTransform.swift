// SPDX-License-Identifier: Apache-2.0

/// Levin's u-transform: the limit of partial sums s₀, s₁, … of alternating, geometric or algebraically falling terms aₙ,
/// from remainder estimates ωₙ = (n + β) aₙ.
///
/// Levin, "Development of non-linear transformations for improving convergence of sequences", Int. J. Comput. Math. B3
/// (1973); Weniger, "Nonlinear sequence transformations", Comput. Phys. Rep. 10 (1989), eq. 7.2-8.
struct LevinTransform {
  /// The number that the first term has, in a series whose terms are smooth functions of their number.
  let beta: Double
  private var numerators: [Double] = []
  private var denominators: [Double] = []
  private(set) var estimates: [Double] = []

  init(beta: Double) { self.beta = beta }

  /// Takes the next partial sum and its last term, which is not 0.
  mutating func add(sum: Double, term: Double) {
    let n = numerators.count
    var factor = 1 / (beta + Double(n))
    denominators.append(factor / ((beta + Double(n)) * term))
    numerators.append(sum * denominators[n])
    if n > 0 {
      let ratio = (beta + Double(n) - 1) * factor
      for j in 1...n {
        let weight = (Double(n - j) + beta) * factor
        numerators[n - j] = numerators[n - j + 1] - weight * numerators[n - j]
        denominators[n - j] = denominators[n - j + 1] - weight * denominators[n - j]
        factor *= ratio
      }
    }
    let estimate = numerators[0] / denominators[0]
    estimates.append(estimate.isFinite ? estimate : estimates.last ?? sum)
  }

  /// The estimate where three successive ones agree best, and how well they do.
  var best: (value: Double, error: Double) {
    var best = (value: estimates.last ?? .nan, error: Double.infinity)
    guard estimates.count >= 3 else { return best }
    for k in 2..<estimates.count {
      let spread = Swift.max(
        Swift.abs(estimates[k] - estimates[k - 1]), Swift.abs(estimates[k - 1] - estimates[k - 2]))
      if spread < best.error { best = (estimates[k], spread) }
    }
    return best
  }
}
