// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule
import Testing

@Suite struct LeastSquaresTests {
  private func check<S: TensorScalar>(
    _ a: Tensor<S>, of matrix: Tensor<S>, rank: Int, _ comment: Comment
  ) throws {
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    let b: Tensor<S> = randomMatrix(m, 3, seed: 5)
    let fit = try LinearAlgebra.leastSquares(a, b)
    #expect(fit.rank == rank, comment)
    #expect(fit.hasFullRank == (rank == n) && fit.degreesOfFreedom == m - rank, comment)
    #expect(fit.solution.shape == [n, 3] && fit.residualSumsOfSquares.shape == [3], comment)
    #expect(fit.standardErrors.shape == [n, 3] && fit.unscaledCovariance.shape == [n, n], comment)
    #expect(fit.columnOrder.sorted() == Array(0..<n), comment)

    // The pseudo-inverse says what the shortest solution is. All have condition numbers below 10⁴ within
    // their rank, whose square multiplies the errors.
    let inverse = try LinearAlgebra.pseudoInverse(matrix, tolerance: 100 * S.ulpOfOne)
    let condition = max(1, inverse.norm() * matrix.norm())
    let tolerance = 10 * S(max(m, n, 1)) * S.ulpOfOne * condition
    let expected = matmul(inverse, b)
    let size = max(inverse.norm(), 1) * max(b.norm(), 1)
    #expect(largestDifference(fit.solution, expected) <= tolerance * condition * size, comment)
    let residuals = matmul(matrix, expected) - b
    let sums = (residuals * residuals).sum(axis: 0)
    #expect(
      largestDifference(fit.residualSumsOfSquares, sums) <= tolerance * max(b.norm(), 1) * b.norm(), comment)
    let covariance = matmul(inverse, inverse.transposed())
    #expect(
      largestDifference(fit.unscaledCovariance, covariance)
        <= tolerance * condition * max(covariance.norm(), 1), comment)
    if n > 0 && m > rank {
      let variance = fit.residualSumsOfSquares[1] / S(m - rank)
      let errors = sqrt(fit.unscaledCovariance.diagonal() * variance)
      #expect(fit.standardErrors[.all, 1].isApproximatelyEqual(to: errors, relativeTolerance: 1e-4), comment)
    } else if n > 0 {
      #expect(fit.standardErrors.scalars.allSatisfy { $0.isNaN || m == 0 }, comment)
    }
    if m > 0 {
      let one = try LinearAlgebra.leastSquares(a, b[.all, 1])
      #expect(one.solution.shape == [n] && one.residualSumsOfSquares.shape == [], comment)
      #expect(largestDifference(one.solution, fit.solution[.all, 1]) <= tolerance * condition * size, comment)
      #expect(one.standardErrors.shape == [n], comment)
    }
  }

  @Test(arguments: sizes)
  func square(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    for (name, x) in layouts(of: a) { try check(x, of: a, rank: n, "\(name), seed \(seed)") }
    try check(Tensor<Double>.zeros([n, n]), of: .zeros([n, n]), rank: 0, "zero")
    try check(Tensor<Double>.ones([n, n]), of: .ones([n, n]), rank: min(n, 1), "ones")
  }

  @Test(arguments: rectangles)
  func rectangular(_ m: Int, _ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(m, n)
    for (name, x) in layouts(of: a) { try check(x, of: a, rank: min(m, n), "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(m, n)
    try check(single, of: single, rank: min(m, n), "Float, seed \(seed)")
  }

  @Test(arguments: [(3, 3, 1), (9, 4, 2), (17, 17, 5), (8, 64, 7), (64, 9, 3)])
  func deficient(_ m: Int, _ n: Int, _ rank: Int) throws {
    let a: Tensor<Double> = randomOfRank(rank, m, n)
    for (name, x) in layouts(of: a) { try check(x, of: a, rank: rank, "\(name), seed \(seed)") }
  }

  /// The default tolerance, on matrices whose deficiency is rounding alone.
  @Test func defaultToleranceFindsTheRank() throws {
    var wrong = 0
    for trial in 0..<300 {
      let (m, n) = (2 + trial % 9, 2 + trial % 7)
      let rank = 1 + trial % (min(m, n) - 1)
      let a: Tensor<Double> = randomOfRank(rank, m, n, seed: UInt64(trial))
      if try LinearAlgebra.leastSquares(a, .ones([m])).rank != rank { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  /// The rank, and the fit, do not depend on units.
  @Test func columnScales() throws {
    let a: Tensor<Double> = randomMatrix(9, 4)
    let b: Tensor<Double> = randomMatrix(9, 1)
    let plain = try LinearAlgebra.leastSquares(a, b)
    for scales in [[1e-12, 1, 1e9, 1e-3], [1e-160, 1e150, 1, 1e-100]] {
      let scaled = try LinearAlgebra.leastSquares(a * Tensor(scales), b)
      #expect(scaled.rank == 4)
      let solution = scaled.solution * Tensor(scales).expanded(axis: 1)
      #expect(solution.isApproximatelyEqual(to: plain.solution, relativeTolerance: 1e-13), "seed \(seed)")
      let errors = scaled.standardErrors * Tensor(scales).expanded(axis: 1)
      #expect(errors.isApproximatelyEqual(to: plain.standardErrors, relativeTolerance: 1e-13), "seed \(seed)")
    }
    // Powers of two change no bit.
    let twos: [Double] = [0x1p-30, 0x1p40, 1, 0x1p-3]
    let exact = try LinearAlgebra.leastSquares(a * Tensor(twos), b)
    #expect(exact.solution * Tensor(twos).expanded(axis: 1) == plain.solution)
    #expect(exact.reciprocalCondition == plain.reciprocalCondition)
    // The ends of the range.
    // 2⁻¹⁰³⁰ has 44 binary digits.
    let design = Tensor<Double>([[0x1p-1030, 1], [0x1p-1030, 2]])
    let tiny = try LinearAlgebra.leastSquares(design, Tensor([0, 0x1p-1029]))
    let expected: Tensor<Double> = Tensor([-2, 0x1p-1029])
    #expect(tiny.rank == 2 && tiny.solution.isApproximatelyEqual(to: expected, relativeTolerance: 1e-12))
    let huge = try LinearAlgebra.leastSquares(Tensor<Double>([[1e308], [1e308]]), [0, 1e308])
    #expect(huge.rank == 1 && huge.solution.isApproximatelyEqual(to: [0.5], relativeTolerance: 1e-15))
  }

  /// mpmath 1.4.1, 50 digits: the shortest of many solutions.
  @Test func referenceValues() throws {
    let a: Tensor<Double> = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    let fit = try LinearAlgebra.leastSquares(a, [1, 2, 4])
    #expect(fit.rank == 2 && !fit.hasFullRank)
    #expect(
      fit.solution.isApproximatelyEqual(to: Tensor([0.25, 1.0 / 6, 1.0 / 12]), relativeTolerance: 1e-13))
    #expect(fit.residualSumsOfSquares.isApproximatelyEqual(to: Tensor(1.0 / 6), relativeTolerance: 1e-13))
  }

  @Test func tolerance() throws {
    let a: Tensor<Double> = [[1, 1], [1, 1.000001], [1, 1]]
    #expect(try LinearAlgebra.leastSquares(a, [1, 2, 3]).rank == 2)
    let loose = try LinearAlgebra.leastSquares(a, [1, 2, 3], tolerance: 1e-5)
    #expect(loose.rank == 1 && loose.solution.isApproximatelyEqual(to: [1, 1], relativeTolerance: 1e-5))
    #expect(try LinearAlgebra.leastSquares(a, [1, 2, 3], tolerance: 2).rank == 0)
    // Kahan's matrix: no diagonal element of R is small, but the smallest singular value is.
    let n = 90
    let (sine, cosine) = (Double.sin(1.2), Double.cos(1.2))
    let kahan = Tensor<Double>(shape: [n, n]) { out in
      var row = 1.0
      for i in 0..<n {
        for j in 0..<n { out[i * n + j] = i == j ? row : i < j ? -cosine * row : 0 }
        row *= sine
      }
    }
    #expect(try LinearAlgebra.condition(kahan).item > 1e15)
    #expect(try LinearAlgebra.leastSquares(kahan, .ones([n])).rank == n - 1)
  }

  @Test func errors() async {
    for bad in [Double.nan, .infinity] {
      #expect(throws: LinearAlgebraError.notFinite) {
        try LinearAlgebra.leastSquares(Tensor([[1, bad]]), Tensor([1.0]))
      }
      #expect(throws: LinearAlgebraError.notFinite) {
        try LinearAlgebra.leastSquares(Tensor([[1.0, 2]]), Tensor([bad]))
      }
    }
    await #expect(processExitsWith: .failure) {
      _ = try LinearAlgebra.leastSquares(Tensor<Double>.zeros([3, 2]), Tensor<Double>.zeros([2]))
    }
  }
}
