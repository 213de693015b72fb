// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import RealModule
import Testing

// Backward stable solves leave ‖Ax − b‖ ≤ c n ε ‖A‖ ‖x‖ with a small c; 10 covers it for these sizes.
private func residualIsSmall<S: TensorScalar>(_ a: Tensor<S>, _ x: Tensor<S>, _ b: Tensor<S>) -> Bool {
  let n = S(a.shape[a.rank - 1])
  return largestDifference(matmul(a, x), b) <= 10 * n * S.ulpOfOne * a.norm() * x.norm()
}

@Suite struct SolveTests {
  @Test(arguments: sizes)
  func general(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    let b: Tensor<Double> = randomMatrix(n, 3)
    for (name, x) in layouts(of: a) {
      #expect(try residualIsSmall(a, LinearAlgebra.solve(x, b), b), "\(name), seed \(seed)")
      #expect(try residualIsSmall(a, LinearAlgebra.solve(x, b[.all, 1]), b[.all, 1]), "\(name), seed \(seed)")
    }
    let single: Tensor<Float> = randomMatrix(n)
    let right: Tensor<Float> = randomMatrix(n, 2)
    #expect(try residualIsSmall(single, LinearAlgebra.solve(single, right), right), "seed \(seed)")
  }

  @Test(arguments: sizes)
  func positiveDefinite(_ n: Int) throws {
    let a: Tensor<Double> = randomPositiveDefinite(n)
    let b: Tensor<Double> = randomMatrix(n, 3)
    for (name, x) in layouts(of: a) {
      let l = try LinearAlgebra.cholesky(x)
      #expect(
        largestDifference(matmul(l, l.transposed()), a) <= 1e-13 * Double(n * n), "\(name), seed \(seed)")
      for i in 0..<n { #expect(l[i, (i + 1)...] == .zeros([n - i - 1])) }
      #expect(try residualIsSmall(a, LinearAlgebra.choleskySolve(l, b), b), "\(name), seed \(seed)")
      let columns = l.transposed().copied().transposed()
      #expect(try LinearAlgebra.choleskySolve(columns, b) == LinearAlgebra.choleskySolve(l, b))
    }
  }

