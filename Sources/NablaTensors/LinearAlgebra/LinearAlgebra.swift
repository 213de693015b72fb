// SPDX-License-Identifier: Apache-2.0

/// Factorisations, solves and eigenvalues of dense matrices, on LAPACK.
///
/// The last two axes of a tensor are a matrix; all axes before them are a batch, which is worked
/// through one matrix at a time. Of a matrix that is symmetric by assumption only the lower triangle
/// is read. Matrices of order 0 are allowed everywhere. Wrong shapes trap; what depends on the
/// numbers is thrown as a ``LinearAlgebraError``. Products are the free functions `matmul`, `dot` and
/// `outer`.
public enum LinearAlgebra {}

extension LinearAlgebra {
  /// The order n of square matrices `[..., n, n]`.
  static func order<S: TensorScalar>(_ a: Tensor<S>, _ name: StaticString) -> Int {
    precondition(
      a.rank >= 2 && a.shape[a.rank - 1] == a.shape[a.rank - 2],
      "\(name) needs square matrices [..., n, n]; this tensor has shape \(a.shape).")
    return a.shape[a.rank - 1]
  }

  /// The extents m and n of matrices `[..., m, n]`.
  static func extents<S: TensorScalar>(
    _ a: Tensor<S>, _ name: StaticString
  ) -> (rows: Int, columns: Int) {
    precondition(a.rank >= 2, "\(name) needs matrices [..., m, n]; this tensor has shape \(a.shape).")
    return (a.shape[a.rank - 2], a.shape[a.rank - 1])
  }

  static func requireFinite<S: TensorScalar>(_ a: Tensor<S>) throws(LinearAlgebraError) {
    if !a.allFinite { throw .notFinite }
  }

  /// As `requireFinite`, for square matrices of which one triangle is read and the other may hold anything.
  static func requireFinite<S: TensorScalar>(
    triangleOf a: Tensor<S>, _ triangle: MatrixTriangle = .lower
  ) throws(LinearAlgebraError) {
    // Nearly always the other triangle is finite too, and one pass over everything says it all.
    if a.allFinite { return }
    let n = a.shape[a.rank - 1]
    let rows = a.isContiguous ? a : a.copied()
    let isFinite = rows.withStorage { base in
      (0..<rows.count / (n * n)).allSatisfy { isTriangleFinite(base + $0 * n * n, n: n, triangle) }
    }
    if !isFinite { throw .notFinite }
  }

  /// Whether one triangle of a row-major n × n matrix, with its diagonal, is free of NaN and infinities.
  static func isTriangleFinite<S: TensorScalar>(
    _ a: UnsafePointer<S>, n: Int, _ triangle: MatrixTriangle = .lower
  ) -> Bool {
    (0..<n).allSatisfy { i in
      switch triangle {
      case .lower: isAllFinite(a + i * n, count: i + 1)
      case .upper: isAllFinite(a + i * n + i, count: n - i)
      }
    }
  }

  /// Solves with factors of matrices of shape `factors + [n, n]` for right-hand sides `b`, which is
  /// vectors `[..., n]` if it has one axis or one less than the matrices, and matrices `[..., n, k]`
  /// otherwise. Leading axes broadcast.
  ///
  /// `solve` gets the index of the factor, the number of columns, and these columns one after the
  /// other, to be overwritten with the solution.
  static func solveBatch<S: TensorScalar>(
    factors: [Int], n: Int, _ b: Tensor<S>,
    _ solve: (_ factor: Int, _ columns: Int, _ x: UnsafeMutablePointer<S>) -> Void
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let areVectors = b.rank == 1 || b.rank == factors.count + 1
    let rowAxis = b.rank - (areVectors ? 1 : 2)
    precondition(
      b.rank >= 1 && b.shape[rowAxis] == n,
      """
      Matrices of shape \(factors + [n, n]) need right-hand sides [..., \(n)] or [..., \(n), k]; \
      this one has shape \(b.shape).
      """)
    try requireFinite(b)
    let batch = broadcastShape(factors, Array(b.shape.prefix(rowAxis)))
    let columns = areVectors ? 1 : b.shape[b.rank - 1]
    let full = b.broadcast(to: batch + b.shape.suffix(b.rank - rowAxis))
    // LAPACK wants each right-hand side in one piece: the row-major order of the transpose.
    let x = (areVectors ? full : full.transposed()).copied()
    if x.count > 0 {
      let nest = LoopNest(
        shape: batch, TensorLayout(shape: factors).broadcast(to: batch).strides,
        TensorLayout.rowMajorStrides(of: batch))
      for start in nest {
        for i in 0..<nest.innerCount {
          solve(
            start[0] + i * nest.innerStrides[0], columns,
            x.storage.base + (start[1] + i * nest.innerStrides[1]) * n * columns)
        }
      }
    }
    return areVectors ? x : x.transposed()
  }
}
