// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaTensors
import Testing

@testable import NablaLearning

@Suite struct LogisticRegressionTests {
  private static let seed: UInt64 = 11

  /// The 23 flights of the Space Shuttle before Challenger: the temperature at launch in °F and whether an O-ring was
  /// damaged (Report of the Presidential Commission on the Space Shuttle Challenger Accident, 1986).
  private let temperatures: [Double] = [
    66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58,
  ]
  private let damage: [Double] = [
    0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1,
  ]

  /// R's glm gives 15.0429016 and −0.2321627 with standard errors 7.3786 and 0.1082, as published in many courses on
  /// these data. The digits beyond are from Newton's method with 40 digits (mpmath).
  @Test func challenger() throws {
    let x = Tensor(temperatures).expanded(axis: 1)
    let fit = try LogisticRegression(x, Tensor(damage))
    #expect(fit.reason == .converged && fit.iterations <= 8)
    // The condition number of the data as they are given is about 10³.
    #expect(abs(fit.intercept / 15.0429016477024407 - 1) < 1e-12)
    #expect(abs(fit.coefficients[0] / -0.2321627442185964715 - 1) < 1e-12)
    #expect(abs(fit.interceptStandardError / 7.3786363849165656 - 1) < 1e-10)
    #expect(abs(fit.standardErrors[0] / 0.10823652164928543 - 1) < 1e-10)
    #expect(abs(fit.logLikelihood / -10.159757 - 1) < 1e-3)
    #expect(abs(fit.logLikelihood / -10.15759634393341424 - 1) < 1e-14)
    // At 31 °F, on the day of the accident.
    #expect(abs(fit.probabilities([[31]])[0] - 0.99960878) < 1e-7)
  }

  /// The temperature in other units gives the same fit in those units.
  @Test(arguments: [1e-8, 1, 1e8]) func unitsDoNotMatter(scale: Double) throws {
    let x = (Tensor(temperatures).expanded(axis: 1) + 1000) * scale
    let fit = try LogisticRegression(x, Tensor(damage))
    #expect(fit.reason == .converged)
    #expect(abs(fit.coefficients[0] * scale / -0.2321627442185964715 - 1) < 1e-10)
  }

  @Test func separableClassesAreReported() throws {
    let x: Tensor<Double> = [[1], [2], [3], [10], [11], [12]]
    let fit = try LogisticRegression(x, [0, 0, 0, 1, 1, 1])
    #expect(fit.reason == .separated)
    #expect(fit.standardErrors[0].isNaN)
    let ridged = try LogisticRegression(x, [0, 0, 0, 1, 1, 1], ridge: 0.1)
    #expect(ridged.reason == .converged && ridged.coefficients[0] > 0)
  }

  @Test func dependentColumnsAreReported() throws {
    let t = Tensor(temperatures)
    let twice = Tensor.stack([t, t * 2 + 1], axis: 1)
    #expect(try LogisticRegression(twice, Tensor(damage)).reason == .dependentColumns)
    let constant = Tensor.stack([t, Tensor.ones([23])], axis: 1)
    #expect(try LogisticRegression(constant, Tensor(damage)).reason == .dependentColumns)
    // Without an intercept of its own the constant column is that.
    let fit = try LogisticRegression(constant, Tensor(damage), intercept: false)
    #expect(abs(fit.coefficients[1] / 15.0429016477024407 - 1) < 1e-10)
    #expect(try LogisticRegression(twice, Tensor(damage), ridge: 1e-3).reason == .converged)
  }

  @Test func dataMustBeFinite() {
    #expect(throws: LinearAlgebraError.notFinite) {
      try LogisticRegression(Tensor([[1, .nan]]).transposed(), [0, 1])
    }
  }

  /// The loss in blocks of rows against the same loss traced, over sizes around a block.
  @Test(arguments: [(1, 1), (7, 3), (326, 100), (327, 100), (1000, 100), (40000, 2)])
  func lossAndItsDerivatives(rows: Int, n: Int) {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.normal([rows, n], using: &generator)
    let y = Tensor<Double>.uniform([rows], using: &generator)
    let w = Tensor<Double>.normal([n], standardDeviation: 0.3, using: &generator)
    let loss = LogisticLoss(x, y)
    func traced(_ w: TracedTensor<Double>) -> TracedTensor<Double> {
      binaryCrossEntropy(logits: matmul(x, w), targets: y)
    }
    let (value, slope) = valueAndGradient(of: traced, at: w)
    #expect(abs(loss.value(at: w) - value) <= 1e-14 * abs(value))
    #expect(
      loss.gradient(at: w).isApproximatelyEqual(to: slope, relativeTolerance: 1e-11, absoluteTolerance: 1e-14)
    )
    let all = loss.valueGradientAndHessian(at: w)
    // The blocks are others, and so the order of the sums.
    #expect(abs(all.value - value) <= 1e-14 * abs(value))
    #expect(all.gradient.isApproximatelyEqual(to: slope, relativeTolerance: 1e-11, absoluteTolerance: 1e-14))
    if n <= 3 || rows == 326 {
      let h = hessian(of: traced, at: w)
      #expect(all.hessian.isApproximatelyEqual(to: h, relativeTolerance: 1e-10, absoluteTolerance: 1e-14))
    }
    #expect(loss.hessian(at: w) == all.hessian)
    let single = LogisticLoss(Tensor<Float>(converting: x), Tensor<Float>(converting: y))
    let slopeDifference =
      Tensor<Double>(converting: single.gradient(at: Tensor<Float>(converting: w))) - slope
    #expect(abs(slopeDifference).max() < 1e-5)
  }
}
