// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaTensors
import RealModule
import Testing

/// NIST's reference data sets for linear regression, with certified values to 15 digits.
@Suite struct NISTRegressionTests {
  struct DataSet: Decodable, CustomTestStringConvertible {
    let name: String
    let difficulty: String
    let design: [[Double]]?
    let lowestPower: Int?
    let highestPower: Int?
    let x: [Double]?
    let y: [Double]
    let estimates: [Double]
    let standardErrors: [Double]
    let residualSumOfSquares: Double

    var testDescription: String { name }

    var matrix: Tensor<Double> {
      if let design { return Tensor(design) }
      let (powers, x) = (lowestPower!...highestPower!, x!)
      return Tensor(x.map { x in powers.map { Double.pow(x, $0) } })
    }
  }

  private struct Document: Decodable {
    let source: [String]
    let sets: [DataSet]
  }

  static let sets: [DataSet] = {
    let url = Bundle.module.url(forResource: "nist_linear", withExtension: "json", subdirectory: "Resources")!
    return try! JSONDecoder().decode(Document.self, from: Data(contentsOf: url)).sets
  }()

  /// −log₁₀ of the largest relative error, absolute where the certified value is 0; at most 15.
  private func digits(_ found: Tensor<Double>, _ certified: [Double]) -> Double {
    let errors = zip(found.scalars, certified).map { abs($0 - $1) / ($1 == 0 ? 1 : abs($1)) }
    return min(15, -Double.log10(max(errors.max()!, 1e-16)))
  }

  /// The correct digits asked for of estimates, standard errors and residual sums: up to two fewer than
  /// measured, as BLAS's kernels differ between processors. Filip's x are not exact in binary, which leaves
  /// 7.66 digits of the estimates and 8.21 of the standard errors to be had from the design as doubles
  /// (computed from it in exact rational arithmetic).
  private static let required: [String: (Double, Double, Double)] = [
    "Norris": (11, 12, 12), "Pontius": (10, 11, 11), "NoInt1": (13, 13, 12), "NoInt2": (13, 13, 13),
    "Filip": (7, 7, 7), "Longley": (10, 11, 11),
    "Wampler1": (8, 7, 15), "Wampler2": (11, 11, 15),
    "Wampler3": (8, 11, 12), "Wampler4": (7, 11, 12), "Wampler5": (5, 11, 12),
  ]

  @Test(arguments: sets)
  func certifiedValues(_ set: DataSet) throws {
    let a = set.matrix
    let fit = try LinearAlgebra.leastSquares(a, Tensor(set.y))
    #expect(fit.hasFullRank)
    let found = (
      digits(fit.solution, set.estimates), digits(fit.standardErrors, set.standardErrors),
      digits(fit.residualSumsOfSquares, [set.residualSumOfSquares])
    )
    print(
      "NISTRegressionTests: \(set.name) digits: estimates \(found.0), standard errors \(found.1), "
        + "residual sum \(found.2); reciprocal condition \(fit.reciprocalCondition)")
    let required = try #require(Self.required[set.name])
    #expect(found.0 >= required.0)
    #expect(found.1 >= required.1)
    #expect(found.2 >= required.2)
  }

  /// Without its columns scaled, Filip's design has rank 10 by the usual tolerance, which is what NumPy's
  /// `lstsq` finds. A tolerance that asks for more than the data have is reported, and no wrong fit returned as
  /// if it were one of full rank.
  @Test func filip() throws {
    let set = try #require(Self.sets.first { $0.name == "Filip" })
    let a = set.matrix
    #expect(try LinearAlgebra.rank(a) == 10)
    let loose = try LinearAlgebra.leastSquares(a, Tensor(set.y), tolerance: 1e-9)
    #expect(!loose.hasFullRank && loose.rank < 11)
    let condition = try LinearAlgebra.condition(a).item
    #expect(abs(condition / 1.77e15 - 1) < 0.1)
    // In single precision the powers are dependent.
    let single = try LinearAlgebra.leastSquares(
      Tensor<Float>(converting: a), Tensor<Float>(converting: Tensor(set.y)))
    #expect(!single.hasFullRank)
  }
}
