// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
package import NablaTensors

/// Where Newton's method for minima has led from many points.
package struct NewtonEnds: Sendable {
  /// [N, n].
  package var points: Tensor<Double>
  /// [N], NaN where the last trial was not accepted.
  package var values: Tensor<Double>
  /// The Euclidean norms of the gradients at minima [N]: where the last trial is the point, the Hessian there positive
  /// definite and the Newton step below 10⁻¹⁰ ‖x‖_∞. NaN elsewhere.
  package var gradientNorms: Tensor<Double>
}

/// The expressions that kernels of Newton's method share, at the variables of a scalar function. Gradient and Hessian are
/// divided by a power of two that they have in common, which no step depends on.
struct NewtonModel {
  let function: Function
  let n: Int
  let value: Expr
  let gradient: [Expr]
  private let hessian: [[Expr]]
  private let commonFactor: Double
  private let factors: BlockLDL
  /// H⁻¹ g as fractions.
  let step: (numerators: [Expr], denominator: Expr)

  init(_ function: Function) {
    self.function = function
    n = function.variables.count
    value = function.outputs[0]
    (gradient, hessian, commonFactor) = function.dividedDerivatives
    factors = BlockLDL(hessian)
    step = factors.solveAsFractions(gradient)
  }

  var isDefinite: Expr { factors.isPositiveDefinite }

  /// ‖H‖_∞, which passes over rows with NaN but for the first.
  var hessianNorm: Expr {
    let sums = hessian.map { $0.reduce(Expr(0)) { $0 + abs($1) } }
    return sums.dropFirst().reduce(sums[0]) { select($1 .> $0, $1, $0) }
  }

  /// Whether the value does not exceed another one by more than rounding; not where one of them is NaN.
  func isBelow(_ other: Expr) -> Expr { value .<= other + 0x1p-50 * abs(other) }

  /// The norm of the gradient where the Hessian is positive definite beyond doubt, the Newton step below 10⁻¹⁰ ‖x‖_∞, and
  /// what else is asked; NaN elsewhere.
  func gradientNormAtMinimum(if isAccepted: Expr) -> Expr {
    let size = function.variables.reduce(Expr(0)) { max($0, abs($1)) }
    let length = step.numerators.reduce(Expr(0)) { max($0, abs($1)) }
    // Where it decides, the denominator is positive.
    let isShort = length .<= 1e-10 * size * step.denominator
    let norm = Expr(commonFactor) * sqrt(gradient.reduce(Expr(0)) { $0 + $1 * $1 })
    return select(isAccepted && factors.isSafelyPositiveDefinite && isShort, norm, Expr(.nan))
  }
}

extension Function {
  /// Gradient and Hessian, divided by a power of two that they have in common, and that.
  var dividedDerivatives: (gradient: [Expr], hessian: [[Expr]], commonFactor: Double) {
    let n = variables.count
    let (quotients, factor) = dividedByCommonPowerOfTwo(
      outputs[0].gradient(by: variables) + outputs[0].hessian(by: variables).flatMap(\.self))
    let rows = (0..<n).map { Array(quotients[n + n * $0..<n + n * ($0 + 1)]) }
    return (Array(quotients[..<n]), rows, factor)
  }
}

extension KernelChain {
  /// Runs kernels whose outputs are the parts of ends.
  func ends(
    count: Int, variables n: Int, withInputs: ((UnsafePointer<InputColumn<Double>>) -> Void) -> Void
  ) -> NewtonEnds {
    let points = Tensor<Double>(columnsOf: count, [n])
    let others = (0..<2).map { _ in Tensor<Double>(uninitialized: [count]) }
    let strides = points.strides
    withInputs { inputs in
      var outputs = (0..<n).map {
        OutputColumn(base: points.storage.base + $0 * strides[1], stride: strides[0])
      }
      outputs += others.map { OutputColumn(base: $0.storage.base, stride: 1) }
      run(count: count, inputs: inputs, outputs: outputs)
    }
    return NewtonEnds(points: points, values: others[0], gradientNorms: others[1])
  }
}
