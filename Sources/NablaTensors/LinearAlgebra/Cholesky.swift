// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The lower triangular L with positive diagonal and A = L Lᵀ, for symmetric positive definite
  /// matrices `[..., n, n]`. Only the lower triangle of A is read; the upper one of L is zero.
  ///
  /// - Throws: `notPositiveDefinite` with the order of the first leading minor that is not positive, to
  ///   working precision; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `potrf`.
  public static func cholesky<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(a, "cholesky")
    try requireFinite(triangleOf: a)
    let l = a.copied()
    let matrices = a.shape.dropLast(2).reduce(1, *)
    for matrix in 0..<matrices {
      let base = l.storage.base + matrix * n * n
      let info = choleskyFactor(base, n: n)
      if info > 0 { throw .notPositiveDefinite(leadingMinor: info, matrix: matrix) }
      for i in 0..<n { (base + i * n + i + 1).update(repeating: 0, count: n - i - 1) }
    }
    return l
  }

  /// The solution x of A x = b from the factor L of ``cholesky(_:)``: L Lᵀ x = b. Shapes as in
  /// ``solve(_:_:)``. Only the lower triangle of L is read.
  ///
  /// - Throws: `notFinite`; `singular` if the diagonal of L has a zero, which no Cholesky factor has.
  /// - Complexity: O(n²) for each right-hand side.
  /// - Source: LAPACK `potrs`.
  public static func choleskySolve<S: TensorScalar>(
    _ l: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(l, "choleskySolve")
    try requireFinite(triangleOf: l)
    let factor = l.isContiguous ? l : l.copied()
    let diagonal = factor.diagonal().scalars
    if let zero = diagonal.firstIndex(of: 0) { throw .singular(pivot: zero % n, matrix: zero / n) }
    return try solveBatch(factors: Array(l.shape.dropLast(2)), n: n, b) { index, columns, x in
      factor.withStorage { choleskySolve($0 + index * n * n, n: n, columns: columns, x) }
    }
  }

  /// The solution x of A x = b for symmetric positive definite matrices, of which the lower triangle is read.
  /// Shapes as in ``solve(_:_:)``.
  ///
  /// Batches of many matrices of doubles up to order 16, with a vector for each, run in kernels, a matrix a
  /// lane, on several threads; in memory the batch is fastest along its last axis. The last digits may
  /// differ from those of a single matrix.
  ///
  /// - Throws: `notPositiveDefinite` with the order of the first leading minor that is not positive, to
  ///   working precision; `notFinite`.
  /// - Complexity: O(n³) for each matrix and O(n²) for each right-hand side.
  /// - Source: LAPACK `potrf`, `potrs`; for many small matrices `BlockLDL` of `NablaExpressions`.
  public static func solvePositiveDefinite<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    if let matrices = a as? Tensor<Double>, let vectors = b as? Tensor<Double>,
      SmallMatrices.areWorthwhile(matrices, upTo: SmallMatrices.largestOrderOfSolutions),
      vectors.shape == Array(matrices.shape.dropLast())
    {
      return try SmallMatrices.solvePositiveDefinite(matrices, vectors) as! Tensor<S>
    }
    return try choleskySolve(cholesky(a), b)
  }

  // MARK: Raw entry points

  /// Overwrites the lower triangle of one row-major n × n matrix with its Cholesky factor L. The upper
  /// triangle is neither read nor written.
  ///
  /// - Returns: 0, or the order (from 1) of the first leading minor that is not positive; NaN counts as
  ///   not positive.
  package static func choleskyFactor<S: TensorScalar>(_ a: UnsafeMutablePointer<S>, n: Int) -> Int {
    if n == 0 { return 0 }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: cube(n) / 3) {
      S._routines.potrf(columnMajor, upperTriangle, order, a, order)
    }
    checkArguments(info, of: "potrf")
    return Int(info)
  }

  /// Overwrites n × `columns` right-hand sides, by columns, with the solution from `choleskyFactor`'s
  /// result.
  package static func choleskySolve<S: TensorScalar>(
    _ l: UnsafePointer<S>, n: Int, columns: Int, _ x: UnsafeMutablePointer<S>
  ) {
    if n == 0 || columns == 0 { return }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: 2 * Double(n) * Double(n) * Double(columns)) {
      S._routines.potrs(columnMajor, upperTriangle, order, lapackInt(columns), l, order, x, order)
    }
    checkArguments(info, of: "potrs")
  }
}
