// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// The matrix product, with shapes as of tensors: batches broadcast, vectors count as a row on the left and as a
/// column on the right.
@specialized(where S == Double)
@specialized(where S == Float)
public func matmul<S: TensorScalar>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  if a.rank == 1 && b.rank >= 1 {
    let product = matmul(a.expanded(axis: 0), b)
    return product.squeezed(axis: b.rank == 1 ? 0 : -2)
  }
  if b.rank == 1 && a.rank > 1 { return matmul(a, b.expanded(axis: 1)).squeezed(axis: -1) }
  if a.rank > 2 && b.rank == 2 && a.shape.last == b.shape[0] {
    // One taller matrix, so that the derivative by b is one product too, and not a sum over the batch.
    return matmul(a.reshaped([a.shape.dropLast().reduce(1, *), b.shape[0]]), b)
      .reshaped(a.shape.dropLast() + [b.shape[1]])
  }
  return .recorded(
    matmul(a.value, b.value), MatrixProduct(leftShape: a.shape, rightShape: b.shape), [a, b])
}

/// The product of a constant and a traced tensor, as of two traced tensors.
@specialized(where S == Double)
@specialized(where S == Float)
public func matmul<S: TensorScalar>(_ a: Tensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  matmul(TracedTensor(a), b)
}

/// The product of a traced tensor and a constant, as of two traced tensors.
@specialized(where S == Double)
@specialized(where S == Float)
public func matmul<S: TensorScalar>(_ a: TracedTensor<S>, _ b: Tensor<S>) -> TracedTensor<S> {
  matmul(a, TracedTensor(b))
}

/// The inner product Σ aᵢbᵢ of two vectors of one length, of shape [].
@specialized(where S == Double)
@specialized(where S == Float)
public func dot<S: TensorScalar>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  precondition(
    a.rank == 1 && a.shape == b.shape,
    "dot needs two vectors of one length; the shapes are \(a.shape) and \(b.shape).")
  return matmul(a, b)
}

/// The outer product aᵢbⱼ of two vectors.
@specialized(where S == Double)
@specialized(where S == Float)
public func outer<S: TensorScalar>(_ a: TracedTensor<S>, _ b: TracedTensor<S>) -> TracedTensor<S> {
  precondition(
    a.rank == 1 && b.rank == 1, "outer needs two vectors; the shapes are \(a.shape) and \(b.shape).")
  return a.expanded(axis: 1) * b
}

/// C = A B of (batches of) matrices: Ċ = Ȧ B + A Ḃ, Ā = C̄ Bᵀ, B̄ = Aᵀ C̄.
private struct MatrixProduct<Scalar: TensorScalar>: TensorOperation {
  let leftShape: [Int]
  let rightShape: [Int]
  var name: String { "matmul" }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    sum(
      tangents[0].map { matmul($0, step.operand(1)) }, tangents[1].map { matmul(step.operand(0), $0) })
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [
      needed[0] ? matmul(cotangent, step.operand(1).transposed()).summed(to: leftShape) : nil,
      needed[1] ? matmul(step.operand(0).transposed(), cotangent).summed(to: rightShape) : nil,
    ]
  }
}
