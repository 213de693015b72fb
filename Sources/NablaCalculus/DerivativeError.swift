// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Bounds of the errors of a scalar function's gradient and Hessian as computed in double precision.
package struct DerivativeError: Sendable {
  private let analysis: RunningError
  private let gradientColumns: [Int]
  private let hessianEntries: [(row: Int, column: Int)]
  private let n: Int

  /// The bounds at one point.
  package struct Bounds: Sendable {
    /// Of each component of the gradient.
    package var gradient: [Double]
    /// Of each entry of the Hessian, row-major.
    package var hessian: [Double]
  }

  package init(of function: Function) {
    let gradient = sparseJacobian(of: function.outputs, by: function.variables)
    let hessian = sparseHessian(of: function.outputs[0], by: function.variables)
    n = function.variables.count
    gradientColumns = gradient.map(\.column)
    hessianEntries = hessian.map { ($0.row, $0.column) }
    analysis = RunningError(
      outputs: (gradient + hessian).map(\.expression), inputs: function.variables + function.parameters)
  }

  /// The bounds at a point whose coordinates are known to within `uncertainties`; parameters are exact.
  package func bounds(
    at point: [Double], parameters: [Double], uncertainties: [Double], unitRoundoff: Double = 0x1p-53
  ) -> Bounds {
    let outputs = analysis(
      at: point + parameters, uncertainties: uncertainties + parameters.map { _ in 0 },
      unitRoundoff: unitRoundoff)
    var bounds = Bounds(
      gradient: Array(repeating: 0, count: n), hessian: Array(repeating: 0, count: n * n))
    for (column, output) in zip(gradientColumns, outputs) { bounds.gradient[column] = output.error }
    for (entry, output) in zip(hessianEntries, outputs.dropFirst(gradientColumns.count)) {
      bounds.hessian[entry.row * n + entry.column] = output.error
      bounds.hessian[entry.column * n + entry.row] = output.error
    }
    return bounds
  }

  /// Some nanoseconds that one call takes.
  package var estimatedCost: Double { 40 * Double(analysis.operationCount) + 200 }
}

extension Function {
  /// The error bounds of a scalar function's derivatives; made at the first call.
  package var derivativeError: DerivativeError { plans.derivativeError { DerivativeError(of: self) } }
}

/// `count` ulps of each coordinate: what is not known of a point that was rounded to doubles.
package func ulps(_ count: Double, of point: [Double]) -> [Double] {
  point.map { count * Swift.max($0.ulp, .leastNonzeroMagnitude) }
}
