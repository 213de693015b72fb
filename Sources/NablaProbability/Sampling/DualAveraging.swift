// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Finds the step size at which the average acceptance statistic is a given one, by stochastic approximation:
///
///     H̄ ← (1 − 1/(t + t₀)) H̄ + (δ − αₜ)/(t + t₀),   log ε = μ − √t/γ H̄,
///     log ε̄ ← t^−κ log ε + (1 − t^−κ) log ε̄,
///
/// with μ = log 10ε₁, γ = 0.05, t₀ = 10, κ = 0.75.
///
/// Source: Hoffman, Gelman, "The No-U-Turn sampler", JMLR 15 (2014), section 3.2.
struct DualAveraging {
  /// ε of the next transition.
  private(set) var stepSize: Double
  /// ε̄, the average to keep at the end.
  var average: Double { .exp(logAverage) }

  private let target: Double
  private let center: Double
  private var logAverage = 0.0
  private var error = 0.0
  private var count = 0.0

  init(from stepSize: Double, target: Double) {
    self.stepSize = stepSize
    self.target = target
    center = .log(10 * stepSize)
  }

  mutating func update(acceptance: Double) {
    count += 1
    let weight = 1 / (count + 10)
    error = (1 - weight) * error + weight * (target - acceptance)
    let logStep = center - count.squareRoot() / 0.05 * error
    let share = Double.pow(count, -0.75)
    logAverage = share * logStep + (1 - share) * logAverage
    stepSize = .exp(logStep)
  }
}
