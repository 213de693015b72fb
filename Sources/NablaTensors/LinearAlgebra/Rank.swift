// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The numerical rank of one matrix `[m, n]`: how many singular values are above `tolerance` times the largest.
  ///
  /// - Parameters:
  ///   - a: the matrix.
  ///   - tolerance: by default ulp(1) · max(m, n), as in NumPy: about what rounding errors leave of a
  ///     zero. For data known to fewer digits give their relative error.
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n min(m, n)).
  public static func rank<S: TensorScalar>(
    _ a: Tensor<S>, tolerance: S? = nil
  ) throws(LinearAlgebraError) -> Int {
    precondition(
      a.rank == 2, "rank takes one matrix [m, n]; this tensor has shape \(a.shape). Perhaps you meant ranks.")
    return try ranks(a, tolerance: tolerance)[0]
  }

  /// The numerical ranks of a batch of matrices `[..., m, n]`, in row-major order; see ``rank(_:tolerance:)``.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n min(m, n)) for each.
  public static func ranks<S: TensorScalar>(
    _ a: Tensor<S>, tolerance: S? = nil
  ) throws(LinearAlgebraError) -> [Int] {
    let (m, n) = extents(a, "ranks")
    let values = try singularValues(a)
    let count = a.shape.dropLast(2).reduce(1, *)
    let table = values.reshaped([count, min(m, n)])
    return (0..<count).map { countAbove(tolerance, m, n, table.row($0)) }
  }

  /// How many of the descending singular values of an m × n matrix are above the tolerance.
  private static func countAbove<S: TensorScalar>(
    _ tolerance: S?, _ m: Int, _ n: Int, _ values: Tensor<S>
  ) -> Int {
    guard values.count > 0 else { return 0 }
    let limit = values[0] * (tolerance ?? S.ulpOfOne * S(max(m, n)))
    return values.scalars.count { $0 > limit }
  }

  /// The Moore–Penrose inverses A⁺, shape `[..., n, m]` for `[..., m, n]`: of all X for which A X b is next to b,
  /// for every b, the one that gives the shortest X b.
  ///
  /// Singular values up to `tolerance` times the largest count as zero, as for ``rank(_:tolerance:)``. For A⁺ b,
  /// ``leastSquares(_:_:tolerance:)`` is faster and more accurate.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n min(m, n)).
  /// - Source: A⁺ = V diag(1/σ) Uᵀ from ``svd(_:full:)``.
  public static func pseudoInverse<S: TensorScalar>(
    _ a: Tensor<S>, tolerance: S? = nil
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let (m, n) = extents(a, "pseudoInverse")
    let (u, values, v) = try svd(a)
    let tolerance = tolerance ?? S.ulpOfOne * S(max(m, n))
    if values.count == 0 { return matmul(v, u.transposed()) }
    let largest = values.max(axis: -1, keepingDims: true)
    let reciprocals = values.zipMap(tolerance * largest) { $0 > $1 ? 1 / $0 : 0 }
    return matmul(v * reciprocals.expanded(axis: -2), u.transposed())
  }

  /// An orthonormal basis of the null space {x : A x = 0} of one matrix `[m, n]`, as the columns of a matrix
  /// `[n, n − r]`, where r is ``rank(_:tolerance:)``.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(max(m, n)³).
  /// - Source: the last columns of V of ``svd(_:full:)``.
  public static func nullSpace<S: TensorScalar>(
    _ a: Tensor<S>, tolerance: S? = nil
  ) throws(LinearAlgebraError) -> Tensor<S> {
    precondition(a.rank == 2, "nullSpace takes one matrix [m, n]; this tensor has shape \(a.shape).")
    let (_, values, v) = try svd(a, full: true)
    return v[.all, countAbove(tolerance, a.shape[0], a.shape[1], values)...]
  }

  /// The condition numbers ‖A‖ ‖A⁻¹‖, shape `[...]` for `[..., m, n]`: the factor by which relative errors in A
  /// or b may appear in the solution of A x = b. At least 1; infinite for a singular matrix; 1 for order 0.
  ///
  /// In the spectral norm, the default, it is the ratio of the largest to the smallest singular value, and the
  /// matrices need not be square. In other norms they must be.
  ///
  /// A number near 1 / ulp(1) or above says that the matrix is singular to working precision, and no more.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n min(m, n)).
  public static func condition<S: TensorScalar>(
    _ a: Tensor<S>, _ kind: MatrixNorm = .spectral
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let (m, n) = extents(a, "condition")
    let batch = Array(a.shape.dropLast(2))
    if kind == .spectral {
      let values = try singularValues(a)
      if min(m, n) == 0 { return Tensor.ones(batch) }
      return values[..., 0].zipMap(values[..., min(m, n) - 1]) { $1 == 0 ? .infinity : $0 / $1 }
    }
    let order = order(a, "condition in a norm other than the spectral one")
    try requireFinite(a)
    if order == 0 { return Tensor.ones(batch) }
    let norms = norm(a, kind)
    let matrices = a.reshaped([-1, order, order])
    var conditions: [S] = []
    for (matrix, size) in norms.scalars.enumerated() {
      do throws(LinearAlgebraError) {
        conditions.append(size * norm(try inverse(matrices.row(matrix)), kind).item)
      } catch {
        guard case .singular = error else { throw error.ofMatrix(matrix) }
        conditions.append(.infinity)
      }
    }
    return Tensor(shape: batch, scalars: conditions)
  }
}
