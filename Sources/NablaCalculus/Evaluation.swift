internal import NablaKernels
public import NablaTensors

/// The quantities that ``Function/evaluate(_:at:parameters:)`` computed.
///
/// Asking for one that was not computed is a programmer's mistake.
public struct Evaluation: Sendable {
  /// A quantity's memory.
  fileprivate struct Result: Sendable {
    var quantity: Function.Quantities
    var tensor: Tensor<Double>
    /// Where the elements that the kernel writes lie for point 0, and the strides they were computed for.
    var offsets: [Int] = []
    var strides: [Int] = []
  }

  /// In the order of the plan's blocks.
  private var results: [Result] = []
  /// What the memory was made for: its zeros are where this plan writes nothing.
  private var plan: Plan?
  private var count: Int?

  /// An evaluation without quantities, to be evaluated into.
  public init() {}

  /// f, of shape [] or [m] at one point, [N] or [N, m] at N points.
  public var value: Tensor<Double> { tensor(.value, "value") }
  /// The gradient, of shape [n] or [N, n].
  public var gradient: Tensor<Double> { tensor(.gradient, "gradient") }
  /// The Jacobian, of shape [m, n] or [N, m, n].
  public var jacobian: Tensor<Double> { tensor(.jacobian, "jacobian") }
  /// The Hessian, of shape [n, n] or [N, n, n].
  public var hessian: Tensor<Double> { tensor(.hessian, "hessian") }

  private func tensor(_ quantity: Function.Quantities, _ name: String) -> Tensor<Double> {
    guard let result = results.first(where: { $0.quantity == quantity }) else {
      preconditionFailure("the \(name) was not asked for: evaluate([…, .\(name)], at: …)")
    }
    return result.tensor
  }

  /// Calls `body` with the columns into which a plan's kernel writes the results of `count` points, or of
  /// one point without an axis for points if that is nil.
  mutating func withColumns(
    of plan: Plan, count: Int?, _ body: (UnsafeMutableBufferPointer<OutputColumn<Double>>) -> Void
  ) {
    if self.plan !== plan || self.count != count {
      results = plan.blocks.map { block in
        let isDense = block.elements.count == block.count
        return Result(
          quantity: block.quantity, tensor: Self.tensor(count, block.shape, isZeroed: !isDense))
      }
      (self.plan, self.count) = (plan, count)
    }
    withUnsafeTemporaryAllocation(of: OutputColumn<Double>.self, capacity: plan.kernel.outputCount) {
      columns in
      var next = 0
      for (index, block) in plan.blocks.enumerated() {
        results[index].setOffsets(of: block, isBatch: count != nil)
        let offsets = results[index].offsets
        results[index].tensor.withUnsafeMutableStridedPointer { base, strides in
          let stride = count == nil ? 1 : strides[0]
          for offset in offsets {
            columns.initializeElement(at: next, to: OutputColumn(base: base + offset, stride: stride))
            next += 1
          }
        }
      }
      body(columns)
    }
  }

  /// A tensor of shape [count] + element, or element.
  ///
  /// From a few vectors of points on, its memory holds one column after another, each element of all
  /// points together: that is how kernels write at full speed. Columns start on cache lines, and not at
  /// multiples of large powers of two, where they would compete for the same lines of the cache.
  private static func tensor(_ count: Int?, _ element: [Int], isZeroed: Bool) -> Tensor<Double> {
    guard let count, count >= 32 && element.reduce(1, *) > 1 else {
      let shape = (count.map { [$0] } ?? []) + element
      return isZeroed ? Tensor(shape: shape, repeating: 0) : Tensor(uninitialized: shape)
    }
    var columnStride = (count + 7) / 8 * 8
    if columnStride % 512 == 0 { columnStride += 8 }
    let shape = element + [columnStride]
    let columns = isZeroed ? Tensor(shape: shape, repeating: 0) : Tensor(uninitialized: shape)
    var strides = [Int](repeating: columnStride, count: element.count)
    for axis in element.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * element[axis + 1]
    }
    return Tensor(
      storage: columns.storage,
      layout: TensorLayout(shape: [count] + element, strides: [1] + strides, offset: 0))
  }
}

extension Evaluation.Result {
  /// Brings the offsets up to the layout of the tensor, which a copy of shared memory may have changed.
  fileprivate mutating func setOffsets(of block: Plan.Block, isBatch: Bool) {
    // Takes the memory for itself first: that is what may change the layout.
    tensor.withUnsafeMutableStridedPointer { _, _ in }
    guard strides != tensor.strides || offsets.count != block.elements.count else { return }
    strides = tensor.strides
    offsets = block.elements.map { element in
      // The element's position in row-major order, by the strides that the tensor has in memory.
      var (offset, rest) = (0, element)
      for axis in block.shape.indices.reversed() {
        offset += rest % block.shape[axis] * strides[axis + (isBatch ? 1 : 0)]
        rest /= block.shape[axis]
      }
      return offset
    }
  }
}
