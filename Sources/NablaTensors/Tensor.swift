// SPDX-License-Identifier: Apache-2.0

/// An array of numbers with any number of axes.
///
/// A tensor is a value: assigning copies it, and changing one copy never changes another. Copies and
/// views (slices, transposes, reshapes, broadcasts) share memory until one of them is written to;
/// that write copies the elements once. A small view keeps the whole memory it looks into alive:
/// ``contiguous()`` lets go of it.
///
/// Elements are ordered row-major (the last axis varies fastest), whatever the layout in memory.
/// Errors in shapes and indices are programmer's mistakes and trap with a message that names the shapes.
///
/// ```swift
/// let a: Tensor<Double> = [[1, 2], [3, 4]]
/// a[1, 0]                   // 3.0
/// a[.all, 1]                // the second column, [2. 4.]
/// a + a.transposed() * 10   // elementwise, with broadcasting
/// matmul(a, a)              // the matrix product
/// a.sum(axis: 0)            // [4. 6.]
/// ```
public struct Tensor<Scalar: TensorScalar>: Sendable {
  @usableFromInline package var storage: TensorStorage<Scalar>
  @usableFromInline package var layout: TensorLayout

  @usableFromInline
  package init(storage: TensorStorage<Scalar>, layout: TensorLayout) {
    self.storage = storage
    self.layout = layout
  }

  /// A tensor whose elements `body` writes, in row-major order, into uninitialised 64-byte aligned memory.
  ///
  /// - Parameters:
  ///   - shape: of the tensor; each extent is 0 or more.
  ///   - body: must initialise every element of the buffer it is given.
  @inlinable
  public init<Failure: Error>(
    shape: [Int], initializingWith body: (UnsafeMutableBufferPointer<Scalar>) throws(Failure) -> Void
  ) throws(Failure) {
    self.init(uninitialized: shape)
    try body(UnsafeMutableBufferPointer(start: storage.base, count: layout.count))
  }

  /// A tensor in row-major memory that the caller must fill.
  @usableFromInline
  package init(uninitialized shape: [Int]) {
    layout = TensorLayout(shape: shape)
    storage = TensorStorage(capacity: layout.count)
  }
}

// MARK: - Properties

extension Tensor {
  /// The extent of each axis. `[]` for a 0-dimensional tensor, which holds one number.
  public var shape: [Int] { layout.shape }

  /// For each axis, the distance in memory between neighbours, in elements; 0 along a broadcast axis.
  public var strides: [Int] { layout.strides }

  /// The number of axes.
  public var rank: Int { layout.rank }

  /// The number of elements, the product of ``shape``; 1 for a 0-dimensional tensor.
  public var count: Int { layout.count }

  /// Whether the elements lie in memory in row-major order without gaps.
  public var isContiguous: Bool { layout.isContiguous }

  /// The only element of a tensor of one element, whatever its rank. Traps for any other count.
  public var item: Scalar {
    precondition(
      count == 1, "item needs a tensor of one element; this one has shape \(shape), \(count) elements.")
    return withStorage { $0[0] }
  }

  /// The elements in row-major order, copied.
  ///
  /// - Complexity: O(`count`).
  public var scalars: [Scalar] {
    [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { copyElements(to: base) }
      initialized = count
    }
  }
}

// MARK: - Memory

extension Tensor {
  /// Calls `body` with the address of the first element.
  @inlinable
  func withStorage<Result, Failure: Error>(
    _ body: (UnsafePointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The pointer does not keep the storage alive by itself.
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafePointer(storage.base + layout.offset))
  }

  /// Makes this tensor the only owner of its elements, copying them if it is not.
  @inlinable
  mutating func makeWritable() {
    if !isKnownUniquelyReferenced(&storage) || layout.isOverlapping { self = copied() }
  }

  /// Makes this tensor the only owner of its elements, row-major without gaps.
  mutating func makeWritableInOrder() {
    if !isWritable() || !isContiguous { self = copied() }
  }

  /// Where the first element lies, for those who may write there: this tensor must own its elements alone.
  var firstAddress: UnsafeMutablePointer<Scalar> { storage.base + layout.offset }

  /// Whether a write needs no copy first.
  @inlinable
  mutating func isWritable() -> Bool {
    isKnownUniquelyReferenced(&storage) && !layout.isOverlapping
  }

  /// The same elements in row-major memory of their own.
  @usableFromInline
  package func copied() -> Tensor {
    let copy = Tensor(uninitialized: shape)
    copyElements(to: copy.storage.base)
    return copy
  }

  /// The same elements in row-major memory without gaps: this tensor itself if it is so already and
  /// uses all of its memory, and a copy otherwise.
  ///
  /// - Complexity: O(1) or O(`count`).
  public func contiguous() -> Tensor {
    isContiguous && storage.capacity == count ? self : copied()
  }

  /// Writes the elements in row-major order.
  package func copyElements(to target: UnsafeMutablePointer<Scalar>) {
    withStorage { source in
      if layout.isContiguous {
        target.update(from: source, count: layout.count)
      } else {
        copyStrided(
          shape: shape, from: source, strides: strides, to: target,
          strides: TensorLayout.rowMajorStrides(of: shape))
      }
    }
  }

  /// Calls `body` with the elements in row-major order, copying them first if they do not lie so.
  ///
  /// The buffer is valid only until `body` returns.
  /// - Complexity: O(1) if ``isContiguous``, O(`count`) otherwise, plus `body`.
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let tensor = isContiguous ? self : copied()
    return try tensor.withStorage { (base) throws(Failure) in
      try body(UnsafeBufferPointer(start: base, count: count))
    }
  }

  /// Calls `body` with the elements in row-major order for writing, after making the memory this
  /// tensor's own and contiguous.
  ///
  /// The buffer is valid only until `body` returns.
  /// - Complexity: O(1) if the memory is contiguous and not shared, O(`count`) otherwise, plus `body`.
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if !isContiguous { self = copied() }
    makeWritable()
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base + layout.offset, count: count))
  }

  /// Calls `body` with the address of the first element and the strides (``strides``, in elements) by
  /// which the others are reached. Never copies; strides may be 0 or negative.
  @inlinable
  package func withUnsafeStridedPointer<Result, Failure: Error>(
    _ body: (_ base: UnsafePointer<Scalar>, _ strides: [Int]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withStorage { (base) throws(Failure) in try body(base, layout.strides) }
  }

  /// As ``withUnsafeStridedPointer(_:)``, for writing: copies only if the memory is shared with
  /// another tensor, and then the strides are the row-major ones.
  @inlinable
  package mutating func withUnsafeMutableStridedPointer<Result, Failure: Error>(
    _ body: (_ base: UnsafeMutablePointer<Scalar>, _ strides: [Int]) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeWritable()
    defer { withExtendedLifetime(storage) {} }
    return try body(storage.base + layout.offset, layout.strides)
  }
}

/// Copies between two layouts of one shape that do not overlap in memory.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
func copyStrided<Scalar: TensorScalar>(
  shape: [Int], from source: UnsafePointer<Scalar>, strides sourceStrides: [Int],
  to target: UnsafeMutablePointer<Scalar>, strides targetStrides: [Int]
) {
  let nest = LoopNest(shape: shape, targetStrides, sourceStrides)
  let (n, stepOut, stepIn) = (nest.innerCount, nest.innerStrides[0], nest.innerStrides[1])
  for start in nest {
    let out = target + start[0]
    let from = source + start[1]
    if stepOut == 1 && stepIn == 1 {
      out.update(from: from, count: n)
    } else {
      for i in 0..<n { out[i &* stepOut] = from[i &* stepIn] }
    }
  }
}