  @Test(arguments: sizes)
  func indefinite(_ n: Int) throws {
    // Zeros on the diagonal ask for blocks of order 2.
    var a: Tensor<Double> = randomSymmetric(n)
    for i in 0..<n where n > 1 && i % 3 != 2 { a[i, i] = 0 }
    let b: Tensor<Double> = randomMatrix(n, 3)
    let factors = try LinearAlgebra.ldlt(a)
    let (l, d, permutation) = factors.unpacked
    let permuted = Tensor<Double>(shape: [n, n]) { out in
      for i in 0..<n { for j in 0..<n { out[i * n + j] = a[permutation[i], permutation[j]] } }
    }
    // Bunch–Kaufman growth stays small on random matrices.
    #expect(
      largestDifference(matmul(matmul(l, d), l.transposed()), permuted) <= 1e-13 * Double(max(n, 1)),
      "seed \(seed)")
    #expect(try residualIsSmall(a, factors.solve(b), b), "seed \(seed)")
    #expect(try residualIsSmall(a, factors.solve(b[.all, 0]), b[.all, 0]), "seed \(seed)")
    let values = try LinearAlgebra.symmetricEigenvalues(a)
    let expected = Inertia(positive: Int((values .> 0).sum()), negative: Int((values .< 0).sum()), zero: 0)
    #expect(factors.inertia == expected, "seed \(seed)")
  }

  @Test(arguments: sizes)
  func indefiniteDeterminants(_ n: Int) throws {
    var a: Tensor<Double> = randomSymmetric(n)
    for i in 0..<n where n > 1 && i % 3 != 2 { a[i, i] = 0 }
    let factors = try LinearAlgebra.ldlt(a)
    let (sign, logarithm) = LinearAlgebra.logAbsDeterminant(a)
    #expect(factors.logAbsDeterminant.sign == sign.item, "seed \(seed)")
    // Errors of the pivots, of order n ε κ, add up; κ is below 10⁴.
    #expect(abs(factors.logAbsDeterminant.logarithm - logarithm.item) <= 1e-11, "seed \(seed)")
    #expect(
      Tensor(factors.determinant).isApproximatelyEqual(
        to: LinearAlgebra.determinant(a), relativeTolerance: 1e-10), "seed \(seed)")
    // Of a determinant far outside the range, the logarithm is still right.
    let huge = try LinearAlgebra.ldlt(a * 1e300).logAbsDeterminant.logarithm
    #expect(abs(huge - logarithm.item - Double(n) * 300 * Double.log(10)) <= 1e-8, "seed \(seed)")
  }

  @Test(arguments: sizes)
  func symmetricSolves(_ n: Int) throws {
    func check<S: TensorScalar>(_: S.Type) throws {
      let a: Tensor<S> = randomSymmetric(n)
      let b: Tensor<S> = randomMatrix(n, 3)
      for (name, x) in layouts(of: a) {
        #expect(try residualIsSmall(a, LinearAlgebra.solveSymmetric(x, b), b), "\(name), seed \(seed)")
      }
      let batch = try LinearAlgebra.solveSymmetric(Tensor.stack([a, 2 * a, -a]), b[.all, 0])
      #expect(batch.shape == [3, n])
      #expect(try batch.row(2) == LinearAlgebra.solveSymmetric(-a, b[.all, 0]))
    }
    try check(Double.self)
    try check(Float.self)
    let singular: Tensor<Double> = [[1, 0], [0, 0]]
    #expect(throws: LinearAlgebraError.singular(pivot: 1, matrix: 1)) {
      try LinearAlgebra.solveSymmetric(Tensor.stack([.identity(2), singular]), [1, 1])
    }
    let determinant = try LinearAlgebra.ldlt(singular).logAbsDeterminant
    #expect(determinant.sign == 0 && determinant.logarithm == -.infinity)
  }

  /// numpy.linalg, NumPy 2.4.6.
  @Test func referenceValues() throws {
    let a: Tensor<Double> = [[4, 1, 2], [1, 3, 0], [2, 0, 5]]
    #expect(
      try LinearAlgebra.solve(a, [1, 2, 3]).isApproximatelyEqual(
        to: [-0.3023255813953489, 0.7674418604651163, 0.7209302325581396], relativeTolerance: 1e-14))
    #expect(
      try LinearAlgebra.cholesky(a).isApproximatelyEqual(
        to: [
          [2.0, 0.0, 0.0], [0.5, 1.6583123951777, 0.0], [1.0, -0.30151134457776363, 1.9771421064483223],
        ], relativeTolerance: 1e-14))
    #expect(
      LinearAlgebra.determinant(a).isApproximatelyEqual(
        to: Tensor(43.000000000000014), relativeTolerance: 1e-14))
    let (sign, logarithm) = LinearAlgebra.logAbsDeterminant(-a)
    #expect(sign.item == -1)
    #expect(logarithm.isApproximatelyEqual(to: Tensor(3.761200115693563), relativeTolerance: 1e-14))
  }

  @Test func onlyTheLowerTriangleIsRead() throws {
    let a: Tensor<Double> = [[4, 99], [2, 3]]
    let whole: Tensor<Double> = [[4, 2], [2, 3]]
    #expect(try LinearAlgebra.cholesky(a) == LinearAlgebra.cholesky(whole))
    #expect(try LinearAlgebra.symmetricEigenvalues(a) == LinearAlgebra.symmetricEigenvalues(whole))
    #expect(try LinearAlgebra.ldlt(a).solve([1, 1]) == LinearAlgebra.ldlt(whole).solve([1, 1]))
    let three: Tensor<Double> = [[4, 9, 9], [2, 3, 9], [1, 0, 2]]
    let full: Tensor<Double> = [[4, 2, 1], [2, 3, 0], [1, 0, 2]]
    #expect(try LinearAlgebra.symmetricEigenvalues(three) == LinearAlgebra.symmetricEigenvalues(full))
  }

  @Test func batchesBroadcast() throws {
    let a = Tensor<Double>.stack([randomPositiveDefinite(3), randomPositiveDefinite(3) * 2, .identity(3)])
    let vectors: Tensor<Double> = randomMatrix(3, 3)
    let x = try LinearAlgebra.solve(a, vectors)
    let l = try LinearAlgebra.cholesky(a)
    let y = try LinearAlgebra.choleskySolve(l, vectors)
    for i in 0..<3 {
      #expect(residualIsSmall(a.row(i), x.row(i), vectors.row(i)))
      #expect(residualIsSmall(a.row(i), y.row(i), vectors.row(i)))
    }
    let shared = try LinearAlgebra.solve(a, vectors.row(0))
    #expect(shared.row(0) == x.row(0) && shared.row(2) == vectors.row(0))
    let matrices = try LinearAlgebra.solve(a.row(0), Tensor.stack([vectors, vectors * 2]))
    #expect(matrices.shape == [2, 3, 3])
    #expect(residualIsSmall(a.row(0), matrices.row(1), vectors * 2))
    #expect(LinearAlgebra.determinant(a).shape == [3] && LinearAlgebra.determinant(a)[2] == 1)
    #expect(try LinearAlgebra.solve(Tensor<Double>.zeros([0, 3, 3]), vectors.row(0)).shape == [0, 3])
  }

  @Test func determinants() {
    #expect(LinearAlgebra.determinant(Tensor<Double>.zeros([0, 0])).item == 1)
    #expect(LinearAlgebra.determinant([[0, 1], [1, 0]] as Tensor<Double>).item == -1)
    #expect(LinearAlgebra.determinant([[1, 2], [2, 4]] as Tensor<Double>).item == 0)
    let singular = LinearAlgebra.logAbsDeterminant([[1, 2], [2, 4]] as Tensor<Double>)
    #expect(singular.sign.item == 0 && singular.logarithm.item == -.infinity)
    #expect(LinearAlgebra.determinant(Tensor([[1, Double.nan], [0, 1]])).item.isNaN)
    let tiny = LinearAlgebra.logAbsDeterminant(Tensor<Double>.identity(8) * 1e-300)
    #expect(tiny.logarithm.isApproximatelyEqual(to: Tensor(8 * -690.7755278982137)))
  }

  @Test func errors() {
    let b: Tensor<Double> = [1, 2]
    #expect(throws: LinearAlgebraError.singular(pivot: 1)) {
      try LinearAlgebra.solve([[1, 2], [2, 4]] as Tensor<Double>, b)
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 0, matrix: 1)) {
      try LinearAlgebra.solve(Tensor.stack([.identity(2), .zeros([2, 2])]), b)
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: 2)) {
      try LinearAlgebra.cholesky([[1, 2], [2, 1]] as Tensor<Double>)
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: 1, matrix: 1)) {
      try LinearAlgebra.cholesky(Tensor<Double>.stack([.identity(2), -.identity(2)]))
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 1)) {
      try LinearAlgebra.choleskySolve([[1, 0], [1, 0]], b)
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 0)) {
      try LinearAlgebra.ldlt(Tensor<Double>.zeros([2, 2])).solve(b)
    }
    for bad in [Double.nan, .infinity] {
      let a = Tensor([[1, bad], [bad, 1]])
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.solve(a, b) }
      #expect(throws: LinearAlgebraError.notFinite) {
        try LinearAlgebra.solve(.identity(2), Tensor([bad, 1]))
      }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.cholesky(a) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.choleskySolve(a, b) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.ldlt(a) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.symmetricEigen(a) }
    }
    #expect("\(LinearAlgebraError.singular(pivot: 3))".contains("pivot 3"))
  }

  @Test func inertiaCountsZeros() throws {
    let a: Tensor<Double> = [[1, 0, 0], [0, -2, 0], [0, 0, 0]]
    #expect(try LinearAlgebra.ldlt(a).inertia == Inertia(positive: 1, negative: 1, zero: 1))
  }

  @Test func norms() {
    let a: Tensor<Double> = [[1, -2], [3, 4]]
    #expect(LinearAlgebra.norm(a, .one).item == 6 && LinearAlgebra.norm(a, .infinity).item == 7)
    #expect(
      LinearAlgebra.norm(a).isApproximatelyEqual(to: Tensor(30.0.squareRoot()), relativeTolerance: 1e-15))
    #expect(LinearAlgebra.norm([3, -4] as Tensor<Double>).item == 5)
    #expect(LinearAlgebra.norm([3, -4] as Tensor<Double>, .one).item == 7)
    #expect(LinearAlgebra.norm([3, -4] as Tensor<Double>, .infinity).item == 4)
    #expect(LinearAlgebra.norm(Tensor.stack([a, a.transposed()]), .one) == [6, 7])
    for kind in MatrixNorm.allCases {
      #expect(LinearAlgebra.norm(Tensor<Double>.zeros([0, 0]), kind).item == 0)
      #expect(LinearAlgebra.norm(Tensor([[1, .nan], [0, 0]]), kind).item.isNaN)
    }
    #expect(LinearAlgebra.trace(a).item == 5 && LinearAlgebra.trace(Tensor.stack([a, a])) == [5, 5])
    #expect(LinearAlgebra.trace(Tensor<Double>.zeros([0, 0])).item == 0)
  }
}
