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

  init(_ function: Function, gradient: [Expr], parameters: [Double]) {
    let (variables, inputs) = (function.variables, function.variables + function.parameters)
    n = variables.count
    self.parameters = parameters.map { Interval($0) }
    let sides = gradient.map { PositiveFactors.removed(from: $0) }
    let value = IntervalTape(outputs: function.outputs, inputs: inputs)
    let zero = [Interval](repeating: Interval(0), count: n)
    equations = IntervalTape(
      outputs: sides + (value.hasDiscontinuities ? function.outputs : []), inputs: inputs)
    targets = value.hasDiscontinuities ? zero + [.entire] : zero
    let entries = sparseJacobian(of: sides, by: variables)
    jacobian = IntervalTape(outputs: entries.map(\.expression), inputs: inputs)
    jacobianPlaces = entries.map { ($0.row, $0.column) }
    let second = sparseHessian(of: function.outputs[0], by: variables)
    hessian = IntervalTape(outputs: second.map(\.expression), inputs: inputs)
    hessianPlaces = second.map { ($0.row, $0.column) }
  }
}
