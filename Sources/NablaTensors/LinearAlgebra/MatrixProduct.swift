// SPDX-License-Identifier: Apache-2.0

internal import CBLAS

/// The matrix product: (AB)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ.
///
/// Shapes as NumPy's `matmul`: `[m, k]` and `[k, n]` give `[m, n]`. Axes before the last two are a
/// batch and broadcast: `[b, m, k]` and `[k, n]` give `[b, m, n]`. A vector on the left counts as one
/// row, on the right as one column, and that axis is dropped from the result: `[m, k]` and `[k]` give
/// `[m]`, two vectors give `[]`. Elementwise multiplication is `*`.
///
/// NaN and infinity follow IEEE 754; k = 0 gives zeros. Transposed and sliced operands are read in
/// place wherever one of their two matrix axes has stride 1.
///
/// - Complexity: O(batch · m · k · n), at the speed of BLAS's gemm or gemv.
public func matmul<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  precondition(
    a.rank >= 1 && b.rank >= 1,
    "matmul needs at least one axis on each side: \(a.shape) and \(b.shape). Perhaps you meant *.")
  let left = a.rank == 1 ? a.expanded(axis: 0) : a
  let right = b.rank == 1 ? b.expanded(axis: 1) : b
  let (m, k, n) = (left.shape[left.rank - 2], left.shape[left.rank - 1], right.shape[right.rank - 1])
  precondition(
    k == right.shape[right.rank - 2],
    """
    matmul of shapes \(a.shape) and \(b.shape): \(k) columns on the left do not match \
    \(right.shape[right.rank - 2]) rows on the right.
    """)
  let batch = broadcastShape(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)))
  var shape = batch
  if a.rank > 1 { shape.append(m) }
  if b.rank > 1 { shape.append(n) }
  if k == 0 { return Tensor.zeros(shape) }

  let result = Tensor<S>(uninitialized: shape)
  if result.count == 0 { return result }

  // A product with the own transpose is symmetric: half the work.
  if isTransposeOfItself(left, right), m > 1, k > 1 {
    addProductWithTranspose(left, to: result, isAdded: false)
    mirrorUpperTriangle(of: result)
    return result
  }
  // A batch of matrices against one matrix is a single taller matrix, where the memory allows it.
  if right.rank == 2, left.rank > 2, left.isContiguous {
    multiply(left.reshaped([-1, k]), right, batch: [], into: result)
  } else {
    multiply(left, right, batch: batch, into: result)
  }
  return result
}

/// The inner product Σ aᵢbᵢ of two vectors of one length; 0 if they are empty.
public func dot<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> S {
  precondition(
    a.rank == 1 && a.shape == b.shape,
    "dot needs two vectors of one length; the shapes are \(a.shape) and \(b.shape).")
  // BLAS reads a negative stride from the other end.
  let x = a.strides[0] > 0 ? a : a.copied()
  let y = b.strides[0] > 0 ? b : b.copied()
  _ = BLASThreads.maximum
  return x.withStorage { p in
    y.withStorage { q in
      S._routines.dot(lapackInt(a.count), p, lapackInt(x.strides[0]), q, lapackInt(y.strides[0]))
    }
  }
}

/// The outer product aᵢbⱼ of two vectors, shape `[a.count, b.count]`.
public func outer<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  precondition(
    a.rank == 1 && b.rank == 1, "outer needs two vectors; the shapes are \(a.shape) and \(b.shape).")
  return a.expanded(axis: 1) * b
}

// MARK: - Products with the own transpose

/// Whether two matrices are the same elements, one the transpose of the other.
private func isTransposeOfItself<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Bool {
  a.rank == 2 && b.rank == 2 && a.storage === b.storage && a.layout.offset == b.layout.offset
    && a.shape[0] == b.shape[1] && a.strides[0] == b.strides[1] && a.strides[1] == b.strides[0]
    && MatrixOperand(a) != nil
}

/// Adds A Aᵀ to the upper triangle of a row-major matrix, or writes it there.
private func addProductWithTranspose<S: TensorScalar>(_ a: Tensor<S>, to result: Tensor<S>, isAdded: Bool) {
  let (a, operand) = readable(a)
  let (n, k) = (a.shape[0], a.shape[1])
  if n == 0 || k == 0 { return }
  a.withStorage { x in
    BLASThreads.run(work: Double(n) * Double(n) * Double(k)) {
      S._routines.syrk(
        CblasRowMajor, CblasUpper, operand.transpose, lapackInt(n), lapackInt(k), 1, x,
        lapackInt(operand.leadingDimension), isAdded ? 1 : 0, result.storage.base, lapackInt(n))
    }
  }
}

