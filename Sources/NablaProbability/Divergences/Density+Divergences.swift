// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
public import NablaIntegration
internal import NablaOptimization
internal import NablaTensors
internal import RealModule

extension Density {
  /// The Kullback–Leibler divergence ∫ p log(p/q) of the normalised densities, in nats; +∞ where q is 0 on a part of the space
  /// where p is not.
  ///
  /// The integrand is p (log p − log q), with logarithms that do not underflow: the quotient p/q is 0/0 or ∞ as soon as
  /// both densities do, for |x| > 38.6 of a standard normal one.
  ///
  /// - Precondition: q is a density of the same variables.
  public func klDivergence(
    to q: Density, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    check(q)
    let isInside = support.lower.indices.allSatisfy {
      support.lower[$0] >= q.support.lower[$0] && support.upper[$0] <= q.support.upper[$0]
    }
    guard isInside else { return Estimate(closedForm: .infinity) }
    if vanishes(q) {
      return Estimate(
        value: .infinity, errorEstimate: 0, evaluations: Self.probeCount, method: .quadrature,
        reason: .converged)
    }
    let (zp, zq) = (normalizer(options), q.normalizer(options))
    let sum = integral(information(relativeTo: q.logarithm), options)
    if sum.value == .infinity || sum.value.isNaN && growsWithoutBound(q, options) {
      return Estimate(
        value: .infinity, errorEstimate: .infinity, evaluations: sum.evaluations, method: .quadrature,
        reason: .divergent)
    }
    let mean = sum.value / zp.value
    let value = mean - .log(zp.value) + .log(zq.value)
    let relative = zp.errorEstimate / zp.value
    let error = sum.errorEstimate / zp.value + (Swift.abs(mean) + 1) * relative + zq.errorEstimate / zq.value
    return Estimate.combining(value, error: error, sum, zp, zq)
  }

  /// The Jensen–Shannon divergence ½ KL(p, m) + ½ KL(q, m) with m = ½ (p + q), in nats: symmetric, from 0 to log 2.
  ///
  /// - Precondition: q is a density of the same variables.
  public func jensenShannonDivergence(
    to q: Density, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    check(q)
    let (zp, zq) = (normalizer(options), q.normalizer(options))
    let logP = logarithm - Expr(.log(zp.value))
    let logQ = q.logarithm - Expr(.log(zq.value))
    let relative = zp.errorEstimate / zp.value + zq.errorEstimate / zq.value
    guard let common = common(q) else {
      return Estimate.combining(.log(2), error: relative, zp, zq)
    }
    // Where both are positive, log p − log m = log 2 − log(1 + q/p), and the same for q.
    let integrand =
      exp(logP) * (log(2) - softplus(logQ - logP)) + exp(logQ) * (log(2) - softplus(logP - logQ))
    let sum = integral(integrand, over: common, options)
    // Elsewhere one of them is alone, and its quotient is 2.
    let alone = [self, q].filter { $0.support != common }.map { density in
      (density, density.probability(in: common, options: options))
    }
    let value = sum.value + alone.reduce(0) { $0 + .log(2) * Swift.max(0, 1 - $1.1.value) }
    let error = alone.reduce(sum.errorEstimate) { $0 + $1.1.errorEstimate }
    return Estimate.combining(0.5 * value, error: 0.5 * error + relative, sum, zp, zq)
  }

  /// The part of space where both may be positive; nil if there is none.
  private func common(_ q: Density) -> Box? {
    let lower = zip(support.lower, q.support.lower).map { Swift.max($0, $1) }
    let upper = zip(support.upper, q.support.upper).map { Swift.min($0, $1) }
    guard zip(lower, upper).allSatisfy({ $0 < $1 }) else { return nil }
    return Box(uncheckedLower: lower, upper: upper)
  }

  /// Whether the divergence over ever larger parts of an unbounded support grows by as much each time. Far out its
  /// integrand may be 0 · ∞, or ∞ − ∞, and so say nothing.
  private func growsWithoutBound(_ q: Density, _ options: IntegrationOptions) -> Bool {
    guard !support.isBounded else { return false }
    let integrand = information(relativeTo: q.logarithm)
    let values = [1e4, 1e8, 1e12].map { reach in
      let part = Box(
        uncheckedLower: support.lower.map { Swift.max($0, -reach) },
        upper: support.upper.map { Swift.min($0, reach) })
      return integral(integrand, over: part, options).value
    }
    let (first, second) = (values[1] - values[0], values[2] - values[1])
    return first > 1e-6 * Swift.abs(values[0]) && second > 0.9 * first
  }

  private static let probeCount = 4_096

  /// Whether q is 0, and p is not, at several of many points all over the support, which no isolated zeros explain.
  /// Where p underflows, log q may be −∞ by overflow only.
  private func vanishes(_ q: Density) -> Bool {
    let points = probes(Self.probeCount)
    let values = Function([formula, q.logarithm], of: variables).value(at: points).scalars
    let count = (0..<points.shape[0]).count { values[2 * $0] > 0 && values[2 * $0 + 1] == -.infinity }
    return count >= 3
  }

  /// The first points of the additive recurrence with the powers of the inverse of the root of φⁿ⁺¹ = φ + 1 (Roberts), in
  /// the support; unbounded sides by x = t/(1 − t).
  private func probes(_ count: Int) -> Tensor<Double> {
    let n = variables.count
    var root = 2.0
    for _ in 0..<64 { root = .pow(1 + root, 1 / Double(n + 1)) }
    let steps = (1...n).map { Double.pow(root, -Double($0)) }
    return Tensor(shape: [count, n]) { buffer in
      for i in 0..<count {
        for j in 0..<n {
          let u = (0.5 + Double(i + 1) * steps[j]).truncatingRemainder(dividingBy: 1)
          let (lower, upper) = (support.lower[j], support.upper[j])
          buffer[i * n + j] =
            switch (lower.isFinite, upper.isFinite) {
            case (true, true): lower + (upper - lower) * u
            case (true, false): lower + u / (1 - u)
            case (false, true): upper - u / (1 - u)
            case (false, false): (2 * u - 1) / (u * (1 - u))
            }
        }
      }
    }
  }

  private func check(_ q: Density) {
    precondition(
      q.variables == variables,
      "densities of the same variables are compared, not one of \(variables) with one of \(q.variables)")
  }
}
