// SPDX-License-Identifier: Apache-2.0

/// The factors A = L D Lᵀ of a symmetric matrix of expressions, written out without loops and branches. The
/// blocks of D are of order 2, or 1 where a row is coupled to no other that is left.
///
/// Blocks of order 2 take half the divisions of single pivots, which in a chain as short as this are what
/// takes the time, and they go through where a diagonal entry vanishes, as at the saddle of x·y. Which rows
/// form a block follows from the entries that are zero everywhere, never from values: there is no pivoting.
/// So results are NaN or infinite where a leading block is singular, though A may not be, and lose digits
/// beside such places. For positive definite matrices no pivoting is needed. Where products of two entries
/// leave the range of doubles (entries beyond 10^±150) results are NaN or infinite too.
///
/// Structural zeros cost nothing. For a dense matrix of order n there are some n³/6 products.
///
/// J. R. Bunch, L. Kaufman, Some stable methods for calculating inertia and solving symmetric linear systems,
/// Math. Comp. 31, 1977, for blocks of order 2; G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed.,
/// 2013, section 4.4.
package struct BlockLDL {
  /// A block [[p, q], [q, r]] of D, or [[p]].
  private struct Block {
    var first: Int
    var second: Int?
    var (p, q, r): (Expr, Expr, Expr)
    /// 1/(pr − q²), or 1/p; NaN, not 0, where that is infinite: a product of large entries overflowed.
    var reciprocal: Expr
    /// The entries of L in the rows behind the block: in its first column, and in its second.
    var lower: [(row: Int, first: Expr, second: Expr)] = []

    /// D⁻¹(u, v), by Cramer's rule.
    func solve(_ u: Expr, _ v: Expr) -> (Expr, Expr) {
      guard second != nil else { return (product(reciprocal, u), 0) }
      let numerators = adjugate(u, v)
      return (product(reciprocal, numerators.0), product(reciprocal, numerators.1))
    }

    /// det D · D⁻¹(u, v) of a block of two.
    func adjugate(_ u: Expr, _ v: Expr) -> (Expr, Expr) {
      (difference(product(r, u), q, v), difference(product(p, v), q, u))
    }

    var determinant: Expr { second == nil ? p : difference(product(p, r), q, q) }
  }

  private let order: Int
  private var blocks: [Block] = []

  /// - Parameter matrix: square rows, of which the lower triangle is read.
  package init(_ matrix: [[Expr]]) {
    order = matrix.count
    var a = (0..<order).map { i in (0..<order).map { j in i >= j ? matrix[i][j] : matrix[j][i] } }
    var rest = Array(0..<order)
    while let i = rest.first {
      let partner = rest.dropFirst().first { !a[i][$0].isConstant(0) }
      rest.removeAll { $0 == i || $0 == partner }
      var block = Block(first: i, second: partner, p: a[i][i], q: 0, r: 0, reciprocal: 0)
      if let j = partner { (block.q, block.r) = (a[i][j], a[j][j]) }
      let determinant = block.determinant
      block.reciprocal = (1 + (determinant - determinant)) / determinant
      for k in rest {
        let (first, second) = block.solve(a[k][i], partner.map { a[k][$0] } ?? 0)
        guard !first.isConstant(0) || !second.isConstant(0) else { continue }
        block.lower.append((k, first, second))
        for m in rest where m <= k {
          var entry = difference(a[k][m], first, a[m][i])
          if let j = partner { entry = difference(entry, second, a[m][j]) }
          (a[k][m], a[m][k]) = (entry, entry)
        }
      }
      blocks.append(block)
    }
  }

  /// x with A x = b.
  package func solve(_ b: [Expr]) -> [Expr] {
    var x = b
    for block in blocks {
      for (row, first, second) in block.lower {
        x[row] = difference(x[row], first, x[block.first])
        if let j = block.second { x[row] = difference(x[row], second, x[j]) }
      }
    }
    for block in blocks.reversed() {
      var (u, v) = block.solve(x[block.first], block.second.map { x[$0] } ?? 0)
      for (row, first, second) in block.lower {
        (u, v) = (difference(u, first, x[row]), difference(v, second, x[row]))
      }
      x[block.first] = u
      if let j = block.second { x[j] = v }
    }
    return x
  }

  /// x with A x = b as numerators over a common denominator, which cost no division where A is a single block; the
  /// denominator is 1 elsewhere.
  package func solveAsFractions(_ b: [Expr]) -> (numerators: [Expr], denominator: Expr) {
    guard blocks.count == 1 else { return (solve(b), 1) }
    let block = blocks[0]
    guard let second = block.second else { return (b, block.p) }
    let (u, v) = block.adjugate(b[block.first], b[second])
    return ([u, v], block.determinant)
  }

  /// The number of negative eigenvalues of A, which is that of D by Sylvester's law of inertia; NaN where a
  /// block is singular or NaN.
  package var negativeCount: Expr {
    blocks.reduce(0) { count, block in
      let determinant = block.determinant
      let positive = block.second == nil ? 0 as Expr : select(block.p + block.r .< 0, 2, 0)
      return count + select(determinant .> 0, positive, select(determinant .< 0, 1, Expr(.nan)))
    }
  }

  /// Where A is positive definite, as far as the determinants of the blocks do not overflow or underflow.
  package var isPositiveDefinite: Expr {
    blocks.reduce(.true) { condition, block in
      condition && (block.second == nil ? block.p .> 0 : block.p .> 0 && block.determinant .> 0)
    }
  }

  /// Where A is positive definite, and the determinants of the blocks are far from overflow and underflow.
  package var isSafelyPositiveDefinite: Expr {
    blocks.reduce(.true) { condition, block in
      let isSafe = block.determinant .> 0x1p-960 && block.determinant .< 0x1p960
      return condition && (block.second == nil ? isSafe : isSafe && block.p .> 0)
    }
  }
}

// Of entries that are zero everywhere nothing is computed, though 0·x would be NaN of an infinite x.

private func product(_ x: Expr, _ y: Expr) -> Expr {
  x.isConstant(0) || y.isConstant(0) ? 0 : x * y
}

/// a − x·y.
private func difference(_ a: Expr, _ x: Expr, _ y: Expr) -> Expr {
  x.isConstant(0) || y.isConstant(0) ? a : a - x * y
}
