// SPDX-License-Identifier: Apache-2.0

extension Tensor {
  /// The slices at some indices of one axis, one after the other (NumPy's `take`): of shape `[a, b, c]` along axis 1
  /// with k indices it is `[a, k, c]`, and element `[i, j, l]` of the result is `[i, indices[j], l]` of this tensor.
  ///
  /// Indices may repeat; negative ones count from the end. An index out of range traps.
  ///
  /// - Complexity: O(size of the result).
  public func taking(_ indices: [Int], axis: Int = 0) -> Tensor {
    let axis = layout.axis(axis)
    var resultShape = shape
    resultShape[axis] = indices.count
    let result = Tensor(uninitialized: resultShape)
    let (sliceShape, strides) = slice(across: axis)
    var targetStrides = result.strides
    let step = targetStrides.remove(at: axis)
    withStorage { source in
      for (position, index) in indices.enumerated() {
        copyStrided(
          shape: sliceShape, from: source + layout.checked(index, axis: axis) * layout.strides[axis],
          strides: strides, to: result.storage.base + position * step, strides: targetStrides)
      }
    }
    return result
  }

  /// Of each slice along one axis the elements at its own indices (NumPy's `take_along_axis`).
  ///
  /// `indices` has a list for each slice, in row-major order of the other axes, as ``argsort(axis:)`` gives them:
  /// `t.takingAlong(t.argsort())` is `t.sorted()`. Lists have one length, which is the result's extent along the axis.
  /// Indices may repeat; negative ones count from the end. One out of range traps.
  ///
  /// - Complexity: O(size of the result), and one copy of the tensor if the axis is not the last.
  public func takingAlong(_ indices: [[Int]], axis: Int = -1) -> Tensor {
    let axis = layout.axis(axis)
    let rows = withAxisLast(axis).contiguous()
    let (n, k) = (shape[axis], indices.first?.count ?? 0)
    let others = Array(rows.shape.dropLast())
    precondition(
      indices.count == others.reduce(1, *) && indices.allSatisfy { $0.count == k },
      """
      Axis \(axis) of a tensor of shape \(shape) has \(others.reduce(1, *)) slices, which need as many lists of one \
      length; there are \(indices.count) of lengths \(Set(indices.map(\.count)).sorted()).
      """)
    let result = Tensor(uninitialized: others + [k])
    rows.withStorage { source in
      for (row, list) in indices.enumerated() {
        gather(list, of: source + row * n, count: n, into: result.storage.base + row * k) {
          layout.outOfRange($0, axis: axis)
        }
      }
    }
    return result.movingLastAxis(to: axis)
  }

  /// Zeros of extent `extent` along one axis to which the slices of this tensor are added, slice j at `indices[j]`
  /// (scatter add): the transpose of ``taking(_:axis:)``.
  ///
  /// Slices with the same index add up. Negative indices count from the end; one out of range traps.
  ///
  /// - Precondition: the axis has as many slices as there are indices.
  /// - Complexity: O(size of the result and of this tensor).
  public func scatteringAdd(to indices: [Int], extent: Int, axis: Int = 0) -> Tensor {
    let axis = layout.axis(axis)
    precondition(
      indices.count == shape[axis],
      "Axis \(axis) of a tensor of shape \(shape) has \(shape[axis]) slices for \(indices.count) indices.")
    var resultShape = shape
    resultShape[axis] = extent
    let result = Tensor.zeros(resultShape)
    let (sliceShape, strides) = slice(across: axis)
    var targetStrides = result.strides
    let step = targetStrides.remove(at: axis)
    withStorage { source in
      for (position, index) in indices.enumerated() {
        addStrided(
          shape: sliceShape, from: source + position * layout.strides[axis], strides: strides,
          to: result.storage.base + result.layout.checked(index, axis: axis) * step, strides: targetStrides)
      }
    }
    return result
  }

  /// Shape and strides without one axis.
  private func slice(across axis: Int) -> (shape: [Int], strides: [Int]) {
    var (shape, strides) = (shape, strides)
    shape.remove(at: axis)
    strides.remove(at: axis)
    return (shape, strides)
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func gather<Scalar: TensorScalar>(
  _ indices: [Int], of source: UnsafePointer<Scalar>, count: Int, into target: UnsafeMutablePointer<Scalar>,
  outOfRange: (Int) -> Never
) {
  for (place, index) in indices.enumerated() {
    let counted = index < 0 ? index + count : index
    if counted < 0 || counted >= count { outOfRange(index) }
    target[place] = source[counted]
  }
}

/// Adds to elements in one layout those in another, of the same shape.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func addStrided<Scalar: TensorScalar>(
  shape: [Int], from source: UnsafePointer<Scalar>, strides sourceStrides: [Int],
  to target: UnsafeMutablePointer<Scalar>, strides targetStrides: [Int]
) {
  let nest = LoopNest(shape: shape, targetStrides, sourceStrides)
  let (n, stepOut, stepIn) = (nest.innerCount, nest.innerStrides[0], nest.innerStrides[1])
  for start in nest {
    let (out, from) = (target + start[0], source + start[1])
    for i in 0..<n { out[i &* stepOut] += from[i &* stepIn] }
  }
}
