// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

extension TracedTensor {
  /// The slices at some indices of one axis, which may repeat: see `Tensor.taking(_:axis:)`. The
  /// derivative by a slice is the sum over its uses.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func taking(_ indices: [Int], axis: Int = 0) -> TracedTensor {
    let axis = axis < 0 ? axis + rank : axis
    return Take(indices: indices, axis: axis, extent: shape[axis])(self)
  }
}

private struct Take<Scalar: TensorScalar>: LinearOperation {
  let indices: [Int]
  let axis: Int
  let extent: Int
  var name: String { "take" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.taking(indices, axis: axis), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    ScatterAdd(take: self)(cotangent)
  }
}

private struct ScatterAdd<Scalar: TensorScalar>: LinearOperation {
  let take: Take<Scalar>
  var name: String { "scatter add" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(
      x.value.scatteringAdd(to: take.indices, extent: take.extent, axis: take.axis), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> { take(cotangent) }
}
