// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W11: four chains of the No-U-Turn sampler, 1000 transitions of warm-up and 1000 draws each, from random starts; a
/// call includes differentiating and compiling. A point is a draw; the figure is effective draws a second, of the variable
/// that has the fewest.
let samplingWorkloads: [Workload] = [
  samplingWorkload("W11hmc-normal10", 10, correlatedNormal),
  samplingWorkload("W11hmc-schools", 10, eightSchools),
]

/// A normal distribution of 10 variables with the correlations 0.9^|i − j|, whose precision matrix is tridiagonal.
private func correlatedNormal() -> LogDensity {
  let correlation = 0.9
  let f = Function(10) { (x: [Expr]) -> Expr in
    var sum = x[0] * x[0]
    for i in 1..<10 {
      sum = sum + pow(x[i] - Expr(correlation) * x[i - 1], 2) / Expr(1 - correlation * correlation)
    }
    return -0.5 * sum
  }
  return LogDensity(f)
}

/// The eight schools (Rubin 1981; Gelman et al., Bayesian Data Analysis, 5.5), non-centred: θ = μ + τη.
private func eightSchools() -> LogDensity {
  let effects = [28.0, 8, -3, 7, -1, 1, 18, 12]
  let errors = [15.0, 10, 16, 11, 9, 11, 10, 18]
  let (mu, tau) = (Expr.variable("mu"), Expr.variable("tau"))
  let eta = (1...8).map { Expr.variable("eta\($0)") }
  var sum = -0.5 * pow(mu / 5, 2) - log1p(pow(tau / 5, 2))
  for j in 0..<8 {
    sum = sum - 0.5 * pow(eta[j], 2) - 0.5 * pow((Expr(effects[j]) - mu - tau * eta[j]) / Expr(errors[j]), 2)
  }
  return LogDensity(Function(sum, of: [mu, tau] + eta), constraints: ["tau": .positive])
}

private func samplingWorkload(
  _ name: String, _ n: Int, _ density: @escaping @Sendable () -> LogDensity
) -> Workload {
  let options = SamplingOptions(chains: 4, warmup: 1000, draws: 1000, seed: 1)
  return Workload(name: name, n: n, batches: .only(options.chains * options.draws)) { _ in
    Trial {
      let density = density()
      var draws: Draws?
      var run = Run {
        draws = try density.sample(options)
      } results: { _ in
        []
      }
      run.effectiveSamples = { draws?.summary.rows.map(\.bulkEffectiveSampleSize).min() ?? 0 }
      return run
    } reference: { _ in
      nil
    }
  }
}
