// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// Where the values of one input of a kernel lie: that of point i at `base + i * stride`, or in tiles.
///
/// Stride 1 is a column of its own, n a column of row-major points [N, n], and 0 a value that all
/// points share.
package struct InputColumn<Scalar: KernelScalar> {
  package var base: UnsafePointer<Scalar>
  package var stride: Int
  /// The number of columns that lie together in tiles, or 0: point i is then at
  /// `base + i / tileWidth * tileWidth * tileColumns + i % tileWidth`. Tiles are whole.
  package var tileColumns: Int

  package init(base: UnsafePointer<Scalar>, stride: Int) {
    self.base = base
    self.stride = stride
    tileColumns = 0
  }

  package init(base: UnsafePointer<Scalar>, tileColumns: Int) {
    self.base = base
    stride = 1
    self.tileColumns = tileColumns
  }

  func address(of point: Int) -> UnsafePointer<Scalar> {
    base + Scalar.offset(of: point, stride, tileColumns)
  }
}

/// Where the values of one output of a kernel go: as for an ``InputColumn``. Of the last tile, the places
/// behind the last point may be written too.
package struct OutputColumn<Scalar: KernelScalar> {
  package var base: UnsafeMutablePointer<Scalar>
  package var stride: Int
  package var tileColumns: Int

  package init(base: UnsafeMutablePointer<Scalar>, stride: Int) {
    self.base = base
    self.stride = stride
    tileColumns = 0
  }

  package init(base: UnsafeMutablePointer<Scalar>, tileColumns: Int) {
    self.base = base
    stride = 1
    self.tileColumns = tileColumns
  }

  func address(of point: Int) -> UnsafeMutablePointer<Scalar> {
    base + Scalar.offset(of: point, stride, tileColumns)
  }
}

extension KernelScalar {
  /// The points of a tile: a cache line, of 8 doubles or 16 floats.
  package static var tileWidth: Int { 64 / MemoryLayout<Self>.stride }

  fileprivate static func offset(of point: Int, _ stride: Int, _ tileColumns: Int) -> Int {
    tileColumns == 0
      ? point * stride : point / tileWidth * tileWidth * tileColumns + point % tileWidth
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
  ///
  /// - Parameter isStreamed: whether outputs are better written past the caches, since nobody will find
  ///   them there.
  func run(
    points range: Range<Int>, inputs: UnsafePointer<InputColumn<Scalar>>,
    outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool)

  /// ``run(points:inputs:outputs:isStreamed:)`` for many ranges: what follows from how the columns lie is done
  /// once. The caller keeps the lists where they are; the bases in them may move between runs, all of one
  /// list by the same number of points, a multiple of a tile's.
  func prepared(
    inputs: UnsafePointer<InputColumn<Scalar>>, outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool
  ) -> (_ points: Range<Int>) -> Void

  /// Computes all outputs of one point: `addresses` are those of its inputs and then of its outputs.
  func run(addresses: UnsafePointer<UnsafeMutablePointer<Scalar>>)

  /// Adds up each output over every block of `size` points in `range`, the last of which may be shorter, and writes the
  /// sums to `sums`, one for each output of the first block, then of the next.
  ///
  /// The order of the additions follows from the points' numbers alone.
  func sum(
    points range: Range<Int>, inBlocksOf size: Int, inputs: UnsafePointer<InputColumn<Scalar>>,
    into sums: UnsafeMutablePointer<Scalar>)
}

/// Compiles expressions of `inputs`, which are variables, for this machine, to compute in the precision of
/// `scalar`.
///
/// This is the one place that chooses among the ways of executing a graph: machine code for
/// ``InstructionSet/current``, and the interpreter where there is none, where the system grants no
/// executable memory, and for graphs so large that their code would not fit the caches.
///
/// - Parameter overwritten: for outputs that may be written where an input lies, that input.
/// - Precondition: the outputs contain no variables but the inputs.
/// - Complexity: O(number of nodes of the graph).
package func compile<Scalar: KernelScalar>(
  outputs: [Expr], inputs: [Expr], overwritten: [Int: Int] = [:], as scalar: Scalar.Type = Double.self,
  for instructionSet: InstructionSet = .current
) -> any Kernel<Scalar> {
  if instructionSet != .portable,
    let kernel = MachineKernel<Scalar>(
      outputs: outputs, inputs: inputs, overwritten: overwritten, instructionSet: instructionSet)
  {
    return kernel
  }
  return Interpreter<Scalar>(tape: Tape(outputs: outputs, inputs: inputs))
}

/// Whether outputs of a batch leave the last-level cache before anybody reads them.
func exceedsCaches<Scalar: KernelScalar>(count: Int, outputCount: Int, of: Scalar.Type) -> Bool {
  count * outputCount * MemoryLayout<Scalar>.stride > 32 << 20
}

extension Kernel {
  /// Computes all outputs of points 0 ..< count, on several threads where the work is worth it.
  package func run(
    count: Int, inputs: UnsafePointer<InputColumn<Scalar>>, outputs: UnsafePointer<OutputColumn<Scalar>>
  ) {
    nonisolated(unsafe) let (inputs, outputs) = (inputs, outputs)
    let isStreamed = exceedsCaches(count: count, outputCount: outputCount, of: Scalar.self)
    Parallelism.forEachChunk(of: count, costPerItem: estimatedCost, unit: Scalar.tileWidth) { range in
      run(points: range, inputs: inputs, outputs: outputs, isStreamed: isStreamed)
    }
  }

