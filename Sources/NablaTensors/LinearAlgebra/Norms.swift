/// The norms of ``LinearAlgebra/norm(_:_:)``.
public enum MatrixNorm: Sendable, CaseIterable {
  /// √Σ aᵢⱼ², of a vector its Euclidean length.
  case frobenius
  /// The largest column sum of absolute values; of a vector Σ|aᵢ|.
  case one
  /// The largest row sum of absolute values; of a vector max |aᵢ|.
  case infinity
}

extension LinearAlgebra {
  /// The norms of matrices, shape `[...]` for `[..., m, n]`, or the norm of a vector, shape `[]`.
  ///
  /// 0 without elements, NaN if one is NaN. The Frobenius norm does not overflow or underflow on the
  /// way. The 2-norm of a vector is its Frobenius norm; the spectral norm of a matrix is not offered.
  ///
  /// - Complexity: O(`a.count`).
  public static func norm<S: TensorScalar>(_ a: Tensor<S>, _ kind: MatrixNorm = .frobenius) -> Tensor<S> {
    precondition(a.rank >= 1, "norm needs a vector or matrices; this tensor has shape \(a.shape).")
    // A vector is one column.
    let a = a.rank == 1 ? a.expanded(axis: 1) : a
    if a.shape[a.rank - 1] == 0 || a.shape[a.rank - 2] == 0 {
      return Tensor.zeros(Array(a.shape.dropLast(2)))
    }
    switch kind {
    case .frobenius: return a.norm(axes: [-2, -1])
    case .one: return abs(a).sum(axis: -2).max(axis: -1)
    case .infinity: return abs(a).sum(axis: -1).max(axis: -1)
    }
  }

  /// The sums of the main diagonals, shape `[...]` for `[..., m, n]`.
  public static func trace<S: TensorScalar>(_ a: Tensor<S>) -> Tensor<S> {
    precondition(a.rank >= 2, "trace needs matrices; this tensor has shape \(a.shape).")
    return a.diagonal().sum(axis: -1)
  }
}
