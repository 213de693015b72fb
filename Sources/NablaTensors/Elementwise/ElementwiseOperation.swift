// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import Synchronization

/// A function of elements that tensors have built in, compiled in a precision when it is first used in it, and
/// kept for good.
final class ElementwiseOperation: Sendable {
  private typealias Slot = Atomic<Unmanaged<ElementwiseKernel>?>

  private let inputCount: Int
  private let expression: @Sendable ([Expr]) -> Expr
  private let double = Slot(nil)
  private let single = Slot(nil)

  init(_ inputCount: Int, _ expression: @escaping @Sendable ([Expr]) -> Expr) {
    self.inputCount = inputCount
    self.expression = expression
  }

  /// The operation of the table of elementary operations.
  static func of(_ operation: Operation) -> ElementwiseOperation { table[Int(operation.rawValue)] }

  private static let table = Operation.allCases.map { operation in
    ElementwiseOperation(operation.definition.value.operandCount) { .applying(operation, to: $0) }
  }

  @inline(__always)
  func kernel<Scalar: TensorScalar>(for scalar: Scalar.Type) -> ElementwiseKernel {
    let precision = Precision(of: scalar)
    let known = precision == .double ? double.load(ordering: .acquiring) : single.load(ordering: .acquiring)
    return known?.takeUnretainedValue() ?? compiled(precision)
  }

  private func compiled(_ precision: Precision) -> ElementwiseKernel {
    let inputs = Expr.traced("x", inputCount)
    let kernel = ElementwiseKernel(outputs: [expression(inputs)], inputs: inputs, precision: precision)
    let reference = Unmanaged.passRetained(kernel)
    // Of two threads that compile at once, the first one's kernel stays.
    let (isFirst, first) =
      precision == .double
      ? double.compareExchange(expected: nil, desired: reference, ordering: .acquiringAndReleasing)
      : single.compareExchange(expected: nil, desired: reference, ordering: .acquiringAndReleasing)
    if isFirst { return kernel }
    reference.release()
    return first!.takeUnretainedValue()
  }
}

extension Precision {
  /// There are two types of scalars.
  @inline(__always)
  init<Scalar: TensorScalar>(of scalar: Scalar.Type) {
    self = MemoryLayout<Scalar>.size == MemoryLayout<Double>.size ? .double : .single
  }
}
