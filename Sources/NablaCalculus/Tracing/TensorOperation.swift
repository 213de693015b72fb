// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// A differentiable operation on tensors: its two rules, in terms of operations on traced tensors, so that
/// derivatives have derivatives.
///
/// With y = f(x₁, …, xₙ), J its Jacobian. An operation is a value that holds what it needs besides its
/// operands (axes, shapes). It is recorded by ``TracedTensor/recorded(_:_:_:)``.
protocol TensorOperation<Scalar>: Sendable {
  associatedtype Scalar: TensorScalar

  /// What a drawing of the graph calls it.
  var name: String { get }

  /// Whether the rules read the value of an operand; those they do not read need not be kept.
  func reads(operand: Int) -> Bool

  /// Whether the rules read the result.
  var readsResult: Bool { get }

  /// The rule of the forward mode: Σ ∂y/∂xᵢ · ẋᵢ. Tangents that are nil are zero, and one is not.
  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>?

  /// The rule of the reverse mode: Jᵢᵀ ȳ for each operand that is `needed`; nil where it is zero.
  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?]
}

/// An operation that is linear in its only operand: the tangent is the operation again, the cotangent its
/// transpose.
protocol LinearOperation<Scalar>: TensorOperation {
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar>
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar>
}

extension LinearOperation {
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { self($0) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [transpose(cotangent)]
  }
}

/// The sum of two tangents or cotangents, of which nil is zero.
func sum<Scalar>(_ a: TracedTensor<Scalar>?, _ b: TracedTensor<Scalar>?) -> TracedTensor<Scalar>? {
  guard let a else { return b }
  guard let b else { return a }
  return a + b
}
