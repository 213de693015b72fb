// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The factors of A = Q R: Q with orthonormal columns, R upper triangular.
  ///
  /// Shapes for `a` of shape `[..., m, n]` and k = min(m, n): `[..., m, k]` and `[..., k, n]`, or if `complete`
  /// `[..., m, m]` and `[..., m, n]`, where the further columns of Q complete the first ones to a basis and the
  /// further rows of R are zero. The diagonal of R may have either sign.
  ///
  /// - Throws: `notFinite`.
  /// - Complexity: O(m n k); for the complete form O(m² k) more.
  /// - Source: LAPACK `geqrf`, `orgqr`: Householder reflections.
  public static func qr<S: TensorScalar>(
    _ a: Tensor<S>, complete: Bool = false
  ) throws(LinearAlgebraError) -> (q: Tensor<S>, r: Tensor<S>) {
    let factors = try HouseholderQR(a, "qr", pivoted: false)
    return (factors.q(complete: complete), factors.r(complete: complete))
  }

  /// R alone of ``qr(_:complete:)``: of an augmented matrix [A b] that is all that a least-squares problem needs.
  ///
  /// - Throws: `notFinite`.
  package static func triangularFactor<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    try HouseholderQR(a, "triangularFactor", pivoted: false).r(complete: false)
  }

  /// The factors of A P = Q R with column pivoting, which reveals the rank: the absolute values on the
  /// diagonal of R fall, and nearly always fall where the singular values do.
  ///
  /// Shapes of Q and R as in ``qr(_:complete:)``. `permutations` has an entry for each matrix of the batch in
  /// row-major order: column j of A P is column `permutations[0][j]` of A.
  ///
  /// - Throws: `notFinite`.
  /// - Complexity: as ``qr(_:complete:)``.
  /// - Source: LAPACK `geqp3`, `orgqr`; Businger, Golub, "Linear least squares solutions by Householder
  ///   transformations", Numer. Math. 7 (1965).
  public static func pivotedQR<S: TensorScalar>(
    _ a: Tensor<S>, complete: Bool = false
  ) throws(LinearAlgebraError) -> (q: Tensor<S>, r: Tensor<S>, permutations: [[Int]]) {
    let factors = try HouseholderQR(a, "pivotedQR", pivoted: true)
    return (factors.q(complete: complete), factors.r(complete: complete), factors.permutations)
  }
}

/// The QR factors of a batch of matrices as LAPACK leaves them.
private struct HouseholderQR<S: TensorScalar> {
  let batch: [Int]
  let (m, n): (Int, Int)
  let matrices: Int
  /// The reflections below the diagonal and R, by columns, one matrix after the other.
  let factors: Tensor<S>
  /// min(m, n) scales of the reflections for each matrix.
  let scales: Tensor<S>
  var permutations: [[Int]] = []

  var k: Int { min(m, n) }

  init(_ a: Tensor<S>, _ name: StaticString, pivoted: Bool) throws(LinearAlgebraError) {
    (m, n) = LinearAlgebra.extents(a, name)
    try LinearAlgebra.requireFinite(a)
    batch = Array(a.shape.dropLast(2))
    matrices = batch.reduce(1, *)
    factors = a.transposed().copied()
    scales = Tensor(uninitialized: [matrices, min(m, n)])
    if k == 0 {
      permutations = Array(repeating: Array(0..<n), count: matrices)
      return
    }
    let (rows, columns) = (lapackInt(m), lapackInt(n))
    let routines = S._routines
    let flops = 4 * Double(m) * Double(n) * Double(k)
    if pivoted {
      var pivots = [Int32](repeating: 0, count: n)
      let work = Workspace("geqp3") {
        routines.geqp3(columnMajor, rows, columns, nil, rows, &pivots, nil, $0, $1)
      }
      for matrix in 0..<matrices {
        for j in 0..<n { pivots[j] = 0 }
        let (a, scales) = (factors.storage.base + matrix * m * n, scales.storage.base + matrix * k)
        _ = work.run(flops: flops) {
          routines.geqp3(columnMajor, rows, columns, a, rows, &pivots, scales, $0, $1)
        }
        permutations.append(pivots.map { Int($0) - 1 })
      }
    } else {
      let work = Workspace("geqrf") { routines.geqrf(columnMajor, rows, columns, nil, rows, nil, $0, $1) }
      for matrix in 0..<matrices {
        let (a, scales) = (factors.storage.base + matrix * m * n, scales.storage.base + matrix * k)
        _ = work.run(flops: flops) { routines.geqrf(columnMajor, rows, columns, a, rows, scales, $0, $1) }
      }
    }
  }

  func q(complete: Bool) -> Tensor<S> {
    let width = complete ? m : k
    // By columns, so the transpose in row-major memory.
    let q = Tensor<S>(uninitialized: batch + [width, m])
    if q.count == 0 { return q.transposed() }
    let (rows, columns, reflections) = (lapackInt(m), lapackInt(width), lapackInt(k))
    let work = Workspace("orgqr") {
      S._routines.orgqr(columnMajor, rows, columns, reflections, nil, rows, nil, $0, $1)
    }
    for matrix in 0..<matrices {
      let base = q.storage.base + matrix * m * width
      base.update(from: factors.storage.base + matrix * m * n, count: m * min(width, n))
      if width > n { (base + m * n).update(repeating: 0, count: m * (width - n)) }
      let scales = scales.storage.base + matrix * k
      _ = work.run(flops: 4 * Double(m) * Double(width) * Double(k)) {
        S._routines.orgqr(columnMajor, rows, columns, reflections, base, rows, scales, $0, $1)
      }
    }
    return q.transposed()
  }

  func r(complete: Bool) -> Tensor<S> {
    let height = complete ? m : k
    let r = Tensor<S>(uninitialized: batch + [height, n])
    for matrix in 0..<matrices {
      let base = r.storage.base + matrix * height * n
      LinearAlgebra.copyUpperTriangle(
        rows: k, columns: n, fromColumns: factors.storage.base + matrix * m * n, leadingDimension: m, to: base
      )
      (base + k * n).update(repeating: 0, count: (height - k) * n)
    }
    return r
  }
}
