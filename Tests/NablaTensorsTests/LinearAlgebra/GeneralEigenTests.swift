// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@Suite struct GeneralEigenTests {
  private func check<S: TensorScalar>(_ a: Tensor<S>, of matrix: Tensor<S>, _ comment: Comment) throws {
    let n = matrix.shape[0]
    let e = try LinearAlgebra.eigen(a)
    let (re, im) = (e.vectorRealParts, e.vectorImaginaryParts)
    #expect(e.realParts.shape == [n] && re.shape == [n, n] && im.shape == [n, n], comment)
    // geev is backward stable: ‖A v − λ v‖ ≤ c n ε ‖A‖.
    let tolerance = 10 * S(max(n, 1)) * S.ulpOfOne
    let size = max(matrix.norm(), .leastNormalMagnitude)
    let real = re * e.realParts - im * e.imaginaryParts
    let imaginary = re * e.imaginaryParts + im * e.realParts
    #expect(largestDifference(matmul(matrix, re), real) <= tolerance * size, comment)
    #expect(largestDifference(matmul(matrix, im), imaginary) <= tolerance * size, comment)
    let lengths = (re * re + im * im).sum(axis: 0)
    #expect(largestDifference(lengths, .ones([n])) <= tolerance, comment)
    #expect((e.realParts.sum() - LinearAlgebra.trace(matrix).item).magnitude <= tolerance * size, comment)
    // Conjugates are neighbours, the one with a positive imaginary part first.
    var j = 0
    while j < n {
      if e.imaginaryParts[j] == 0 {
        #expect(im[.all, j] == .zeros([n]), comment)
        j += 1
        continue
      }
      #expect(e.imaginaryParts[j] > 0 && e.imaginaryParts[j + 1] == -e.imaginaryParts[j], comment)
      #expect(e.realParts[j + 1] == e.realParts[j], comment)
      #expect(re[.all, j + 1] == re[.all, j] && im[.all, j + 1] == -im[.all, j], comment)
      j += 2
    }
  }

  @Test(arguments: sizes)
  func decomposes(_ n: Int) throws {
    let a: Tensor<Double> = randomMatrix(n)
    for (name, x) in layouts(of: a) { try check(x, of: a, "\(name), seed \(seed)") }
    let single: Tensor<Float> = randomMatrix(n)
    try check(single, of: single, "Float, seed \(seed)")
    try check(Tensor<Double>.zeros([n, n]), of: .zeros([n, n]), "zero")
    if n > 0 { try check(gradedVandermonde(n) as Tensor<Double>, of: gradedVandermonde(n), "Vandermonde") }
    // A cyclic shift has the roots of unity.
    var shift = Tensor<Double>.zeros([n, n])
    for i in 0..<n { shift[i, (i + 1) % n] = 1 }
    try check(shift, of: shift, "shift")
    if n > 0 {
      let values = try LinearAlgebra.eigenvalues(shift)
      let moduli = hypot(values.realParts, values.imaginaryParts)
      #expect(largestDifference(moduli, .ones([n])) <= 1e-13)
    }
  }

  /// mpmath 1.4.1, 50 digits.
  @Test func referenceValues() throws {
    let e = try LinearAlgebra.eigen([[0, 1, 2], [-3, 1, 0], [1, 1, -1]] as Tensor<Double>)
    #expect(!e.isReal)
    let pairs = zip(e.realParts.scalars, e.imaginaryParts.scalars).sorted { $0.1 < $1.1 }
    let expected = [
      (1.11199004528465776, -1.92602325594384391), (-2.22398009056931552, 0),
      (1.11199004528465776, 1.92602325594384391),
    ]
    for (found, wanted) in zip(pairs, expected) {
      #expect(abs(found.0 - wanted.0) <= 1e-14 && abs(found.1 - wanted.1) <= 1e-14)
    }
  }

  @Test func symmetricAndDefective() throws {
    let a: Tensor<Double> = randomSymmetric(8)
    let e = try LinearAlgebra.eigen(a)
    #expect(e.isReal)
    let values = try LinearAlgebra.symmetricEigenvalues(a)
    #expect(largestDifference(Tensor(e.realParts.scalars.sorted()), values) <= 1e-13, "seed \(seed)")
    // One vector only; the second is parallel to it.
    let jordan = try LinearAlgebra.eigen([[2, 1], [0, 2]] as Tensor<Double>)
    #expect(jordan.realParts == [2, 2] && abs(jordan.vectorRealParts[1, 1]) <= 1e-15)
  }

  @Test func batches() throws {
    let a = Tensor<Double>.stack((0..<6).map { randomMatrix(5, seed: UInt64($0)) }).reshaped([2, 3, 5, 5])
    let e = try LinearAlgebra.eigen(a)
    let values = try LinearAlgebra.eigenvalues(a)
    #expect(e.realParts.shape == [2, 3, 5] && e.vectorRealParts.shape == [2, 3, 5, 5])
    #expect(values.realParts.isApproximatelyEqual(to: e.realParts, relativeTolerance: 1e-12))
    #expect(values.imaginaryParts.isApproximatelyEqual(to: e.imaginaryParts, relativeTolerance: 1e-12))
    for i in 0..<2 {
      for j in 0..<3 {
        let one = try LinearAlgebra.eigen(a[i, j, .all, .all])
        #expect(one.vectorRealParts == e.vectorRealParts[i, j, .all, .all])
        #expect(one.vectorImaginaryParts == e.vectorImaginaryParts[i, j, .all, .all])
      }
    }
    #expect(try LinearAlgebra.eigen(Tensor<Double>.zeros([0, 3, 3])).vectorRealParts.shape == [0, 3, 3])
    for bad in [Double.nan, .infinity] {
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.eigen(Tensor([[bad]])) }
      #expect(throws: LinearAlgebraError.notFinite) { try LinearAlgebra.eigenvalues(Tensor([[bad]])) }
    }
  }
}
