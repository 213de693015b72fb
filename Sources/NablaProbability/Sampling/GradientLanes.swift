// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// Value and gradient of a density at a point for each of some chains, by one call of a kernel: a chain is a lane of
/// the batch. Nothing is allocated per call.
///
/// Not for use by two threads at once.
final class GradientLanes {
  private let n: Int
  /// The points in tiles [T, n, 8]: a kernel reads and writes whole tiles where they lie, also for fewer chains.
  private let points: UnsafeMutablePointer<Double>
  /// Value and gradient, [T, n + 1, 8].
  private let results: UnsafeMutablePointer<Double>
  private let run: (_ isActive: UnsafePointer<Bool>) -> Void
  private let memory: [UnsafeMutableRawPointer]

  /// - Parameter kernel: computes value and gradient of the density's function.
  init(_ density: LogDensity, _ kernel: any Kernel<Double>, count: Int) {
    let n = density.dimension
    self.n = n
    let width = Double.tileWidth
    let size = (count + width - 1) / width * width
    let (points, results) = (Self.zeros(n * size), Self.zeros((n + 1) * size))
    (self.points, self.results) = (points, results)
    let p = density.rows?.shape[1] ?? 0
    let inputs = UnsafeMutablePointer<InputColumn<Double>>.allocate(capacity: n + p)
    let outputs = UnsafeMutablePointer<OutputColumn<Double>>.allocate(capacity: n + 1)
    for j in 0...n {
      (outputs + j).initialize(to: OutputColumn(base: results + j * width, tileColumns: n + 1))
    }
    memory = [
      UnsafeMutableRawPointer(points), UnsafeMutableRawPointer(results), UnsafeMutableRawPointer(inputs),
      UnsafeMutableRawPointer(outputs),
    ]
    guard let rows = density.rows else {
      inputs.initialize(count: n, base: points, step: width, stride: 1, tileColumns: n)
      let prepared = kernel.prepared(inputs: inputs, outputs: outputs, isStreamed: false)
      run = { _ in prepared(0..<count) }
      return
    }
    // The lanes of the kernel are the rows of the data, and the chains take turns.
    rows.withUnsafeStridedPointer { base, strides in
      (inputs + n).initialize(count: p, base: base, step: strides[1], stride: strides[0])
    }
    run = { isActive in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: n + 1) { sums in
        for lane in 0..<count where isActive[lane] {
          let (point, result) = (points + Self.offset(lane, n), results + Self.offset(lane, n + 1))
          inputs.initialize(count: n, base: point, step: width, stride: 0)
          kernel.sum(count: rows.shape[0], inputs: inputs, into: sums.baseAddress!)
          for j in 0...n { result[j * width] = sums[j] }
        }
      }
    }
  }

  deinit { for block in memory { block.deallocate() } }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Double>.stride, alignment: 64)
    return memory.initializeMemory(as: Double.self, repeating: 0, count: count)
  }

  /// Where the first number of a lane lies in tiles of so many columns.
  private static func offset(_ lane: Int, _ columns: Int) -> Int {
    let width = Double.tileWidth
    return lane / width * width * columns + lane % width
  }

  /// Value and gradient at all points; of lanes that are not active they may be anything.
  func evaluate(_ isActive: UnsafePointer<Bool>) { run(isActive) }

  func setPoint(_ point: UnsafePointer<Double>, lane: Int) {
    let target = points + Self.offset(lane, n)
    for j in 0..<n { target[j &* Double.tileWidth] = point[j] }
  }

  /// The value of a lane, whose gradient is copied.
  func result(lane: Int, gradient: UnsafeMutablePointer<Double>) -> Double {
    let source = results + Self.offset(lane, n + 1)
    for j in 0..<n { gradient[j] = source[(j &+ 1) &* Double.tileWidth] }
    return source[0]
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
