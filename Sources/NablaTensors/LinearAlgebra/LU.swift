import RealModule

extension LinearAlgebra {
  /// The solution x of A x = b for general square matrices, by Gaussian elimination with partial
  /// pivoting.
  ///
  /// Shapes: `a` is `[..., n, n]`. `b` is vectors `[..., n]` if it has one axis, or one less than `a`,
  /// and matrices `[..., n, k]` otherwise; the result has its shape after broadcasting the leading
  /// axes. Each matrix is factorised once, however many right-hand sides it serves.
  ///
  /// - Throws: `singular` if a pivot is exactly zero; `notFinite`.
  /// - Complexity: O(n³) for each matrix and O(n²) for each right-hand side.
  /// - Source: LAPACK `getrf`, `getrs`.
  public static func solve<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(a, "solve")
    try requireFinite(a)
    let factors = LUFactors(a, n: n)
    if let failed = factors.infos.firstIndex(where: { $0 > 0 }) {
      throw .singular(pivot: factors.infos[failed] - 1, matrix: failed)
    }
    return try solveBatch(factors: Array(a.shape.dropLast(2)), n: n, b) { factor, columns, x in
      factors.pivots.withUnsafeBufferPointer { pivots in
        luSolve(
          factors.lu.storage.base + factor * n * n, n: n, pivots: pivots.baseAddress! + factor * n,
          columns: columns, x)
      }
    }
  }

  /// The determinants, by LU factorisation, shape `[...]` for `[..., n, n]`: 0-dimensional for one
  /// matrix. 1 for n = 0. The product may overflow or underflow where ``logAbsDeterminant(_:)`` does
  /// not. NaN if an element is NaN or infinite.
  ///
  /// - Complexity: O(n³).
  public static func determinant<S: TensorScalar>(_ a: Tensor<S>) -> Tensor<S> {
    diagonalProducts(a, "determinant") { pivots in pivots.reduce(1, *) }
  }

  /// The sign (−1, 0 or 1) and the natural logarithm of the absolute value of the determinants, each of
  /// shape `[...]` for `[..., n, n]`. A singular matrix gives 0 and −∞; NaN if an element is NaN or
  /// infinite.
  ///
  /// - Complexity: O(n³).
  public static func logAbsDeterminant<S: TensorScalar>(
    _ a: Tensor<S>
  ) -> (sign: Tensor<S>, logarithm: Tensor<S>) {
    let sign = diagonalProducts(a, "logAbsDeterminant") { pivots in
      pivots.reduce(1) { $1.isNaN || $0.isNaN ? .nan : $1 == 0 ? 0 : $1 < 0 ? -$0 : $0 }
    }
    let logarithm = diagonalProducts(a, "logAbsDeterminant") { pivots in
      pivots.reduce(0) { $0 + S.log($1.magnitude) }
    }
    return (sign, logarithm)
  }

  /// Folds the pivots, with the sign of the permutation on one of them, of each matrix.
  private static func diagonalProducts<S: TensorScalar>(
    _ a: Tensor<S>, _ name: StaticString, _ fold: ([S]) -> S
  ) -> Tensor<S> {
    let n = order(a, name)
    let factors = LUFactors(a, n: n)
    return Tensor(shape: Array(a.shape.dropLast(2))) { out in
      for matrix in out.indices {
        let lu = factors.lu.storage.base + matrix * n * n
        if !isAllFinite(lu, count: n * n) {
          out[matrix] = .nan
          continue
        }
        var pivots = (0..<n).map { lu[$0 * n + $0] }
        for i in 0..<n where Int(factors.pivots[matrix * n + i]) != i + 1 { pivots[i].negate() }
        out[matrix] = fold(pivots)
      }
    }
  }

  // MARK: Raw entry points

  /// Overwrites one n × n matrix, by columns, with its LU factors, and `pivots` with n row indices.
  ///
  /// - Returns: 0, or the number (from 1) of the first pivot that is exactly zero. NaN passes through.
  package static func luFactor<S: TensorScalar>(
    _ a: UnsafeMutablePointer<S>, n: Int, pivots: UnsafeMutablePointer<Int32>
  ) -> Int {
    if n == 0 { return 0 }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: cube(n)) {
      S._routines.getrf(columnMajor, order, order, a, order, pivots)
    }
    checkArguments(info, of: "getrf")
    return Int(info)
  }

  /// Overwrites n × `columns` right-hand sides, by columns, with the solution from `luFactor`'s result.
  package static func luSolve<S: TensorScalar>(
    _ lu: UnsafePointer<S>, n: Int, pivots: UnsafePointer<Int32>, columns: Int,
    _ x: UnsafeMutablePointer<S>
  ) {
    if n == 0 || columns == 0 { return }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: 2 * Double(n) * Double(n) * Double(columns)) {
      S._routines.getrs(
        columnMajor, .letter("N"), order, lapackInt(columns), lu, order, pivots, x, order)
    }
    checkArguments(info, of: "getrs")
  }
}

/// The LU factors of a batch of matrices, by columns, one after the other.
private struct LUFactors<S: TensorScalar> {
  let lu: Tensor<S>
  /// n row indices, from 1, for each matrix.
  var pivots: [Int32]
  /// LAPACK's `info` of each matrix.
  var infos: [Int] = []

  init(_ a: Tensor<S>, n: Int) {
    lu = a.transposed().copied()
    let matrices = a.shape.dropLast(2).reduce(1, *)
    // One more, so that there is an address even for n = 0.
    pivots = [Int32](repeating: 0, count: matrices * n + 1)
    infos.reserveCapacity(matrices)
    for matrix in 0..<matrices {
      let base = lu.storage.base + matrix * n * n
      infos.append(
        pivots.withUnsafeMutableBufferPointer {
          LinearAlgebra.luFactor(base, n: n, pivots: $0.baseAddress! + matrix * n)
        })
    }
  }
}
