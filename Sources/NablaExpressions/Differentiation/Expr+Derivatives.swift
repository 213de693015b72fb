// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// The derivative with respect to a variable.
  ///
  /// At kinks the conventions of the functions hold: abs'(0) = 0, ties of `min` and `max` are shared, the
  /// derivative of `select` is that of the branch taken.
  ///
  /// - Precondition: `variable` is a variable.
  /// - Complexity: O(m log m) for an expression of m nodes.
  public func derivative(by variable: Expr) -> Expr { gradient(by: [variable])[0] }

  /// The derivatives with respect to several variables, by one reverse sweep.
  ///
  /// - Precondition: `variables` are distinct variables.
  /// - Complexity: O(m log m) for an expression of m nodes, however many variables there are.
  public func gradient(by variables: [Expr]) -> [Expr] { jacobian(of: [self], by: variables)[0] }

  /// The matrix of second derivatives; the two triangles hold the same expressions.
  ///
  /// - Precondition: `variables` are distinct variables.
  /// - Complexity: one reverse sweep for each component of the gradient.
  public func hessian(by variables: [Expr]) -> [[Expr]] {
    var rows = Array(repeating: Array(repeating: 0 as Expr, count: variables.count), count: variables.count)
    for entry in sparseHessian(of: self, by: variables) {
      rows[entry.row][entry.column] = entry.expression
      rows[entry.column][entry.row] = entry.expression
    }
    return rows
  }
}

/// The derivatives of several expressions: one row an expression, one column a variable.
///
/// - Precondition: `variables` are distinct variables.
/// - Complexity: one reverse sweep for each expression.
public func jacobian(of outputs: [Expr], by variables: [Expr]) -> [[Expr]] {
  var rows = outputs.map { _ in Array(repeating: 0 as Expr, count: variables.count) }
  for entry in sparseJacobian(of: outputs, by: variables) {
    rows[entry.row][entry.column] = entry.expression
  }
  return rows
}

/// An entry of a matrix that is not structurally zero.
package struct MatrixEntry: Sendable {
  package let row: Int
  package let column: Int
  package let expression: Expr
}

/// The structurally non-zero entries of a Jacobian, row by row.
package func sparseJacobian(of outputs: [Expr], by variables: [Expr]) -> [MatrixEntry] {
  var sweep = ReverseSweep(graph: commonGraph(of: outputs, variables), variables: variables)
  return outputs.enumerated().flatMap { row, output in
    sweep.derivatives(of: output).map { MatrixEntry(row: row, column: $0.place, expression: $0.derivative) }
  }
}

/// The structurally non-zero entries of a Hessian's lower triangle, diagonal included, row by row.
///
/// Row i holds the derivatives of the gradient's component i; a sweep visits only what that component
/// consists of, so a sparse Hessian costs what its rows cost.
package func sparseHessian(of output: Expr, by variables: [Expr]) -> [MatrixEntry] {
  var sweep = ReverseSweep(graph: commonGraph(of: [output], variables), variables: variables)
  return sweep.derivatives(of: output).flatMap { row, component in
    sweep.derivatives(of: component).filter { $0.place <= row }
      .map { MatrixEntry(row: row, column: $0.place, expression: $0.derivative) }
  }
}

/// The graph of the first expression that has one: the outputs come first, since theirs is the larger.
func commonGraph(of outputs: [Expr], _ variables: [Expr]) -> ExprGraph {
  for variable in variables {
    precondition(
      variable.operation == .variable,
      "derivatives are taken with respect to variables, not to an expression of operation \(variable.operation)"
    )
  }
  return (outputs + variables).lazy.compactMap(\.graph).first ?? ExprGraph()
}