  /// Σᵢ of each output over points 0 ..< count, on several threads where the work is worth it.
  ///
  /// Blocks of points are summed each by itself, and their sums in pairs, so that the result does not
  /// depend on the number of threads, and its error grows with the logarithm of the number of points (and
  /// a block's size).
  package func sum(
    count: Int, inputs: UnsafePointer<InputColumn<Scalar>>, into sums: UnsafeMutablePointer<Scalar>
  ) {
    let (blockSize, width) = (512, outputCount)
    let blocks = (count + blockSize - 1) / blockSize
    let partial = UnsafeMutablePointer<Scalar>.allocate(capacity: Swift.max(1, blocks) * width)
    defer { partial.deallocate() }
    nonisolated(unsafe) let (columns, target) = (inputs, partial)
    Parallelism.forEachChunk(of: blocks, costPerItem: estimatedCost * Double(blockSize)) { range in
      let points = range.lowerBound * blockSize..<Swift.min(count, range.upperBound * blockSize)
      sum(points: points, inBlocksOf: blockSize, inputs: columns, into: target + range.lowerBound * width)
    }
    addInPairs(partial, blocks: blocks, width: width)
    if blocks > 0 {
      sums.update(from: partial, count: width)
    } else {
      sums.update(repeating: 0, count: width)
    }
  }
}

/// Adds blocks of numbers to the first, in pairs, then in pairs of pairs.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func addInPairs<Scalar: KernelScalar>(
  _ numbers: UnsafeMutablePointer<Scalar>, blocks: Int, width: Int
) {
  var distance = 1
  while distance < blocks {
    for block in stride(from: 0, to: blocks - distance, by: 2 * distance) {
      let (sum, other) = (numbers + block * width, numbers + (block + distance) * width)
      for i in 0..<width { sum[i] += other[i] }
    }
    distance *= 2
  }
}

extension UnsafeMutablePointer where Pointee == InputColumn<Double> {
  /// The columns of `count` inputs whose bases are `step` apart, in memory that holds nothing yet.
  package func initialize(
    count: Int, base: UnsafePointer<Double>, step: Int, stride: Int, tileColumns: Int = 0
  ) {
    for i in 0..<count {
      var column = InputColumn(base: base + i * step, stride: stride)
      column.tileColumns = tileColumns
      (self + i).initialize(to: column)
    }
  }
}
