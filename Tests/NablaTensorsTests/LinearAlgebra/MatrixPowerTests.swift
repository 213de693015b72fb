// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct MatrixPowerTests {
  @Test func powers() throws {
    // Fibonacci numbers are exact.
    let a: Tensor<Double> = [[1, 1], [1, 0]]
    #expect(try LinearAlgebra.matrixPower(a, 0) == .identity(2))
    #expect(try LinearAlgebra.matrixPower(a, 1) == a)
    #expect(try LinearAlgebra.matrixPower(a, 10) == [[89, 55], [55, 34]])
    #expect(
      try LinearAlgebra.matrixPower(a, 61) == [
        [4_052_739_537_881, 2_504_730_781_961], [2_504_730_781_961, 1_548_008_755_920],
      ])
    #expect(
      try LinearAlgebra.matrixPower(a, -3).isApproximatelyEqual(
        to: [[-1, 2], [2, -3]], absoluteTolerance: 1e-15))
    #expect(try LinearAlgebra.matrixPower(Tensor.stack([a, .identity(2)]), 7).row(1) == .identity(2))
    for k in 1...9 {
      let power = try LinearAlgebra.matrixPower(a, k)
      #expect(try matmul(power, a) == LinearAlgebra.matrixPower(a, k + 1))
    }
    #expect(try LinearAlgebra.matrixPower(Tensor<Float>.zeros([0, 0]), -2).shape == [0, 0])
    #expect(
      try LinearAlgebra.matrixPower(Tensor<Float>.zeros([4, 2, 2]), 0)
        == Tensor.identity(2).broadcast(to: [4, 2, 2]))
    #expect(throws: LinearAlgebraError.singular(pivot: 0)) {
      try LinearAlgebra.matrixPower(Tensor<Double>.zeros([2, 2]), -1)
    }
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.matrixPower(Tensor([[Double.nan]]), -1)
    }
    #expect(try LinearAlgebra.matrixPower(Tensor([[Double.nan]]), 2).item.isNaN)
  }

  @Test func kroneckerProducts() {
    let a: Tensor<Double> = [[1, 2], [3, 4]]
    let b: Tensor<Double> = [[0, 5, 1]]
    #expect(LinearAlgebra.kroneckerProduct(a, b) == [[0, 5, 1, 0, 10, 2], [0, 15, 3, 0, 20, 4]])
    #expect(
      LinearAlgebra.kroneckerProduct(a.transposed(), b[.all, .reversed]).row(1) == [2, 10, 0, 4, 20, 0])
    #expect(LinearAlgebra.kroneckerProduct([1, 10], [1, 2, 3] as Tensor<Double>) == [1, 2, 3, 10, 20, 30])
    #expect(LinearAlgebra.kroneckerProduct([1, 10], a) == [[1, 2, 10, 20], [3, 4, 30, 40]])
    #expect(LinearAlgebra.kroneckerProduct(Tensor<Double>.zeros([0, 2]), a).shape == [0, 4])
    // (A ⊗ B)(C ⊗ D) = AC ⊗ BD, in whole numbers.
    let c: Tensor<Double> = [[2, 1], [0, 1]]
    let d: Tensor<Double> = [[1], [2], [3]]
    #expect(
      matmul(LinearAlgebra.kroneckerProduct(a, b), LinearAlgebra.kroneckerProduct(c, d))
        == LinearAlgebra.kroneckerProduct(matmul(a, c), matmul(b, d)))
  }
}
