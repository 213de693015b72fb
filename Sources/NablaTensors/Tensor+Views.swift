// SPDX-License-Identifier: Apache-2.0

// MARK: - Elements

extension Tensor {
  /// Element `i` of a vector. A negative index counts from the end.
  @inlinable
  public subscript(_ i: Int) -> Scalar {
    get { withExtendedLifetime(storage) { storage.base[layout.position(i)] } }
    set {
      makeWritable()
      storage.base[layout.position(i)] = newValue
    }
  }

  /// Element `i, j` of a matrix. A negative index counts from the end.
  @inlinable
  public subscript(_ i: Int, _ j: Int) -> Scalar {
    get { withExtendedLifetime(storage) { storage.base[layout.position(i, j)] } }
    set {
      makeWritable()
      storage.base[layout.position(i, j)] = newValue
    }
  }

  /// The element with one index per axis. A negative index counts from the end.
  @inlinable
  public subscript(_ indices: Int...) -> Scalar {
    get { withExtendedLifetime(storage) { storage.base[layout.position(indices)] } }
    set {
      makeWritable()
      storage.base[layout.position(indices)] = newValue
    }
  }
}

// MARK: - Slices

extension Tensor {
  /// A slice: see ``TensorIndex`` for what may stand between the brackets.
  ///
  /// Reading gives a view that shares memory. Writing replaces the elements of the slice; the value is
  /// broadcast to the slice's shape.
  ///
  /// - Complexity: reading O(`rank`), writing O(size of the slice), plus one copy of the whole if its
  ///   memory is shared.
  public subscript(_ indices: any TensorIndexing...) -> Tensor {
    get { slice(indices.map(\.tensorIndex)) }
    set { setSlice(indices.map(\.tensorIndex), to: newValue) }
  }

  /// A slice of the last axes: `t[..., 2]` takes index 2 of the last axis, whatever the rank.
  public subscript(_ ellipsis: UnboundedRange, _ indices: any TensorIndexing...) -> Tensor {
    get { slice([.ellipsis] + indices.map(\.tensorIndex)) }
    set { setSlice([.ellipsis] + indices.map(\.tensorIndex), to: newValue) }
  }

  /// The slice at one index of the first axis, as a view: row i of a matrix has shape `[columns]`.
  public func row(_ i: Int) -> Tensor { slice([i.tensorIndex]) }

  package func slice(_ indices: [TensorIndex]) -> Tensor {
    Tensor(storage: storage, layout: layout.sliced(indices))
  }

  package mutating func setSlice(_ indices: [TensorIndex], to value: Tensor) {
    // If the value shares this memory, this tensor is not its only owner, and the copy made here
    // keeps reading and writing apart.
    makeWritable()
    let target = layout.sliced(indices)
    let source = value.layout.broadcast(to: target.shape)
    value.withStorage { base in
      copyStrided(
        shape: target.shape, from: base, strides: source.strides,
        to: storage.base + target.offset, strides: target.strides)
    }
  }
}

// MARK: - Shapes

extension Tensor {
  /// The same elements in row-major order under another shape; one extent may be −1 and is inferred.
  ///
  /// - Complexity: O(`rank`), a view, wherever the memory layout allows; O(`count`) otherwise.
  public func reshaped(_ shape: [Int]) -> Tensor {
    var target = shape
    if let inferred = shape.firstIndex(of: -1) {
      let rest = shape.reduce(-1, *)
      precondition(
        rest > 0 && count % rest == 0,
        "\(count) elements, shape \(self.shape), cannot be reshaped to \(shape).")
      target[inferred] = count / rest
    }
    let needed = TensorLayout(shape: target).count
    precondition(
      needed == count,
      "Shape \(self.shape) with \(count) elements cannot be reshaped to \(shape) with \(needed).")
    if let layout = layout.reshaped(to: target) { return Tensor(storage: storage, layout: layout) }
    return copied().reshaped(target)
  }

