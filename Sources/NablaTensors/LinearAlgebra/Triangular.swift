// SPDX-License-Identifier: Apache-2.0

/// The triangle of a square matrix, with its diagonal, that is read.
public enum MatrixTriangle: Sendable, CaseIterable {
  /// The diagonal and what is below.
  case lower
  /// The diagonal and what is above.
  case upper
}

extension LinearAlgebra {
  /// The solution x of A x = b for triangular matrices, by substitution.
  ///
  /// Shapes as in ``solve(_:_:)``. The other triangle is not read.
  ///
  /// - Parameters:
  ///   - a: matrices `[…, n, n]`.
  ///   - b: right-hand sides, `[…, n]` or `[…, n, k]`.
  ///   - triangle: which triangle of `a` holds the matrix.
  ///   - transposed: solves Aᵀ x = b.
  ///   - unitDiagonal: takes the diagonal to be ones, without reading it.
  /// - Throws: `singular` if an element of the diagonal is exactly zero; `notFinite`.
  /// - Complexity: O(n²) for each right-hand side.
  /// - Source: LAPACK `trtrs`.
  public static func triangularSolve<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>, _ triangle: MatrixTriangle = .lower, transposed: Bool = false,
    unitDiagonal: Bool = false
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(a, "triangularSolve")
    // A unit diagonal may hold anything: one is as good as what is there.
    var a = a
    if unitDiagonal && !a.allFinite { a = withUnitDiagonal(a) }
    try requireFinite(triangleOf: a, triangle)
    if !unitDiagonal {
      let diagonal = a.diagonal().scalars
      if let zero = diagonal.firstIndex(of: 0) { throw .singular(pivot: zero % n, matrix: zero / n) }
    }
    // By columns, as LAPACK reads, row-major memory is the transpose; a transposed view is as it is.
    let isByColumns = !a.isContiguous && a.transposed().isContiguous
    let matrices = a.isContiguous || isByColumns ? a : a.copied()
    let upLo = (triangle == .upper) == isByColumns ? upperTriangle : lowerTriangle
    let order = lapackInt(n)
    return try solveBatch(factors: Array(a.shape.dropLast(2)), n: n, b) { index, columns, x in
      if n == 0 || columns == 0 { return }
      let info = matrices.withStorage { base in
        BLASThreads.run(work: Double(n) * Double(n) * Double(columns)) {
          S._routines.trtrs(
            columnMajor, upLo, .letter(transposed == isByColumns ? "T" : "N"),
            .letter(unitDiagonal ? "U" : "N"), order, lapackInt(columns), base + index * n * n, order, x,
            order)
        }
      }
      checkArguments(info, of: "trtrs")
    }
  }

  private static func withUnitDiagonal<S: TensorScalar>(_ a: Tensor<S>) -> Tensor<S> {
    let n = a.shape[a.rank - 1]
    let copy = a.copied()
    for matrix in 0..<copy.count / (n * n) {
      for i in 0..<n { copy.storage.base[matrix * n * n + i * n + i] = 1 }
    }
    return copy
  }

  /// The upper triangular (or, with more columns than rows, trapezoidal) part of a matrix by columns, of which
  /// `rows` rows are wanted; shape `[rows, columns]`, zero below the diagonal.
  static func copyUpperTriangle<S: TensorScalar>(
    rows: Int, columns: Int, fromColumns source: UnsafePointer<S>, leadingDimension: Int,
    to target: UnsafeMutablePointer<S>
  ) {
    for i in 0..<rows {
      let row = target + i * columns
      row.update(repeating: 0, count: min(i, columns))
      for j in stride(from: i, to: columns, by: 1) { row[j] = source[j * leadingDimension + i] }
    }
  }
}
