internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// Value and gradient of a density at a point for each of some chains, by one call of a kernel: a chain is a lane of
/// the batch. Nothing is allocated per call.
///
/// Not for use by two threads at once.
final class GradientLanes {
  let count: Int
  private let n: Int
  /// From one column to the next.
  private let stride: Int
  /// The coordinates by columns: those of all chains together.
  private let points: UnsafeMutablePointer<Double>
  /// The value's column, and those of the gradient.
  private let results: UnsafeMutablePointer<Double>
  private let run: (_ isActive: UnsafePointer<Bool>) -> Void
  private let memory: [UnsafeMutableRawPointer]

  /// - Parameter kernel: computes value and gradient of the density's function.
  init(_ density: LogDensity, _ kernel: any Kernel<Double>, count: Int) {
    let n = density.dimension
    (self.n, self.count) = (n, count)
    // Each column is on cache lines of its own.
    let stride = (count + 7) / 8 * 8
    self.stride = stride
    let (points, results) = (Self.columns(n * stride), Self.columns((n + 1) * stride))
    (self.points, self.results) = (points, results)
    let p = density.rows?.shape[1] ?? 0
    let inputs = UnsafeMutablePointer<InputColumn<Double>>.allocate(capacity: n + p)
    let outputs = UnsafeMutablePointer<OutputColumn<Double>>.allocate(capacity: n + 1)
    for j in 0...n { (outputs + j).initialize(to: OutputColumn(base: results + j * stride, stride: 1)) }
    memory = [
      UnsafeMutableRawPointer(points), UnsafeMutableRawPointer(results), UnsafeMutableRawPointer(inputs),
      UnsafeMutableRawPointer(outputs),
    ]
    guard let rows = density.rows else {
      for j in 0..<n { (inputs + j).initialize(to: InputColumn(base: points + j * stride, stride: 1)) }
      let prepared = kernel.prepared(inputs: inputs, outputs: outputs, isStreamed: false)
      run = { _ in prepared(0..<count) }
      return
    }
    // The lanes of the kernel are the rows of the data, and the chains take turns.
    rows.withUnsafeStridedPointer { base, strides in
      for j in 0..<p {
        (inputs + n + j).initialize(to: InputColumn(base: base + j * strides[1], stride: strides[0]))
      }
    }
    run = { isActive in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: n + 1) { sums in
        for lane in 0..<count where isActive[lane] {
          for j in 0..<n {
            (inputs + j).initialize(to: InputColumn(base: points + j * stride + lane, stride: 0))
          }
          kernel.sum(count: rows.shape[0], inputs: inputs, into: sums.baseAddress!)
          for j in 0...n { results[j * stride + lane] = sums[j] }
        }
      }
    }
  }

  deinit { for block in memory { block.deallocate() } }

  private static func columns(_ count: Int) -> UnsafeMutablePointer<Double> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Double>.stride, alignment: 64)
    return memory.initializeMemory(as: Double.self, repeating: 0, count: count)
  }

  /// Value and gradient at all points; of lanes that are not active they may be anything.
  func evaluate(_ isActive: UnsafePointer<Bool>) { run(isActive) }

  func setPoint(_ point: UnsafePointer<Double>, lane: Int) {
    for j in 0..<n { points[j &* stride &+ lane] = point[j] }
  }

  /// The value of a lane, whose gradient is copied.
  func result(lane: Int, gradient: UnsafeMutablePointer<Double>) -> Double {
    let column = results + lane
    for j in 0..<n { gradient[j] = column[(j &+ 1) &* stride] }
    return column[0]
  }
}

extension LogDensity {
  /// Computes log p(x(u)) + log |dx/du| and its gradient by u.
  func gradientKernel() -> any Kernel<Double> {
    let output = function.outputs[0]
    return compile(
      outputs: [output] + output.gradient(by: function.variables),
      inputs: function.variables + function.parameters)
  }
}
