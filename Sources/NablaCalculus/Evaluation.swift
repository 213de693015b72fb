internal import NablaKernels
public import NablaTensors

/// The quantities that ``Function/evaluate(_:at:parameters:)`` computed.
///
/// Asking for one that was not computed is a programmer's mistake.
public struct Evaluation: Sendable {
  private var tensors: [Function.Quantities: Tensor<Double>] = [:]

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
      let isDense = block.elements.count == block.count
      if tensors[block.quantity]?.shape != shape {
        tensors[block.quantity] =
          isDense ? Tensor(uninitialized: shape) : Tensor(shape: shape, repeating: 0)
      } else if !isDense {
        tensors[block.quantity]!.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      }
    }
    tensors = tensors.filter { quantity, _ in blocks.contains { $0.quantity == quantity } }
  }

  /// Where a plan's kernel writes its outputs. The addresses are good until this value changes.
  mutating func columns(_ blocks: [Plan.Block]) -> [OutputColumn] {
    blocks.flatMap { block in
      tensors[block.quantity]!.withUnsafeMutableBufferPointer { buffer in
        block.elements.map { element in
          // An empty batch has no memory and writes none.
          OutputColumn(base: (buffer.baseAddress ?? Self.nowhere) + element, stride: block.count)
        }
      }
    }
  }

  nonisolated(unsafe) private static let nowhere = UnsafeMutablePointer<Double>.allocate(capacity: 1)
}