/// Copies the upper triangle of a row-major square matrix to the lower one.
@specialized(where S == Double)
@specialized(where S == Float)
private func mirrorUpperTriangle<S: TensorScalar>(of matrix: Tensor<S>) {
  let n = matrix.shape[0]
  let base = matrix.storage.base
  for i in 0..<n { for j in 0..<i { base[i &* n &+ j] = base[j &* n &+ i] } }
}

extension LinearAlgebra {
  /// Σ AᵀA over some matrices [m, n] that `body` hands to its argument one after the other; shape [n, n].
  ///
  /// - Complexity: half of that of the products.
  /// - Source: BLAS `syrk`.
  package static func sumOfGramMatrices<S: TensorScalar>(
    _ n: Int, _ body: (_ add: (Tensor<S>) -> Void) -> Void
  ) -> Tensor<S> {
    let sum = Tensor<S>.zeros([n, n])
    body { a in
      precondition(
        a.rank == 2 && a.shape[1] == n, "A matrix [m, \(n)] is needed, not one of shape \(a.shape).")
      addProductWithTranspose(a.transposed(), to: sum, isAdded: true)
    }
    mirrorUpperTriangle(of: sum)
    return sum
  }
}

// MARK: - BLAS operands

/// How BLAS is told of a matrix with given strides: row-major, or the transpose of a row-major one.
private struct MatrixOperand {
  let isTransposed: Bool
  let leadingDimension: Int

  /// Nil if no axis has stride 1, or rows overlap.
  init?(rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
    if (columnStride == 1 || columns == 1) && (rows == 1 || rowStride >= columns) {
      isTransposed = false
      leadingDimension = rows == 1 ? columns : rowStride
    } else if (rowStride == 1 || rows == 1) && (columns == 1 || columnStride >= rows) {
      isTransposed = true
      leadingDimension = columns == 1 ? rows : columnStride
    } else {
      return nil
    }
  }

  init?<S: TensorScalar>(_ a: Tensor<S>) {
    let r = a.rank
    self.init(
      rows: a.shape[r - 2], columns: a.shape[r - 1], rowStride: a.strides[r - 2],
      columnStride: a.strides[r - 1])
  }

  var transpose: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

private func readable<S: TensorScalar>(_ a: Tensor<S>) -> (Tensor<S>, MatrixOperand) {
  if let operand = MatrixOperand(a) { return (a, operand) }
  let copy = a.copied()
  guard let operand = MatrixOperand(copy) else {
    preconditionFailure("A row-major matrix of shape \(a.shape) must be readable.")
  }
  return (copy, operand)
}

/// Writes the products of `[..., m, k]` and `[..., k, n]`, all extents positive, into row-major memory.
private func multiply<S: TensorScalar>(
  _ a: Tensor<S>, _ b: Tensor<S>, batch: [Int], into result: Tensor<S>
) {
  let (a, left) = readable(a)
  let (b, right) = readable(b)
  let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
  let nest = LoopNest(
    shape: batch, TensorLayout.rowMajorStrides(of: batch).map { $0 * m * n },
    a.layout.broadcast(to: batch + [m, k]).strides.dropLast(2),
    b.layout.broadcast(to: batch + [k, n]).strides.dropLast(2))
  let (rows, inner, columns) = (lapackInt(m), lapackInt(k), lapackInt(n))
  let (lda, ldb) = (lapackInt(left.leadingDimension), lapackInt(right.leadingDimension))
  let routines = S._routines

  a.withStorage { x in
    b.withStorage { y in
      for start in nest {
        for i in 0..<nest.innerCount {
          let at = start &+ SIMD4(repeating: i) &* nest.innerStrides
          let (c, x, y) = (result.storage.base + at[0], x + at[1], y + at[2])
          BLASThreads.run(work: 2 * Double(m) * Double(k) * Double(n)) {
            if n == 1 {
              routines.gemv(
                CblasRowMajor, left.transpose, left.isTransposed ? inner : rows,
                left.isTransposed ? rows : inner, 1, x, lda, y,
                k == 1 ? 1 : lapackInt(b.strides[b.rank - 2]), 0, c, 1)
            } else if m == 1 {
              routines.gemv(
                CblasRowMajor, right.isTransposed ? CblasNoTrans : CblasTrans,
                right.isTransposed ? columns : inner, right.isTransposed ? inner : columns, 1, y, ldb, x,
                k == 1 ? 1 : lapackInt(a.strides[a.rank - 1]), 0, c, 1)
            } else {
              routines.gemm(
                CblasRowMajor, left.transpose, right.transpose, rows, columns, inner, 1, x, lda, y, ldb,
                0, c, columns)
            }
          }
        }
      }
    }
  }
}
