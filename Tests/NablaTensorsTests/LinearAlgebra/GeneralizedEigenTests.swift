// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct GeneralizedEigenTests {
  @Test(arguments: sizes)
  func decomposes(_ n: Int) throws {
    func check<S: TensorScalar>(_: S.Type) throws {
      let (a, b): (Tensor<S>, Tensor<S>) = (randomSymmetric(n), randomPositiveDefinite(n))
      for ((name, x), (_, y)) in zip(layouts(of: a), layouts(of: b).reversed()) {
        let (values, v) = try LinearAlgebra.generalizedSymmetricEigen(x, y)
        // Errors grow with the condition number of B, of order n² here, and with ‖V‖, of order 1.
        let tolerance = 10 * S(max(n * n, 1)) * S.ulpOfOne * max(b.norm(), 1)
        #expect(
          largestDifference(matmul(a, v), matmul(b, v) * values) <= tolerance, "\(name), seed \(seed)")
        #expect(
          largestDifference(matmul(v.transposed(), matmul(b, v)), .identity(n)) <= tolerance,
          "\(name), seed \(seed)")
        #expect(zip(values.scalars, values.scalars.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(
          try largestDifference(LinearAlgebra.generalizedSymmetricEigenvalues(x, y), values) <= tolerance)
      }
    }
    try check(Double.self)
    try check(Float.self)
  }

  /// mpmath 1.4.1, 50 digits.
  @Test func referenceValues() throws {
    let a: Tensor<Double> = [[4, 1, 2], [1, 3, 0], [2, 0, 5]]
    let b: Tensor<Double> = [[2, 1, 0], [1, 3, 1], [0, 1, 4]]
    let expected: Tensor<Double> = [0.66152414859967315, 1.15421026925726575, 3.12871002658750554]
    let values = try LinearAlgebra.generalizedSymmetricEigenvalues(a, b)
    #expect(values.isApproximatelyEqual(to: expected, relativeTolerance: 1e-14))
    // One B for a batch of A.
    let both = try LinearAlgebra.generalizedSymmetricEigen(Tensor.stack([a, 2 * a]), b)
    #expect(both.values.isApproximatelyEqual(to: .stack([expected, 2 * expected]), relativeTolerance: 1e-14))
    #expect(both.vectors.shape == [2, 3, 3])
  }

  @Test func errors() async {
    let one = Tensor<Double>.identity(2)
    #expect(throws: LinearAlgebraError.notPositiveDefinite(leadingMinor: 2, matrix: 1)) {
      try LinearAlgebra.generalizedSymmetricEigen(one, Tensor.stack([one, [[1, 0], [2, 1]]]))
    }
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.generalizedSymmetricEigen(one, one * .nan)
    }
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.generalizedSymmetricEigen(one * .infinity, one)
    }
    #expect(
      try! LinearAlgebra.generalizedSymmetricEigen(Tensor<Double>.zeros([0, 2, 2]), one).values.shape == [
        0, 2,
      ])
    await #expect(processExitsWith: .failure) {
      _ = try LinearAlgebra.generalizedSymmetricEigen(
        Tensor<Double>.identity(2), Tensor<Double>.identity(3))
    }
  }
}
