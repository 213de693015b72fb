// SPDX-License-Identifier: Apache-2.0

import RealModule
import Testing

@testable import NablaTensors

@Suite struct SymmetricEigenTests {
  private func check<S: TensorScalar>(_ a: Tensor<S>, _ comment: Comment) throws {
    let n = a.shape[0]
    let (w, v) = try LinearAlgebra.symmetricEigen(a)
    // QR and divide and conquer are backward stable: c n ε ‖A‖ with a small c.
    let tolerance = 10 * S(max(n, 1)) * S.ulpOfOne
    #expect(largestDifference(matmul(v * w, v.transposed()), a) <= tolerance * a.norm(), comment)
    #expect(largestDifference(matmul(v.transposed(), v), .identity(n)) <= tolerance, comment)
    #expect(zip(w.scalars, w.scalars.dropFirst()).allSatisfy { $0 <= $1 }, comment)
    #expect(try largestDifference(LinearAlgebra.symmetricEigenvalues(a), w) <= tolerance * a.norm(), comment)
  }

  @Test(arguments: sizes)
  func decomposes(_ n: Int) throws {
    let a: Tensor<Double> = randomSymmetric(n)
    for (name, x) in layouts(of: a) { try check(x, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomSymmetric(n)
    try check(single, "Float, seed \(seed)")
    try check(Tensor<Double>.zeros([n, n]), "zero")
    try check(Tensor<Double>.identity(n), "identity")
    try check(Tensor<Double>.ones([n, n]), "rank 1")
    try check(a * 1e-300, "tiny, seed \(seed)")
    try check(a * 1e300 / Double(n * n + 1), "huge, seed \(seed)")
  }

  /// numpy.linalg.eigh, NumPy 2.4.6.
  @Test func referenceValues() throws {
    let a: Tensor<Double> = [[4, 1, 2], [1, 3, 0], [2, 0, 5]]
    #expect(
      try LinearAlgebra.symmetricEigenvalues(a).isApproximatelyEqual(
        to: [1.8548973087995775, 3.476023602918134, 6.669079088282287], relativeTolerance: 1e-14))
  }

  @Test func batches() throws {
    let a: Tensor<Double> = randomSymmetric(3)
    let batch = Tensor.stack([a, -a, .identity(3), a * 2]).reshaped([2, 2, 3, 3])
    let (w, v) = try LinearAlgebra.symmetricEigen(batch)
    #expect(w.shape == [2, 2, 3] && v.shape == [2, 2, 3, 3])
    let rebuilt = matmul(v * w.expanded(axis: -2), v.transposed())
    #expect(rebuilt.isApproximatelyEqual(to: batch, relativeTolerance: 0, absoluteTolerance: 1e-13))
    #expect(try LinearAlgebra.symmetricEigen(Tensor<Double>.zeros([0, 3, 3])).vectors.shape == [0, 3, 3])
    #expect(throws: LinearAlgebraError.notFinite) {
      try LinearAlgebra.symmetricEigenvalues(Tensor([[Double.nan]]))
    }
  }

  /// [[a, b], [b, c]]: ordinary, graded, equal, cancelling, and at both ends of the range.
  static let pairs: [(Double, Double, Double)] = {
    var generator = SeededGenerator(seed: seed)
    let special: [Double] = [
      0, 1, -1, 1e-8, 1e-16, 1e8, 1e-300, -1e-300, 1e300, .leastNonzeroMagnitude, 1.7e308, 1 + 2e-16,
    ]
    var all: [(Double, Double, Double)] = []
    for a in special { for b in special { for c in special { all.append((a, b, c)) } } }
    for _ in 0..<2000 {
      let x = Tensor<Double>.normal([3], using: &generator)
      let e = Tensor<Double>.uniform([3], in: -12..<12, using: &generator)
      let y = x * exp10(e)
      all.append((y[0], y[1], y[2]))
      all.append((x[0], x[1] * 1e-9, x[0]))
    }
    return all
  }()

