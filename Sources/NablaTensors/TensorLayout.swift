// SPDX-License-Identifier: Apache-2.0

/// Where the elements of a tensor lie in its storage: `offset + Σ indexₖ · strideₖ`.
///
/// All views (slices, permutations, broadcasts, reshapes) are functions from layout to layout, so a
/// view can be read through, and written through, in the same way.
@usableFromInline
package struct TensorLayout: Sendable {
  @usableFromInline package let shape: [Int]
  @usableFromInline package let strides: [Int]
  @usableFromInline package let offset: Int
  @usableFromInline package let count: Int
  /// Row-major without gaps: element k of the row-major order lies at `offset + k`.
  @usableFromInline package let isContiguous: Bool
  /// Several indices share an element, as after a broadcast: such a layout must not be written through.
  @usableFromInline package let isOverlapping: Bool

  /// - Parameter isOverlapping: where indices share elements though no stride is 0.
  package init(shape: [Int], strides: [Int], offset: Int, isOverlapping: Bool = false) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
    var count = 1
    var isContiguous = true
    var isOverlapping = isOverlapping
    for axis in shape.indices.reversed() {
      let extent = shape[axis]
      if extent != 1 && strides[axis] != count { isContiguous = false }
      if extent > 1 && strides[axis] == 0 { isOverlapping = true }
      count *= extent
    }
    self.count = count
    self.isContiguous = isContiguous || count == 0
    self.isOverlapping = isOverlapping
  }

  /// The row-major layout of a shape.
  package init(shape: [Int]) {
    self.init(shape: shape, strides: TensorLayout.rowMajorStrides(of: shape), offset: 0)
  }

  package static func rowMajorStrides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var next = 1
    for axis in shape.indices.reversed() {
      precondition(shape[axis] >= 0, "The shape \(shape) has a negative extent.")
      strides[axis] = next
      let (product, overflow) = next.multipliedReportingOverflow(by: max(shape[axis], 1))
      precondition(!overflow, "The shape \(shape) has more elements than an Int can count.")
      next = product
    }
    return strides
  }

  @usableFromInline package var rank: Int { shape.count }
}

// MARK: - Indices and axes

extension TensorLayout {
  /// The position in storage of one element of a tensor of rank 1.
  @inlinable
  func position(_ i: Int) -> Int {
    guard rank == 1 else { wrongIndexCount([i]) }
    return offset + checked(i, axis: 0) &* strides[0]
  }

  /// The position in storage of one element of a matrix.
  @inlinable
  func position(_ i: Int, _ j: Int) -> Int {
    guard rank == 2 else { wrongIndexCount([i, j]) }
    return offset + checked(i, axis: 0) &* strides[0] &+ checked(j, axis: 1) &* strides[1]
  }

  @usableFromInline
  func position(_ indices: [Int]) -> Int {
    guard indices.count == rank else { wrongIndexCount(indices) }
    var position = offset
    for axis in 0..<rank { position += checked(indices[axis], axis: axis) * strides[axis] }
    return position
  }

  /// A non-negative index; negative ones count from the end.
  @inlinable
  func checked(_ index: Int, axis: Int) -> Int {
    let extent = shape[axis]
    let counted = index < 0 ? index + extent : index
    guard counted >= 0 && counted < extent else { outOfRange(index, axis: axis) }
    return counted
  }

  @usableFromInline @inline(never)
  func outOfRange(_ index: Int, axis: Int) -> Never {
    preconditionFailure("Index \(index) is out of range for axis \(axis) of a tensor of shape \(shape).")
  }

  @usableFromInline @inline(never)
  func wrongIndexCount(_ indices: [Int]) -> Never {
    preconditionFailure(
      """
      \(indices.count) indices \(indices) cannot name one element of a tensor of shape \(shape). \
      Perhaps you meant a view: \(indices.count < rank ? "row(\(indices.first ?? 0)) or " : "")\
      t[\(indices.map(String.init).joined(separator: ", ")), .ellipsis].
      """)
  }

