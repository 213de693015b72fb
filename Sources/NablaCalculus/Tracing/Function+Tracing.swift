// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

extension Function {
  /// This scalar function of numbers, applied to tensors element by element: one argument for each variable and
  /// then for each parameter; they broadcast. It differentiates as one operation, in a fused kernel, to any order.
  ///
  ///     let swish = Function { x in x * sigmoid(x) }
  ///     let hidden = swish(matmul(x, w))
  ///
  /// - Precondition: the function is scalar.
  /// - Complexity: O(number of elements). The first call compiles.
  public func callAsFunction<Scalar>(_ arguments: TracedTensor<Scalar>...) -> TracedTensor<Scalar> {
    precondition(isScalar, "a function with a list of outputs is not applied to elements: take one of them")
    precondition(
      arguments.count == variables.count + parameters.count,
      """
      a function of \(variables.count) variables and \(parameters.count) parameters is applied to as many \
      tensors, not to \(arguments.count)
      """)
    return plans.elementwiseRule { ElementwiseRule("f", outputs, of: variables + parameters) }(arguments)
  }
}
