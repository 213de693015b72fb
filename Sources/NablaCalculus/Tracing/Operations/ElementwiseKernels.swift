internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors
internal import Synchronization

/// Expressions compiled for both precisions, each when it is first asked for.
final class ElementwiseKernels: Sendable {
  private let outputs: [Expr]
  private let inputs: [Expr]
  private let doubles = Mutex<(any Kernel<Double>)?>(nil)
  private let floats = Mutex<(any Kernel<Float>)?>(nil)

  init(outputs: [Expr], inputs: [Expr]) {
    self.outputs = outputs
    self.inputs = inputs
  }

  func callAsFunction<Scalar: TensorScalar>(_ operands: [Tensor<Scalar>]) -> [Tensor<Scalar>] {
    if let operands = operands as? [Tensor<Double>] {
      let kernel = doubles.withLock { kernel -> any Kernel<Double> in
        let made = kernel ?? compile(outputs: outputs, inputs: inputs, as: Double.self)
        kernel = made
        return made
      }
      return run(kernel, operands) as! [Tensor<Scalar>]
    }
    let kernel = floats.withLock { kernel -> any Kernel<Float> in
      let made = kernel ?? compile(outputs: outputs, inputs: inputs, as: Float.self)
      kernel = made
      return made
    }
    return run(kernel, operands as! [Tensor<Float>]) as! [Tensor<Scalar>]
  }

  private func run<S: TensorScalar & KernelScalar>(_ kernel: any Kernel<S>, _ operands: [Tensor<S>])
    -> [Tensor<S>]
  {
    let shape = broadcastShape(operands.map(\.shape))
    let full = operands.map { $0.count == 1 ? $0 : $0.broadcast(to: shape).contiguous() }
    let results = outputs.map { _ in Tensor<S>(uninitialized: shape) }
    let count = shape.reduce(1, *)
    let ins = full.map { t in
      t.withUnsafeStridedPointer { p, _ in InputColumn(base: p, stride: t.count == 1 ? 0 : 1) }
    }
    var outs: [OutputColumn<S>] = []
    for r in results {
      r.withUnsafeStridedPointer { p, _ in
        outs.append(OutputColumn(base: UnsafeMutablePointer(mutating: p), stride: 1))
      }
    }
    kernel.run(count: count, inputs: ins, outputs: outs)
    withExtendedLifetime((full, results)) {}
    return results
  }
}
