// SPDX-License-Identifier: Apache-2.0

import RealModule

/// The factorisations P A = L U of a batch of matrices, made by ``LinearAlgebra/lu(_:)``: Gaussian elimination
/// with partial pivoting.
///
/// P is a permutation, L is lower trapezoidal with ones on its diagonal and no element larger than 1, and U is
/// upper trapezoidal. Factorise once, then solve for as many right-hand sides as there are.
public struct LUFactorization<Scalar: TensorScalar>: Sendable {
  /// The shape `[..., m, n]` of A.
  public let shape: [Int]
  /// L below the diagonal and U, by columns, one matrix after the other: shape `[..., n, m]`.
  private let factors: Tensor<Scalar>
  /// min(m, n) row indices, from 1, for each matrix: with which row each row changed places.
  private let pivots: [Int32]
  /// LAPACK's `info` of each matrix: 0, or the number (from 1) of the first pivot that is exactly zero.
  private let infos: [Int]

  /// NaN passes through.
  init(_ a: Tensor<Scalar>) {
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    shape = a.shape
    let factors = a.transposed().copied()
    let matrices = a.shape.dropLast(2).reduce(1, *)
    let steps = min(m, n)
    // One more, so that there is an address even for n = 0.
    var pivots = [Int32](repeating: 0, count: matrices * steps + 1)
    infos = pivots.withUnsafeMutableBufferPointer { pivots in
      (0..<matrices).map { matrix in
        LinearAlgebra.luFactor(
          factors.storage.base + matrix * m * n, rows: m, columns: n,
          pivots: pivots.baseAddress! + matrix * steps)
      }
    }
    self.factors = factors
    self.pivots = pivots
  }

  private var batch: [Int] { Array(shape.dropLast(2)) }
  private var rows: Int { shape[shape.count - 2] }
  private var columns: Int { shape[shape.count - 1] }

  /// n, where the factors are asked for what only square matrices have.
  private func order(_ name: StaticString) -> Int {
    precondition(rows == columns, "\(name) needs square matrices [..., n, n]; these have shape \(shape).")
    return rows
  }

  // MARK: Factors

  /// L, shape `[..., m, min(m, n)]`.
  public var l: Tensor<Scalar> {
    let (m, k) = (rows, min(rows, columns))
    return Tensor(shape: batch + [m, k]) { out in
      for matrix in infos.indices {
        let source = factors.storage.base + matrix * m * columns
        for i in 0..<m {
          for j in 0..<k { out[(matrix * m + i) * k + j] = i > j ? source[j * m + i] : i == j ? 1 : 0 }
        }
      }
    }
  }

  /// U, shape `[..., min(m, n), n]`.
  public var u: Tensor<Scalar> {
    let (m, n, k) = (rows, columns, min(rows, columns))
    let u = Tensor<Scalar>(uninitialized: batch + [k, n])
    for matrix in infos.indices {
      LinearAlgebra.copyUpperTriangle(
        rows: k, columns: n, fromColumns: factors.storage.base + matrix * m * n, leadingDimension: m,
        to: u.storage.base + matrix * k * n)
    }
    return u
  }

  /// P, shape `[..., m, m]`.
  public var p: Tensor<Scalar> {
    let m = rows
    return Tensor(shape: batch + [m, m]) { out in
      out.update(repeating: 0)
      for matrix in infos.indices {
        for (i, j) in permutation(of: matrix).enumerated() { out[(matrix * m + i) * m + j] = 1 }
      }
    }
  }

  /// P as indices: row i of P A is row `permutation()[i]` of A.
  ///
  /// - Parameter matrix: the row-major position in the batch.
  public func permutation(of matrix: Int = 0) -> [Int] {
    precondition(
      infos.indices.contains(matrix), "There is no matrix \(matrix) in a batch of shape \(shape).")
    var permutation = Array(0..<rows)
    let steps = min(rows, columns)
    for i in 0..<steps { permutation.swapAt(i, Int(pivots[matrix * steps + i]) - 1) }
    return permutation
  }

