// SPDX-License-Identifier: Apache-2.0

// Parts, repetitions and rearrangements. What can be a view is one.

extension Tensor {
  /// Equal parts along an axis, as views.
  ///
  /// - Precondition: the number of parts divides the axis's extent.
  public func split(into parts: Int, axis: Int = 0) -> [Tensor] {
    let axis = layout.axis(axis)
    precondition(
      parts > 0 && shape[axis] % parts == 0,
      "Axis \(axis) of a tensor of shape \(shape) cannot be split into \(parts) equal parts; give the indices."
    )
    let length = shape[axis] / parts
    return (0..<parts).map { part($0 * length..<($0 + 1) * length, axis: axis) }
  }

  /// The parts between successive `indices` of an axis, as views: one more than there are indices.
  ///
  /// - Precondition: the indices ascend and lie in the axis.
  public func split(at indices: [Int], axis: Int = 0) -> [Tensor] {
    let axis = layout.axis(axis)
    let bounds = [0] + indices + [shape[axis]]
    precondition(
      zip(bounds, bounds.dropFirst()).allSatisfy { $0 <= $1 },
      "The indices \(indices) do not ascend within axis \(axis) of a tensor of shape \(shape).")
    return zip(bounds, bounds.dropFirst()).map { part($0..<$1, axis: axis) }
  }

  /// The tensor set side by side with itself, `counts[k]` times along axis k (NumPy's `tile`).
  ///
  /// - Precondition: a count ≥ 0 for each axis.
  /// - Complexity: O(size of the result).
  public func tiled(_ counts: [Int]) -> Tensor {
    precondition(
      counts.count == rank && counts.allSatisfy { $0 >= 0 },
      "A tensor of shape \(shape) is tiled by \(rank) counts of 0 or more, not by \(counts).")
    var view = self
    for axis in (0..<rank).reversed() { view = view.expanded(axis: axis) }
    let repeated = zip(counts, shape).flatMap { [$0, $1] }
    return view.broadcast(to: repeated).copied().reshaped(zip(counts, shape).map { $0 * $1 })
  }

  /// Each slice along an axis `count` times in a row (NumPy's `repeat`).
  ///
  /// - Complexity: O(size of the result).
  public func repeated(_ count: Int, axis: Int) -> Tensor {
    let axis = layout.axis(axis)
    precondition(count >= 0, "Nothing is repeated \(count) times.")
    var (wide, result) = (shape, shape)
    wide.insert(count, at: axis + 1)
    result[axis] *= count
    let view = axis + 1 == rank ? expanded(axis: -1) : expanded(axis: axis + 1)
    return view.broadcast(to: wide).copied().reshaped(result)
  }

  /// The order of some axes reversed, as a view; of all without a list.
  public func flipped(axes: [Int]? = nil) -> Tensor {
    let flipped = Set(layout.axes(axes ?? Array(0..<rank)))
    return slice((0..<rank).map { flipped.contains($0) ? .reversed : .all })
  }

  /// The slices along an axis moved on by `shift` places; those that leave at the end come in at the beginning.
  public func rolled(_ shift: Int, axis: Int) -> Tensor {
    let axis = layout.axis(axis)
    let n = shape[axis]
    if n == 0 { return self }
    let start = ((n - shift % n) % n + n) % n
    return .concatenate([part(start..<n, axis: axis), part(0..<start, axis: axis)], axis: axis)
  }

  /// One axis moved to another place, as a view; the others keep their order.
  public func movedAxis(_ axis: Int, to place: Int) -> Tensor {
    let (axis, place) = (layout.axis(axis), layout.axis(place))
    var axes = (0..<rank).filter { $0 != axis }
    axes.insert(axis, at: place)
    return permuted(axes)
  }

  /// Matrices [..., m, n] with zeros above the diagonal, or above the one `diagonal` places to its right.
  public func lowerTriangle(diagonal: Int = 0) -> Tensor { masked("lowerTriangle") { $1 - $0 <= diagonal } }

  /// Matrices [..., m, n] with zeros below the diagonal, or below the one `diagonal` places to its right.
  public func upperTriangle(diagonal: Int = 0) -> Tensor { masked("upperTriangle") { $1 - $0 >= diagonal } }

  private func masked(_ name: StaticString, _ isKept: (_ row: Int, _ column: Int) -> Bool) -> Tensor {
    precondition(rank >= 2, "\(name) needs matrices [..., m, n]; this tensor has shape \(shape).")
    let (m, n) = (shape[rank - 2], shape[rank - 1])
    let mask = Tensor(shape: [m, n]) { buffer in
      for i in 0..<m { for j in 0..<n { buffer[i * n + j] = isKept(i, j) ? 1 : 0 } }
    }
    return select(mask, self, Tensor(0))
  }

  /// The tensor with `before[k]` and `after[k]` more places along axis k, which hold `value`.
  ///
  /// - Precondition: two counts ≥ 0 for each axis.
  public func padded(before: [Int], after: [Int], with value: Scalar = 0) -> Tensor {
    precondition(
      before.count == rank && after.count == rank && (before + after).allSatisfy { $0 >= 0 },
      "A tensor of shape \(shape) needs \(rank) paddings of 0 or more on each side, not \(before) and \(after)."
    )
    var result = Tensor(
      shape: shape.indices.map { before[$0] + shape[$0] + after[$0] }, repeating: value)
    result.setSlice(shape.indices.map { (before[$0]..<before[$0] + shape[$0]).tensorIndex }, to: self)
    return result
  }
}

/// The coordinates of the points of a grid: for vectors of lengths m, n, … as many tensors of shape [m, n, …], of which
/// the k-th varies along axis k (NumPy's `meshgrid` with `indexing='ij'`), as views.
public func meshgrid<S: TensorScalar>(_ axes: [Tensor<S>]) -> [Tensor<S>] {
  precondition(
    axes.allSatisfy { $0.rank == 1 }, "A grid is made of vectors; the shapes are \(axes.map(\.shape)).")
  let shape = axes.map(\.count)
  return axes.enumerated().map { k, axis in
    axis.reshaped(shape.indices.map { $0 == k ? shape[k] : 1 }).broadcast(to: shape)
  }
}
