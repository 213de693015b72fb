// SPDX-License-Identifier: Apache-2.0

/// The complete orthogonal factorisation of one m × n matrix of numerical rank r:
///
///     A P = Q [[T, 0], [0, ≈ 0]] Z
///
/// with T upper triangular of order r, Q and Z orthogonal, P a permutation. For r = n there is no Z, and T is
/// the triangular factor of A P.
///
/// Pivots and rank are those of A with its columns scaled to about unit length; T belongs to A itself, since
/// scales that are powers of two are taken back without rounding.
struct CompleteOrthogonalFactorization<S: TensorScalar>: Sendable {
  let m: Int
  let n: Int
  let rank: Int
  /// An estimate for the leading r × r triangle of the scaled problem, in the 1-norm; 1 for r = 0.
  let reciprocalCondition: S
  /// Column j of A P is column `order[j]` of A.
  let order: [Int]
  /// By columns: T, beside it the reflections of Z, and below the diagonal those of Q.
  private let factors: Tensor<S>
  private let scalesOfQ: Tensor<S>
  private let scalesOfZ: Tensor<S>

  private var leadingDimension: Int32 { lapackInt(max(m, 1)) }

  /// - Parameter tolerance: the rank is the largest r for which `reciprocalCondition` is greater.
  init(_ a: Tensor<S>, tolerance: S) {
    (m, n) = (a.shape[0], a.shape[1])
    factors = a.transposed().copied()
    let base = factors.storage.base
    let scales = equilibrateColumns(base, rows: m, columns: n)
    scalesOfQ = Tensor(uninitialized: [min(m, n)])
    order = Self.factor(base, rows: m, columns: n, scales: scalesOfQ.storage.base)
    (rank, reciprocalCondition) = Self.numericalRank(base, rows: m, columns: n, tolerance: tolerance)
    for (j, column) in order.enumerated() {
      for i in 0..<min(j + 1, m) { base[j * m + i] *= scales[column] }
    }
    scalesOfZ = Tensor(uninitialized: [rank])
    eliminateTrailingColumns()
  }

  /// QR with column pivoting; returns the order of the columns.
  private static func factor(
    _ a: UnsafeMutablePointer<S>, rows m: Int, columns n: Int, scales: UnsafeMutablePointer<S>
  ) -> [Int] {
    if m == 0 || n == 0 { return Array(0..<n) }
    let (rows, columns) = (lapackInt(m), lapackInt(n))
    var pivots = [Int32](repeating: 0, count: n)
    let work = Workspace("geqp3") {
      S._routines.geqp3(columnMajor, rows, columns, nil, rows, &pivots, nil, $0, $1)
    }
    _ = work.run(flops: 4 * Double(m) * Double(n) * Double(min(m, n))) {
      S._routines.geqp3(columnMajor, rows, columns, a, rows, &pivots, scales, $0, $1)
    }
    return pivots.map { Int($0) - 1 }
  }

  private static func numericalRank(
    _ r: UnsafeMutablePointer<S>, rows m: Int, columns n: Int, tolerance: S
  ) -> (rank: Int, reciprocalCondition: S) {
    // A small element on the diagonal is proof of a small singular value. The converse fails for some
    // matrices (Kahan's), so the condition of what remains is estimated too.
    var rank = 0
    while rank < min(m, n) && r[rank * m + rank].magnitude > tolerance * r[0].magnitude { rank += 1 }
    if rank == 0 { return (0, 1) }
    var work = [S](repeating: 0, count: 3 * rank)
    var integers = [Int32](repeating: 0, count: rank)
    while rank > 0 {
      var reciprocal: S = 0
      let info = S._routines.trcon(
        columnMajor, .letter("1"), upperTriangle, .letter("N"), lapackInt(rank), r, lapackInt(m), &reciprocal,
        &work, &integers)
      checkArguments(info, of: "trcon")
      if reciprocal > tolerance { return (rank, reciprocal) }
      rank -= 1
    }
    return (0, 1)
  }

