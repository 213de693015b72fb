// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

extension Function {
  /// The function's definition in LaTeX, as `f\left(x, y\right) = x^{2} y`; a list of outputs is a column,
  /// parameters follow the variables behind a semicolon. See `Expr.latex` for the formulas.
  ///
  /// - Complexity: O(length + depth of the graph).
  public var latex: String {
    let inputs = variableNames.map { Expr.latex(ofName: $0) }.joined(separator: ", ")
    let fixed = parameterNames.map { Expr.latex(ofName: $0) }.joined(separator: ", ")
    let formulas = outputs.map(\.latex).joined(separator: " \\\\ ")
    let right = isScalar ? formulas : "\\begin{pmatrix} \(formulas) \\end{pmatrix}"
    return "f\\left(\(inputs)\(fixed.isEmpty ? "" : "; \(fixed)")\\right) = \(right)"
  }
}
