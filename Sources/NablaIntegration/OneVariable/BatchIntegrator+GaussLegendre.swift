// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors
internal import RealModule

extension BatchIntegrator {
  /// Integrates by Gauss–Legendre rules with more and more nodes those rows that the rule before left; the first is the
  /// smallest one that does for three quarters of a few rows.
  func gaussLegendre(_ lower: Double, _ upper: Double) -> Result? {
    gaussLegendre(lower, upper, RuleWithTail.all[...])
  }

  private func gaussLegendre(
    _ lower: Double, _ upper: Double, _ rules: ArraySlice<RuleWithTail>
  ) -> Result? {
    var result = Result(count: rows.count, method: .gaussLegendre)
    var left = Array(0..<rows.count)
    var coarsest: Int?
    for (index, rule) in zip(rules.indices, rules) where !left.isEmpty {
      if left.count > 4 * Self.sampleCount {
        let sample = (0..<Self.sampleCount).map { left[$0 * left.count / Self.sampleCount] }
        var converged = 0
        integrate(rule, lower, upper, sample) { _, sum in converged += isWithinTolerance(sum) ? 1 : 0 }
        if 4 * converged < 3 * Self.sampleCount { continue }
      }
      var next: [Int] = []
      integrate(rule, lower, upper, left) { row, sum in
        result.evaluations[row] += rule.count
        if isWithinTolerance(sum) {
          result.set(row, sum.value, size: sum.size, error: sum.error)
        } else {
          next.append(row)
        }
      }
      if next.count < left.count && coarsest == nil { coarsest = index }
      left = next
    }
    guard let coarsest else { return nil }
    let nodes = RuleWithTail.all[coarsest].nodes(lower, upper)
    return finish(result, [lower] + nodes + [upper])
      ?? gaussLegendre(lower, upper, rules.suffix(from: coarsest + 1))
  }

  private static let sampleCount = 16

  private func isWithinTolerance(_ sum: RuleWithTail.Sum) -> Bool {
    isConverged(sum.value, size: sum.size, error: sum.error)
  }

  /// The rule's sums for some rows.
  private func integrate(
    _ rule: RuleWithTail, _ lower: Double, _ upper: Double, _ list: [Int],
    _ take: (_ row: Int, RuleWithTail.Sum) -> Void
  ) {
    let chosen = list.count == rows.count ? rows : rows.taking(list)
    let nodes = rule.nodes(lower, upper)
    // As many rows as leave the values of all nodes in the cores' caches.
    let block = 1024
    for start in stride(from: 0, to: list.count, by: block) {
      let range = start..<Swift.min(start + block, list.count)
      rule.forEachSum(of: chosen.values(at: nodes, rows: range), scale: 0.5 * (upper - lower)) {
        take(list[start + $0], $1)
      }
    }
  }
}

/// A Gauss–Legendre rule that estimates its error from the Legendre coefficients cₖ of the integrand, which the values at
/// its nodes also give: cₖ = (k + ½) Σ wᵢ f(xᵢ) Pₖ(xᵢ).
///
/// The term of degree k adds at most aₖ = √(2k + 1) |Σ wᵢ f(xᵢ) Pₖ(xᵢ)| to ∫|f| (as ∫|Pₖ| ≤ 2/√(2k + 1)). The rule is exact
/// up to the degree 2n − 1, so that what it leaves is of the size of a₂ₙ. Integrands here are smooth formulas, analytic
/// functions whose coefficients decay geometrically or faster: with r = aₙ/a at n/2, a₂ₙ ≈ aₙ r². The estimate is
/// aₙ min(1, 100 r²). Neighbouring degrees are taken together, since coefficients of even functions and of oscillating
/// ones vanish now and then.
///
/// Trefethen, "Is Gauss quadrature better than Clenshaw–Curtis?", SIAM Review 50 (2008), theorem 4.5.
private struct RuleWithTail: Sendable {
  static let all = [16, 24, 32, 40, 52, 64, 88, 120].map { RuleWithTail($0) }

  struct Sum {
    var value: Double
    /// ∫|f|.
    var size: Double
    var error: Double
  }

  /// n.
  let count: Int
  /// In [−1, 1].
  private let nodes: [Double]
  /// [n].
  private let weights: Tensor<Double>
  /// [6, n]: the weights; times √(2k + 1) Pₖ, two rows with k about n/2 and three with the last k below n.
  private let moments: Tensor<Double>

  init(_ count: Int) {
    let rule = GaussLegendre(count)
    self.count = count
    nodes = rule.nodes
    weights = Tensor(rule.weights)
    let scaled = [count / 2 - 1, count / 2, count - 3, count - 2, count - 1].map { k in
      let factor = Double(2 * k + 1).squareRoot()
      return Tensor(rule.nodes.map { factor * GaussLegendre.legendre(k, angle: .acos($0)).value })
    }
    moments = weights * Tensor.stack([Tensor.ones([count])] + scaled)
  }

  /// The nodes in another range.
  func nodes(_ lower: Double, _ upper: Double) -> [Double] {
    nodes.map { 0.5 * lower + 0.5 * upper + 0.5 * (upper - lower) * $0 }
  }

  /// - Parameters:
  ///   - values: [n, K].
  ///   - scale: half the length of the range.
  func forEachSum(of values: Tensor<Double>, scale: Double, _ take: (Int, Sum) -> Void) {
    let count = values.shape[1]
    let sums = matmul(moments, values).scalars
    let sizes = matmul(weights, abs(values)).scalars
    for index in 0..<count {
      func moment(_ row: Int) -> Double { Swift.abs(sums[row * count + index]) }
      let middle = Swift.max(moment(1), moment(2))
      let tail = Swift.max(moment(3), moment(4), moment(5))
      let ratio = tail / middle
      let left = tail > 0 ? tail * Swift.min(1, 100 * ratio * ratio) : tail
      let size = scale * sizes[index]
      take(
        index, Sum(value: scale * sums[index], size: size, error: scale * left + 64 * size * .ulpOfOne))
    }
  }
}