  private func eliminateTrailingColumns() {
    if rank == 0 || rank == n { return }
    let (rows, columns) = (lapackInt(rank), lapackInt(n))
    let work = Workspace("tzrzf") {
      S._routines.tzrzf(columnMajor, rows, columns, nil, leadingDimension, nil, $0, $1)
    }
    _ = work.run(flops: 4 * Double(rank) * Double(rank) * Double(n - rank)) {
      S._routines.tzrzf(
        columnMajor, rows, columns, factors.storage.base, leadingDimension, scalesOfZ.storage.base, $0, $1)
    }
  }

  // MARK: Parts of a solve

  /// Overwrites the first m elements of each of `columns` columns with Qᵀ of them.
  func applyTransposedQ(_ x: UnsafeMutablePointer<S>, columns: Int, leadingDimension: Int) {
    let reflections = min(m, n)
    if reflections == 0 || columns == 0 { return }
    let (rows, width, count) = (lapackInt(m), lapackInt(columns), lapackInt(reflections))
    let leading = lapackInt(leadingDimension)
    let work = Workspace("ormqr") {
      S._routines.ormqr(
        columnMajor, .letter("L"), .letter("T"), rows, width, count, nil, rows, nil, nil, leading, $0, $1)
    }
    _ = work.run(flops: 4 * Double(m) * Double(reflections) * Double(columns)) {
      S._routines.ormqr(
        columnMajor, .letter("L"), .letter("T"), rows, width, count, factors.storage.base, rows,
        scalesOfQ.storage.base, x, leading, $0, $1)
    }
  }

  /// P Zᵀ [T⁻¹ x; 0], shape `[n, columns]`, of the first r elements of each of `columns` columns, which are
  /// overwritten: the shortest solution, if x is Qᵀb. `leadingDimension` is at least n.
  func solve(_ x: UnsafeMutablePointer<S>, columns: Int, leadingDimension: Int) -> Tensor<S> {
    if rank == 0 || columns == 0 { return Tensor.zeros([n, columns]) }
    let (width, leading) = (lapackInt(columns), lapackInt(leadingDimension))
    let info = BLASThreads.run(work: Double(rank) * Double(rank) * Double(columns)) {
      S._routines.trtrs(
        columnMajor, upperTriangle, .letter("N"), .letter("N"), lapackInt(rank), width, factors.storage.base,
        self.leadingDimension, x, leading)
    }
    checkArguments(info, of: "trtrs")
    if rank < n {
      for k in 0..<columns { (x + k * leadingDimension + rank).update(repeating: 0, count: n - rank) }
      let (rows, reflections, length) = (lapackInt(n), lapackInt(rank), lapackInt(n - rank))
      let work = Workspace("ormrz") {
        S._routines.ormrz(
          columnMajor, .letter("L"), .letter("T"), rows, width, reflections, length, nil,
          self.leadingDimension,
          nil, nil, leading, $0, $1)
      }
      _ = work.run(flops: 4 * Double(rank) * Double(n) * Double(columns)) {
        S._routines.ormrz(
          columnMajor, .letter("L"), .letter("T"), rows, width, reflections, length, factors.storage.base,
          self.leadingDimension, scalesOfZ.storage.base, x, leading, $0, $1)
      }
    }
    return Tensor(shape: [n, columns]) { out in
      for (j, row) in order.enumerated() {
        for k in 0..<columns { out[row * columns + k] = x[k * leadingDimension + j] }
      }
    }
  }
}

/// Divides each column by a power of two that brings its length to about 1, and returns these powers.
@specialized(where S == Double)
@specialized(where S == Float)
private func equilibrateColumns<S: TensorScalar>(
  _ a: UnsafeMutablePointer<S>, rows m: Int, columns n: Int
) -> [S] {
  (0..<n).map { j in
    let column = a + j * m
    var largest: S = 0
    for i in 0..<m { largest = max(largest, column[i].magnitude) }
    if largest == 0 { return 1 }
    let unit = largest.binade
    var sum: S = 0
    for i in 0..<m {
      column[i] /= unit
      sum += column[i] * column[i]
    }
    // The product may be too large for a number only if the length is.
    let length = min(sum.squareRoot().binade, S.greatestFiniteMagnitude.binade / unit)
    for i in 0..<m { column[i] /= length }
    return unit * length
  }
}
