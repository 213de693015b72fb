internal import NablaKernels
public import NablaTensors

/// The quantities that ``Function/evaluate(_:at:parameters:)`` computed.
///
/// Asking for one that was not computed is a programmer's mistake.
public struct Evaluation: Sendable {
  private var tensors: [Function.Quantities: Tensor<Double>] = [:]
  /// The elements that a kernel has written; all others are zero.
  private var written: [Function.Quantities: [Int]] = [:]

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
    guard let tensor = tensors[quantity] else {
      preconditionFailure("the \(name) was not asked for: evaluate([…, .\(name)], at: …)")
    }
    return tensor
  }

  /// Makes room for the quantities of a plan, with zeros where the kernel writes nothing.
  mutating func prepare(_ blocks: [Plan.Block], batch: [Int]) {
    for block in blocks {
      let shape = batch + block.shape
      if tensors[block.quantity]?.shape != shape || written[block.quantity] != block.elements {
        let isDense = block.elements.count == block.count
        tensors[block.quantity] = Self.tensor(batch, block.shape, isZeroed: !isDense)
        written[block.quantity] = block.elements
      }
    }
    tensors = tensors.filter { quantity, _ in blocks.contains { $0.quantity == quantity } }
  }

  /// A tensor of shape batch + element.
  ///
  /// From a few vectors of points on, its memory holds one column after another, each element of all
  /// points together: that is how kernels write at full speed. Columns start on cache lines, and not at
  /// multiples of large powers of two, where they would compete for the same lines of the cache.
  private static func tensor(_ batch: [Int], _ element: [Int], isZeroed: Bool) -> Tensor<Double> {
    let count = batch.first ?? 1
    guard count >= 32 && element.reduce(1, *) > 1 else {
      return isZeroed ? Tensor(shape: batch + element, repeating: 0) : Tensor(uninitialized: batch + element)
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
      layout: TensorLayout(shape: batch + element, strides: [1] + strides, offset: 0))
  }

  /// Where a plan's kernel writes its outputs. The addresses are good until this value changes.
  mutating func columns(_ blocks: [Plan.Block]) -> [OutputColumn] {
    blocks.flatMap { block in
      tensors[block.quantity]!.withUnsafeMutableStridedPointer { base, strides in
        let isBatch = strides.count > block.shape.count
        return block.elements.map { element in
          // The element's position in row-major order, by the strides that the tensor has in memory.
          var (offset, rest) = (0, element)
          for axis in block.shape.indices.reversed() {
            offset += rest % block.shape[axis] * strides[axis + (isBatch ? 1 : 0)]
            rest /= block.shape[axis]
          }
          return OutputColumn(base: base + offset, stride: isBatch ? strides[0] : 1)
        }
      }
    }
  }
}
