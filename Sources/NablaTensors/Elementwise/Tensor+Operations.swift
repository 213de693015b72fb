// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels

// The built-in elementwise functions, run by their kernels. The first tests find the layouts that need no
// loops; small tensors are mostly of those, and a call then costs little more than its result's memory.

extension Tensor {
  /// A tensor of this shape in memory of its own, in row-major order, that the caller must fill.
  @inline(__always)
  private var uninitializedLike: Tensor {
    guard layout.isContiguous else { return Tensor(uninitialized: shape) }
    let layout =
      layout.offset == 0 ? layout : TensorLayout(shape: layout.shape, strides: layout.strides, offset: 0)
    return Tensor(storage: TensorStorage(capacity: layout.count), layout: layout)
  }

  /// The first element, as kernels take it.
  @inline(__always)
  private var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(storage.base + layout.offset) }

  private func operand(_ shape: [Int]) -> ElementwiseOperand {
    ElementwiseOperand(base: address, strides: layout.broadcast(to: shape).strides)
  }

  // MARK: New tensors

  /// A function of each element.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func mapped(_ operation: ElementwiseOperation) -> Tensor { mapped(operation.kernel(for: Scalar.self)) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func mapped(_ kernel: ElementwiseKernel) -> Tensor {
    let result = uninitializedLike
    if layout.isContiguous {
      runFlat(kernel, count, address, result.address, shared: 0)
    } else {
      kernel.run(shape: shape, [operand(shape), result.operand(shape)])
    }
    withExtendedLifetime((storage, result.storage)) {}
    return result
  }

  /// A function of the elements of two tensors after broadcasting.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func combined(_ other: Tensor, _ operation: ElementwiseOperation) -> Tensor {
    combined(other, operation.kernel(for: Scalar.self))
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func combined(_ other: Tensor, _ kernel: ElementwiseKernel) -> Tensor {
    let result: Tensor
    if layout.isContiguous && other.layout.isContiguous && layout.shape == other.layout.shape {
      result = uninitializedLike
      runFlat(kernel, count, address, other.address, result.address, shared: 0)
    } else if other.count == 1 && layout.isContiguous && other.rank <= rank {
      result = uninitializedLike
      runFlat(kernel, count, address, other.address, result.address, shared: 0b10)
    } else if count == 1 && other.layout.isContiguous && rank <= other.rank {
      result = other.uninitializedLike
      runFlat(kernel, other.count, address, other.address, result.address, shared: 0b01)
    } else {
      let shape = broadcastShape(shape, other.shape)
      result = Tensor(uninitialized: shape)
      kernel.run(shape: shape, [operand(shape), other.operand(shape), result.operand(shape)])
    }
    withExtendedLifetime((storage, other.storage, result.storage)) {}
    return result
  }

  /// A function of each element and a number, or of a number and each element.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func combined(_ number: Scalar, isFirst: Bool = false, _ operation: ElementwiseOperation) -> Tensor {
    let kernel = operation.kernel(for: Scalar.self)
    let result = uninitializedLike
    withUnsafePointer(to: number) { pointer in
      let number = UnsafeMutableRawPointer(mutating: pointer)
      if layout.isContiguous {
        if isFirst {
          runFlat(kernel, count, number, address, result.address, shared: 0b01)
        } else {
          runFlat(kernel, count, address, number, result.address, shared: 0b10)
        }
      } else {
        let all = ElementwiseOperand(base: number, strides: Array(repeating: 0, count: rank))
        let inputs = isFirst ? [all, operand(shape)] : [operand(shape), all]
        kernel.run(shape: shape, inputs + [result.operand(shape)])
      }
    }
    withExtendedLifetime((storage, result.storage)) {}
    return result
  }

  /// A function of the elements of any number of tensors after broadcasting.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func combined(_ operands: [Tensor], _ operation: ElementwiseOperation) -> Tensor {
    let shape = operands.reduce([]) { broadcastShape($0, $1.shape) }
    let result = Tensor(uninitialized: shape)
    compute(operation.kernel(for: Scalar.self), of: operands, into: [result])
    return result
  }

  /// Writes a function's values at the elements of `inputs`, which are broadcast, to tensors that all have one
  /// shape and that nobody else has seen yet.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func compute(_ kernel: ElementwiseKernel, of inputs: [Tensor], into outputs: [Tensor]) {
    let layout = outputs[0].layout
    var shared = 0
    for (i, input) in inputs.enumerated() where input.layout.shape != layout.shape && input.count == 1 {
      if i < ElementwiseKernel.mostShared { shared |= 1 << i }
    }
    let isFlat =
      outputs.allSatisfy { $0.layout.isContiguous }
      && inputs.indices.allSatisfy {
        shared >> $0 & 1 == 1 || inputs[$0].layout.isContiguous && inputs[$0].layout.shape == layout.shape
      }
    let operands = inputs + outputs
    if isFlat {
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: operands.count) { addresses in
        for i in operands.indices { addresses[i] = operands[i].address }
        kernel.runFlat(layout.count, addresses.baseAddress!, shared: shared)
      }
    } else {
      kernel.run(shape: layout.shape, operands.map { $0.operand(layout.shape) })
    }
    withExtendedLifetime(operands) {}
  }

  // MARK: In place

  /// Replaces each element by a function of it and the element of `other`, which is broadcast.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  mutating func combine(_ other: Tensor, _ operation: ElementwiseOperation) {
    let kernel = operation.kernel(for: Scalar.self)
    guard isWritable() else {
      self = combined(other.shape == shape ? other : other.broadcast(to: shape), operation)
      return
    }
    if layout.isContiguous && other.layout.isContiguous && layout.shape == other.layout.shape {
      runFlat(kernel, count, address, other.address, address, shared: 0)
    } else {
      kernel.run(shape: shape, [operand(shape), other.operand(shape), operand(shape)])
    }
    withExtendedLifetime((storage, other.storage)) {}
  }

  /// Replaces each element by a function of it and a number.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  mutating func combine(_ number: Scalar, _ operation: ElementwiseOperation) {
    guard isWritable() else {
      self = combined(number, operation)
      return
    }
    let kernel = operation.kernel(for: Scalar.self)
    withUnsafePointer(to: number) { pointer in
      let number = UnsafeMutableRawPointer(mutating: pointer)
      if layout.isContiguous {
        runFlat(kernel, count, address, number, address, shared: 0b10)
      } else {
        let all = ElementwiseOperand(base: number, strides: Array(repeating: 0, count: rank))
        kernel.run(shape: shape, [operand(shape), all, operand(shape)])
      }
    }
    withExtendedLifetime(storage) {}
  }
}

@inline(__always)
private func runFlat(
  _ kernel: ElementwiseKernel, _ count: Int, _ x: UnsafeMutableRawPointer, _ result: UnsafeMutableRawPointer,
  shared: Int
) {
  var addresses = (x, result)
  withUnsafeBytes(of: &addresses) {
    kernel.runFlat(
      count, $0.baseAddress!.assumingMemoryBound(to: UnsafeMutableRawPointer.self), shared: shared)
  }
}

@inline(__always)
private func runFlat(
  _ kernel: ElementwiseKernel, _ count: Int, _ x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer,
  _ result: UnsafeMutableRawPointer, shared: Int
) {
  var addresses = (x, y, result)
  withUnsafeBytes(of: &addresses) {
    kernel.runFlat(
      count, $0.baseAddress!.assumingMemoryBound(to: UnsafeMutableRawPointer.self), shared: shared)
  }
}
