// SPDX-License-Identifier: Apache-2.0

/// The result of ``LinearAlgebra/leastSquares(_:_:tolerance:)``: the x that minimises ‖A x − b‖₂, and how
/// far it is to be trusted.
public struct LeastSquaresSolution<Scalar: TensorScalar>: Sendable {
  /// x, shape `[n]` or `[n, k]`. If the rank is less than n there are many, and this is the one of least
  /// ‖x‖₂.
  public let solution: Tensor<Scalar>

  /// ‖A x − b‖₂² for each right-hand side, shape `[]` or `[k]`.
  ///
  /// It is the squared length of the part of Qᵀb outside the range of A, and so has an error of about an ulp
  /// of ‖b‖², however ill-conditioned A is.
  public let residualSumsOfSquares: Tensor<Scalar>

  private let factors: CompleteOrthogonalFactorization<Scalar>

  init(
    solution: Tensor<Scalar>, residualSumsOfSquares: Tensor<Scalar>,
    factors: CompleteOrthogonalFactorization<Scalar>
  ) {
    self.solution = solution
    self.residualSumsOfSquares = residualSumsOfSquares
    self.factors = factors
  }

  /// The number of columns of A that are independent to within the tolerance.
  public var rank: Int { factors.rank }

  /// Whether all columns of A are independent, and so the solution is the only one.
  public var hasFullRank: Bool { rank == factors.n }

  /// m − ``rank``: in how many independent directions the data can differ from the fit.
  public var degreesOfFreedom: Int { factors.m - rank }

  /// The order in which the columns of A were found independent: the first ``rank`` of these indices name
  /// columns that span the range of A, the others name what depends on them.
  public var columnOrder: [Int] { factors.order }

  /// An estimate of the reciprocal condition number, in the 1-norm, of the ``rank`` independent columns of A,
  /// scaled to about unit length: of 10⁻ᵏ, the solution loses about k digits. 1 for rank 0.
  public var reciprocalCondition: Scalar { factors.reciprocalCondition }

  /// (AᵀA)⁻¹, shape `[n, n]`: times the variance of the errors in b, the covariance matrix of x. For a
  /// deficient rank the pseudo-inverse, which is the covariance matrix of the x of least length.
  ///
  /// It comes from the triangular factor of A; AᵀA, of the squared condition number, is never formed.
  ///
  /// - Complexity: O(n³).
  public var unscaledCovariance: Tensor<Scalar> {
    let root = covarianceRoot
    return matmul(root, root.transposed())
  }

  /// The standard errors of the elements of x, shaped like it: √(s² (AᵀA)⁻¹ⱼⱼ), where s² is the residual sum
  /// of squares over the degrees of freedom. NaN without degrees of freedom.
  ///
  /// For a deficient rank they are those of the x of least length, which says nothing about coefficients
  /// that the data do not determine.
  ///
  /// - Complexity: O(n³).
  public var standardErrors: Tensor<Scalar> {
    let freedom = degreesOfFreedom
    let deviation = sqrt(residualSumsOfSquares.map { freedom > 0 ? $0 / Scalar(freedom) : .nan })
    // Row lengths: their squares, the variances, might underflow.
    let lengths = covarianceRoot.norm(axis: 1)
    return solution.rank == 1 ? lengths * deviation : lengths.expanded(axis: 1) * deviation
  }

  /// B with A⁺ = B Q₁ᵀ, where the columns of Q₁ are an orthonormal basis of the range of A; then
  /// (AᵀA)⁺ = A⁺A⁺ᵀ = B Bᵀ.
  private var covarianceRoot: Tensor<Scalar> {
    let n = factors.n
    var columns = Tensor<Scalar>.identity(rank, columns: n)
    return columns.withUnsafeMutableBufferPointer {
      factors.solve($0.baseAddress!, columns: rank, leadingDimension: max(n, 1))
    }
  }
}

extension LinearAlgebra {
  /// The x that minimises ‖A x − b‖₂: linear regression, with `a` as the design matrix.
  ///
  /// Shapes: `a` is one matrix `[m, n]`, with m < n too; `b` is `[m]`, or `[m, k]` for k right-hand sides.
  /// A deficient rank is no error: the result says so (``LeastSquaresSolution/rank``), and its solution is the
  /// shortest one. Without rows the solution is zero.
  ///
  /// The method is QR with column pivoting of A with its columns scaled to about unit length, so that the rank
  /// does not depend on the units in which a column is measured. The condition number is then within √n of the
  /// smallest that any scaling of columns gives (van der Sluis): the powers 1, x, …, x¹⁰ of NIST's problem
  /// "Filip" have condition number 10¹⁵, and rank 10 of 11 to a tolerance of 10⁻¹⁴; scaled they have full rank,
  /// and all the digits that there are to be had. The scales are powers of two, which add no rounding errors
  /// and are taken back before the shortest solution is chosen: it is that of the given problem, not of the
  /// scaled one.
  ///
  /// - Parameters:
  ///   - a: one matrix `[m, n]`.
  ///   - b: one right-hand side `[m]` or several `[m, k]`.
  ///   - tolerance: the rank is the largest r for which the first r pivot columns, scaled, have an
  ///     estimated reciprocal condition number above this. By default ulp(1) · max(m, n), as in NumPy: about what
  ///     rounding errors leave of a zero. For data known to fewer digits give their relative error.
  /// - Throws: `notFinite`.
  /// - Complexity: O(m n min(m, n)), and O(m n) for each right-hand side.
  /// - Source: LAPACK `geqp3`, `ormqr`, `trcon`, `tzrzf`, `ormrz`, the way of `gelsy`; van der Sluis,
  ///   "Condition numbers and equilibration of matrices", Numer. Math. 14 (1969).
  public static func leastSquares<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>, tolerance: S? = nil
  ) throws(LinearAlgebraError) -> LeastSquaresSolution<S> {
    precondition(a.rank == 2, "leastSquares takes one matrix [m, n]; this tensor has shape \(a.shape).")
    let (m, n) = (a.shape[0], a.shape[1])
    precondition(
      (b.rank == 1 || b.rank == 2) && b.shape[0] == m,
      """
      leastSquares with a matrix of shape \(a.shape) needs right-hand sides [\(m)] or [\(m), k]; \
      this one has shape \(b.shape).
      """)
    try requireFinite(a)
    try requireFinite(b)
    let factors = CompleteOrthogonalFactorization(a, tolerance: tolerance ?? S.ulpOfOne * S(max(m, n)))

    // Columns one after the other, long enough for b and for x.
    let columns = b.rank == 1 ? 1 : b.shape[1]
    let height = max(m, n, 1)
    var work = Tensor<S>.zeros([columns, height])
    work[.all, 0..<m] = (b.rank == 1 ? b.expanded(axis: 1) : b).transposed()
    work.withUnsafeMutableBufferPointer {
      factors.applyTransposedQ($0.baseAddress!, columns: columns, leadingDimension: height)
    }
    let residuals = work[.all, factors.rank..<m].norm(axis: 1)
    let solution = work.withUnsafeMutableBufferPointer {
      factors.solve($0.baseAddress!, columns: columns, leadingDimension: height)
    }
    let sums = residuals * residuals
    return LeastSquaresSolution(
      solution: b.rank == 1 ? solution.reshaped([n]) : solution,
      residualSumsOfSquares: b.rank == 1 ? sums.reshaped([]) : sums, factors: factors)
  }
}
