// SPDX-License-Identifier: Apache-2.0

/// Why a factorisation or a solve has no result. `matrix` is the row-major position in a batch, 0 for
/// a single matrix.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The pivot at this index (from 0) is exactly zero, so the system has no unique solution. A nearly
  /// singular matrix does not give this error, but a solution with a large error.
  case singular(pivot: Int, matrix: Int = 0)

  /// The leading minor of this order (from 1) is not positive, so there is no Cholesky factor.
  case notPositiveDefinite(leadingMinor: Int, matrix: Int = 0)

  /// The iteration for eigenvalues or singular values left this many off-diagonal elements that are not
  /// zero.
  case notConverged(offDiagonals: Int, matrix: Int = 0)

  /// There is a NaN or an infinity among the elements, on which LAPACK may not end.
  case notFinite

  public var description: String {
    switch self {
    case .singular(let pivot, let matrix):
      "The matrix is singular: pivot \(pivot) is exactly zero (matrix \(matrix) of the batch)."
    case .notPositiveDefinite(let order, let matrix):
      """
      The matrix is not positive definite: its leading minor of order \(order) is not positive \
      (matrix \(matrix) of the batch).
      """
    case .notConverged(let count, let matrix):
      """
      The iteration for eigenvalues or singular values did not converge: \(count) off-diagonal elements \
      are not zero (matrix \(matrix) of the batch).
      """
    case .notFinite: "The input holds a NaN or an infinity."
    }
  }
}

extension LinearAlgebraError {
  /// The same of a matrix of a batch.
  func ofMatrix(_ matrix: Int) -> LinearAlgebraError {
    switch self {
    case .singular(let pivot, _): .singular(pivot: pivot, matrix: matrix)
    case .notPositiveDefinite(let order, _): .notPositiveDefinite(leadingMinor: order, matrix: matrix)
    case .notConverged(let count, _): .notConverged(offDiagonals: count, matrix: matrix)
    case .notFinite: .notFinite
    }
  }
}