  /// A non-negative axis; negative ones count from the last.
  package func axis(_ axis: Int) -> Int {
    let counted = axis < 0 ? axis + rank : axis
    precondition(
      counted >= 0 && counted < rank, "Axis \(axis) does not exist in a tensor of shape \(shape).")
    return counted
  }

  /// Non-negative axes in increasing order.
  package func axes(_ axes: [Int]) -> [Int] {
    let sorted = axes.map(axis).sorted()
    for k in sorted.indices.dropFirst() {
      precondition(
        sorted[k] != sorted[k - 1], "Axis \(sorted[k]) is named twice in \(axes) for shape \(shape).")
    }
    return sorted
  }
}

// MARK: - Views

extension TensorLayout {
  package func permuted(_ axes: [Int]) -> TensorLayout {
    let order = axes.map(axis)
    precondition(
      order.count == rank && Set(order).count == rank,
      "\(axes) is not a permutation of the axes of a tensor of shape \(shape).")
    return TensorLayout(
      shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, offset: offset)
  }

  /// The layout with `target` as its shape and stride 0 along the axes that are repeated.
  @usableFromInline
  package func broadcast(to target: [Int]) -> TensorLayout {
    if target == shape { return self }
    let lead = target.count - rank
    var strides = [Int](repeating: 0, count: target.count)
    var fits = lead >= 0
    if fits {
      for axis in 0..<rank {
        if shape[axis] == target[lead + axis] {
          strides[lead + axis] = self.strides[axis]
        } else if shape[axis] != 1 {
          fits = false
        }
      }
    }
    precondition(
      fits, "A tensor of shape \(shape) does not broadcast to \(target): each extent must be equal or 1.")
    return TensorLayout(shape: target, strides: strides, offset: offset)
  }

  /// The layout seen through another shape, or nil where that needs a copy.
  ///
  /// Axes are grouped from the left into the smallest runs with equal element counts in the old and
  /// the new shape; a group can be seen through where its old axes merge into one stride.
  package func reshaped(to target: [Int]) -> TensorLayout? {
    if isContiguous {
      return TensorLayout(
        shape: target, strides: TensorLayout.rowMajorStrides(of: target), offset: offset)
    }
    let old = zip(shape, strides).filter { $0.0 != 1 }
    var newStrides = [Int](repeating: 1, count: target.count)
    var oldAxis = 0
    var newAxis = 0
    while newAxis < target.count {
      if target[newAxis] == 1 {
        newAxis += 1
        continue
      }
      let newStart = newAxis
      var oldCount = old[oldAxis].0
      var newCount = target[newAxis]
      oldAxis += 1
      newAxis += 1
      while oldCount != newCount {
        if oldCount < newCount {
          guard old[oldAxis - 1].1 == old[oldAxis].1 * old[oldAxis].0 else { return nil }
          oldCount *= old[oldAxis].0
          oldAxis += 1
        } else {
          newCount *= target[newAxis]
          newAxis += 1
        }
      }
      var stride = old[oldAxis - 1].1
      for axis in (newStart..<newAxis).reversed() {
        newStrides[axis] = stride
        stride *= target[axis]
      }
    }
    return TensorLayout(shape: target, strides: newStrides, offset: offset)
  }
}

/// The shape that two shapes broadcast to: aligned at the last axis, an extent of 1 is repeated.
@usableFromInline
package func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
  if a == b { return a }
  let rank = max(a.count, b.count)
  var shape = [Int](repeating: 1, count: rank)
  for axis in 0..<rank {
    let x = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
    let y = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
    precondition(
      x == y || x == 1 || y == 1,
      "Shapes \(a) and \(b) do not broadcast together: extents \(x) and \(y) differ and neither is 1.")
    shape[axis] = x == 1 ? y : x
  }
  return shape
}
