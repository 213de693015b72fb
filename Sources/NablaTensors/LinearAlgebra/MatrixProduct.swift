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
@specialized(where S == Double)
@specialized(where S == Float)
public func matmul<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) -> Tensor<S> {
  let extents = ProductExtents(a, b)
  let result = Tensor<S>(uninitialized: extents.shape)
  write(a, b, extents, to: result, isAdded: false)
  return result
}

/// Writes the matrix product AB to `result`, or adds it there: into its memory, unless another tensor shares that
/// or it is not row-major without gaps.
///
/// As ``matmul(_:_:)``, without memory for a result.
///
/// - Precondition: `result` has the shape of the product.
@specialized(where S == Double)
@specialized(where S == Float)
public func matmul<S: TensorScalar>(
  _ a: Tensor<S>, _ b: Tensor<S>, into result: inout Tensor<S>, adding isAdded: Bool = false
) {
  let extents = ProductExtents(a, b)
  precondition(
    result.shape == extents.shape,
    """
    The product of shapes \(a.shape) and \(b.shape) has shape \(extents.shape), not that of the result, \
    \(result.shape).
    """)
  if isAdded {
    result.makeWritableInOrder()
  } else if !result.isWritable() || !result.isContiguous {
    result = Tensor(uninitialized: extents.shape)
  }
  write(a, b, extents, to: result, isAdded: isAdded)
}

/// Of the product of two tensors.
private struct ProductExtents {
  let rows: Int
  let inner: Int
  let columns: Int
  let batch: [Int]
  let shape: [Int]

  init<S: TensorScalar>(_ a: Tensor<S>, _ b: Tensor<S>) {
    precondition(
      a.rank >= 1 && b.rank >= 1,
      "matmul needs at least one axis on each side: \(a.shape) and \(b.shape). Perhaps you meant *.")
    let (m, k) = (a.rank == 1 ? 1 : a.shape[a.rank - 2], a.shape[a.rank - 1])
    let (rightRows, n) = b.rank == 1 ? (b.shape[0], 1) : (b.shape[b.rank - 2], b.shape[b.rank - 1])
    precondition(
      k == rightRows,
      """
      matmul of shapes \(a.shape) and \(b.shape): \(k) columns on the left do not match \
      \(rightRows) rows on the right.
      """)
    (rows, inner, columns) = (m, k, n)
    let matrix = a.rank > 1 ? (b.rank > 1 ? [m, n] : [m]) : (b.rank > 1 ? [n] : [])
    if a.rank > 2 || b.rank > 2 {
      batch = broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
      shape = batch + matrix
    } else {
      (batch, shape) = ([], matrix)
    }
  }
}

@specialized(where S == Double)
@specialized(where S == Float)
private func write<S: TensorScalar>(
  _ a: Tensor<S>, _ b: Tensor<S>, _ extents: ProductExtents, to result: Tensor<S>, isAdded: Bool
) {
  let (m, k) = (extents.rows, extents.inner)
  if result.count == 0 { return }
  if k == 0 {
    if !isAdded { result.firstAddress.update(repeating: 0, count: result.count) }
    return
  }
  // A product with the own transpose is symmetric: half the work.
  if !isAdded, m > 1, k > 1, isTransposeOfItself(a, b) {
    addProductWithTranspose(a, to: result, isAdded: false)
    mirrorUpperTriangle(of: result)
    return
  }
  if a.rank <= 2, b.rank <= 2, let left = MatrixOperand(a),
    let right = MatrixOperand(b, isColumn: b.rank == 1)
  {
    let product = MatrixProduct<S>(
      left: left, right: right, rows: m, inner: k, columns: extents.columns, isAdded: isAdded)
    a.withStorage { x in b.withStorage { y in product.write(x, y, to: result.firstAddress) } }
    return
  }
  // A batch of matrices against one matrix is a single taller matrix, where the memory allows it.
  let isTall = b.rank <= 2 && a.rank > 2 && a.isContiguous
  let (left, x) = MatrixOperand.readable(isTall ? a.reshaped([-1, k]) : a)
  let (right, y) = MatrixOperand.readable(b, isColumn: b.rank == 1)
  let product = MatrixProduct<S>(
    left: x, right: y, rows: isTall ? left.shape[0] : m, inner: k, columns: extents.columns, isAdded: isAdded)
  write(product, of: left, right, batch: isTall ? [] : extents.batch, to: result)
}

