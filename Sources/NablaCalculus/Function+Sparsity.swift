// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

// Derivatives of functions of many variables, of which most entries are zero everywhere. What is zero is found on
// the graph: it is neither computed nor stored.

extension Function {
  /// The places where the Hessian of a scalar function is not zero everywhere, both triangles.
  public var hessianPattern: SparsityPattern { hessianLayout.pattern }

  private var hessianLayout: SparseHessianLayout {
    plans.hessianLayout { SparseHessianLayout(lower: hessianStructure, size: variables.count) }
  }

  /// The places where the Jacobian is not zero everywhere.
  public var jacobianPattern: SparsityPattern {
    SparsityPattern(rowCount: outputs.count, columnCount: variables.count, places: jacobianStructure)
  }

  /// The Hessian of a scalar function at one point [n], both triangles. For many points ask for
  /// ``Quantities/compactHessian``, whose entries are the lower triangle's.
  ///
  /// - Complexity: O(size of the graph), which has a constant number of operations for each of the value's in
  ///   every row of the Hessian that the operation takes part in.
  public func sparseHessian(
    at point: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> SparseMatrix<Double> {
    let entries = evaluate(.compactHessian, at: point, parameters: parameters).compactHessian
    precondition(entries.rank == 1, "sparseHessian(at:) takes one point, not \(point.shape)")
    let layout = hessianLayout
    var values = [Double](repeating: 0, count: layout.pattern.count)
    for (place, value) in zip(layout.positions, entries.scalars) {
      values[place.lower] = value
      values[place.upper] = value
    }
    return SparseMatrix(layout.pattern, values: values)
  }

  /// The Jacobian at one point [n]. For many points ask for ``Quantities/compactJacobian``.
  ///
  /// - Complexity: O(size of the graph).
  public func sparseJacobian(
    at point: Tensor<Double>, parameters: Tensor<Double>? = nil
  ) -> SparseMatrix<Double> {
    let entries = evaluate(.compactJacobian, at: point, parameters: parameters).compactJacobian
    precondition(entries.rank == 1, "sparseJacobian(at:) takes one point, not \(point.shape)")
    return SparseMatrix(jacobianPattern, values: entries.scalars)
  }
}

/// Where the entries of a Hessian's lower triangle lie in the matrix of both.
struct SparseHessianLayout: Sendable {
  let pattern: SparsityPattern
  /// Of each entry, its own position and that of its mirror image.
  let positions: [(lower: Int, upper: Int)]

  init(lower: [(row: Int, column: Int)], size: Int) {
    let upper = lower.filter { $0.row != $0.column }.map { (row: $0.column, column: $0.row) }
    let pattern = SparsityPattern(rowCount: size, columnCount: size, places: lower + upper)
    positions = lower.map {
      (pattern.position(row: $0.row, column: $0.column)!, pattern.position(row: $0.column, column: $0.row)!)
    }
    self.pattern = pattern
  }
}