  /// All elements as a vector in row-major order.
  public func flattened() -> Tensor { reshaped([count]) }

  /// The last two axes exchanged, as a view: `[..., m, n]` becomes `[..., n, m]`. Rank at least 2.
  public func transposed() -> Tensor {
    precondition(
      rank >= 2,
      "A tensor of shape \(shape) has no two axes to exchange. Perhaps you meant expanded(axis:).")
    var axes = Array(0..<rank)
    axes.swapAt(rank - 2, rank - 1)
    return permuted(axes)
  }

  /// The axes in another order, as a view: axis k of the result is axis `axes[k]` of this tensor.
  public func permuted(_ axes: [Int]) -> Tensor {
    Tensor(storage: storage, layout: layout.permuted(axes))
  }

  /// The windows of `size` neighbours, `step` apart, of a tensor [n], as a view [⌊(n − size)/step⌋ + 1, size]: row i
  /// holds elements i·step ..< i·step + size. No rows where n < size.
  public func slidingWindows(_ size: Int, step: Int = 1) -> Tensor {
    precondition(rank == 1, "Windows slide over a tensor of one axis, not over one of shape \(shape).")
    precondition(size > 0 && step > 0, "Windows of \(size) elements, \(step) apart, are none.")
    let rows = count < size ? 0 : (count - size) / step + 1
    let stride = layout.strides[0]
    return Tensor(
      storage: storage,
      layout: TensorLayout(
        shape: [rows, size], strides: [step * stride, stride], offset: layout.offset,
        isOverlapping: step < size && rows > 1 && size > 1))
  }

  /// Without one axis of extent 1, or without all of them, as a view.
  public func squeezed(axis: Int? = nil) -> Tensor {
    var kept = shape.indices.filter { shape[$0] != 1 }
    if let axis = axis.map(layout.axis) {
      precondition(
        shape[axis] == 1, "Axis \(axis) of a tensor of shape \(shape) has extent \(shape[axis]), not 1.")
      kept = shape.indices.filter { $0 != axis }
    }
    return Tensor(
      storage: storage,
      layout: TensorLayout(
        shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] }, offset: layout.offset))
  }

  /// With a new axis of extent 1 before axis `axis` of this tensor, as a view; −1 puts it last.
  public func expanded(axis: Int) -> Tensor {
    let position = axis < 0 ? axis + rank + 1 : axis
    precondition(
      position >= 0 && position <= rank, "A tensor of shape \(shape) has no place for an axis \(axis).")
    var (shape, strides) = (shape, strides)
    shape.insert(1, at: position)
    strides.insert(0, at: position)
    return Tensor(
      storage: storage, layout: TensorLayout(shape: shape, strides: strides, offset: layout.offset))
  }

  /// Repeated to a larger shape, as a view with stride 0 along the repeated axes: axes are aligned at
  /// the last one, and each extent must be equal or 1.
  public func broadcast(to shape: [Int]) -> Tensor {
    Tensor(storage: storage, layout: layout.broadcast(to: shape))
  }

  /// The main diagonal of the last two axes, as a view: `[..., m, n]` becomes `[..., min(m, n)]`.
  public func diagonal() -> Tensor {
    precondition(rank >= 2, "A tensor of shape \(shape) has no diagonal.")
    return Tensor(
      storage: storage,
      layout: TensorLayout(
        shape: shape.dropLast(2) + [Swift.min(shape[rank - 2], shape[rank - 1])],
        strides: strides.dropLast(2) + [strides[rank - 2] + strides[rank - 1]], offset: layout.offset))
  }

  /// Replaces the elements of ``diagonal()``.
  package mutating func setDiagonal(to value: Tensor) {
    makeWritable()
    let target = diagonal().layout
    let source = value.layout.broadcast(to: target.shape)
    value.withStorage { base in
      copyStrided(
        shape: target.shape, from: base, strides: source.strides,
        to: storage.base + target.offset, strides: target.strides)
    }
  }
}
