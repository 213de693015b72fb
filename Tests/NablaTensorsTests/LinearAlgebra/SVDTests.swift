// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct SVDTests {
  private func check<S: TensorScalar>(_ a: Tensor<S>, of matrix: Tensor<S>, _ comment: Comment) throws {
    let (m, n) = (matrix.shape[0], matrix.shape[1])
    let k = min(m, n)
    // Backward stable, and orthogonal to working precision: c ε with c a small multiple of the extents.
    let tolerance = 8 * S(max(m, n, 1)) * S.ulpOfOne
    let size = max(matrix.norm(), .leastNormalMagnitude)
    for full in [false, true] {
      let (u, values, v) = try LinearAlgebra.svd(a, full: full)
      #expect(u.shape == [m, full ? m : k] && values.shape == [k] && v.shape == [n, full ? n : k], comment)
      #expect(departureFromOrthonormal(u) <= tolerance, comment)
      #expect(departureFromOrthonormal(v) <= tolerance, comment)
      let product = matmul(u[.all, ..<k] * values, v[.all, ..<k].transposed())
      #expect(largestDifference(product, matrix) <= tolerance * size, comment)
      #expect(zip(values.scalars, values.scalars.dropFirst()).allSatisfy { $0 >= $1 }, comment)
      #expect(values.scalars.allSatisfy { $0 >= 0 }, comment)
      #expect(
        try largestDifference(values, LinearAlgebra.singularValues(a)) <= tolerance * size, comment)
    }
    // The four conditions of Penrose. What is cut off or kept near the tolerance shows up to its size.
    let inverse = try LinearAlgebra.pseudoInverse(a, tolerance: tolerance)
    #expect(inverse.shape == [n, m], comment)
    let (left, right) = (matmul(a, inverse), matmul(inverse, a))
    #expect(largestDifference(matmul(left, matrix), matrix) <= 4 * tolerance * size, comment)
    let scale = tolerance * size * max(inverse.norm(), .leastNormalMagnitude)
    #expect(largestDifference(matmul(right, inverse), inverse) <= 4 * scale * max(inverse.norm(), 1), comment)
    #expect(largestDifference(left, left.transposed()) <= 4 * scale, comment)
    #expect(largestDifference(right, right.transposed()) <= 4 * scale, comment)
  }

  @Test(arguments: sizes)
  func square(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    for (name, x) in layouts(of: a) { try check(x, of: a, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(n)
    try check(single, of: single, "Float, seed \(seed)")
    try check(Tensor<Double>.zeros([n, n]), of: .zeros([n, n]), "zero")
    try check(Tensor<Double>.ones([n, n]), of: .ones([n, n]), "rank 1")
    try check(-.identity(n) as Tensor<Double>, of: -.identity(n), "identity")
    if n > 2 { try check(randomOfRank(2, n, n) as Tensor<Double>, of: randomOfRank(2, n, n), "rank 2") }
  }

  @Test(arguments: rectangles)
  func rectangular(_ m: Int, _ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(m, n)
    for (name, x) in layouts(of: a) { try check(x, of: a, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(m, n)
    try check(single, of: single, "Float, seed \(seed)")
  }

  @Test func extremesOfTheRange() throws {
    let a: Tensor<Double> = randomMatrix(5, 3)
    let values = try LinearAlgebra.singularValues(a)
    for scale in [1e-300, 1e300] {
      let scaled = try LinearAlgebra.singularValues(a * scale)
      #expect(scaled.isApproximatelyEqual(to: values * scale, relativeTolerance: 1e-14), "seed \(seed)")
      #expect(LinearAlgebra.norm(a * scale, .spectral).item == scaled[0])
    }
  }

  /// mpmath 1.4.1, 50 digits.
  @Test func referenceValues() throws {
    let a: Tensor<Double> = [[1, 2, 3], [4, 5, 6], [7, 8, 10], [2, 0, -1]]
    let values: Tensor<Double> = [17.41416371453213478, 2.3886961529850864663, 0.20256557502845896397]
    #expect(try LinearAlgebra.singularValues(a).isApproximatelyEqual(to: values, relativeTolerance: 1e-14))
    let square = a[..<3]
    for (kind, condition) in [
      (MatrixNorm.spectral, 88.4482799206986235), (.one, 133), (.infinity, 475.0 / 3),
      (.frobenius, 90.7842374962624102),
    ] {
      #expect(
        try LinearAlgebra.condition(square, kind).isApproximatelyEqual(
          to: Tensor(condition), relativeTolerance: 1e-13), "\(kind)")
    }
    #expect(
      LinearAlgebra.norm(square, .spectral).isApproximatelyEqual(
        to: Tensor(17.4125051668085945), relativeTolerance: 1e-15))
    #expect(
      LinearAlgebra.norm(square, .nuclear).isApproximatelyEqual(
        to: Tensor(18.4845330380364603), relativeTolerance: 1e-15))
    let deficient: Tensor<Double> = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    let inverse: Tensor<Double> =
      [[-23, -6, 11], [-2, 0, 2], [19, 6, -7]] / 36
    #expect(
      try LinearAlgebra.pseudoInverse(deficient).isApproximatelyEqual(
        to: inverse, relativeTolerance: 1e-13, absoluteTolerance: 1e-15))
  }

  /// The singular values of Hilbert's matrix of order 12, mpmath 1.4.1, 50 digits. The error of each is an ulp
  /// or so of the largest, so the last has no digits.
  @Test func hilbertMatrix() throws {
    let values: [Double] = [
      1.79537205956199731, 0.380275245955037098, 0.0447385487521810745, 0.00372231223789116625,
      0.000233089089021780661, 1.11633574832244277e-5, 4.08237611038617734e-7, 1.12286106675170303e-8,
      2.25196455349007689e-10, 3.11135489722691674e-12, 2.64902149344488672e-14, 1.04794639796222669e-16,
    ]
    let h: Tensor<Double> = hilbert(12)
    #expect(largestDifference(try LinearAlgebra.singularValues(h), Tensor(values)) <= 4 * Double.ulpOfOne)
    // 1.048e-16 is below 12 ulp of 1.8, 2.6e-14 above.
    #expect(try LinearAlgebra.rank(h) == 11)
    #expect(try LinearAlgebra.rank(h, tolerance: 1e-9) == 8)
    #expect(try LinearAlgebra.rank(hilbert(8) as Tensor<Double>) == 8)
    // 7 digits of single precision see five of them.
    #expect(try LinearAlgebra.rank(hilbert(12) as Tensor<Float>, tolerance: 1e-5) == 5)
    #expect(
      try LinearAlgebra.condition(hilbert(8) as Tensor<Double>).isApproximatelyEqual(
        to: Tensor(15257575741.6469428), relativeTolerance: 1e-5))
  }

  @Test(arguments: [(3, 1, 2), (9, 4, 6), (17, 17, 5), (8, 64, 7), (64, 9, 3)])
  func ranksAndNullSpaces(_ m: Int, _ n: Int, _ wanted: Int) throws {
    let rank = min(m, n, wanted)
    let a: Tensor<Double> = randomOfRank(rank, m, n)
    #expect(try LinearAlgebra.rank(a) == rank, "seed \(seed)")
    let basis = try LinearAlgebra.nullSpace(a)
    #expect(basis.shape == [n, n - rank], "seed \(seed)")
    #expect(departureFromOrthonormal(basis) <= 1e-13, "seed \(seed)")
    let image = matmul(a, basis)
    #expect(image.norm() <= 1e-13 * a.norm(), "seed \(seed)")
    let condition = try LinearAlgebra.condition(a).item
    #expect(rank == min(m, n) ? condition < 1e4 : condition > 1e14, "seed \(seed)")
  }

  @Test func batches() throws {
    let a = Tensor<Double>.stack([
      randomMatrix(3, 4), randomOfRank(2, 3, 4), .zeros([3, 4]), randomOfRank(1, 3, 4),
    ]).reshaped([2, 2, 3, 4])
    let (u, values, v) = try LinearAlgebra.svd(a)
    #expect(u.shape == [2, 2, 3, 3] && values.shape == [2, 2, 3] && v.shape == [2, 2, 4, 3])
    let product = matmul(u * values.expanded(axis: -2), v.transposed())
    #expect(product.isApproximatelyEqual(to: a, absoluteTolerance: 1e-14), "seed \(seed)")
    #expect(try LinearAlgebra.ranks(a) == [3, 2, 0, 1])
    let inverse = try LinearAlgebra.pseudoInverse(a)
    #expect(inverse.shape == [2, 2, 4, 3])
    #expect(matmul(matmul(a, inverse), a).isApproximatelyEqual(to: a, absoluteTolerance: 1e-14))
    let spectral = LinearAlgebra.norm(a, .spectral)
    #expect(spectral.isApproximatelyEqual(to: values[..., 0], relativeTolerance: 1e-14))
    #expect(try LinearAlgebra.condition(a)[1, 0] == .infinity)
    let batch = try LinearAlgebra.condition(a[..., ..<3], .one)
    #expect(batch.shape == [2, 2] && batch[1, 0] == .infinity)
  }

  @Test func empty() throws {
    #expect(try LinearAlgebra.rank(Tensor<Double>.zeros([0, 3])) == 0)
    #expect(try LinearAlgebra.nullSpace(Tensor<Double>.zeros([0, 3])) == .identity(3))
    #expect(try LinearAlgebra.pseudoInverse(Tensor<Double>.zeros([2, 0, 3])) == .zeros([2, 3, 0]))
    #expect(try LinearAlgebra.condition(Tensor<Double>.zeros([2, 0, 0])) == [1, 1])
    #expect(try LinearAlgebra.condition(Tensor<Double>.zeros([0, 0]), .one).item == 1)
    #expect(try LinearAlgebra.ranks(Tensor<Double>.zeros([0, 3, 3])) == [])
    #expect(try LinearAlgebra.svd(Tensor<Double>.zeros([0, 3, 2])).u.shape == [0, 3, 2])
    #expect(
      try LinearAlgebra.svd(Tensor<Double>.zeros([2, 3, 0]), full: true).u
        == .stack([.identity(3), .identity(3)]))
  }

  @Test func errorsAndNonFinite() {
    for bad in [Double.nan, .infinity] {
      let a = Tensor([[1, bad], [0, 1]])
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.svd(a) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.singularValues(a) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.pseudoInverse(a) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.condition(a, .one) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.rank(a) }
      let both = LinearAlgebra.norm(Tensor.stack([a, .identity(2)]), .spectral)
      #expect(bad.isNaN ? both[0].isNaN : both[0] == .infinity)
      #expect(both[1] == 1)
    }
    #expect(LinearAlgebra.norm([3, -4] as Tensor<Double>, .spectral).item == 5)
    #expect(LinearAlgebra.norm([3, -4] as Tensor<Double>, .nuclear).item == 5)
  }
}
