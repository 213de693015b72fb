// SPDX-License-Identifier: Apache-2.0

internal import CBLAS

/// How BLAS is told of a matrix with given strides: row-major, or the transpose of a row-major one.
///
/// A single column has its stride as the leading dimension, a single row its stride if it is transposed.
struct MatrixOperand {
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

  var transpose: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }

  /// Where an element lies behind the first one.
  func offset(row: Int, column: Int) -> Int {
    isTransposed ? column * leadingDimension + row : row * leadingDimension + column
  }
}

extension MatrixOperand {
  /// The matrices in the last two axes of a tensor, or its vectors: of one column if `isColumn`, else of one row.
  init?<S: TensorScalar>(_ a: Tensor<S>, isColumn: Bool = false) {
    let (last, stride) = (a.shape[a.rank - 1], a.strides[a.rank - 1])
    if a.rank > 1 {
      self.init(
        rows: a.shape[a.rank - 2], columns: last, rowStride: a.strides[a.rank - 2], columnStride: stride)
    } else if isColumn {
      self.init(rows: last, columns: 1, rowStride: stride, columnStride: 1)
    } else {
      self.init(rows: 1, columns: last, rowStride: last, columnStride: stride)
    }
  }

  /// A tensor as BLAS can read it, which is a copy where no axis of its matrices has stride 1.
  static func readable<S: TensorScalar>(
    _ a: Tensor<S>, isColumn: Bool = false
  ) -> (tensor: Tensor<S>, operand: MatrixOperand) {
    if let operand = MatrixOperand(a, isColumn: isColumn) { return (a, operand) }
    let copy = a.copied()
    guard let operand = MatrixOperand(copy, isColumn: isColumn) else {
      preconditionFailure("A row-major matrix of shape \(a.shape) must be readable.")
    }
    return (copy, operand)
  }
}