  // MARK: What they are for

  /// The solution x of A x = b; shapes as in ``LinearAlgebra/solve(_:_:)``.
  ///
  /// - Parameters:
  ///   - b: the right-hand sides.
  ///   - transposed: solves Aᵀ x = b.
  /// - Throws: `singular` if a pivot is exactly zero; `notFinite`.
  /// - Complexity: O(n²) for each right-hand side.
  /// - Source: LAPACK `getrs`.
  public func solve(
    _ b: Tensor<Scalar>, transposed: Bool = false
  ) throws(LinearAlgebraError) -> Tensor<Scalar> {
    let n = order("solve")
    try requireRegular()
    return try LinearAlgebra.solveBatch(factors: batch, n: n, b) { factor, columns, x in
      pivots.withUnsafeBufferPointer { pivots in
        LinearAlgebra.luSolve(
          factors.storage.base + factor * n * n, n: n, pivots: pivots.baseAddress! + factor * n,
          columns: columns, transposed: transposed, x)
      }
    }
  }

  /// A⁻¹; shape `[..., n, n]`.
  ///
  /// - Throws: `singular` if a pivot is exactly zero.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `getri`.
  public func inverse() throws(LinearAlgebraError) -> Tensor<Scalar> {
    let n = order("inverse")
    try requireRegular()
    let inverse = factors.copied()
    if inverse.count == 0 { return inverse }
    let order = lapackInt(n)
    pivots.withUnsafeBufferPointer { pivots in
      let work = Workspace("getri") {
        Scalar._routines.getri(columnMajor, order, nil, order, nil, $0, $1)
      }
      for matrix in infos.indices {
        let (a, pivots) = (inverse.storage.base + matrix * n * n, pivots.baseAddress! + matrix * n)
        // A zero pivot, the only thing it may complain about, is ruled out above.
        _ = work.run(flops: 4 / 3 * cube(n)) {
          Scalar._routines.getri(columnMajor, order, a, order, pivots, $0, $1)
        }
      }
    }
    return inverse.transposed()
  }

  /// The determinants; see ``LinearAlgebra/determinant(_:)``.
  ///
  /// - Complexity: O(n).
  public var determinant: Tensor<Scalar> {
    diagonalProducts("determinant") { pivots in pivots.reduce(1, *) }
  }

  /// The sign and the logarithm of the determinants; see ``LinearAlgebra/logAbsDeterminant(_:)``.
  ///
  /// - Complexity: O(n).
  public var logAbsDeterminant: (sign: Tensor<Scalar>, logarithm: Tensor<Scalar>) {
    let sign = diagonalProducts("logAbsDeterminant") { pivots in
      pivots.reduce(1) { $1.isNaN || $0.isNaN ? .nan : $1 == 0 ? 0 : $1 < 0 ? -$0 : $0 }
    }
    let logarithm = diagonalProducts("logAbsDeterminant") { pivots in
      pivots.reduce(0) { $0 + Scalar.log($1.magnitude) }
    }
    return (sign, logarithm)
  }

  private func requireRegular() throws(LinearAlgebraError) {
    if let failed = infos.firstIndex(where: { $0 > 0 }) {
      throw .singular(pivot: infos[failed] - 1, matrix: failed)
    }
  }

  /// Folds the pivots, with the sign of the permutation on one of them, of each matrix.
  private func diagonalProducts(_ name: StaticString, _ fold: ([Scalar]) -> Scalar) -> Tensor<Scalar> {
    let n = order(name)
    return Tensor(shape: batch) { out in
      for matrix in out.indices {
        let lu = factors.storage.base + matrix * n * n
        if !isAllFinite(lu, count: n * n) {
          out[matrix] = .nan
          continue
        }
        var diagonal = (0..<n).map { lu[$0 * n + $0] }
        for i in 0..<n where Int(pivots[matrix * n + i]) != i + 1 { diagonal[i].negate() }
        out[matrix] = fold(diagonal)
      }
    }
  }
}

