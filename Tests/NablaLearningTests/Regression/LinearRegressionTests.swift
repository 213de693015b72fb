// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@testable import NablaLearning

@Suite struct LinearRegressionTests {
  /// NIST's "Norris" (level of difficulty: lower), y = b + w x, with its certified values
  /// (https://www.itl.nist.gov/div898/strd/lls/data/Norris.shtml).
  @Test func norris() throws {
    let data: [(y: Double, x: Double)] = [
      (0.1, 0.2), (338.8, 337.4), (118.1, 118.2), (888.0, 884.6), (9.2, 10.1), (228.1, 226.5), (668.5, 666.3),
      (998.5, 996.3), (449.1, 448.6), (778.9, 777.0), (559.2, 558.2), (0.3, 0.4), (0.1, 0.6), (778.1, 775.5),
      (668.8, 666.9), (339.3, 338.0), (448.9, 447.5), (10.8, 11.6), (557.7, 556.0), (228.3, 228.1),
      (998.0, 995.8), (888.8, 887.6), (119.6, 120.2), (0.3, 0.3), (0.6, 0.3), (557.6, 556.8), (339.3, 339.1),
      (888.0, 887.2), (998.5, 999.0), (778.9, 779.0), (10.2, 11.1), (117.6, 118.3), (228.9, 229.2),
      (668.4, 669.1), (449.2, 448.9), (0.2, 0.5),
    ]
    let fit = try LinearRegression(Tensor(data.map(\.x)).expanded(axis: 1), Tensor(data.map(\.y)))
    func agrees(_ a: Double, _ b: Double) -> Bool { abs(a / b - 1) < 1e-11 }
    #expect(agrees(fit.intercept, -0.262323073774029))
    #expect(agrees(fit.coefficients[0], 1.00211681802045))
    #expect(agrees(fit.interceptStandardError, 0.232818234301152))
    #expect(agrees(fit.standardErrors[0], 0.429796848199937e-3))
    #expect(agrees(fit.residualStandardDeviation, 0.884796396144373))
    #expect(agrees(fit.rSquared, 0.999993745883712))
    #expect(fit.rank == 2 && fit.hasFullRank)
  }

  @Test func dependentColumnsAreReported() throws {
    let x: Tensor<Double> = [[1, 2], [2, 4], [3, 6], [4, 8]]
    let fit = try LinearRegression(x, [3, 5, 7, 9])
    #expect(fit.rank == 2 && !fit.hasFullRank && fit.standardErrors.scalars.allSatisfy { $0.isNaN })
    #expect(abs(fit.predictions(x) - Tensor([3, 5, 7, 9])).max() < 1e-13)
    let exact = try LinearRegression([[0], [1]], [1, 3])
    #expect(exact.residualStandardDeviation.isNaN && abs(exact.coefficients[0] - 2) < 1e-14)
    #expect(throws: LinearAlgebraError.notFinite) { try LinearRegression(Tensor([[.infinity]]), [1]) }
  }
}
