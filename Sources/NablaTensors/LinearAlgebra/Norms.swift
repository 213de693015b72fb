// SPDX-License-Identifier: Apache-2.0

/// The norms of ``LinearAlgebra/norm(_:_:)``.
public enum MatrixNorm: Sendable, CaseIterable {
  /// √Σ aᵢⱼ², of a vector its Euclidean length.
  case frobenius
  /// The largest column sum of absolute values; of a vector Σ|aᵢ|.
  case one
  /// The largest row sum of absolute values; of a vector max |aᵢ|.
  case infinity
  /// The largest singular value, max ‖A x‖₂ / ‖x‖₂; of a vector its Euclidean length.
  case spectral
  /// The sum of the singular values; of a vector its Euclidean length.
  case nuclear
}

extension LinearAlgebra {
  /// The norms of matrices, shape `[...]` for `[..., m, n]`, or the norm of a vector, shape `[]`.
  ///
  /// 0 without elements, NaN if one is NaN, infinite if one is infinite and none NaN. The Frobenius norm
  /// does not overflow or underflow on the way. The spectral and the nuclear norm are NaN where the iteration for
  /// the singular values does not converge.
  ///
  /// - Complexity: O(`a.count`); for the spectral and the nuclear norm O(m n min(m, n)) for each matrix.
  public static func norm<S: TensorScalar>(_ a: Tensor<S>, _ kind: MatrixNorm = .frobenius) -> Tensor<S> {
    precondition(a.rank >= 1, "norm needs a vector or matrices; this tensor has shape \(a.shape).")
    // A vector is one column, and has one singular value.
    let kind = a.rank == 1 && (kind == .spectral || kind == .nuclear) ? .frobenius : kind
    let a = a.rank == 1 ? a.expanded(axis: 1) : a
    if a.shape[a.rank - 1] == 0 || a.shape[a.rank - 2] == 0 {
      return Tensor.zeros(Array(a.shape.dropLast(2)))
    }
    switch kind {
    case .frobenius: return a.norm(axes: [-2, -1])
    case .one: return abs(a).sum(axis: -2).max(axis: -1)
    case .infinity: return abs(a).sum(axis: -1).max(axis: -1)
    case .spectral: return singularValueNorms(a) { $0[0] }
    case .nuclear: return singularValueNorms(a) { $0.sum() }
    }
  }

  /// A norm of the singular values of each matrix, of which there is one at least.
  private static func singularValueNorms<S: TensorScalar>(
    _ a: Tensor<S>, _ norm: (_ values: Tensor<S>) -> S
  ) -> Tensor<S> {
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let matrices = a.reshaped([-1, m, n])
    return Tensor(shape: Array(a.shape.dropLast(2))) { out in
      for matrix in out.indices {
        let a = matrices.row(matrix)
        // Of others the largest element is NaN or infinite, and so is the norm.
        out[matrix] = a.allFinite ? (try? singularValues(a)).map(norm) ?? .nan : abs(a).max()
      }
    }
  }

  /// The sums of the main diagonals, shape `[...]` for `[..., m, n]`.
  public static func trace<S: TensorScalar>(_ a: Tensor<S>) -> Tensor<S> {
    precondition(a.rank >= 2, "trace needs matrices; this tensor has shape \(a.shape).")
    return a.diagonal().sum(axis: -1)
  }
}
