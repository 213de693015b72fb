import NablaExpressions
import NablaKernels

/// Runs a kernel over points stored in rows, with outputs in rows.
func run(
  _ outputs: [Expr], _ inputs: [Expr], _ points: [[Double]], on instructionSet: InstructionSet = .current
) -> [[Double]] {
  run(compile(outputs: outputs, inputs: inputs, for: instructionSet), points)
}

func run(_ kernel: any Kernel, _ points: [[Double]]) -> [[Double]] {
  let (n, m) = (kernel.inputCount, kernel.outputCount)
  var results = [Double](repeating: .nan, count: points.count * m)
  points.flatMap { $0 }.withUnsafeBufferPointer { rows in
    results.withUnsafeMutableBufferPointer { target in
      guard let rows = rows.baseAddress, let target = target.baseAddress else { return }
      kernel.run(
        count: points.count, inputs: (0..<n).map { InputColumn(base: rows + $0, stride: n) },
        outputs: (0..<m).map { OutputColumn(base: target + $0, stride: m) })
    }
  }
  return points.indices.map { Array(results[$0 * m..<($0 + 1) * m]) }
}
