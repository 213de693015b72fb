// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaTensors
internal import Synchronization

/// Expressions compiled to be computed by element in both precisions, each when it is first asked for.
final class ElementwiseKernels: Sendable {
  private let outputs: [Expr]
  private let inputs: [Expr]
  private let double = Mutex<ElementwiseFunction<Double>?>(nil)
  private let single = Mutex<ElementwiseFunction<Float>?>(nil)

  init(outputs: [Expr], inputs: [Expr]) {
    self.outputs = outputs
    self.inputs = inputs
  }

  /// The outputs at the elements of tensors after broadcasting.
  func callAsFunction<Scalar: TensorScalar>(_ operands: [Tensor<Scalar>]) -> [Tensor<Scalar>] {
    function().outputs(at: operands)
  }

  private func function<Scalar: TensorScalar>() -> ElementwiseFunction<Scalar> {
    func compiled<S>(_ function: inout sending ElementwiseFunction<S>?) -> ElementwiseFunction<S> {
      let made = function ?? ElementwiseFunction(outputs: outputs, inputs: inputs)
      function = made
      return made
    }
    if Scalar.self == Double.self {
      return double.withLock { compiled(&$0) } as! ElementwiseFunction<Scalar>
    }
    return single.withLock { compiled(&$0) } as! ElementwiseFunction<Scalar>
  }
}
