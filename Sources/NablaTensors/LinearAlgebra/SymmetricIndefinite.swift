// SPDX-License-Identifier: Apache-2.0

import RealModule

/// The numbers of positive, negative and zero eigenvalues of a symmetric matrix.
public struct Inertia: Equatable, Sendable {
  /// The number of positive eigenvalues.
  public var positive: Int
  /// The number of negative eigenvalues.
  public var negative: Int
  /// The number of zero eigenvalues.
  public var zero: Int

  /// An inertia of these numbers.
  public init(positive: Int, negative: Int, zero: Int) {
    self.positive = positive
    self.negative = negative
    self.zero = zero
  }
}

/// The factorisation PᵀAP = L D Lᵀ of a symmetric matrix, made by ``LinearAlgebra/ldlt(_:)``.
///
/// P is a permutation, L is lower triangular with ones on its diagonal, and D has blocks of order 1
/// and 2 on its diagonal, the latter always with one positive and one negative eigenvalue.
public struct SymmetricIndefiniteFactorization<Scalar: TensorScalar>: Sendable {
  /// n.
  public let order: Int
  /// What `sytrf` leaves in the lower triangle, D and the factors of L; in memory by columns.
  private let factors: Tensor<Scalar>
  /// From 1; negative in pairs for the blocks of order 2.
  private let pivots: [Int32]

  init(factors: Tensor<Scalar>, pivots: [Int32], order: Int) {
    self.factors = factors
    self.pivots = pivots
    self.order = order
  }

  /// The numbers of positive, negative and zero eigenvalues of A, which by Sylvester's law are those
  /// of D. Eigenvalues near zero compared with rounding errors may count on either side.
  ///
  /// - Complexity: O(n).
  public var inertia: Inertia {
    pivots.withUnsafeBufferPointer { pivots in
      factors.withStorage { LinearAlgebra.inertia($0, n: order, pivots: pivots.baseAddress!) }
    }
  }

  /// The determinant of A: that of D. 1 for n = 0; may overflow or underflow where ``logAbsDeterminant`` does
  /// not.
  ///
  /// - Complexity: O(n).
  public var determinant: Scalar { blockDeterminants.reduce(1) { $0 * $1.0 * $1.1 } }

  /// The sign (−1, 0 or 1) of the determinant of A and the natural logarithm of its absolute value; 0 and −∞ for
  /// a singular matrix.
  ///
  /// - Complexity: O(n).
  public var logAbsDeterminant: (sign: Scalar, logarithm: Scalar) {
    var (sign, logarithm): (Scalar, Scalar) = (1, 0)
    for factor in blockDeterminants.flatMap({ [$0.0, $0.1] }) {
      sign *= factor == 0 ? 0 : factor < 0 ? -1 : 1
      logarithm += Scalar.log(factor.magnitude)
    }
    return (sign, logarithm)
  }

  /// The determinant of each block of D as a product of two numbers of the size of its elements.
  private var blockDeterminants: [(Scalar, Scalar)] {
    var determinants: [(Scalar, Scalar)] = []
    var i = 0
    while i < order {
      if pivots[i] > 0 {
        determinants.append((factors[i, i], 1))
        i += 1
      } else {
        // The element off the diagonal is the largest of its block.
        let off = factors[i + 1, i]
        determinants.append((off, (factors[i, i] / off) * factors[i + 1, i + 1] - off))
        i += 2
      }
    }
    return determinants
  }

  /// The solution x of A x = b; shape `[n]`, or `[n, k]` for k right-hand sides.
  ///
  /// - Throws: `singular` with the position of a block of D that is exactly zero; `notFinite`.
  /// - Complexity: O(n²) for each right-hand side.
  /// - Source: LAPACK `sytrs`.
  public func solve(_ b: Tensor<Scalar>) throws(LinearAlgebraError) -> Tensor<Scalar> {
    for i in 0..<order where pivots[i] > 0 && factors[i, i] == 0 { throw .singular(pivot: i) }
    return try LinearAlgebra.solveBatch(factors: [], n: order, b) { _, columns, x in
      pivots.withUnsafeBufferPointer { pivots in
        factors.withStorage {
          LinearAlgebra.ldltSolve($0, n: order, pivots: pivots.baseAddress!, columns: columns, x)
        }
      }
    }
  }

  /// The factors written out: A with its rows and columns in the order of `permutation` is `l` `d` `l`ᵀ.
  ///
  /// - Complexity: O(n²).
  public var unpacked: (l: Tensor<Scalar>, d: Tensor<Scalar>, permutation: [Int]) {
    let n = order
    var l = Tensor<Scalar>.identity(n)
    var d = Tensor<Scalar>.zeros([n, n])
    var permutation = Array(0..<n)
    for i in 0..<n {
      d[i, i] = factors[i, i]
      for j in 0..<i { l[i, j] = factors[i, j] }
    }
    // L = P₁L₁P₂L₂ ⋯ (sytrf, "Further Details"): each interchange acts on the columns of L before it too.
    var k = 0
    while k < n {
      let isPair = pivots[k] < 0
      let row = isPair ? k + 1 : k
      let partner = Int(pivots[k].magnitude) - 1
      if isPair {
        d[k + 1, k] = factors[k + 1, k]
        d[k, k + 1] = factors[k + 1, k]
        l[k + 1, k] = 0
      }
      if partner != row {
        permutation.swapAt(row, partner)
        for j in 0..<k { (l[row, j], l[partner, j]) = (l[partner, j], l[row, j]) }
      }
      k = row + 1
    }
    return (l, d, permutation)
  }
}