extension LinearAlgebra {
  /// The LU factorisations with partial pivoting of matrices `[..., m, n]`.
  ///
  /// A singular matrix has a factorisation too, and a determinant; only its solve and its inverse throw.
  ///
  /// - Throws: `notFinite`.
  /// - Complexity: O(m n min(m, n)).
  /// - Source: LAPACK `getrf`.
  public static func lu<S: TensorScalar>(_ a: Tensor<S>) throws(LinearAlgebraError) -> LUFactorization<S> {
    _ = extents(a, "lu")
    try requireFinite(a)
    return LUFactorization(a)
  }

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
    _ = order(a, "solve")
    return try lu(a).solve(b)
  }

  /// The inverses A⁻¹ of square matrices, shape `[..., n, n]`.
  ///
  /// For A⁻¹ b, ``solve(_:_:)`` is faster and more accurate.
  ///
  /// - Throws: `singular` if a pivot is exactly zero; `notFinite`. A nearly singular matrix does not throw, but
  ///   gives an inverse with a large error.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `getrf`, `getri`.
  public static func inverse<S: TensorScalar>(_ a: Tensor<S>) throws(LinearAlgebraError) -> Tensor<S> {
    _ = order(a, "inverse")
    return try lu(a).inverse()
  }

  /// The determinants, by LU factorisation, shape `[...]` for `[..., n, n]`: 0-dimensional for one
  /// matrix. 1 for n = 0. The product may overflow or underflow where ``logAbsDeterminant(_:)`` does
  /// not. NaN if an element is NaN or infinite.
  ///
  /// - Complexity: O(n³).
  public static func determinant<S: TensorScalar>(_ a: Tensor<S>) -> Tensor<S> {
    _ = order(a, "determinant")
    return LUFactorization(a).determinant
  }

  /// The sign (−1, 0 or 1) and the natural logarithm of the absolute value of the determinants, each of
  /// shape `[...]` for `[..., n, n]`. A singular matrix gives 0 and −∞; NaN if an element is NaN or
  /// infinite.
  ///
  /// - Complexity: O(n³).
  public static func logAbsDeterminant<S: TensorScalar>(
    _ a: Tensor<S>
  ) -> (sign: Tensor<S>, logarithm: Tensor<S>) {
    _ = order(a, "logAbsDeterminant")
    return LUFactorization(a).logAbsDeterminant
  }

  // MARK: Raw entry points

  /// Overwrites one matrix, by columns, with its LU factors, and `pivots` with as many row indices as the
  /// smaller of its extents.
  ///
  /// - Returns: 0, or the number (from 1) of the first pivot that is exactly zero. NaN passes through.
  package static func luFactor<S: TensorScalar>(
    _ a: UnsafeMutablePointer<S>, rows m: Int, columns n: Int, pivots: UnsafeMutablePointer<Int32>
  ) -> Int {
    if m == 0 || n == 0 { return 0 }
    let info = BLASThreads.run(work: Double(m) * Double(n) * Double(min(m, n))) {
      S._routines.getrf(columnMajor, lapackInt(m), lapackInt(n), a, lapackInt(m), pivots)
    }
    checkArguments(info, of: "getrf")
    return Int(info)
  }

  /// Overwrites n × `columns` right-hand sides, by columns, with the solution from `luFactor`'s result.
  package static func luSolve<S: TensorScalar>(
    _ lu: UnsafePointer<S>, n: Int, pivots: UnsafePointer<Int32>, columns: Int, transposed: Bool = false,
    _ x: UnsafeMutablePointer<S>
  ) {
    if n == 0 || columns == 0 { return }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: 2 * Double(n) * Double(n) * Double(columns)) {
      S._routines.getrs(
        columnMajor, .letter(transposed ? "T" : "N"), order, lapackInt(columns), lu, order, pivots, x, order)
    }
    checkArguments(info, of: "getrs")
  }
}
