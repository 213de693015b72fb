// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels

/// The products with some rows of a matrix X [N, n] at a time that a linear model needs.
package struct RowProducts<S: TensorScalar>: Sendable {
  private let matrix: Tensor<S>
  private let kernel: RowKernel<S>?

  /// - Precondition: X is row-major without gaps.
  package init(_ matrix: Tensor<S>) {
    precondition(matrix.rank == 2 && matrix.isContiguous, "A row-major matrix is needed.")
    self.matrix = matrix
    kernel = RowKernel(
      columns: matrix.shape[1], stride: matrix.shape[1], precision: Precision(of: S.self))
  }

  /// zᵢ = Σⱼ xᵢⱼ wⱼ of some rows.
  ///
  /// - Precondition: w has shape [n], z that of the rows.
  @specialized(where S == Double)
  @specialized(where S == Float)
  package func multiply(_ rows: Range<Int>, by w: Tensor<S>, into z: inout Tensor<S>) {
    guard let kernel else { return matmul(matrix[rows], w, into: &z) }
    precondition(w.shape == [matrix.shape[1]] && z.shape == [rows.count], "The shapes do not fit.")
    let w = w.isContiguous ? w : w.copied()
    z.makeWritableInOrder()
    matrix.withStorage { x in
      w.withStorage {
        kernel.multiply(
          x + rows.lowerBound * matrix.shape[1], count: rows.count, by: $0, into: z.firstAddress)
      }
    }
  }

  /// gⱼ += Σᵢ rᵢ xᵢⱼ over some rows.
  ///
  /// - Precondition: r has the shape of the rows, g has shape [n].
  @specialized(where S == Double)
  @specialized(where S == Float)
  package func add(_ rows: Range<Int>, times r: Tensor<S>, to g: inout Tensor<S>) {
    guard let kernel else { return matmul(r, matrix[rows], into: &g, adding: true) }
    precondition(g.shape == [matrix.shape[1]] && r.shape == [rows.count], "The shapes do not fit.")
    let r = r.isContiguous ? r : r.copied()
    g.makeWritableInOrder()
    matrix.withStorage { x in
      r.withStorage {
        kernel.add(x + rows.lowerBound * matrix.shape[1], count: rows.count, times: $0, to: g.firstAddress)
      }
    }
  }
}
