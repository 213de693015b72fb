// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaExpressions
import NablaOptimization
import NablaProbability
import NablaTensors
import Testing

/// The marginal likelihood by the Laplace approximation, against quadrature of the same density.
struct EvidenceTests {
  /// By Stirling's series the error of log Γ(a) is 1/(12 a), in log x, the variable in which a gamma distribution is
  /// approximated; the binomial likelihood's follows from three of them.
  @Test(arguments: [4.0, 40, 400]) func laplaceAgainstQuadrature(_ n: Double) throws {
    let x = Expr.variable("x")
    let gamma = Density(
      logarithm: Expr(n - 1) * log(x) - x - Expr(n * Foundation.log(n) - n), of: [x],
      support: try Box(lower: [0], upper: [.infinity]))
    let exact = gamma.normalization()
    let laplace = try LogDensity(gamma).laplaceApproximation(from: [n])
    #expect(exact.converged)
    let error = Foundation.log(exact.value) - laplace.logMarginalLikelihood
    #expect(abs(error - 1 / (12 * n)) < 1 / (100 * n * n * n), "\(error)")
    // θᵏ(1 − θ)ⁿ⁻ᵏ with k = n/4, in log(θ/(1 − θ)).
    let k = n / 4
    let binomial = Density(
      logarithm: Expr(k - 1) * log(x) + Expr(n - k - 1) * log1p(-x), of: [x],
      support: try Box(lower: [0], upper: [1]))
    let evidence = binomial.normalization()
    let approximation = try LogDensity(binomial).laplaceApproximation(from: [0.5])
    #expect(evidence.converged)
    let difference = Foundation.log(evidence.value) - approximation.logMarginalLikelihood
    let expected = (1 / k + 1 / (n - k) - 1 / n) / 12
    #expect(abs(difference - expected) < 0.04 * expected, "\(difference), not \(expected)")
  }

  /// Two variables: a normal density is exact, and its correlation is found.
  @Test func normalOfTwoVariables() throws {
    let (x, y) = (Expr.variable("x"), Expr.variable("y"))
    let density = Density(
      exp(-x * x - y * y + x * y), of: [x, y],
      support: try Box(lower: [-.infinity, -.infinity], upper: [.infinity, .infinity]))
    let laplace = try LogDensity(density).laplaceApproximation(from: [1, -1])
    // 2π/√3.
    #expect(abs(exp(laplace.logMarginalLikelihood) - 3.6275987284684357) < 1e-12)
    #expect(abs(density.normalization().value - 3.6275987284684357) < 1e-9)
    #expect(abs(laplace.covariance[0, 1].item - 1.0 / 3) < 1e-14)
  }
}