  /// The closed form against LAPACK on the same matrix: values within 4 ulp of the larger one.
  @Test func closedFormOfOrderTwoIsAsGoodAsLAPACK() {
    let workspace = SymmetricEigenWorkspace<Double>(n: 2)
    for (a, b, c) in Self.pairs {
      let eigen = SymmetricEigen2(a, b, c)
      var matrix = [a, b, b, c]
      var values = [0.0, 0.0]
      #expect(workspace.lapack(&matrix, &values, wantsVectors: false) == 0)
      let norm = max(values[0].magnitude, values[1].magnitude)
      guard norm.isFinite else { continue }
      let tolerance = 4 * norm.ulp
      let comment: Comment = "a \(a), b \(b), c \(c), seed \(seed)"
      #expect(abs(eigen.values.0 - values[0]) <= tolerance, comment)
      #expect(abs(eigen.values.1 - values[1]) <= tolerance, comment)
      // The vector is of unit length, and A v = w v to a few ulp of the norm, in scaled numbers.
      let scale = max(a.magnitude, b.magnitude, c.magnitude)
      let (x, y) = eigen.firstVector
      #expect(abs(x * x + y * y - 1) <= 4 * Double.ulpOfOne, comment)
      if scale > 1e-290 {
        let w = eigen.values.0 / scale
        #expect(abs(a / scale * x + b / scale * y - w * x) <= 8 * Double.ulpOfOne, comment)
        #expect(abs(b / scale * x + c / scale * y - w * y) <= 8 * Double.ulpOfOne, comment)
      }
    }
  }

  /// A positive definite matrix scaled as D A D with D = diag(1, 10⁻⁸) keeps its small eigenvalue, which
  /// is det / large to full accuracy: 2 · 10⁻¹⁶ − 10⁻¹⁶ over 1 here.
  @Test func gradedValuesKeepTheirDigits() throws {
    let a: Tensor<Double> = [[1, 1e-8], [1e-8, 2e-16]]
    let w = try LinearAlgebra.symmetricEigenvalues(a)
    #expect(abs(w[0] - 1e-16) <= 1e-15 * 1e-16 + 2e-32)
  }

  /// The upper triangle may hold anything; the lower may not.
  @Test(arguments: [2, 3, 30])
  func nonFiniteUpperTrianglesAreNotRead(_ n: Int) throws {
    let a: Tensor<Double> = randomPositiveDefinite(n)
    for bad in [Double.nan, .infinity] {
      var lower = a
      for i in 0..<n { for j in i + 1..<Swift.max(n, i + 1) { lower[i, j] = bad } }
      #expect(try LinearAlgebra.symmetricEigenvalues(lower) == LinearAlgebra.symmetricEigenvalues(a))
      #expect(try LinearAlgebra.symmetricEigen(lower).vectors == LinearAlgebra.symmetricEigen(a).vectors)
      #expect(try LinearAlgebra.cholesky(lower) == LinearAlgebra.cholesky(a))
      #expect(try LinearAlgebra.ldlt(lower).solve(.ones([n])) == LinearAlgebra.ldlt(a).solve(.ones([n])))
      let (l, whole) = (try LinearAlgebra.cholesky(a), try LinearAlgebra.generalizedSymmetricEigen(a, a))
      var padded = l
      padded[0, n - 1] = bad
      #expect(
        try LinearAlgebra.choleskySolve(padded, .ones([n])) == LinearAlgebra.choleskySolve(l, .ones([n])))
      #expect(try LinearAlgebra.generalizedSymmetricEigen(lower, lower).vectors == whole.vectors)

      lower[n - 1, 0] = bad
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.symmetricEigenvalues(lower) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.cholesky(lower) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.ldlt(lower) }
    }
  }

  @Test func workspaceIsUsedAgain() throws {
    let workspace = SymmetricEigenWorkspace<Double>(n: 5)
    for k in 0..<10 {
      let a: Tensor<Double> = randomSymmetric(5) + Double(k) * .identity(5)
      var matrix = a.scalars
      var values = [Double](repeating: 0, count: 5)
      try workspace.decompose(&matrix, values: &values)
      let withVectors = try LinearAlgebra.symmetricEigen(a).values
      #expect(Tensor(values) == withVectors)
      var other = a.scalars
      try workspace.eigenvalues(destroying: &other, values: &values)
      let valuesOnly = try LinearAlgebra.symmetricEigenvalues(a)
      #expect(Tensor(values) == valuesOnly)
    }
  }
}
