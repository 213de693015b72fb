// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct QRTests {
  private func check<S: TensorScalar>(_ a: Tensor<S>, of matrix: Tensor<S>, _ comment: Comment) throws {
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    // Householder QR is backward stable, and Q orthogonal to working precision, whatever the condition:
    // c ε with c a small multiple of the extents.
    let tolerance = 4 * S(max(m, n, 1)) * S.ulpOfOne
    let size = max(matrix.norm(), .leastNormalMagnitude)
    for complete in [false, true] {
      let height = complete ? m : min(m, n)
      let (q, r) = try LinearAlgebra.qr(a, complete: complete)
      #expect(q.shape == [m, height] && r.shape == [height, n], comment)
      #expect(departureFromOrthonormal(q) <= tolerance, comment)
      #expect(largestDifference(matmul(q, r), matrix) <= tolerance * size, comment)
      for i in 0..<height { #expect(r[i, ..<min(i, n)] == .zeros([min(i, n)]), comment) }

      let (qp, rp, permutations) = try LinearAlgebra.pivotedQR(a, complete: complete)
      #expect(qp.shape == [m, height] && rp.shape == [height, n], comment)
      #expect(departureFromOrthonormal(qp) <= tolerance, comment)
      let order = permutations[0]
      #expect(order.sorted() == Array(0..<n), comment)
      let product = matmul(qp, rp)
      for (j, column) in order.enumerated() {
        #expect(largestDifference(product[.all, j], matrix[.all, column]) <= tolerance * size, comment)
      }
      let diagonal = abs(rp.diagonal()).scalars
      for (x, y) in zip(diagonal, diagonal.dropFirst()) { #expect(y <= x + tolerance * size, comment) }
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

  @Test func pivotsRevealTheRank() throws {
    let a: Tensor<Double> = randomOfRank(4, 17, 9)
    let r = abs(try LinearAlgebra.pivotedQR(a).r.diagonal())
    #expect(r[3] > 1e-2 * r[0] && r[4] < 1e-14 * r[0], "seed \(seed)")
  }

  @Test func batches() throws {
    let a = Tensor<Double>.stack((0..<6).map { randomMatrix(4, 3, seed: UInt64($0)) }).reshaped([3, 2, 4, 3])
    let (q, r) = try LinearAlgebra.qr(a)
    #expect(q.shape == [3, 2, 4, 3] && r.shape == [3, 2, 3, 3])
    #expect(matmul(q, r).isApproximatelyEqual(to: a, absoluteTolerance: 1e-14))
    let (_, pivoted, permutations) = try LinearAlgebra.pivotedQR(a)
    for i in 0..<6 {
      let one = try LinearAlgebra.pivotedQR(a[i / 2, i % 2, .all, .all])
      #expect(one.permutations == [permutations[i]] && one.r == pivoted[i / 2, i % 2, .all, .all])
      #expect(try LinearAlgebra.qr(a[i / 2, i % 2, .all, .all]).r == r[i / 2, i % 2, .all, .all])
    }
    #expect(try LinearAlgebra.qr(Tensor<Double>.zeros([2, 3, 0]), complete: true).q.shape == [2, 3, 3])
    #expect(
      try LinearAlgebra.pivotedQR(Tensor<Double>.zeros([2, 0, 3])).permutations == [[0, 1, 2], [0, 1, 2]])
    #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.qr(Tensor([[Double.nan]])) }
    #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.pivotedQR(Tensor([[Double.infinity]])) }
  }
}
