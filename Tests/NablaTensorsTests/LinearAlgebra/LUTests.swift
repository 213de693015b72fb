// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct LUTests {
  private func check<S: TensorScalar>(_ a: Tensor<S>, of matrix: Tensor<S>, _ comment: Comment) throws {
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    let factors = try LinearAlgebra.lu(a)
    let (p, l, u) = (factors.p, factors.l, factors.u)
    #expect(l.shape == [m, min(m, n)] && u.shape == [min(m, n), n] && p.shape == [m, m], comment)
    // Growth is small on these matrices: |L U − P A| ≤ c n ε |A|.
    let tolerance = 4 * S(max(m, n, 1)) * S.ulpOfOne * LinearAlgebra.norm(matrix, .infinity).item
    #expect(largestDifference(matmul(l, u), matmul(p, matrix)) <= tolerance, comment)
    for (i, row) in factors.permutation().enumerated() {
      #expect(matmul(p, matrix).row(i) == matrix.row(row), comment)
    }
    #expect(l.count == 0 || abs(l).max() == 1, comment)
    for i in 0..<min(m, n) {
      #expect(l[i, i] == 1 && l[i, (i + 1)...] == .zeros([min(m, n) - i - 1]), comment)
      #expect(u[i, ..<i] == .zeros([i]), comment)
    }
  }

  @Test(arguments: sizes)
  func square(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    for (name, x) in layouts(of: a) { try check(x, of: a, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(n)
    try check(single, of: single, "Float, seed \(seed)")
    try check(Tensor<Double>.zeros([n, n]), of: .zeros([n, n]), "zero")
    if n > 0 {
      try check(hilbert(n) as Tensor<Double>, of: hilbert(n), "Hilbert")
      try check(gradedVandermonde(n) as Tensor<Double>, of: gradedVandermonde(n), "Vandermonde")
    }
  }

  @Test(arguments: rectangles)
  func rectangular(_ m: Int, _ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(m, n)
    for (name, x) in layouts(of: a) { try check(x, of: a, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(m, n)
    try check(single, of: single, "Float, seed \(seed)")
  }

  @Test(arguments: sizes)
  func inverseAndSolves(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    let factors = try LinearAlgebra.lu(a)
    let inverse = try factors.inverse()
    // Residuals of an inverse grow with the condition number; that of these matrices is below 10⁴.
    #expect(largestDifference(matmul(a, inverse), .identity(n)) <= 1e-11, "seed \(seed)")
    #expect(try LinearAlgebra.inverse(a) == inverse)
    let b: Tensor<Double> = randomMatrix(n, 3)
    #expect(try factors.solve(b) == LinearAlgebra.solve(a, b))
    let x = try factors.solve(b, transposed: true)
    #expect(largestDifference(matmul(a.transposed(), x), b) <= 1e-11, "seed \(seed)")
    #expect(factors.determinant == LinearAlgebra.determinant(a))
    #expect(factors.logAbsDeterminant.logarithm == LinearAlgebra.logAbsDeterminant(a).logarithm)
  }

  @Test func batches() throws {
    let a = Tensor<Double>.stack((0..<6).map { randomMatrix(3, seed: UInt64($0)) }).reshaped([2, 3, 3, 3])
    let factors = try LinearAlgebra.lu(a)
    #expect(
      matmul(factors.p, a).isApproximatelyEqual(to: matmul(factors.l, factors.u), absoluteTolerance: 1e-14))
    let inverse = try LinearAlgebra.inverse(a)
    #expect(inverse.shape == [2, 3, 3, 3] && factors.determinant.shape == [2, 3])
    for i in 0..<2 {
      for j in 0..<3 {
        #expect(try inverse[i, j, .all, .all] == LinearAlgebra.inverse(a[i, j, .all, .all]))
        #expect(
          try factors.permutation(of: 3 * i + j) == LinearAlgebra.lu(a[i, j, .all, .all]).permutation())
      }
    }
    #expect(try LinearAlgebra.inverse(Tensor<Double>.zeros([0, 3, 3])).shape == [0, 3, 3])
    #expect(try LinearAlgebra.lu(Tensor<Double>.zeros([2, 0, 3])).u.shape == [2, 0, 3])
  }

  /// SciPy 1.17.1 (A = P L U there: its P is the transpose), and the exact inverse, by mpmath 1.4.1.
  @Test func referenceValues() throws {
    let factors = try LinearAlgebra.lu([[1, 2, 3], [4, 5, 6], [7, 8, 10]] as Tensor<Double>)
    #expect(factors.permutation() == [2, 0, 1])
    #expect(
      factors.u.isApproximatelyEqual(
        to: Tensor([[7, 8, 10], [0, 6.0 / 7, 11.0 / 7], [0, 0, -0.5]]), relativeTolerance: 1e-14))
    let inverse: Tensor<Double> = [
      [0.348837209302325581, -0.11627906976744186, -0.139534883720930233],
      [-0.11627906976744186, 0.372093023255813953, 0.0465116279069767442],
      [-0.139534883720930233, 0.0465116279069767442, 0.255813953488372093],
    ]
    let a: Tensor<Double> = [[4, 1, 2], [1, 3, 0], [2, 0, 5]]
    #expect(try LinearAlgebra.inverse(a).isApproximatelyEqual(to: inverse, relativeTolerance: 1e-14))
  }

  @Test func errors() async throws {
    let singular: Tensor<Double> = [[1, 2], [2, 4]]
    let factors = try LinearAlgebra.lu(singular)
    #expect(factors.determinant.item == 0)
    #expect(throws: LinearAlgebraError.singular(pivot: 1)) { try factors.inverse() }
    #expect(throws: LinearAlgebraError.singular(pivot: 1, matrix: 1)) {
      try LinearAlgebra.inverse(Tensor.stack([.identity(2), singular]))
    }
    #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.lu(Tensor([[Double.nan]])) }
    #expect(LinearAlgebra.determinant(Tensor([[Double.infinity]])).item.isNaN)
    await #expect(processExitsWith: .failure) {
      _ = try LinearAlgebra.lu(Tensor<Double>.zeros([2, 3])).solve([1, 2])
    }
  }
}