extension LinearAlgebra {
  /// The Bunch–Kaufman factorisation of one symmetric matrix `[n, n]`, definite or not. Only the lower
  /// triangle is read.
  ///
  /// A singular matrix has a factorisation too, and an inertia; only its solve throws.
  ///
  /// - Throws: `notFinite`.
  /// - Complexity: O(n³), half of LU's work.
  /// - Source: LAPACK `sytrf`; Bunch, Kaufman, "Some stable methods for calculating inertia and solving
  ///   symmetric linear systems", Math. Comp. 31 (1977).
  public static func ldlt<S: TensorScalar>(
    _ a: Tensor<S>
  ) throws(LinearAlgebraError) -> SymmetricIndefiniteFactorization<S> {
    let n = order(a, "ldlt")
    precondition(a.rank == 2, "ldlt takes one matrix; this tensor has shape \(a.shape).")
    try requireFinite(triangleOf: a)
    let factors = a.transposed().copied()
    let workspace = SymmetricIndefiniteWorkspace<S>(n: n)
    _ = workspace.factor(factors.storage.base)
    return SymmetricIndefiniteFactorization(
      factors: factors.transposed(),
      pivots: Array(UnsafeBufferPointer(start: workspace.pivots, count: n + 1)), order: n)
  }

  /// The solution x of A x = b for symmetric matrices, definite or not, of which the lower triangle is read.
  /// Shapes as in ``solve(_:_:)``.
  ///
  /// - Throws: `singular` with the position of a block of D of ``ldlt(_:)`` that is exactly zero; `notFinite`.
  /// - Complexity: O(n³) for each matrix, half of ``solve(_:_:)``, and O(n²) for each right-hand side.
  /// - Source: LAPACK `sytrf`, `sytrs`.
  public static func solveSymmetric<S: TensorScalar>(
    _ a: Tensor<S>, _ b: Tensor<S>
  ) throws(LinearAlgebraError) -> Tensor<S> {
    let n = order(a, "solveSymmetric")
    try requireFinite(triangleOf: a)
    let batch = Array(a.shape.dropLast(2))
    let factors = a.transposed().copied()
    let workspace = SymmetricIndefiniteWorkspace<S>(n: n)
    var pivots: [Int32] = []
    for matrix in 0..<batch.reduce(1, *) {
      let info = workspace.factor(factors.storage.base + matrix * n * n)
      if info > 0 { throw .singular(pivot: info - 1, matrix: matrix) }
      pivots += UnsafeBufferPointer(start: workspace.pivots, count: n)
    }
    // One more, so that there is an address even for n = 0.
    pivots.append(0)
    return try solveBatch(factors: batch, n: n, b) { matrix, columns, x in
      pivots.withUnsafeBufferPointer { pivots in
        ldltSolve(
          factors.storage.base + matrix * n * n, n: n, pivots: pivots.baseAddress! + matrix * n,
          columns: columns, x)
      }
    }
  }

  // MARK: Raw entry points

  /// Overwrites n × `columns` right-hand sides, by columns, with the solution from
  /// `SymmetricIndefiniteWorkspace.factor`'s result.
  package static func ldltSolve<S: TensorScalar>(
    _ factors: UnsafePointer<S>, n: Int, pivots: UnsafePointer<Int32>, columns: Int,
    _ x: UnsafeMutablePointer<S>
  ) {
    if n == 0 || columns == 0 { return }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: 2 * Double(n) * Double(n) * Double(columns)) {
      S._routines.sytrs(
        columnMajor, lowerTriangle, order, lapackInt(columns), factors, order, pivots, x, order)
    }
    checkArguments(info, of: "sytrs")
  }

  /// The inertia from `SymmetricIndefiniteWorkspace.factor`'s result.
  package static func inertia<S: TensorScalar>(
    _ factors: UnsafePointer<S>, n: Int, pivots: UnsafePointer<Int32>
  ) -> Inertia {
    var inertia = Inertia(positive: 0, negative: 0, zero: 0)
    var i = 0
    while i < n {
      if pivots[i] < 0 {
        // Bunch and Kaufman choose a block of order 2 only where its determinant is negative.
        inertia.positive += 1
        inertia.negative += 1
        i += 2
        continue
      }
      let d = factors[i * n + i]
      if d > 0 { inertia.positive += 1 } else if d < 0 { inertia.negative += 1 } else { inertia.zero += 1 }
      i += 1
    }
    return inertia
  }
}

/// What the factorisation of symmetric indefinite matrices of one order needs, for use again and again.
/// Not for use by two threads at once.
package final class SymmetricIndefiniteWorkspace<Scalar: TensorScalar> {
  package let n: Int
  package let pivots: UnsafeMutablePointer<Int32>
  private let work: TensorStorage<Scalar>
  private let workCount: Int32

  package init(n: Int) {
    self.n = n
    pivots = .allocate(capacity: n + 1)
    pivots.initialize(repeating: 0, count: n + 1)
    // 64 columns: the largest block that LAPACK's ilaenv asks for.
    workCount = lapackInt(max(1, n * 64))
    work = TensorStorage(capacity: Int(workCount))
  }

  deinit { pivots.deallocate() }

  /// Overwrites the lower triangle of one matrix by columns (the upper one of a row-major matrix) with its
  /// factors, and `pivots`.
  ///
  /// - Returns: 0, or the number (from 1) of a block of D that is exactly zero: the inertia is valid
  ///   then, a solve is not. Elements must be finite.
  package func factor(_ a: UnsafeMutablePointer<Scalar>) -> Int {
    if n == 0 { return 0 }
    let order = lapackInt(n)
    let info = BLASThreads.run(work: cube(n) / 3) {
      Scalar._routines.sytrf(columnMajor, lowerTriangle, order, a, order, pivots, work.base, workCount)
    }
    checkArguments(info, of: "sytrf")
    return Int(info)
  }
}
