// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// log Σ exp(x) along one axis, without overflow. Its derivative is ``softmax(_:axis:)``.
@specialized(where S == Double)
@specialized(where S == Float)
public func logsumexp<S: TensorScalar>(
  _ x: TracedTensor<S>, axis: Int = -1, keepingDims: Bool = false
) -> TracedTensor<S> {
  let kept = TracedTensor.recorded(
    logsumexp(x.value, axis: axis, keepingDims: true),
    LogSumExp(axis: axis), [x])
  return keepingDims ? kept : kept.squeezed(axis: axis)
}

/// exp(x) / Σ exp(x) along one axis.
@specialized(where S == Double)
@specialized(where S == Float)
public func softmax<S: TensorScalar>(_ x: TracedTensor<S>, axis: Int = -1) -> TracedTensor<S> {
  .recorded(softmax(x.value, axis: axis), Softmax(axis: axis), [x])
}

/// log(softmax(x)) = x − logsumexp(x) along one axis, accurate where the softmax underflows.
@specialized(where S == Double)
@specialized(where S == Float)
public func logSoftmax<S: TensorScalar>(_ x: TracedTensor<S>, axis: Int = -1) -> TracedTensor<S> {
  .recorded(logSoftmax(x.value, axis: axis), LogSoftmax(axis: axis), [x])
}

/// y = log Σ exp(x): ∂y/∂x = softmax(x).
private struct LogSumExp<Scalar: TensorScalar>: TensorOperation {
  let axis: Int
  var name: String { "logsumexp" }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { (softmax(step.operand(0), axis: axis) * $0).sum(axis: axis, keepingDims: true) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [softmax(step.operand(0), axis: axis) * cotangent]
  }
}

/// y = log(softmax(x)): ẏ = ẋ − Σ softmax(x) ẋ, x̄ = ȳ − softmax(x) Σ ȳ.
private struct LogSoftmax<Scalar: TensorScalar>: TensorOperation {
  let axis: Int
  var name: String { "logSoftmax" }
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { true }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { $0 - (exp(step.value) * $0).sum(axis: axis, keepingDims: true) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [cotangent - exp(step.value) * cotangent.sum(axis: axis, keepingDims: true)]
  }
}

/// y = softmax(x): the Jacobian diag(y) − y yᵀ is symmetric.
private struct Softmax<Scalar: TensorScalar>: TensorOperation {
  let axis: Int
  var name: String { "softmax" }
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { true }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func product(_ x: TracedTensor<Scalar>, _ y: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    y * (x - (y * x).sum(axis: axis, keepingDims: true))
  }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { product($0, step.value) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [product(cotangent, step.value)]
  }
}
