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
        return decompose(a, values: w)
      }
    }
  }

  /// The same with eigenvectors in place of the matrix, and eigenvalues in memory of the caller.
  package func decompose(
    _ matrix: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>
  ) -> Bool {
    do {
      try workspace.decompose(matrix, values: values)
      return true
    } catch {
      return false
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
  [Double](unsafeUninitializedCapacity: n) { scales, count in
    matrix.withUnsafeMutableBufferPointer { matrix in
      if let matrix = matrix.baseAddress, let scales = scales.baseAddress {
        equilibrate(matrix, order: n, scales: scales)
      }
    }
    count = n
  }
}

/// The same with the dᵢ in memory of the caller.
package func equilibrate(
  _ matrix: UnsafeMutablePointer<Double>, order n: Int, scales: UnsafeMutablePointer<Double>
) {
  for i in 0..<n {
    var size = Swift.abs(matrix[i * n + i])
    if size == 0 { for j in 0..<n { size = Swift.max(size, Swift.abs(matrix[i * n + j])) } }
    scales[i] = 1
    guard size > 0, size.isFinite else { continue }
    // Half of the exponent, rounded to nearest and away from 0: a normal number's.
    let exponent = Int(size.exponent)
    let half = (Swift.abs(exponent) + 1) / 2 * exponent.signum()
    scales[i] = Double(bitPattern: UInt64(1023 - half) << 52)
  }
  for i in 0..<n {
    for j in 0..<n where !(matrix[i * n + j] * (scales[i] * scales[j])).isFinite {
      return scales.update(repeating: 1, count: n)
    }
  }
  for i in 0..<n {
    for j in 0..<n { matrix[i * n + j] *= scales[i] * scales[j] }
  }
}
