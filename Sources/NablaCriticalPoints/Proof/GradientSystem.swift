// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// The equations ∂f/∂xᵢ = 0 and their derivatives, as interval tapes over variables and parameters.
struct GradientSystem: Sendable {
  let n: Int
  /// Fixed values of the inputs after the variables.
  let parameters: [Interval]

  /// The equations' left sides; then f itself if it may be undefined somewhere, since derivative formulas live on
  /// larger domains: log(x) + x has the slope 0 at −1.
  let equations: IntervalTape
  /// Zero for the left sides, anything for f.
  let targets: [Interval]

  /// The structurally non-zero derivatives of the left sides.
  let jacobian: IntervalTape
  let jacobianPlaces: [(row: Int, column: Int)]

  /// The lower triangle of f's Hessian.
  let hessian: IntervalTape
  let hessianPlaces: [(row: Int, column: Int)]

  /// The critical points of a function.
  ///
  /// - Parameter sides: expressions with the zeros of the gradient's components.
  init(_ function: Function, sides: [Expr], parameters: [Double]) {
    self.init(
      equations: sides, variables: function.variables, parameters: function.parameters, values: parameters,
      domain: function.outputs, hessian: sparseHessian(of: function.outputs[0], by: function.variables))
  }

  /// Any system of as many equations as variables.
  ///
  /// - Parameters:
  ///   - equations: the left sides.
  ///   - values: of the parameters.
  ///   - domain: what else must be defined.
  ///   - hessian: the matrix of whose eigenvalues the signs are asked for.
  init(
    equations sides: [Expr], variables: [Expr], parameters: [Expr], values: [Double], domain: [Expr] = [],
    hessian second: [MatrixEntry] = []
  ) {
    let inputs = variables + parameters
    n = variables.count
    self.parameters = values.map { Interval($0) }
    let value = IntervalTape(outputs: domain, inputs: inputs)
    let zero = [Interval](repeating: Interval(0), count: n)
    equations = IntervalTape(outputs: sides + (value.hasDiscontinuities ? domain : []), inputs: inputs)
    targets = value.hasDiscontinuities ? zero + domain.map { _ in .entire } : zero
    let entries = sparseJacobian(of: sides, by: variables)
    jacobian = IntervalTape(outputs: entries.map(\.expression), inputs: inputs)
    jacobianPlaces = entries.map { ($0.row, $0.column) }
    hessian = IntervalTape(outputs: second.map(\.expression), inputs: inputs)
    hessianPlaces = second.map { ($0.row, $0.column) }
  }
}
