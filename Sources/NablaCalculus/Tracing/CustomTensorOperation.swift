// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// An operation on tensors of a user's own, as one operation of the recorded computation: a value, which may be any
/// code (another library, a solver, a simulation), and its derivative.
///
///     let product = CustomTensorOperation<Double>("product") { operands in
///       matmul(operands[0], operands[1])
///     } cotangents: { cotangent, operands, _ in
///       [matmul(cotangent, operands[1].transposed()), matmul(operands[0].transposed(), cotangent)]
///     }
///
/// The rules are written in operations on traced tensors, so that derivatives of any order follow as far as they are
/// differentiable themselves. With y = f(x₁, …, xₙ) and Jᵢ the Jacobian by xᵢ:
public struct CustomTensorOperation<Scalar: TensorScalar>: Sendable {
  /// What drawings of the computation call it.
  public let name: String
  private let value: @Sendable ([Tensor<Scalar>]) -> Tensor<Scalar>
  fileprivate let cotangents: Cotangents
  fileprivate let tangent: Tangent?

  /// Jᵢᵀ ȳ for each operand, in the operand's shape, or nil where it is zero.
  public typealias Cotangents =
    @Sendable (
      _ cotangent: TracedTensor<Scalar>, _ operands: [TracedTensor<Scalar>], _ result: TracedTensor<Scalar>
    ) -> [TracedTensor<Scalar>?]

  /// Σ Jᵢ ẋᵢ, in the result's shape. Tangents that are nil are zero, and one is not.
  public typealias Tangent =
    @Sendable (
      _ tangents: [TracedTensor<Scalar>?], _ operands: [TracedTensor<Scalar>], _ result: TracedTensor<Scalar>
    ) -> TracedTensor<Scalar>?

  /// - Parameters:
  ///   - name: what it is called when it is printed.
  ///   - value: the operation itself.
  ///   - cotangents: the rule of the reverse mode, for gradients.
  ///   - tangent: the rule of the forward mode; without it, Jacobian–vector products through this operation (and
  ///     Hessian–vector products, which are forward over reverse) are a programmer's mistake.
  public init(
    _ name: String, value: @escaping @Sendable ([Tensor<Scalar>]) -> Tensor<Scalar>,
    cotangents: @escaping Cotangents, tangent: Tangent? = nil
  ) {
    (self.name, self.value, self.cotangents, self.tangent) = (name, value, cotangents, tangent)
  }

  /// The operation on traced tensors.
  public func callAsFunction(_ operands: TracedTensor<Scalar>...) -> TracedTensor<Scalar> {
    .recorded(value(operands.map(\.value)), Rules(operation: self, count: operands.count), operands)
  }
}

private struct Rules<Scalar: TensorScalar>: TensorOperation {
  let operation: CustomTensorOperation<Scalar>
  let count: Int

  var name: String { operation.name }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    guard let rule = operation.tangent else {
      preconditionFailure("the operation '\(name)' was made without a rule of the forward mode")
    }
    let result = rule(tangents, (0..<count).map { step.operand($0) }, step.value)
    precondition(
      result == nil || result!.shape == step.value.shape,
      "the tangent of '\(name)' has shape \(result?.shape ?? []), its result \(step.value.shape)")
    return result
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let operands = (0..<count).map { step.operand($0) }
    let results = operation.cotangents(cotangent, operands, step.value)
    precondition(
      results.count == count,
      "'\(name)' of \(count) operands gave cotangents of \(results.count)")
    for (result, operand) in zip(results, operands) {
      precondition(
        result == nil || result!.shape == operand.shape,
        "a cotangent of '\(name)' has shape \(result?.shape ?? []), its operand \(operand.shape)")
    }
    return zip(results, needed).map { $1 ? $0 : nil }
  }
}
