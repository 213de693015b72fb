// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The eigenvalues, ascending, of symmetric matrices: shape `[..., n]` for `[..., n, n]`. Only the
  /// lower triangle is read.
  ///
  /// Their error is at most a modest multiple of ulp(‖A‖), so an eigenvalue much smaller than the
  /// largest one may have no correct digits.
  ///
  /// Batches of many matrices of doubles up to order 8 run in kernels, a matrix a lane, on several threads;
  /// in memory the batch is fastest along its last axis: `[n, n, N]`, permuted. The last digits may differ
  /// from those of a single matrix.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `syev`; for n = 2 the formula of LAPACK's `laev2`; for many small matrices
  ///   `SymmetricTridiagonal` of `NablaExpressions`.
  public static func symmetricEigenvalues<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    if let matrices = a as? Tensor<Double>, SmallMatrices.areWorthwhile(matrices) {
      return try SmallMatrices.symmetricEigenvalues(matrices) as! Tensor<S>
    }
    return try symmetricEigen(a, withVectors: false).values
  }

  /// The eigenvalues wⱼ, ascending, and orthonormal eigenvectors of symmetric matrices: A = V diag(w) Vᵀ.
  ///
  /// Shapes: `[..., n]` and `[..., n, n]` for `[..., n, n]`. Column j of the vectors, `v[.all, j]`,
  /// belongs to value j; its sign is arbitrary, as is the choice of basis for a repeated value. Only
  /// the lower triangle of A is read.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(n³).
  /// - Source: LAPACK `syev` for small n, `syevd` (divide and conquer) for larger.
  public static func symmetricEigen<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> (values: Tensor<S>, vectors: Tensor<S>) {
    let (values, vectors) = try symmetricEigen(a, withVectors: true)
    // LAPACK writes the vectors by columns, one after the other.
    return (values, vectors.transposed())
  }

  private static func symmetricEigen<S: TensorScalar>(
    _ a: Tensor<S>, withVectors: Bool
  ) throws(LinearAlgebraError) -> (values: Tensor<S>, overwritten: Tensor<S>) {
    let n = order(a, "symmetricEigen")
    let batch = Array(a.shape.dropLast(2))
    let copy = a.copied()
    let values = Tensor<S>(uninitialized: batch + [n])
    let workspace = SymmetricEigenWorkspace<S>(n: n)
    for matrix in 0..<batch.reduce(1, *) {
      let base = copy.storage.base + matrix * n * n
      let target = values.storage.base + matrix * n
      do throws(LinearAlgebraError) {
        if withVectors {
          try workspace.decompose(base, values: target)
        } else {
          try workspace.eigenvalues(destroying: base, values: target)
        }
      } catch {
        throw error.ofMatrix(matrix)
      }
    }
    return (values, copy)
  }
}

/// What the eigenvalues and eigenvectors of symmetric matrices of one order need, for use again and
/// again: nothing is allocated per matrix. Not for use by two threads at once.
///
/// A matrix is n × n in row-major memory, of which the lower triangle is read (LAPACK sees the upper
/// one of a matrix by columns).
package final class SymmetricEigenWorkspace<Scalar: TensorScalar> {
  package let n: Int
  private let work: TensorStorage<Scalar>
  private let workCount: Int32
  private var integers: [Int32]

  /// Up to here plain QR iteration is as fast as divide and conquer, which calls it for such blocks.
  private static var largestForQR: Int { 25 }

  package init(n: Int) {
    self.n = n
    // syevd with vectors needs 1 + 6n + 2n²; syev runs blocked with (64 + 2) n.
    workCount = lapackInt(max(1, n * 66, n > Self.largestForQR ? 1 + 6 * n + 2 * n * n : 0))
    work = TensorStorage(capacity: Int(workCount))
    integers = [Int32](repeating: 0, count: 3 + 5 * n)
  }

  /// Writes the n eigenvalues, ascending. The matrix is overwritten.
  package func eigenvalues(
    destroying a: UnsafeMutablePointer<Scalar>, values: UnsafeMutablePointer<Scalar>
  ) throws(LinearAlgebraError) {
    try run(a, values, wantsVectors: false)
  }

  /// Writes the n eigenvalues, ascending, and overwrites the matrix with the eigenvectors: the n
  /// numbers from `a + j * n` are the unit vector of value j.
  package func decompose(
    _ a: UnsafeMutablePointer<Scalar>, values: UnsafeMutablePointer<Scalar>
  ) throws(LinearAlgebraError) {
    try run(a, values, wantsVectors: true)
  }

  private func run(
    _ a: UnsafeMutablePointer<Scalar>, _ values: UnsafeMutablePointer<Scalar>, wantsVectors: Bool
  ) throws(LinearAlgebraError) {
    guard isAllFinite(a, count: n * n) || LinearAlgebra.isTriangleFinite(a, n: n) else { throw .notFinite }
    switch n {
    case 0: return
    case 1:
      values[0] = a[0]
      if wantsVectors { a[0] = 1 }
    case 2:
      decomposeOrder2(a, values, wantsVectors: wantsVectors)
    default:
      let info = lapack(a, values, wantsVectors: wantsVectors)
      if info > 0 { throw .notConverged(offDiagonals: info) }
    }
  }

  /// LAPACK's answer for n ≥ 1, whatever the order.
  func lapack(
    _ a: UnsafeMutablePointer<Scalar>, _ values: UnsafeMutablePointer<Scalar>, wantsVectors: Bool
  ) -> Int {
    let job: CChar = wantsVectors ? .letter("V") : .letter("N")
    let order = lapackInt(n)
    let info = BLASThreads.run(work: cube(n) * (wantsVectors ? 9 : 4 / 3)) {
      if wantsVectors && n > Self.largestForQR {
        return integers.withUnsafeMutableBufferPointer { integers in
          Scalar._routines.syevd(
            columnMajor, job, upperTriangle, order, a, order, values, work.base, workCount,
            integers.baseAddress, Int32(integers.count))
        }
      }
      return Scalar._routines.syev(
        columnMajor, job, upperTriangle, order, a, order, values, work.base, workCount)
    }
    checkArguments(info, of: "syev")
    return Int(info)
  }
}

