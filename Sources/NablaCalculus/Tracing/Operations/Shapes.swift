// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

// Views of the same elements are linear; their transposes are views back, and sums where an element is seen
// several times.

extension TracedTensor {
  /// The same elements under another shape; one extent may be −1 and is inferred.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func reshaped(_ shape: [Int]) -> TracedTensor {
    let result = value.reshaped(shape)
    return result.shape == self.shape ? self : Reshape(from: self.shape, to: result.shape)(self)
  }

  /// All elements as a vector.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func flattened() -> TracedTensor { reshaped([count]) }

  /// The axes in another order: axis k of the result is axis `axes[k]` of this tensor.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func permuted(_ axes: [Int]) -> TracedTensor {
    Permute(axes: axes.map { $0 < 0 ? $0 + rank : $0 })(self)
  }

  /// The last two axes exchanged.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func transposed() -> TracedTensor {
    precondition(rank >= 2, "A tensor of shape \(shape) has no two axes to exchange.")
    var axes = Array(0..<rank)
    axes.swapAt(rank - 2, rank - 1)
    return permuted(axes)
  }

  /// Without one axis of extent 1, or without all of them.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func squeezed(axis: Int? = nil) -> TracedTensor { reshaped(value.squeezed(axis: axis).shape) }

  /// With a new axis of extent 1 before axis `axis`; −1 puts it last.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func expanded(axis: Int) -> TracedTensor { reshaped(value.expanded(axis: axis).shape) }

  /// Repeated to a larger shape: axes are aligned at the last one, and each extent must be equal or 1.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func broadcast(to shape: [Int]) -> TracedTensor {
    shape == self.shape ? self : Broadcast(from: self.shape, to: shape)(self)
  }

  /// A slice: see `TensorIndex` for what may stand between the brackets.
  public subscript(_ indices: any TensorIndexing...) -> TracedTensor {
    Slice(indices: indices.map(\.tensorIndex), shape: shape)(self)
  }

  /// The slice at one index of the first axis.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func row(_ i: Int) -> TracedTensor { Slice(indices: [i.tensorIndex], shape: shape)(self) }

  /// The main diagonal of the last two axes: `[..., m, n]` becomes `[..., min(m, n)]`.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func diagonal() -> TracedTensor { Diagonal(shape: shape)(self) }

  /// Summed over the axes along which `shape` was repeated to this tensor's shape.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func summed(to shape: [Int]) -> TracedTensor {
    shape == self.shape ? self : SumToShape(from: self.shape, to: shape)(self)
  }
}

private struct Reshape<Scalar: TensorScalar>: LinearOperation {
  let from: [Int]
  let to: [Int]
  var name: String { "reshape" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.reshaped(to), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    Reshape(from: to, to: from)(cotangent)
  }
}

private struct Permute<Scalar: TensorScalar>: LinearOperation {
  let axes: [Int]
  var name: String { axes == [1, 0] ? "transpose" : "permute" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.permuted(axes), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    var inverse = axes
    for (position, axis) in axes.enumerated() { inverse[axis] = position }
    return Permute(axes: inverse)(cotangent)
  }
}

private struct Broadcast<Scalar: TensorScalar>: LinearOperation {
  let from: [Int]
  let to: [Int]
  var name: String { "broadcast" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.broadcast(to: to), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    SumToShape(from: to, to: from)(cotangent)
  }
}

private struct SumToShape<Scalar: TensorScalar>: LinearOperation {
  let from: [Int]
  let to: [Int]
  var name: String { "sum" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    let lead = from.count - to.count
    let axes = from.indices.filter { $0 < lead || to[$0 - lead] != from[$0] }
    return .recorded(x.value.sum(axes: axes, keepingDims: true).reshaped(to), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    Broadcast(from: to, to: from)(cotangent)
  }
}

struct Slice<Scalar: TensorScalar>: LinearOperation {
  let indices: [TensorIndex]
  /// Of the tensor that is sliced.
  let shape: [Int]
  var name: String { "slice" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.slice(indices), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    Placement(slice: self)(cotangent)
  }
}

/// Zeros but for one slice.
private struct Placement<Scalar: TensorScalar>: LinearOperation {
  let slice: Slice<Scalar>
  var name: String { "place" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    var result = Tensor<Scalar>.zeros(slice.shape)
    result.setSlice(slice.indices, to: x.value)
    return .recorded(result, self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> { slice(cotangent) }
}

private struct Diagonal<Scalar: TensorScalar>: LinearOperation {
  let shape: [Int]
  var name: String { "diagonal" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    .recorded(x.value.diagonal(), self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    DiagonalMatrix(shape: shape)(cotangent)
  }
}

/// Zeros but for the main diagonal of the last two axes.
private struct DiagonalMatrix<Scalar: TensorScalar>: LinearOperation {
  let shape: [Int]
  var name: String { "diagonal matrix" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    var result = Tensor<Scalar>.zeros(shape)
    result.setDiagonal(to: x.value)
    return .recorded(result, self, [x])
  }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    Diagonal(shape: shape)(cotangent)
  }
}
