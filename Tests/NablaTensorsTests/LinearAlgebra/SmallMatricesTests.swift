// SPDX-License-Identifier: Apache-2.0

import RealModule
import Testing

@testable import NablaTensors

/// Batches of small matrices, a matrix a lane, against LAPACK one by one.
@Suite struct SmallMatricesTests {
  /// Matrices that are hard for an iteration or for its range, and random ones.
  private func symmetric(order n: Int) -> Tensor<Double> {
    var generator = SeededGenerator(seed: seed &+ UInt64(n))
    var matrices: [Tensor<Double>] = [
      .identity(n), .ones([n, n]), .zeros([n, n]), -2 * .identity(n), 1e-300 * .ones([n, n]),
      1e200 * .ones([n, n]), 1e-150 * .identity(n), 1e120 * .ones([n, n]),
    ]
    for _ in 0..<40 {
      let a = Tensor<Double>.normal([n, n], using: &generator)
      let random = (a + a.transposed()) / 2
      matrices.append(random)
      // Multiple eigenvalues, singular, graded, tridiagonal with zeros, nearly diagonal, scaled.
      matrices.append(matmul(a[.all, 0..<1], a[.all, 0..<1].transposed()))
      let scales = Tensor(shape: [n], scalars: (0..<n).map { Double.exp10(-4 * Double($0)) })
      matrices.append(random * scales * scales.reshaped([n, 1]))
      var band = random
      for i in 0..<n {
        for j in 0..<n where abs(i - j) > 1 || (min(i, j) == 1 && i != j) { band[i, j] = 0 }
      }
      matrices.append(band)
      matrices.append(.identity(n) + 1e-12 * random)
      matrices.append(random * Double.exp10(Double.random(in: -280...280, using: &generator)))
    }
    return Tensor.stack(matrices)
  }

  @Test(arguments: 1...8)
  func eigenvaluesAreThoseOfLAPACK(order n: Int) throws {
    let matrices = symmetric(order: n)
    // The upper triangle is not read.
    var lower = matrices
    for i in 0..<n { for j in i + 1..<Swift.max(n, i + 1) { lower[.all, i, j] = Tensor(.nan) } }
    try #require(SmallMatrices.areWorthwhile(lower))
    let values = try LinearAlgebra.symmetricEigenvalues(lower)
    #expect(values.shape == [matrices.shape[0], n])
    var worst = 0.0
    for i in 0..<matrices.shape[0] {
      let expected = try LinearAlgebra.symmetricEigenvalues(matrices.row(i))
      let found = values.row(i)
      #expect(zip(found.scalars, found.scalars.dropFirst()).allSatisfy { $0 <= $1 })
      let norm = Swift.max(abs(expected).max(), .leastNormalMagnitude)
      worst = Swift.max(worst, largestDifference(found / norm, expected / norm) / Double.ulpOfOne)
    }
    print("SmallMatricesTests: order \(n), largest difference \(worst) ulp of the norm, seed \(seed)")
    // Both are backward stable, with errors of a small multiple of n ulp of the norm.
    #expect(worst <= 4 * Double(n), "seed \(seed)")
  }

  @Test(arguments: [2, 3, 8])
  func bitsDependOnTheMatrixAlone(order n: Int) throws {
    let matrices = symmetric(order: n)
    let values = try LinearAlgebra.symmetricEigenvalues(matrices)
    let count = matrices.shape[0]
    // Entries in columns, in reverse, and beside others.
    let columns = matrices.permuted([1, 2, 0]).copied().permuted([2, 0, 1])
    #expect(try LinearAlgebra.symmetricEigenvalues(columns).scalars == values.scalars)
    let reversed = try LinearAlgebra.symmetricEigenvalues(matrices[.reversed])
    #expect(reversed[.reversed].scalars == values.scalars)
    let part = try LinearAlgebra.symmetricEigenvalues(matrices[17..<count - 3])
    #expect(part.scalars == values[17..<count - 3].scalars)
    let nested = try LinearAlgebra.symmetricEigenvalues(matrices.reshaped([2, count / 2, n, n]))
    #expect(nested.shape == [2, count / 2, n] && nested.scalars == values.scalars)
  }

  /// Matrices that no kernel is right for, here and there among more than a block of others.
  @Test(arguments: [0, 1, 7, 250, 2047, 4099])
  func exceptionsAreFoundAnywhere(distance: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let count = 5003
    let a = Tensor<Double>.normal([count, 2, 2], using: &generator)
    let scales = (0..<count).map { distance > 0 && $0 % distance == distance - 1 ? 1e200 : 1 }
    let matrices = (a + a.transposed()) * Tensor(shape: [count, 1, 1], scalars: scales)
    let values = try LinearAlgebra.symmetricEigenvalues(matrices)
    for i in 0..<count {
      let expected = try LinearAlgebra.symmetricEigenvalues(matrices.row(i))
      #expect(
        largestDifference(values.row(i) / scales[i], expected / scales[i]) <= 1e-14,
        "matrix \(i), seed \(seed)")
    }
  }

  @Test func errorsNameTheMatrix() throws {
    var matrices = symmetric(order: 3)
    matrices[77, 1, 0] = .nan
    #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.symmetricEigenvalues(matrices) }

    var (definite, right) = positiveDefinite(order: 3)
    definite[101] = Tensor([[1, 0, 0], [2, 1, 0], [0, 0, 1]])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: 2, matrix: 101)) {
      try LinearAlgebra.solvePositiveDefinite(definite, right)
    }
    definite[101] = .identity(3)
    right[5, 2] = .infinity
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.solvePositiveDefinite(definite, right)
    }
  }

  private func positiveDefinite(order n: Int) -> (Tensor<Double>, Tensor<Double>) {
    var generator = SeededGenerator(seed: seed &+ UInt64(n))
    let a = Tensor<Double>.normal([200, n, n], using: &generator)
    var matrices = matmul(a, a.transposed()) + 0.1 * .identity(n)
    // Of all sizes, where products of two entries overflow and underflow too.
    matrices *= Tensor(shape: [200, 1, 1], scalars: (0..<200).map { Double.exp10(Double($0 - 100) * 2) })
    return (matrices, Tensor.normal([200, n], using: &generator))
  }

  /// Of orders 1 to 16 in kernels, of 17 by LAPACK.
  @Test(arguments: 1...17)
  func solutionsAreThoseOfLAPACK(order n: Int) throws {
    let (matrices, right) = positiveDefinite(order: n)
    let solutions = try LinearAlgebra.solvePositiveDefinite(matrices, right)
    #expect(solutions.shape == [200, n])
    for i in 0..<200 {
      let expected = try LinearAlgebra.solvePositiveDefinite(matrices.row(i), right.row(i))
      // The condition number is the error's factor; it is below ‖AAᵀ‖/0.1 + 1 by construction.
      let eigenvalues = try LinearAlgebra.symmetricEigenvalues(matrices.row(i))
      let condition = eigenvalues[n - 1] / eigenvalues[0]
      let scale = abs(expected).max()
      #expect(
        largestDifference(solutions.row(i) / scale, expected / scale)
          <= 4 * Double(n) * condition * Double.ulpOfOne, "matrix \(i), seed \(seed)")
    }
    // Shapes that do not suit kernels go through LAPACK, with the same meaning.
    let one = try LinearAlgebra.solvePositiveDefinite(matrices[100..<101], right)
    #expect(one.shape == [200, n])
  }
}