/// A function of its own so that it is compiled for each precision: arithmetic in a generic class is not.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func decomposeOrder2<Scalar: TensorScalar>(
  _ a: UnsafeMutablePointer<Scalar>, _ values: UnsafeMutablePointer<Scalar>, wantsVectors: Bool
) {
  let eigen = SymmetricEigen2(a[0], a[2], a[3])
  (values[0], values[1]) = eigen.values
  if wantsVectors {
    (a[0], a[1]) = eigen.firstVector
    (a[2], a[3]) = (-a[1], a[0])
  }
}

/// Eigenvalues and vectors of [[a, b], [b, c]]: the formula that LAPACK's QR iteration ends with
/// (`laev2`), so as accurate, without the way there.
///
/// The larger eigenvalue in magnitude has a few ulp of error, and so has the smaller unless a c − b²
/// cancels; both err by a few ulp of the larger one at most.
struct SymmetricEigen2<Scalar: TensorScalar> {
  /// Ascending.
  var values: (Scalar, Scalar)
  /// The unit vector (x, y) of the first value; (−y, x) belongs to the second.
  var firstVector: (Scalar, Scalar)

  init(_ a: Scalar, _ b: Scalar, _ c: Scalar) {
    // Sums may overflow and quotients lose digits near the ends of the range: a power of two brings
    // the largest element to [1, 2) there.
    let largest = max(a.magnitude, b.magnitude, c.magnitude)
    let isExtreme =
      largest != 0 && (largest.exponent.magnitude > Scalar.greatestFiniteMagnitude.exponent.magnitude / 2)
    let scale = isExtreme ? largest.binade : 1
    let (a, b, c) = (a / scale, b / scale, c / scale)

    let sum = a + c
    let difference = a - c
    let twice = b + b
    let (big, small) = a.magnitude > c.magnitude ? (a, c) : (c, a)
    let (x, y) = (difference.magnitude, twice.magnitude)
    let root: Scalar =
      if x > y {
        x * (1 + (y / x) * (y / x)).squareRoot()
      } else if x < y {
        y * (1 + (x / y) * (x / y)).squareRoot()
      } else {
        y * Scalar(2).squareRoot()
      }

    // The value of larger magnitude, and the other as determinant over it, without cancellation.
    let dominant = sum < 0 ? (sum - root) / 2 : (sum + root) / 2
    let other = sum == 0 ? 0 - dominant : (big / dominant) * small - (b / dominant) * b

    // (cosine, sine) is the vector of the dominant value, from the formula without cancellation.
    var (cosine, sine): (Scalar, Scalar)
    let shifted = difference >= 0 ? difference + root : difference - root
    if shifted.magnitude > y {
      let cotangent = -twice / shifted
      sine = 1 / (1 + cotangent * cotangent).squareRoot()
      cosine = cotangent * sine
    } else if y == 0 {
      (cosine, sine) = (1, 0)
    } else {
      let tangent = -shifted / twice
      cosine = 1 / (1 + tangent * tangent).squareRoot()
      sine = tangent * cosine
    }
    if (sum < 0) == (difference < 0) { (cosine, sine) = (-sine, cosine) }

    if dominant <= other {
      values = (dominant * scale, other * scale)
      firstVector = (cosine, sine)
    } else {
      values = (other * scale, dominant * scale)
      firstVector = (-sine, cosine)
    }
  }
}
