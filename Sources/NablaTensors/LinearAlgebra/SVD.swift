// SPDX-License-Identifier: Apache-2.0

extension LinearAlgebra {
  /// The singular value decompositions A = U diag(σ) Vᵀ: U and V with orthonormal columns, σ ≥ 0 descending.
  ///
  /// Shapes for `a` of shape `[..., m, n]` and k = min(m, n): U is `[..., m, k]`, the values `[..., k]` and V
  /// `[..., n, k]`; if `full`, U is `[..., m, m]` and V `[..., n, n]`, where the further columns complete the
  /// first ones to bases. Column j of U and of V belongs to value j; a pair of them may change its sign. V
  /// comes by columns, as from ``symmetricEigen(_:)``: NumPy's `Vh` is `v.transposed()`.
  ///
  /// The error of a value is at most a modest multiple of ulp(σ₁), so one that is much smaller than the
  /// largest may have no correct digits.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n k); for the full form O(max(m, n)³).
  /// - Source: LAPACK `gesdd` (divide and conquer), and where that does not converge `gesvd` (QR iteration).
  public static func svd<S: TensorScalar>(
    _ a: Tensor<S>, full: Bool = false
  ) throws(LinearAlgebraError) -> (u: Tensor<S>, values: Tensor<S>, v: Tensor<S>) {
    try singularValueDecomposition(a, full ? .full : .reduced, "svd")
  }

  /// The singular values, descending: shape `[..., min(m, n)]` for `[..., m, n]`.
  ///
  /// - Throws: `notConverged`; `notFinite`.
  /// - Complexity: O(m n min(m, n)).
  /// - Source: as ``svd(_:full:)``.
  public static func singularValues<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    try singularValueDecomposition(a, .valuesOnly, "singularValues").values
  }

  private enum SingularVectors {
    case valuesOnly, reduced, full
  }

  private static func singularValueDecomposition<S: TensorScalar>(
    _ a: Tensor<S>, _ wanted: SingularVectors, _ name: StaticString
  ) throws(LinearAlgebraError) -> (u: Tensor<S>, values: Tensor<S>, v: Tensor<S>) {
    let (m, n) = extents(a, name)
    try requireFinite(a)
    let batch = Array(a.shape.dropLast(2))
    let (k, matrices) = (min(m, n), batch.reduce(1, *))
    let (widthU, widthV) =
      switch wanted {
      case .valuesOnly: (0, 0)
      case .reduced: (k, k)
      case .full: (m, n)
      }
    let values = Tensor<S>(uninitialized: batch + [k])
    let u = Tensor<S>(uninitialized: batch + [m, widthU])
    let v = Tensor<S>(uninitialized: batch + [widthV, n])
    if k == 0 {
      // The empty product is zero, and any bases complete it.
      return (
        Tensor.identity(m, columns: widthU).broadcast(to: u.shape).copied(), values,
        Tensor.identity(widthV, columns: n).broadcast(to: v.shape).copied().transposed()
      )
    }

    // LAPACK sees the n × m matrix Aᵀ = V diag(σ) Uᵀ: what it calls U, by columns, is Vᵀ in rows, and what it
    // calls Vᵀ is U.
    let rows = a.isContiguous ? a : a.copied()
    let copy = Tensor<S>(uninitialized: [n, m])
    let job: CChar = .letter(wanted == .valuesOnly ? "N" : wanted == .reduced ? "S" : "A")
    let (height, width) = (lapackInt(n), lapackInt(m))
    let (leadingU, leadingV) = (height, lapackInt(max(widthU, 1)))
    var integers = [Int32](repeating: 0, count: 8 * k)
    let conquer = Workspace("gesdd") {
      S._routines.gesdd(
        columnMajor, job, height, width, nil, height, nil, nil, leadingU, nil, leadingV, $0, $1, &integers)
    }
    let flops = Double(m) * Double(n) * Double(k) * (wanted == .valuesOnly ? 4 : 16)
    for matrix in 0..<matrices {
      let target = (
        values.storage.base + matrix * k, v.storage.base + matrix * widthV * n,
        u.storage.base + matrix * m * widthU
      )
      func load() {
        rows.withStorage { copy.storage.base.update(from: $0 + matrix * m * n, count: m * n) }
      }
      load()
      var info = conquer.run(flops: flops) {
        S._routines.gesdd(
          columnMajor, job, height, width, copy.storage.base, height, target.0, target.1, leadingU, target.2,
          leadingV, $0, $1, &integers)
      }
      if info > 0 {
        load()
        let iteration = Workspace("gesvd") {
          S._routines.gesvd(
            columnMajor, job, job, height, width, nil, height, nil, nil, leadingU, nil, leadingV, $0, $1)
        }
        info = iteration.run(flops: flops) {
          S._routines.gesvd(
            columnMajor, job, job, height, width, copy.storage.base, height, target.0, target.1, leadingU,
            target.2, leadingV, $0, $1)
        }
        if info > 0 { throw .notConverged(offDiagonals: info, matrix: matrix) }
      }
    }
    return (u, values, v.transposed())
  }
}
