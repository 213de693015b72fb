// SPDX-License-Identifier: Apache-2.0

/// The eigenvalues of a symmetric matrix of doubles as expressions, in steps without loops and branches:
/// Householder's reduction to a tridiagonal matrix, steps of the QL iteration without square roots, and the
/// last two values in closed form.
///
/// Where the iteration ends depends on the numbers: whoever runs the steps repeats each until it has settled.
/// A step leaves what has settled as it is, to the last bit, so that it does no harm to repeat it for the
/// sake of other matrices.
///
/// The error of an eigenvalue is a small multiple of u‖A‖ with u = 2⁻⁵³, as LAPACK's is. Squares of entries
/// must neither overflow nor underflow: ``SymmetricTridiagonal/isExtreme`` says where they may.
///
/// J. H. Wilkinson, C. Reinsch, Linear Algebra, 1971, contributions II/2 (reduction) and II/3; the QL
/// iteration is that of Pal, Walker and Kahan: B. N. Parlett, The Symmetric Eigenvalue Problem, 1998,
/// section 8.15, and LAPACK's `sterf`.
package struct SymmetricTridiagonal {
  /// The diagonal.
  package var diagonal: [Expr]
  /// The squares of the entries beside it.
  package var squares: [Expr]
  /// 2⁻⁷⁰‖A‖: what is smaller is rounding, many times over.
  package var tiny: Expr

  package init(diagonal: [Expr], squares: [Expr], tiny: Expr) {
    (self.diagonal, self.squares, self.tiny) = (diagonal, squares, tiny)
  }

  /// The tridiagonal matrix with the eigenvalues of `matrix`, of which the lower triangle is read.
  package init(reducing matrix: [[Expr]]) {
    let n = matrix.count
    var a = (0..<n).map { i in (0..<n).map { j in i >= j ? matrix[i][j] : matrix[j][i] } }
    squares = []
    for k in 0..<Swift.max(0, n - 1) {
      let tail = k + 1..<n
      let rest = sum(tail.dropFirst().map { (a[$0][k], a[$0][k]) })
      let norm2 = sum([(a[k + 1][k], a[k + 1][k])], plus: rest)
      squares.append(norm2)
      if rest.isConstant(0) { continue }
      // The reflection I − v vᵀ/h that leaves of column k its norm, with v = x ± ‖x‖e of the larger size. A
      // column that is zero, or so small that its squares lose digits, stays.
      let (head, norm) = (a[k + 1][k], sqrt(norm2))
      var v = tail.map { a[$0][k] }
      v[0] = select(head .< 0, head - norm, head + norm)
      let h = norm2 + abs(head) * norm
      let reciprocal = select(norm2 .> Expr(Self.smallestSquare), 1 / h, 0)
      let p = tail.map { i in reciprocal * sum(zip(tail, v).map { (a[i][$0], $1) }) }
      let half = 0.5 * reciprocal * sum(zip(v, p).map { ($0, $1) })
      let q = zip(p, v).map { $0 - half * $1 }
      for (i, row) in tail.enumerated() {
        for (j, column) in tail.enumerated() where j <= i {
          let entry = a[row][column] - v[i] * q[j] - q[i] * v[j]
          (a[row][column], a[column][row]) = (entry, entry)
        }
      }
    }
    diagonal = (0..<n).map { a[$0][$0] }
    tiny = 0
    tiny = 0x1p-70 * sqrt(frobenius2)
  }

  /// ‖A‖², the sum of the squares of all entries.
  private var frobenius2: Expr {
    sum(diagonal.map { ($0, $0) }, plus: 2 * squares.dropFirst().reduce(squares.first ?? 0, +))
  }

  private static let smallestSquare = 0x1p-900

  /// Where the matrix is so large, so small (or zero) that its squares leave the range of doubles, or not
  /// finite.
  package var isExtreme: Expr { !(frobenius2 .>= 0x1p-760 && frobenius2 .<= 0x1p800) }

  /// Where the first diagonal entry is an eigenvalue, but for rounding: |e₀| ≤ 2⁻⁵⁴‖A‖.
  package var isSettled: Expr { squares[0] .<= 0x1p32 * tiny * tiny }

  /// The matrix after one step of the QL iteration for its first eigenvalue, with Wilkinson's shift, where
  /// that has not settled.
  ///
  /// With cᵢ = pᵢ/rᵢ and sᵢ = bᵢ/rᵢ, squares of cosines and sines, the plain formula p = γ²/c would divide by
  /// zero where a γ vanishes. A γ below `tiny` is moved there instead, as a change of the matrix by `tiny`
  /// would.
  package var stepped: SymmetricTridiagonal {
    let (d, e2, last) = (diagonal, squares, squares.count)
    let isSettled = isSettled
    let delta = 0.5 * (d[1] - d[0])
    let root = sqrt(delta * delta + e2[0])
    let shift = d[0] - e2[0] / select(delta .< 0, delta - root, delta + root)
    var result = self
    func set(_ place: WritableKeyPath<SymmetricTridiagonal, Expr>, _ value: Expr) {
      result[keyPath: place] = select(isSettled, self[keyPath: place], value)
    }
    func awayFromZero(_ gamma: Expr) -> Expr { select(abs(gamma) .< tiny, tiny, gamma) }

    var gamma = awayFromZero(d[last] - shift)
    var p = gamma * gamma
    var s: Expr = 0
    for i in (0..<last).reversed() {
      let r = p + e2[i]
      if i < last - 1 { set(\.squares[i + 1], s * r) }
      let (reciprocal, inverseCosine) = (1 / r, r / p)
      s = e2[i] * reciprocal
      let old = gamma
      gamma = awayFromZero(p * reciprocal * (d[i] - shift) - s * old)
      set(\.diagonal[i + 1], old + (d[i] - gamma))
      p = gamma * gamma * inverseCosine
    }
    set(\.squares[0], s * p)
    set(\.diagonal[0], shift + gamma)
    return result
  }

  /// The two eigenvalues of a matrix of order 2, in any order. The smaller in magnitude is the determinant
  /// over the larger, without cancellation (LAPACK's `lae2`).
  private static func pair(_ a: Expr, _ square: Expr, _ c: Expr) -> (Expr, Expr) {
    let (sum, difference) = (a + c, a - c)
    let root = sqrt(difference * difference + 4 * square)
    let larger = 0.5 * select(sum .< 0, sum - root, sum + root)
    return (larger, select(larger .== 0, 0, (a * c - square) / larger))
  }

  /// The eigenvalues, ascending, of a matrix whose values but the last two have settled.
  package var eigenvalues: [Expr] {
    var values = diagonal
    let n = values.count
    if n >= 2 { (values[n - 2], values[n - 1]) = Self.pair(values[n - 2], squares[n - 2], values[n - 1]) }
    for (i, j) in sortingNetwork(n) {
      let isAscending = values[i] .< values[j]
      (values[i], values[j]) = (
        select(isAscending, values[i], values[j]), select(isAscending, values[j], values[i])
      )
    }
    return values
  }
}

/// Σ xy + rest, without the products that are zero everywhere.
private func sum(_ products: [(Expr, Expr)], plus rest: Expr = 0) -> Expr {
  products.reduce(rest) { sum, factors in
    factors.0.isConstant(0) || factors.1.isConstant(0) ? sum : sum + factors.0 * factors.1
  }
}

/// Comparisons (i, j), i < j, that sort n values: Batcher's odd–even merge sort (D. E. Knuth, The Art of
/// Computer Programming 3, section 5.2.2, algorithm M).
private func sortingNetwork(_ n: Int) -> [(Int, Int)] {
  guard n > 1 else { return [] }
  var comparisons: [(Int, Int)] = []
  let top = 1 << (Int.bitWidth - 1 - (n - 1).leadingZeroBitCount)
  var p = top
  while p > 0 {
    var (q, r, d) = (top, 0, p)
    while true {
      for i in 0..<n - d where i & p == r { comparisons.append((i, i + d)) }
      if q == p { break }
      (d, q, r) = (q - p, q / 2, p)
    }
    p /= 2
  }
  return comparisons
}