/// Writes the products of the matrices of two batches.
private func write<S: TensorScalar>(
  _ product: MatrixProduct<S>, of a: Tensor<S>, _ b: Tensor<S>, batch: [Int], to result: Tensor<S>
) {
  let (m, k, n) = (product.rows, product.inner, product.columns)
  let nest = LoopNest(
    shape: batch, TensorLayout.rowMajorStrides(of: batch).map { $0 * m * n },
    Array(a.layout.broadcast(to: batch + (a.rank > 1 ? [m, k] : [k])).strides.prefix(batch.count)),
    Array(b.layout.broadcast(to: batch + (b.rank > 1 ? [k, n] : [k])).strides.prefix(batch.count)))
  a.withStorage { x in
    b.withStorage { y in
      for start in nest {
        for i in 0..<nest.innerCount {
          let at = start &+ SIMD4(repeating: i) &* nest.innerStrides
          product.write(x + at[1], y + at[2], to: result.firstAddress + at[0])
        }
      }
    }
  }
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
  let (a, operand) = MatrixOperand.readable(a)
  let (n, k) = (a.shape[0], a.shape[1])
  if n == 0 || k == 0 { return }
  a.withStorage { x in
    BLASThreads.run(work: Double(n) * Double(n) * Double(k)) {
      S._routines.syrk(
        CblasRowMajor, CblasUpper, operand.transpose, lapackInt(n), lapackInt(k), 1, x,
        lapackInt(operand.leadingDimension), isAdded ? 1 : 0, result.firstAddress, lapackInt(n))
    }
  }
}

/// Copies the upper triangle of a row-major square matrix to the lower one.
@specialized(where S == Double)
@specialized(where S == Float)
private func mirrorUpperTriangle<S: TensorScalar>(of matrix: Tensor<S>) {
  let n = matrix.shape[0]
  let base = matrix.firstAddress
  for i in 0..<n { for j in 0..<i { base[i &* n &+ j] = base[j &* n &+ i] } }
}

extension LinearAlgebra {
  /// Σ AᵀA over some matrices [m, n] that `body` hands to its argument one after the other; shape [n, n].
  ///
  /// - Complexity: half of that of the products.
  /// - Source: BLAS `syrk`.
  @specialized(where S == Double)
  @specialized(where S == Float)
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

// MARK: - One product

/// How the product of two matrices in given layouts is computed.
struct MatrixProduct<S: TensorScalar> {
  let left: MatrixOperand
  let right: MatrixOperand
  let rows: Int
  let inner: Int
  let columns: Int
  /// Whether it is added to what is there.
  let isAdded: Bool

  /// Writes AB, all of whose extents are positive, to `c`, row-major, or adds it there.
  func write(_ a: UnsafePointer<S>, _ b: UnsafePointer<S>, to c: UnsafeMutablePointer<S>) {
    if rows > 1, columns > 1, BlockedProduct.pays(self) { return BlockedProduct.write(self, a, b, to: c) }
    let (m, k, n) = (lapackInt(rows), lapackInt(inner), lapackInt(columns))
    let beta: S = isAdded ? 1 : 0
    let (lda, ldb) = (lapackInt(left.leadingDimension), lapackInt(right.leadingDimension))
    BLASThreads.run(work: 2 * Double(rows) * Double(inner) * Double(columns)) {
      if columns == 1 {
        S._routines.gemv(
          CblasRowMajor, left.transpose, left.isTransposed ? k : m, left.isTransposed ? m : k, 1, a, lda,
          b, ldb, beta, c, 1)
      } else if rows == 1 {
        S._routines.gemv(
          CblasRowMajor, right.isTransposed ? CblasNoTrans : CblasTrans, right.isTransposed ? n : k,
          right.isTransposed ? k : n, 1, b, ldb, a, left.isTransposed ? lda : 1, beta, c, 1)
      } else {
        S._routines.gemm(
          CblasRowMajor, left.transpose, right.transpose, m, n, k, 1, a, lda, b, ldb, beta, c, n)
      }
    }
  }
}
