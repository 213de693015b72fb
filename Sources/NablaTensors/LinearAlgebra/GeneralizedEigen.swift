// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The eigenvalues λⱼ, ascending, and eigenvectors of A v = λ B v for symmetric A and symmetric positive definite
  /// B: A V = B V diag(λ), with Vᵀ B V = I.
  ///
  /// Shapes: `[..., n]` and `[..., n, n]` for `a` and `b` of shape `[..., n, n]`, whose leading axes broadcast.
  /// Column j of the vectors belongs to value j. Only the lower triangles are read.
  ///
  /// The errors of the values grow with the condition number of B: they are a modest multiple of
  /// ulp(‖A‖ ‖B⁻¹‖).
  ///
  /// - Throws: `notPositiveDefinite` if B is not, to working precision; `notConverged`; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `sygvd`: the Cholesky factor L of B, then the eigenvalues of L⁻¹ A L⁻ᵀ.
  public static func generalizedSymmetricEigen<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> (values: Tensor<S>, vectors: Tensor<S>) {
    let (values, vectors) = try generalizedSymmetricEigen(a, b, withVectors: true)
    // LAPACK writes the vectors by columns, one after the other.
    return (values, vectors.transposed())
  }

  /// The eigenvalues of A v = λ B v alone; see ``generalizedSymmetricEigen(_:_:)``.
  ///
  /// - Throws: `notPositiveDefinite`; `notConverged`; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `sygvd`.
  public static func generalizedSymmetricEigenvalues<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    try generalizedSymmetricEigen(a, b, withVectors: false).values
  }

  private static func generalizedSymmetricEigen<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>, withVectors: Bool
  ) throws(LinearAlgebraError) -> (values: Tensor<S>, overwritten: Tensor<S>) {
    let n = order(a, "generalizedSymmetricEigen")
    precondition(
      order(b, "generalizedSymmetricEigen") == n,
      "generalizedSymmetricEigen needs matrices of one order; the shapes are \(a.shape) and \(b.shape).")
    try requireFinite(triangleOf: a)
    try requireFinite(triangleOf: b)
    let batch = broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let left = a.broadcast(to: batch + [n, n]).copied()
    let right = b.broadcast(to: batch + [n, n]).copied()
    let values = Tensor<S>(uninitialized: batch + [n])
    if left.count == 0 { return (values, left) }
    let order = lapackInt(n)
    let job: CChar = .letter(withVectors ? "V" : "N")
    var integers = [Int32](repeating: 0, count: 3 + 5 * n)
    let integerCount = Int32(integers.count)
    let work = Workspace("sygvd") {
      S._routines.sygvd(
        columnMajor, 1, job, upperTriangle, order, nil, order, nil, order, nil, $0, $1, &integers,
        integerCount)
    }
    for matrix in 0..<batch.reduce(1, *) {
      let (x, y) = (left.storage.base + matrix * n * n, right.storage.base + matrix * n * n)
      let target = values.storage.base + matrix * n
      let info = work.run(flops: cube(n) * (withVectors ? 14 : 4)) {
        S._routines.sygvd(
          columnMajor, 1, job, upperTriangle, order, x, order, y, order, target, $0, $1, &integers,
          integerCount)
      }
      if info > n { throw .notPositiveDefinite(leadingMinor: info - n, matrix: matrix) }
      if info > 0 { throw .notConverged(offDiagonals: info, matrix: matrix) }
    }
    return (values, left)
  }
}
