// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct TriangularTests {
  /// A triangle, with NaN wherever nothing may be read, and as the matrix that is meant.
  private func triangle<S: TensorScalar>(
    _ n: Int, _ triangle: MatrixTriangle, unitDiagonal: Bool
  ) -> (given: Tensor<S>, meant: Tensor<S>) {
    let random: Tensor<S> = randomMatrix(n)
    var (given, meant) = (Tensor<S>(shape: [n, n], repeating: .nan), Tensor<S>.identity(n))
    for i in 0..<n {
      for j in 0..<n where triangle == .lower ? i > j : i < j {
        // Small elements keep the inverse of a unit triangle small.
        (given[i, j], meant[i, j]) = (random[i, j] / S(n), random[i, j] / S(n))
      }
      if !unitDiagonal { (given[i, i], meant[i, i]) = (random[i, i] + 3, random[i, i] + 3) }
    }
    return (given, meant)
  }

  private func check<S: TensorScalar>(_ n: Int, _: S.Type) throws {
    let b: Tensor<S> = randomMatrix(n, 3)
    for kind in MatrixTriangle.allCases {
      for isUnit in [false, true] {
        let (given, meant): (Tensor<S>, Tensor<S>) = triangle(n, kind, unitDiagonal: isUnit)
        for (name, x) in layouts(of: given) {
          for transposed in [false, true] {
            let solution = try LinearAlgebra.triangularSolve(
              x, b, kind, transposed: transposed, unitDiagonal: isUnit)
            // Substitution leaves |A x − b| ≤ c n ε |A| |x|, all of order 1 to 10 here.
            let residual = largestDifference(
              matmul(transposed ? meant.transposed() : meant, solution), b)
            #expect(
              residual <= 32 * S(max(n, 1)) * S.ulpOfOne,
              "\(kind), \(name), unit \(isUnit), transposed \(transposed), seed \(seed)")
            if n > 0 {
              let one = try LinearAlgebra.triangularSolve(
                x, b[.all, 1], kind, transposed: transposed, unitDiagonal: isUnit)
              #expect(largestDifference(one, solution[.all, 1]) <= 32 * S(n) * S.ulpOfOne)
            }
          }
        }
      }
    }
  }

  @Test(arguments: sizes)
  func everyKind(_ n: Int) throws {
    try check(n, Double.self)
    try check(n, Float.self)
  }

  @Test func batches() throws {
    let l: Tensor<Double> = [[[2, 0], [1, 4]], [[1, 0], [3, 1]]]
    #expect(try LinearAlgebra.triangularSolve(l, [[2, 9], [1, 4]]) == [[1, 2], [1, 1]])
    // The transposed batch is read in place.
    #expect(
      try LinearAlgebra.triangularSolve(l.transposed(), [[4, 8], [4, 1]], .upper) == [[1, 2], [1, 1]])
    // One right-hand side for both.
    #expect(try LinearAlgebra.triangularSolve(l, [2, 9]) == [[1, 2], [2, 3]])
  }

  @Test func errors() {
    let a: Tensor<Double> = [[1, 2], [3, 0]]
    for kind in MatrixTriangle.allCases {
      #expect(throws: LinearAlgebraError.singular(pivot: 1)) {
        try LinearAlgebra.triangularSolve(a, [1, 1], kind)
      }
      #expect(throws: LinearAlgebraError.notFinite) {
        try LinearAlgebra.triangularSolve(
          Tensor([[1, .infinity], [.infinity, 1]]), Tensor([1.0, 1]), kind)
      }
      #expect(throws: LinearAlgebraError.notFinite) {
        try LinearAlgebra.triangularSolve(.identity(2), Tensor([1, Double.nan]), kind)
      }
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 0, matrix: 1)) {
      try LinearAlgebra.triangularSolve(Tensor<Double>.stack([.identity(2), .zeros([2, 2])]), [1, 1])
    }
  }
}
