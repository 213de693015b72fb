// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

// Each comes over everything, giving a tensor of shape [], and along axes. NaN and empty slices as of tensors.

extension TracedTensor {
  /// The sum of all elements, of shape [].
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sum() -> TracedTensor { sum(axes: Array(0..<rank)) }

  /// The sum along one axis.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sum(axis: Int, keepingDims: Bool = false) -> TracedTensor {
    sum(axes: [axis], keepingDims: keepingDims)
  }

  /// The sum along several axes.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sum(axes: [Int], keepingDims: Bool = false) -> TracedTensor {
    let kept = shapeKeeping(axes)
    return summed(to: kept).reshaped(keepingDims ? kept : shape(dropping: axes))
  }

  /// The arithmetic mean of all elements, of shape [].
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func mean() -> TracedTensor { mean(axes: Array(0..<rank)) }

  /// The arithmetic mean along one axis.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func mean(axis: Int, keepingDims: Bool = false) -> TracedTensor {
    mean(axes: [axis], keepingDims: keepingDims)
  }

  /// The arithmetic mean along several axes.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func mean(axes: [Int], keepingDims: Bool = false) -> TracedTensor {
    let sum = sum(axes: axes, keepingDims: keepingDims)
    return sum / TracedTensor(Scalar(sliceCount(axes)))
  }

  /// The variance of all elements, Σ(x − mean)² / (n − `correction`), of shape [].
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func variance(correction: Int = 0) -> TracedTensor {
    variance(axes: Array(0..<rank), correction: correction)
  }

  /// The variance along several axes.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func variance(axes: [Int], correction: Int = 0, keepingDims: Bool = false) -> TracedTensor {
    let deviations = self - mean(axes: axes, keepingDims: true)
    return square(deviations).sum(axes: axes, keepingDims: keepingDims)
      / TracedTensor(Scalar(Swift.max(sliceCount(axes) - correction, 0)))
  }

  /// The largest element of all, of shape []. Equal ones share the derivative equally.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func max() -> TracedTensor { max(axes: Array(0..<rank)) }

  /// The largest element along several axes. Equal ones share the derivative equally.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func max(axes: [Int], keepingDims: Bool = false) -> TracedTensor {
    extremum(value.max(axes: axes, keepingDims: true), "max", axes, keepingDims)
  }

  /// The smallest element of all, of shape []. Equal ones share the derivative equally.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func min() -> TracedTensor { min(axes: Array(0..<rank)) }

  /// The smallest element along several axes. Equal ones share the derivative equally.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func min(axes: [Int], keepingDims: Bool = false) -> TracedTensor {
    extremum(value.min(axes: axes, keepingDims: true), "min", axes, keepingDims)
  }

  /// The Euclidean norm of all elements, of shape []. Its derivative at 0 is 0.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func norm() -> TracedTensor { norm(axes: Array(0..<rank)) }

  /// The Euclidean norm along several axes. Its derivative at 0 is 0.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func norm(axes: [Int], keepingDims: Bool = false) -> TracedTensor {
    let kept = TracedTensor.recorded(
      value.norm(axes: axes, keepingDims: true), Norm(shape: shape, reduced: shapeKeeping(axes)), [self])
    return keepingDims ? kept : kept.reshaped(shape(dropping: axes))
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func extremum(
    _ extrema: Tensor<Scalar>, _ name: String, _ axes: [Int], _ keepingDims: Bool
  ) -> TracedTensor {
    let isExtreme = value .== extrema
    let shares = isExtreme / isExtreme.sum(axes: axes, keepingDims: true)
    let kept = TracedTensor.recorded(
      extrema, Extremum(name: name, shares: shares, reduced: extrema.shape), [self])
    return keepingDims ? kept : kept.reshaped(shape(dropping: axes))
  }

  /// The shape with extent 1 along the axes.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func shapeKeeping(_ axes: [Int]) -> [Int] {
    var shape = shape
    for axis in checkedAxes(axes) { shape[axis] = 1 }
    return shape
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func shape(dropping axes: [Int]) -> [Int] {
    let dropped = Set(checkedAxes(axes))
    return shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func sliceCount(_ axes: [Int]) -> Int { checkedAxes(axes).reduce(1) { $0 * shape[$1] } }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func checkedAxes(_ axes: [Int]) -> [Int] { TensorLayout(shape: shape).axes(axes) }
}

/// Of the extreme elements of each slice their mean, as far as derivatives go.
private struct Extremum<Scalar: TensorScalar>: TensorOperation {
  let name: String
  /// Of each element in its slice: 1 / (number of extreme ones) for those, 0 for the others.
  let shares: Tensor<Scalar>
  let reduced: [Int]
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { select(shares, $0 * shares, TracedTensor(0)).summed(to: reduced) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [select(shares, cotangent * shares, TracedTensor(0))]
  }
}

/// y = √Σx², whose derivative is x / y.
private struct Norm<Scalar: TensorScalar>: TensorOperation {
  let shape: [Int]
  let reduced: [Int]
  var name: String { "norm" }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { true }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func direction(_ step: RecordedStep<Scalar>) -> TracedTensor<Scalar> {
    let length = step.value
    let isZero = length.value .== 0
    let safe = select(isZero, TracedTensor(1), length)
    return select(isZero, TracedTensor(0), step.operand(0) / safe)
  }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    tangents[0].map { ($0 * direction(step)).summed(to: reduced) }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    [cotangent * direction(step)]
  }
}
