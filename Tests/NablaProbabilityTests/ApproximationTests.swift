// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import RealModule
import Testing

@testable import NablaProbability

struct LaplaceApproximationTests {
  @Test func exactForANormalDensity() throws {
    // −½ (x − m)ᵀ Λ (x − m) + c.
    let (precision, m): ([[Double]], [Double]) = ([[4, 1, 0], [1, 3, -1], [0, -1, 2]], [1, -2, 0.5])
    let f = Function(3) { (x: [Expr]) -> Expr in
      var sum: Expr = 0.25
      for i in 0..<3 {
        for j in 0..<3 { sum = sum - 0.5 * Expr(precision[i][j]) * (x[i] - Expr(m[i])) * (x[j] - Expr(m[j])) }
      }
      return sum
    }
    let laplace = try LogDensity(f).laplaceApproximation(from: [10, 10, 10])
    #expect(zip(laplace.mode, m).allSatisfy { abs($0 - $1) < 1e-14 * 10 })
    let identity = matmul(laplace.covariance, Tensor(precision))
    #expect((0..<9).allSatisfy { abs(identity.scalars[$0] - ($0 % 4 == 0 ? 1 : 0)) < 1e-14 })
    // det Λ = 4 (6 − 1) − 1 (2 − 0) = 18.
    let logIntegral = 0.25 + 1.5 * Double.log(2 * .pi) - 0.5 * Double.log(18)
    #expect(abs(laplace.logMarginalLikelihood - logIntegral) < 1e-14 * 4)
    let point = [0.3, -1, 2]
    #expect(abs(try laplace.logDensity(at: point) - (f(0.3, -1, 2) - logIntegral)) < 1e-13)
  }

  /// x^(a−1) (1−x)^(b−1) in log-odds: by Stirling's formula for the three gamma functions of B(a, b).
  @Test func theBetaFunctionByStirlingsFormula() throws {
    let (a, b) = (8.0, 4.0)
    let density = LogDensity(
      Function(1, parameters: 2) { x, p in (p[0] - 1) * log(x[0]) + (p[1] - 1) * log1p(-x[0]) },
      parameters: [a, b], constraints: ["x0": .interval(0, 1)])
    let laplace = try density.laplaceApproximation(from: [0.5])
    #expect(abs(laplace.mode[0] - a / (a + b)) < 1e-15)
    #expect(abs(laplace.covariance[0, 0] - (a + b) / (a * b)) < 1e-14)
    let expected =
      a * Double.log(a / (a + b)) + b * Double.log(b / (a + b)) + 0.5
      * Double.log(2 * .pi * (a + b) / (a * b))
    #expect(abs(laplace.logMarginalLikelihood - expected) < 1e-13)
    // B(8, 4) = 7! 3! / 11! = 1/1320; Stirling's formula lacks 1/12a + 1/12b − 1/12(a + b) to first order.
    let missing = -Double.log(1320) - laplace.logMarginalLikelihood
    #expect(abs(missing - (1 / a + 1 / b - 1 / (a + b)) / 12) < 2e-4)
  }

  /// The same density without a map: mode (a − 1)/(a + b − 2), −H = (a − 1)/x² + (b − 1)/(1 − x)².
  @Test func theBetaFunctionInItsOwnVariable() throws {
    let density = LogDensity(Function { x in 7 * log(x) + 3 * log(1 - x) })
    let laplace = try density.laplaceApproximation(from: [0.5])
    #expect(abs(laplace.mode[0] - 0.7) < 1e-15)
    let curvature = 7 / 0.49 + 3 / 0.09
    let expected = 7 * Double.log(0.7) + 3 * Double.log(0.3) + 0.5 * Double.log(2 * .pi / curvature)
    #expect(abs(laplace.logMarginalLikelihood - expected) < 1e-13)
    // Worse than in log-odds: 0.024 off there, 0.064 here.
    #expect(abs(laplace.logMarginalLikelihood + Double.log(1320) - 0.064) < 5e-4)
  }

