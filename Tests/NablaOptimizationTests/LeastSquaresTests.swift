// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

struct LeastSquaresTests {
  @Test func nistByDefaultSettings() {
    var (parameters, errors): ([Double], [Double]) = ([], [])
    for problem in NISTProblem.all {
      let residuals = problem.residuals
      for start in [problem.start1, problem.start2] {
        let fit = fitLeastSquares(residuals, from: start)
        let digits = NISTProblem.digits(fit.point, problem.certified)
        parameters.append(digits)
        errors.append(NISTProblem.digits(fit.standardErrors, problem.standardErrors))
        #expect(fit.converged, "\(problem.name): \(fit.reason)")
        #expect(fit.degreesOfFreedom == problem.degreesOfFreedom)
        #expect(digits > 4, "\(problem.name) from \(start): \(fit.point)")
        // The residuals of Lanczos1 are rounding noise, and standard errors are in proportion to them.
        #expect(errors.last! > (problem.name == "Lanczos1" ? 2 : 8), "\(problem.name)")
        if problem.name != "Lanczos1" {
          #expect(
            NISTProblem.digits([fit.residualSumOfSquares], [problem.certifiedRSS]) > 8, "\(problem.name)")
        }
      }
    }
    let mean = parameters.reduce(0, +) / Double(parameters.count)
    print("NIST StRD: mean LRE \(mean), worst \(parameters.min()!), \(parameters.count) runs")
    #expect(parameters.count == 54)
    // Double precision's ceiling is 10.74; Ceres 9.24, SciPy 9.27 (measured with tight tolerances).
    #expect(mean >= 10.5)
  }

  @Test(arguments: LeastSquaresMethod.allCases) func claimsNothingFalse(_ method: LeastSquaresMethod) {
    var solved = 0
    for problem in NISTProblem.all {
      for start in [problem.start1, problem.start2] {
        let fit = fitLeastSquares(problem.residuals, from: start, method: method)
        let isSolved = NISTProblem.digits([fit.residualSumOfSquares], [problem.certifiedRSS]) > 4
        if isSolved { solved += 1 }
        // MGH17 has the same minimum with its two exponentials exchanged; Lanczos1's sum is rounding noise.
        #expect(
          !fit.converged || isSolved || problem.name == "Lanczos1",
          "\(method) on \(problem.name): \(fit.point)")
      }
    }
    print("\(method) solves \(solved) of 54")
  }

  @Test func exactFitsEndAtTheLastDigit() {
    // y = 2x + 1 in 40 rows.
    let row = Function(2, parameters: 2) { b, row in b[0] * row[0] + b[1] - row[1] }
    let data = Tensor<Double>((0..<40).map { i -> [Double] in [Double(i), 2 * Double(i) + 1] })
    for method in LeastSquaresMethod.allCases {
      let fit = fitLeastSquares(Residuals(row, over: data), from: [-7, 30], method: method)
      #expect(fit.converged, "\(fit.reason)")
      #expect(abs(fit.point[0] - 2) < 1e-14 && abs(fit.point[1] - 1) < 1e-13, "\(fit.point)")
    }
  }

  @Test func manyRowsGoThroughTheNormalEquations() {
    // The same fit by QR (few rows) and in fused passes over 20,000 rows, each row repeated: the estimate is the same.
    let row = Function(3, parameters: 2) { b, row in b[0] * exp(-b[1] * row[0]) + b[2] - row[1] }
    let few = Tensor<Double>(
      (0..<50).map { i -> [Double] in
        let x = Double(i) / 10
        let error = Double((i * 7919) % 13) / 100
        return [x, 8.154845484 / (1 + x * x) + error]
      })
    let many = Tensor.concatenate(Array(repeating: few, count: 400), axis: 0)
    let a = fitLeastSquares(Residuals(row, over: few), from: [1, 1, 0])
    let b = fitLeastSquares(Residuals(row, over: many), from: [1, 1, 0])
    #expect(a.converged && b.converged, "\(a.reason) \(b.reason)")
    for (x, y) in zip(a.point, b.point) { #expect(abs(x - y) < 1e-10 * abs(x)) }
  }

  @Test(arguments: [RobustLoss.huber(0.1), .softL1(0.1), .cauchy(0.1), .arctan(0.1), .tukey(0.5)])
  func robustLossesResistOutliers(_ loss: RobustLoss) {
    // y = 1.5x − 0.5 with small errors, and three rows that are far off.
    let row = Function(2, parameters: 2) { b, row in b[0] * row[0] + b[1] - row[1] }
    let data = Tensor<Double>(
      (0..<60).map { i -> [Double] in
        let x = Double(i) / 10
        let error = Double((i * 31) % 17 - 8) / 800
        return [x, 1.5 * x - 0.5 + (i % 20 == 7 ? 12 : error)]
      })
    let plain = fitLeastSquares(Residuals(row, over: data), from: [1, 0])
    // A loss that is not convex begins where a convex one ended.
    let start = fitLeastSquares(Residuals(row, over: data), from: [1, 0], loss: .softL1(0.1)).point
    let robust = fitLeastSquares(Residuals(row, over: data), from: start, loss: loss)
    #expect(robust.converged, "\(robust.reason)")
    #expect(abs(plain.point[1] + 0.5) > 0.1)
    #expect(abs(robust.point[0] - 1.5) < 0.02 && abs(robust.point[1] + 0.5) < 0.05, "\(robust.point)")
    // Stationary for the loss: an independent path, the plain minimiser on the summed costs.
    let independent = minimize(robustCost(loss, data), from: robust.point)
    for (x, y) in zip(independent.point, robust.point) { #expect(abs(x - y) < 1e-6) }
  }

  private func robustCost(_ loss: RobustLoss, _ data: Tensor<Double>) -> Objective {
    Objective(
      sum: Function(2, parameters: 2) { b, row in
        let r: Expr = b[0] * row[0] + b[1] - row[1]
        func z(_ c: Double) -> Expr { r * r * Expr(1 / (c * c)) }
        let one = Expr(1)
        let rho: (Double, Expr) =
          switch loss {
          case .squared: (1, r * r)
          case .huber(let c): (c, select(z(c) .<= one, z(c), abs(r) * Expr(2 / c) - one))
          case .softL1(let c): (c, (sqrt(one + z(c)) - one) * Expr(2))
          case .cauchy(let c): (c, log(one + z(c)))
          case .arctan(let c): (c, atan(z(c)))
          case .tukey(let c): (c, select(z(c) .<= one, one - pow(one - z(c), 3), one) * Expr(1.0 / 3))
          }
        return Expr(rho.0 * rho.0) * rho.1
      }, over: data)
  }

  @Test func whatTheDataDoNotDetermineHasAnInfiniteStandardError() {
    // a and b only as their sum.
    let model = Function(3, parameters: 1) { b, x in (b[0] + b[1]) * x[0] + b[2] }
    let x = Tensor<Double>((0..<20).map { i -> Double in Double(i) })
    let y = Tensor<Double>((0..<20).map { i -> Double in 3 * Double(i) + 1 + Double(i % 3) / 10 })
    let fit = curveFit(model, at: x, to: y, from: [1, 1, 0])
    #expect(fit.converged && fit.rank == 2, "\(fit.reason)")
    #expect(abs(fit.point[0] + fit.point[1] - 3) < 0.01)
    #expect(fit.standardErrors[0] == .infinity && fit.standardErrors[1] == .infinity)
    #expect(fit.standardErrors[2].isFinite)
  }

  @Test func boundsOfAFitAreKept() throws {
    let model = Function(2, parameters: 1) { b, x in b[0] * x[0] + b[1] }
    let x = Tensor<Double>((0..<10).map { i -> Double in Double(i) })
    let y = Tensor<Double>((0..<10).map { i -> Double in 2 * Double(i) - 1 })
    let bounds = try Bounds(lower: [0, 0], upper: [.infinity, .infinity])
    for method in LeastSquaresMethod.allCases {
      let fit = curveFit(model, at: x, to: y, from: [5, 5], within: bounds, method: method)
      #expect(fit.converged && fit.point[1] == 0, "\(method): \(fit.reason) \(fit.point)")
      // Σx(2x − 1) / Σx² of 0…9.
      #expect(abs(fit.point[0] - 525.0 / 285) < 1e-13)
      #expect(fit.standardErrors[1] == 0 && fit.degreesOfFreedom == 9)
    }
  }

  @Test func weightsAreStandardDeviations() {
    let model = Function(1, parameters: 1) { b, x in b[0] * x[0] }
    let fit = curveFit(model, at: [1, 1], to: [1, 3], sigma: [1, 2], from: [0])
    // The mean weighted by 1/σ²: (1 + 3/4) / (1 + 1/4).
    #expect(abs(fit.point[0] - 1.4) < 1e-15)
  }
}
