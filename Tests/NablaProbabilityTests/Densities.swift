// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaProbability
import NablaTensors

/// Densities whose moments are known.
enum Densities {
  /// A normal distribution of n variables with standard deviations 1, 2, …, n, means 1, −1, 1, … and correlations
  /// ρ^|i − j|: a chain xᵢ = ρ xᵢ₋₁ + √(1 − ρ²) zᵢ, standardised.
  static func correlatedNormal(_ n: Int, correlation: Double) -> LogDensity {
    let f = Function(n) { (x: [Expr]) -> Expr in
      let z = (0..<n).map { (x[$0] - Expr(mean($0))) / Expr(Double($0 + 1)) }
      var sum = z[0] * z[0]
      for i in 1..<n {
        sum = sum + pow(z[i] - Expr(correlation) * z[i - 1], 2) / Expr(1 - correlation * correlation)
      }
      return -0.5 * sum
    }
    return LogDensity(f)
  }

  static func mean(_ i: Int) -> Double { i % 2 == 0 ? 1 : -1 }

  static let schoolEffects = [28.0, 8, -3, 7, -1, 1, 18, 12]
  static let schoolErrors = [15.0, 10, 16, 11, 9, 11, 10, 18]

  /// The eight schools (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.5), non-centred: θ = μ + τη, η ~ N(0, 1),
  /// μ ~ N(0, 5), τ ~ half-Cauchy(0, 5), y ~ N(θ, s).
  static func eightSchools() -> LogDensity {
    let (mu, tau) = (Expr.variable("mu"), Expr.variable("tau"))
    let eta = (1...8).map { Expr.variable("eta\($0)") }
    var sum = -0.5 * pow(mu / 5, 2) - log1p(pow(tau / 5, 2))
    for j in 0..<8 {
      let residual = (Expr(schoolEffects[j]) - mu - tau * eta[j]) / Expr(schoolErrors[j])
      sum = sum - 0.5 * pow(eta[j], 2) - 0.5 * pow(residual, 2)
    }
    return LogDensity(Function(sum, of: [mu, tau] + eta), constraints: ["tau": .positive])
  }

  /// Neal's funnel: v ~ N(0, 3), xᵢ ~ N(0, e^(v/2)).
  static func funnel(_ n: Int) -> LogDensity {
    LogDensity(
      Function(n + 1) { (x: [Expr]) -> Expr in
        x.dropFirst().reduce(-0.5 * pow(x[0] / 3, 2)) { $0 - 0.5 * $1 * $1 * exp(-x[0]) - 0.5 * x[0] }
      })
  }
}