  @Test func drawsHaveMeanAndCovariance() throws {
    let density = LogDensity(
      Function { x, y in -0.5 * (2 * x * x - 2 * x * y + 3 * y * y) }, constraints: ["x1": .below(5)])
    let (count, seed) = (40_000, UInt64(6))
    print("seed \(seed)")
    let laplace = try density.laplaceApproximation(from: [0, 0])
    let draws = laplace.sample(count, seed: seed)
    #expect(draws.shape == [count, 2] && draws[.all, 1].max() < 5)
    // In unconstrained coordinates.
    let points = draws.scalars.enumerated().map { $0 % 2 == 1 ? Double.log(5 - $1) : $1 }
    let center = [laplace.mode[0], Double.log(5 - laplace.mode[1])]
    for i in 0..<2 {
      for j in 0..<2 {
        let covariance = laplace.covariance
        let estimate = (0..<count).reduce(0.0) {
          $0 + (points[2 * $1 + i] - center[i]) * (points[2 * $1 + j] - center[j])
        }
        let variance = covariance[i, i] * covariance[j, j] + covariance[i, j] * covariance[i, j]
        // Five standard errors: 1 in 1.7 million.
        #expect(
          abs(estimate / Double(count) - covariance[i, j]) < 5 * (variance / Double(count)).squareRoot())
      }
    }
    #expect(draws.scalars == laplace.sample(count, seed: seed).scalars)
    // The density of draws integrates to 1: of a constrained variable the Jacobian counts.
    let (x, y) = (laplace.mode[0], laplace.mode[1])
    let determinant =
      laplace.covariance[0, 0] * laplace.covariance[1, 1]
      - laplace.covariance[0, 1] * laplace.covariance[1, 0]
    let atMode = -Double.log(2 * .pi) - 0.5 * Double.log(determinant) - Double.log(5 - y)
    #expect(abs(try laplace.logDensity(at: [x, y]) - atMode) < 1e-12)
  }

  @Test func marginalLikelihoodOverRows() throws {
    // y ~ N(m, 1), m ~ N(0, 1), with all constants: the marginal likelihood of two rows is known.
    let half = 0.5 * Double.log(2 * .pi)
    let density = LogDensity(
      prior: Function(1) { m in -0.5 * m[0] * m[0] - Expr(half) },
      likelihood: Function(1, parameters: 1) { m, y in -0.5 * pow(y[0] - m[0], 2) - Expr(half) },
      over: [[1], [3]])
    let laplace = try density.laplaceApproximation(from: [0])
    // y is normal with covariance [[2, 1], [1, 2]]: determinant 3, yᵀ Σ⁻¹ y = (2·1 − 2·3 + 2·9)/3.
    let expected = -2 * half - 0.5 * Double.log(3) - 0.5 * 14 / 3
    #expect(abs(laplace.mode[0] - 4.0 / 3) < 1e-14)
    #expect(abs(laplace.logMarginalLikelihood - expected) < 1e-13)
  }

  @Test func failures() {
    let linear = LogDensity(Function { x, y in x - y * y })
    let error = #expect(throws: InferenceError.self) { try linear.laplaceApproximation(from: [0, 1]) }
    guard case .modeNotFound(_, .unbounded)? = error else { Issue.record("\(error as Any)"); return }
    let ridge = LogDensity(Function { x, y in -pow(x - y, 2) })
    let flat = #expect(throws: InferenceError.self) { try ridge.laplaceApproximation(from: [3, 1]) }
    guard case .degenerateMode? = flat else { Issue.record("\(flat as Any)"); return }
    let quartic = LogDensity(Function { x in -pow(x, 4) })
    let degenerate = #expect(throws: InferenceError.self) { try quartic.laplaceApproximation(from: [1]) }
    guard case .degenerateMode? = degenerate else { Issue.record("\(degenerate as Any)"); return }
    let outside = #expect(throws: InferenceError.self) {
      try LogDensity(Function { x in log(x) - x }).laplaceApproximation(from: [-2])
    }
    guard case .nonFiniteStart([-2], _)? = outside else { Issue.record("\(outside as Any)"); return }
  }
}

struct MeanFieldApproximationTests {
  @Test(arguments: [0, 1, 99] as [UInt64])
  func exactForANormalDensity(_ seed: UInt64) throws {
    let precision: [[Double]] = [[4, 1, 0], [1, 3, -1], [0, -1, 2]]
    let m = [1, -2, 0.5]
    let f = Function(3) { (x: [Expr]) -> Expr in
      var sum: Expr = 0
      for i in 0..<3 {
        for j in 0..<3 { sum = sum - 0.5 * Expr(precision[i][j]) * (x[i] - Expr(m[i])) * (x[j] - Expr(m[j])) }
      }
      return sum
    }
    let q = try LogDensity(f).meanFieldApproximation(from: [3, 3, 3], seed: seed)
    #expect(q.converged, "\(q.reason)")
    for j in 0..<3 {
      #expect(abs(q.means[j] - m[j]) < 1e-10)
      #expect(abs(q.standardDeviations[j] - 1 / precision[j][j].squareRoot()) < 1e-10)
    }
    // log ∫ p − KL, where KL = ½ (log ∏ Λⱼⱼ − log det Λ).
    let logIntegral = 1.5 * Double.log(2 * .pi) - 0.5 * Double.log(18)
    let bound = logIntegral - 0.5 * (Double.log(24) - Double.log(18))
    #expect(abs(q.elbo - bound) < 5 * q.elboError)
    #expect(q.elboError > 0 && q.elboError < 0.1)
  }

