// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels
public import NablaTensors

/// The quantities that ``Function/evaluate(_:at:parameters:direction:weights:layout:)`` computed.
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
  private var quantities: Function.Quantities = []
  /// Of the function's ``PlanCache``.
  private var functionID: UInt64 = 0
  private var count: Int?
  private var layout: Function.BatchLayout = .columns

  /// An evaluation without quantities, to be evaluated into.
  public init() {}

  /// f, of shape [] or [m] at one point, [N] or [N, m] at N points.
  public var value: Tensor<Double> { tensor(.value) }
  /// The gradient, of shape [n] or [N, n].
  public var gradient: Tensor<Double> { tensor(.gradient) }
  /// The Jacobian, of shape [m, n] or [N, m, n].
  public var jacobian: Tensor<Double> { tensor(.jacobian) }
  /// The Hessian, of shape [n, n] or [N, n, n].
  public var hessian: Tensor<Double> { tensor(.hessian) }
  /// The Hessian's entries at ``Function/hessianStructure``, of shape [k] or [N, k].
  public var compactHessian: Tensor<Double> { tensor(.compactHessian) }
  /// The Jacobian's entries at ``Function/jacobianStructure``, of shape [k] or [N, k].
  public var compactJacobian: Tensor<Double> { tensor(.compactJacobian) }
  /// −H⁻¹∇f, of shape [n] or [N, n].
  public var newtonStep: Tensor<Double> { tensor(.newtonStep) }
  /// The number of the Hessian's negative eigenvalues, of shape [] or [N].
  public var index: Tensor<Double> { tensor(.index) }

  /// J v, of shape [] or [m] at one point, [N] or [N, m] at N points.
  public var jacobianVectorProduct: Tensor<Double> { tensor(.jacobianVectorProduct) }
  /// wᵀ J, of shape [n] or [N, n].
  public var vectorJacobianProduct: Tensor<Double> { tensor(.vectorJacobianProduct) }
  /// H v, of shape [n] or [N, n].
  public var hessianVectorProduct: Tensor<Double> { tensor(.hessianVectorProduct) }
  /// Σ ∂²f/∂xᵢ², of shape [] or [N].
  public var laplacian: Tensor<Double> { tensor(.laplacian) }
  /// The number of infinite and NaN elements among the pass's other quantities, of shape [] or [N].
  public var nonFinites: Tensor<Double> { tensor(.nonFinites) }
  /// The number of operations that meet a kink, of shape [] or [N].
  public var kinks: Tensor<Double> { tensor(.kinks) }

  private func tensor(_ quantity: Function.Quantities) -> Tensor<Double> {
    guard let result = results.first(where: { $0.quantity == quantity }) else {
      preconditionFailure("the \(quantity.name) was not asked for: evaluate([…, .\(quantity.name)], at: …)")
    }
    return result.tensor
  }

  // MARK: Where a kernel writes

  /// Makes memory for what a plan's kernel computes of `count` points, or of one point without an axis for
  /// points if that is nil; what there is stays if it fits.
  ///
  /// - Returns: the plan; one that was used last is found without looking it up.
  mutating func prepare(
    for quantities: Function.Quantities, of function: Function, count: Int?, _ layout: Function.BatchLayout
  ) -> Plan {
    if let plan, quantities == self.quantities, functionID == function.plans.id {
      prepare(for: plan, count: count, layout)
      return plan
    }
    let plan = function.plan(for: quantities)
    prepare(for: plan, count: count, layout)
    (self.quantities, functionID) = (quantities, function.plans.id)
    return plan
  }

  private mutating func prepare(for plan: Plan, count: Int?, _ layout: Function.BatchLayout) {
    if self.plan !== plan || self.count != count || self.layout != layout {
      results = plan.blocks.map { block in
        let isDense = block.elements.count == block.count
        return Result(
          quantity: block.quantity, tensor: Self.tensor(count, block.shape, layout, isZeroed: !isDense))
      }
      (self.plan, self.count, self.layout) = (plan, count, layout)
    }
    for (index, block) in plan.blocks.enumerated() {
      results[index].setOffsets(of: block, isBatch: count != nil)
    }
  }

  /// The addresses of one point's results, in the order of the kernel's outputs.
  mutating func setAddresses(in addresses: UnsafeMutablePointer<UnsafeMutablePointer<Double>>) {
    var next = addresses
    for index in results.indices {
      let offsets = results[index].offsets
      results[index].tensor.withUnsafeMutableStridedPointer { base, _ in
        for offset in offsets {
          next.initialize(to: base + offset)
          next += 1
        }
      }
    }
  }

  /// The columns of a batch's results, in the order of the kernel's outputs.
  mutating func setColumns(in columns: UnsafeMutablePointer<OutputColumn<Double>>) {
    var next = columns
    for index in results.indices {
      let (offsets, isTiled) = (results[index].offsets, layout == .tiles)
      results[index].tensor.withUnsafeMutableStridedPointer { base, strides in
        for offset in offsets {
          next.initialize(
            to: isTiled
              ? OutputColumn(base: base + offset, tileColumns: strides[0] / Double.tileWidth)
              : OutputColumn(base: base + offset, stride: strides[0]))
          next += 1
        }
      }
    }
  }

  /// Takes one point's results, in the order of the kernel's outputs.
  mutating func set(_ outputs: UnsafePointer<Double>) {
    var next = outputs
    for index in results.indices {
      let offsets = results[index].offsets
      results[index].tensor.withUnsafeMutableStridedPointer { base, _ in
        for offset in offsets {
          base[offset] = next.pointee
          next += 1
        }
      }
    }
  }

  /// A tensor of shape [count] + element, or element, or [tiles] + element + [8].
  private static func tensor(
    _ count: Int?, _ element: [Int], _ layout: Function.BatchLayout, isZeroed: Bool
  ) -> Tensor<Double> {
    var tensor: Tensor<Double>
    switch (count, layout) {
    case (let count?, .columns): tensor = Tensor(columnsOf: count, element)
    case (let count?, .tiles):
      let tiles = (count + Double.tileWidth - 1) / Double.tileWidth
      tensor = Tensor(uninitialized: [tiles] + element + [Double.tileWidth])
    default: tensor = Tensor(uninitialized: (count.map { [$0] } ?? []) + element)
    }
    if isZeroed { tensor.storage.base.update(repeating: 0, count: tensor.storage.capacity) }
    return tensor
  }
}

extension Evaluation.Result {
  /// Brings the offsets up to the layout of the tensor, which a copy of shared memory may have changed.
  fileprivate mutating func setOffsets(of block: Plan.Block, isBatch: Bool) {
    // Takes the memory for itself first: that is what may change the layout.
    tensor.withUnsafeMutableStridedPointer { _, _ in }
    guard strides != tensor.strides || offsets.count != block.elements.count else { return }
    strides = tensor.strides
    if !isBatch && tensor.isContiguous {
      offsets = block.elements
      return
    }
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
