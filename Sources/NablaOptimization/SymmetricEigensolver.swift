// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// Eigenvalues and eigenvectors of symmetric matrices of one order by LAPACK, with memory that is made
/// once. Not for use by two threads at once.
///
/// - Complexity: O(n³) a decomposition.
package final class SymmetricEigensolver {
  package let order: Int

  /// The eigenvalues of the last matrix, ascending.
  package private(set) var values: [Double]

  /// Its eigenvectors, orthonormal; vector k is at k·n ..< (k+1)·n.
  package private(set) var vectors: [Double]

  private let workspace: SymmetricEigenWorkspace<Double>

  package init(order: Int) {
    self.order = order
    values = Array(repeating: 0, count: order)
    vectors = Array(repeating: 0, count: order * order)
    workspace = SymmetricEigenWorkspace(n: order)
  }

  /// Decomposes a symmetric matrix, row-major, of which the lower triangle is read.
  ///
  /// - Returns: whether that succeeded: false for a matrix with a NaN or an infinity, and where LAPACK's
  ///   iteration did not converge.
  package func decompose(_ matrix: [Double]) -> Bool {
    vectors = matrix
    return vectors.withUnsafeMutableBufferPointer { vectors in
      values.withUnsafeMutableBufferPointer { values in
        guard let a = vectors.baseAddress, let w = values.baseAddress else { return true }
        do {
          try workspace.decompose(a, values: w)
          return true
        } catch {
          return false
        }
      }
    }
  }
}

/// Replaces a symmetric matrix H by DHD with powers of two dᵢ near |hᵢᵢ|^−½, or near the inverse root of the
/// row's largest entry where hᵢᵢ is zero. By Sylvester's law of inertia that changes no eigenvalue's sign,
/// and small curvatures are no longer lost beside large ones (Demmel and Veselić, "Jacobi's method is more
/// accurate than QR", SIAM J. Matrix Anal. Appl. 13, 1992).
///
/// - Returns: the dᵢ. The matrix is left as it is, with all dᵢ = 1, where the products would overflow.
package func equilibrate(_ matrix: inout [Double], order n: Int) -> [Double] {
  let scales = (0..<n).map { i in
    var size = Swift.abs(matrix[i * n + i])
    if size == 0 { for j in 0..<n { size = Swift.max(size, Swift.abs(matrix[i * n + j])) } }
    guard size > 0, size.isFinite else { return 1.0 }
    return Double(sign: .plus, exponent: -Int((Double(size.exponent) / 2).rounded()), significand: 1)
  }
  var result = matrix
  for i in 0..<n {
    for j in 0..<n { result[i * n + j] *= scales[i] * scales[j] }
  }
  guard result.allSatisfy(\.isFinite) else { return Array(repeating: 1, count: n) }
  matrix = result
  return scales
}