  /// Of a gamma density in u = log x the bound is a μ − b e^(μ + σ²/2) + log σ + ½(1 + log 2π), largest where
  /// σ² = 1/a and e^(μ + σ²/2) = a/b.
  @Test func aGammaDensityWithinTheErrorOfTheDraws() throws {
    let (a, b, seed) = (5.0, 2.0, UInt64(12))
    print("seed \(seed)")
    let density = LogDensity(
      Function(1, parameters: 2) { x, p in (p[0] - 1) * log(x[0]) - p[1] * x[0] }, parameters: [a, b],
      constraints: ["x0": .positive])
    let q = try density.meanFieldApproximation(from: [1], draws: 4000, seed: seed)
    #expect(q.converged)
    // Fixed draws of the second moments: what is left is of the order of their third and fourth.
    #expect(abs(q.standardDeviations[0] - 1 / a.squareRoot()) < 5e-3)
    #expect(abs(q.means[0] - (Double.log(a / b) - 0.5 / a)) < 5e-3)
    let bound = a * (Double.log(a / b) - 0.5 / a) - a - 0.5 * Double.log(a) + 0.5 * (1 + Double.log(2 * .pi))
    #expect(abs(q.elbo - bound) < 5 * q.elboError)
    // It is a lower bound: log Γ(5) − 5 log 2.
    #expect(q.elbo < Double.log(24) - 5 * Double.log(2) + 5 * q.elboError)
    // By Chebyshev's rule for the mean of a log-normal distribution.
    let draws = q.sample(10_000, seed: seed)
    let mean = Double.exp(q.means[0] + 0.5 * q.standardDeviations[0] * q.standardDeviations[0])
    #expect(abs(draws.mean() - mean) < 5 * mean * 0.5 / 100)
    #expect(draws.min() > 0)
    let x = 1.7
    let z = (Double.log(x) - q.means[0]) / q.standardDeviations[0]
    let expected = -0.5 * z * z - Double.log(q.standardDeviations[0] * x) - 0.5 * Double.log(2 * .pi)
    #expect(abs(try q.logDensity(at: [x]) - expected) < 1e-14 * 10)
  }

  @Test func rowsOfData() throws {
    let prior = Function(2) { b in -0.5 * (b[0] * b[0] + b[1] * b[1]) }
    let likelihood = Function(2, parameters: 2) { b, row in -0.5 * pow(row[1] - b[0] - b[1] * row[0], 2) }
    let rows: Tensor<Double> = [[0, 1], [1, 3], [2, 4], [3, 8]]
    let q = try LogDensity(prior: prior, likelihood: likelihood, over: rows)
      .meanFieldApproximation(from: [0, 0])
    // Λ = I + Σ (1, x)(1, x)ᵀ = [[5, 6], [6, 15]], Λ μ = Σ y (1, x) = (16, 35).
    #expect(q.converged)
    #expect(abs(q.means[0] - (16 * 15 - 6 * 35) / 39.0) < 1e-10)
    #expect(abs(q.means[1] - (5 * 35 - 6 * 16) / 39.0) < 1e-10)
    #expect(abs(q.standardDeviations[0] - 1 / 5.0.squareRoot()) < 1e-10)
    #expect(abs(q.standardDeviations[1] - 1 / 15.0.squareRoot()) < 1e-10)
  }

  @Test func densitiesThatCannotBeNormalised() throws {
    let q = try LogDensity(Function { x, y in 0.1 * x - y * y }).meanFieldApproximation(from: [0, 0])
    #expect(!q.converged)
    #expect(throws: InferenceError.self) {
      try LogDensity(Function { x in log(x) - x }).meanFieldApproximation(from: [0.001])
    }
  }
}
