package import NablaExpressions

/// Where the values of one input of a kernel lie: that of point i at `base + i * stride`.
///
/// Stride 1 is a column of its own, n a column of row-major points [N, n], and 0 a value that all
/// points share.
package struct InputColumn<Scalar: KernelScalar> {
  package var base: UnsafePointer<Scalar>
  package var stride: Int

  package init(base: UnsafePointer<Scalar>, stride: Int) {
    self.base = base
    self.stride = stride
  }
}

/// Where the values of one output of a kernel go: that of point i to `base + i * stride`.
package struct OutputColumn<Scalar: KernelScalar> {
  package var base: UnsafeMutablePointer<Scalar>
  package var stride: Int

  package init(base: UnsafeMutablePointer<Scalar>, stride: Int) {
    self.base = base
    self.stride = stride
  }
}

/// A compiled list of expressions, ready to run over batches of points.
///
/// Every way of executing a graph conforms to this protocol: the portable interpreter, and machine code
/// for an instruction set. A kernel is immutable and may run on any number of threads at once.
///
/// A point's results have the same bits in every run: they depend neither on the number of points, nor
/// on its place among them, nor on the number of threads.
package protocol Kernel<Scalar>: Sendable {
  /// The numbers of inputs, outputs and all that lies between them.
  associatedtype Scalar: KernelScalar

  var inputCount: Int { get }
  var outputCount: Int { get }

  /// A rough number of nanoseconds that a point takes, from which a run decides how many threads pay.
  var estimatedCost: Double { get }

  /// Computes all outputs of the points in `range`. The columns are indexed by the points' numbers, and
  /// hold `inputCount` and `outputCount` entries.
  func run(
    points range: Range<Int>, inputs: UnsafePointer<InputColumn<Scalar>>,
    outputs: UnsafePointer<OutputColumn<Scalar>>)
}

/// Compiles expressions of `inputs`, which are variables, for this machine, to compute in the precision of
/// `scalar`.
///
/// This is the one place that chooses among the ways of executing a graph: machine code for
/// ``InstructionSet/current``, and the interpreter where there is none, where the system grants no
/// executable memory, and for graphs so large that their code would not fit the caches.
///
/// - Precondition: the outputs contain no variables but the inputs.
/// - Complexity: O(number of nodes of the graph).
package func compile<Scalar: KernelScalar>(
  outputs: [Expr], inputs: [Expr], as scalar: Scalar.Type = Double.self,
  for instructionSet: InstructionSet = .current
) -> any Kernel<Scalar> {
  if instructionSet != .portable,
    let kernel = MachineKernel<Scalar>(outputs: outputs, inputs: inputs, instructionSet: instructionSet)
  {
    return kernel
  }
  return Interpreter<Scalar>(tape: Tape(outputs: outputs, inputs: inputs))
}

extension Kernel {
  /// Computes all outputs of points 0 ..< count, on several threads where the work is worth it.
  package func run(
    count: Int, inputs: UnsafePointer<InputColumn<Scalar>>, outputs: UnsafePointer<OutputColumn<Scalar>>
  ) {
    nonisolated(unsafe) let (inputs, outputs) = (inputs, outputs)
    Parallelism.forEachChunk(of: count, costPerItem: estimatedCost) { range in
      run(points: range, inputs: inputs, outputs: outputs)
    }
  }
}
