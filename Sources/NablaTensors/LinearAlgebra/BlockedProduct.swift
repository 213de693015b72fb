// SPDX-License-Identifier: Apache-2.0

internal import CBLAS
internal import NablaKernels

/// Products of middle size, as many small ones.
///
/// On processors with AVX-512, OpenBLAS has two ways to multiply. Its general one copies both matrices to
/// where its kernel wants them; its kernels for small matrices (m·n·k ≤ 10⁶) read them where they lie, and
/// reach 97 % of the processor's peak where the general one reaches 62 to 75 % (Zen 5, doubles; a little less
/// of a difference in floats). A larger product is therefore cut into pieces for those kernels: blocks of C
/// of ``rowsOfPiece`` × ``columnsOfPiece``, each the sum over pieces of ``innerOfPiece`` of the inner dimension.
/// The piece of B is copied to consecutive memory once for all blocks of a column: this keeps rows that lie a
/// power of two apart from evicting one another, and spares the kernel for A Bᵀ, which OpenBLAS has for tiny
/// matrices alone.
///
/// Measured, one thread: a 256 × 784 by 784 × 128 product 121 GFlop/s instead of 88, 10,000 × 100 by 100 × 100
/// 103 instead of 60, 300 × 300 120 instead of 94; from 700 × 700 on the general way is level or faster.
///
/// Results do not depend on the number of threads: the pieces are the same ones.
///
/// - Source: OpenBLAS pull request 3335 ("GEMM optimization for small matrix", since 0.3.18).
enum BlockedProduct {
  private static let rowsOfPiece = 96
  private static let columnsOfPiece = 32
  private static let innerOfPiece = 320
  /// The rows that share a copy of a piece of B, and that one thread takes.
  private static let rowsOfShare = 384

  /// Whether OpenBLAS runs its AVX-512 kernels and has them for small matrices.
  private static let isAvailable: Bool =
    ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(BLASLibrary.core)
    && BLASLibrary.version.map { $0 >= (0, 3, 18) } == true

  /// Whether pieces are faster than one call to gemm.
  static func pays<S>(_ product: MatrixProduct<S>) -> Bool {
    let (m, k, n) = (product.rows, product.inner, product.columns)
    // Fewer rows do not pay for the copy of B.
    guard m >= 48, isAvailable else { return false }
    let work = Double(m) * Double(k) * Double(n)
    // OpenBLAS takes its small kernels to 10⁶, and those of A Bᵀ to m·n = 1200 (the pull request).
    return work <= 1e8 && (work > 1e6 || product.right.isTransposed && m * n > 1200 && work > 3e4)
  }

  /// Writes AB to `c`, row-major, or adds it there.
  static func write<S>(
    _ product: MatrixProduct<S>, _ a: UnsafePointer<S>, _ b: UnsafePointer<S>, to c: UnsafeMutablePointer<S>
  ) {
    _ = BLASThreads.maximum
    let (left, right) = (product.left, product.right)
    let (m, k, n) = (product.rows, product.inner, product.columns)
    let (bands, panels) = (pieces(m, rowsOfShare), pieces(n, columnsOfPiece))
    let pointers = Pointers(a: a, b: b, c: c)
    // About 50 GFlop/s.
    let cost = Double(min(m, rowsOfShare)) * Double(k) * Double(min(n, columnsOfPiece)) / 25
    Parallelism.forEachChunk(of: bands * panels, costPerItem: cost) { shares in
      withUnsafeTemporaryAllocation(of: S.self, capacity: columnsOfPiece * min(k, innerOfPiece)) { copy in
        guard let copied = copy.baseAddress else { return }
        for share in shares {
          let (band, panel) = share.quotientAndRemainder(dividingBy: panels)
          let rows = band * rowsOfShare..<min(m, (band + 1) * rowsOfShare)
          let columns = panel * columnsOfPiece..<min(n, (panel + 1) * columnsOfPiece)
          for p in stride(from: 0, to: k, by: innerOfPiece) {
            let inner = p..<min(k, p + innerOfPiece)
            copyPiece(of: pointers.b, right, inner, columns, to: copied)
            for i in stride(from: rows.lowerBound, to: rows.upperBound, by: rowsOfPiece) {
              S._routines.gemm(
                CblasRowMajor, left.transpose, CblasNoTrans,
                lapackInt(min(rowsOfPiece, rows.upperBound - i)), lapackInt(columns.count),
                lapackInt(inner.count), 1, pointers.a + left.offset(row: i, column: p),
                lapackInt(left.leadingDimension), copied, lapackInt(columns.count),
                p == 0 && !product.isAdded ? 0 : 1,
                pointers.c + (i * n + columns.lowerBound), lapackInt(n))
            }
          }
        }
      }
    }
  }

  /// Threads write disjoint blocks of `c`.
  private struct Pointers<S>: @unchecked Sendable {
    let a: UnsafePointer<S>
    let b: UnsafePointer<S>
    let c: UnsafeMutablePointer<S>
  }

  private static func pieces(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }

  /// Writes some rows and columns of a matrix to consecutive memory, row-major.
  @specialized(where S == Double)
  @specialized(where S == Float)
  private static func copyPiece<S: TensorScalar>(
    of matrix: UnsafePointer<S>, _ operand: MatrixOperand, _ rows: Range<Int>, _ columns: Range<Int>,
    to copy: UnsafeMutablePointer<S>
  ) {
    let width = columns.count
    let source = matrix + operand.offset(row: rows.lowerBound, column: columns.lowerBound)
    let stride = operand.leadingDimension
    if !operand.isTransposed {
      for i in 0..<rows.count {
        (copy + i &* width).update(from: source + i &* stride, count: width)
      }
      return
    }
    // Eight columns at a time: a line of the cache is read once and written once.
    for start in Swift.stride(from: 0, to: width, by: 8) {
      let end = Swift.min(start &+ 8, width)
      for i in 0..<rows.count {
        for j in start..<end { copy[i &* width &+ j] = source[j &* stride &+ i] }
      }
    }
  }
}
