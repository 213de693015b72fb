// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Kernels that run one after another over the same points, some of them again and again: what a loop is to
/// straight-line code.
///
/// What one kernel hands to the next lies in columns of its own, of a block of points small enough for the
/// first-level cache: ten Newton steps, or an iteration for eigenvalues, read their inputs once and write
/// their results once. A kernel may write over the columns that it reads.
package struct KernelChain: Sendable {
  /// Where a kernel reads an input or writes an output.
  package enum Place: Sendable, Equatable {
    /// A column that the caller gives, by its number.
    case input(Int)
    /// A column of the block, by its number.
    case block(Int)
    /// A column of results that the caller gives, by its number.
    case output(Int)
  }

  package enum Repetition: Sendable {
    case times(Int)
    /// Until the last output, which lies in the block, is zero at all its points; at most so many times.
    case untilZero(atMost: Int)
  }

  package struct Stage: Sendable {
    package var kernel: any Kernel<Double>
    package var reads: [Place]
    package var writes: [Place]
    package var repetition: Repetition

    package init(
      _ kernel: any Kernel<Double>, reads: [Place], writes: [Place], repetition: Repetition = .times(1)
    ) {
      self.kernel = kernel
      self.reads = reads
      self.writes = writes
      self.repetition = repetition
    }

    /// Whether all that it reads and writes lies in the block.
    fileprivate var isLocal: Bool {
      (reads + writes).allSatisfy { if case .block = $0 { true } else { false } }
    }

    fileprivate var estimatedCost: Double {
      switch repetition {
      case .times(let count): kernel.estimatedCost * Double(count)
      case .untilZero: kernel.estimatedCost * 3
      }
    }
  }

  private let stages: [Stage]
  private let outputCount: Int
  /// The column of the block that says of which points the results are of no use: where it is not zero.
  private let failures: Int?
  /// Columns of the block.
  private let columnCount: Int
  /// Points of the block: a multiple of any vector's.
  private let blockSize: Int

  /// - Parameter failures: a column of the block, written by the last stage, that is not zero where results are of
  ///   no use.
  package init(_ stages: [Stage], failures: Int? = nil) {
    self.stages = stages
    self.failures = failures
    var (columns, outputs) = (0, 0)
    for place in stages.flatMap({ $0.reads + $0.writes }) {
      switch place {
      case .input: break
      case .block(let column): columns = Swift.max(columns, column + 1)
      case .output(let output): outputs = Swift.max(outputs, output + 1)
      }
    }
    (columnCount, outputCount) = (columns, outputs)
    // All columns in half of the smallest common first-level cache; if there are none, all points at once.
    let fitting = 16 * 1024 / (MemoryLayout<Double>.stride * Swift.max(1, columns)) / 32 * 32
    blockSize = columns == 0 ? .max : Swift.max(32, fitting)
  }

  /// Runs the chain for points 0 ..< count, on several threads where the work is worth it. A point's results
  /// have the same bits in every run if each repeated kernel leaves alone what is zero in its last output.
  ///
  /// - Returns: the points whose results are of no use, ascending.
  @discardableResult
  package func run(
    count: Int, inputs: UnsafePointer<InputColumn<Double>>, outputs: UnsafePointer<OutputColumn<Double>>
  ) -> [Int] {
    nonisolated(unsafe) let (inputs, outputs) = (inputs, outputs)
    let cost = stages.reduce(0) { $0 + $1.estimatedCost }
    let isStreamed = exceedsCaches(count: count, outputCount: outputCount, of: Double.self)
    let failed = Mutex<[Int]>([])
    Parallelism.forEachChunk(of: count, costPerItem: cost, unit: Double.tileWidth) { range in
      let inRange = run(range, inputs, outputs, isStreamed)
      if !inRange.isEmpty { failed.withLock { $0 += inRange } }
    }
    return failed.withLock { $0.sorted() }
  }

  private func run(
    _ range: Range<Int>, _ inputs: UnsafePointer<InputColumn<Double>>,
    _ outputs: UnsafePointer<OutputColumn<Double>>, _ isStreamed: Bool
  ) -> [Int] {
    var failed: [Int] = []
    withUnsafeTemporaryAllocation(
      byteCount: columnCount == 0 ? 0 : columnCount * blockSize * MemoryLayout<Double>.stride, alignment: 64
    ) { bytes in
      let block = bytes.bindMemory(to: Double.self)
      // The points behind the last are computed too: give them a value.
      block.initialize(repeating: 0)
      let runs = stages.map { stage in
        StageRun(stage, block: block.baseAddress, size: blockSize, inputs, outputs, isStreamed)
      }
      var start = range.lowerBound
      while start < range.upperBound {
        let count = Swift.min(blockSize, range.upperBound - start)
        for run in runs { run.run(start, count) }
        if let failures {
          let column = block.baseAddress! + failures * blockSize
          var next = firstNonzero(column, in: 0..<count)
          while let i = next {
            failed.append(start + i)
            next = firstNonzero(column, in: i + 1..<count)
          }
        }
        start += count
      }
      for run in runs { run.deallocate() }
    }
    return failed
  }
}

/// The first place of a range where a column is not zero; eight are looked at together.
private func firstNonzero(_ column: UnsafePointer<Double>, in range: Range<Int>) -> Int? {
  var i = range.lowerBound
  while i + 8 <= range.upperBound {
    let numbers = UnsafeRawPointer(column + i).loadUnaligned(as: SIMD8<Double>.self)
    if any(numbers .!= 0) { break }
    i += 8
  }
  while i < range.upperBound {
    if column[i] != 0 { return i }
    i += 1
  }
  return nil
}

/// A stage with its columns: those of the block stay, those of the caller move on from block to block.
private struct StageRun {
  private let stage: KernelChain.Stage
  private let inputs: UnsafePointer<InputColumn<Double>>
  private let outputs: UnsafePointer<OutputColumn<Double>>
  private let reads: UnsafeMutablePointer<InputColumn<Double>>
  private let writes: UnsafeMutablePointer<OutputColumn<Double>>
  /// The last column that is written.
  private let last: UnsafePointer<Double>?
  private let isLocal: Bool
  private let prepared: (Range<Int>) -> Void

  init(
    _ stage: KernelChain.Stage, block: UnsafeMutablePointer<Double>?, size: Int,
    _ inputs: UnsafePointer<InputColumn<Double>>, _ outputs: UnsafePointer<OutputColumn<Double>>,
    _ isStreamed: Bool
  ) {
    self.stage = stage
    self.inputs = inputs
    self.outputs = outputs
    isLocal = stage.isLocal
    reads = .allocate(capacity: stage.reads.count)
    writes = .allocate(capacity: stage.writes.count)
    for (i, place) in stage.reads.enumerated() {
      let column =
        switch place {
        case .input(let number): inputs[number]
        case .block(let column): InputColumn(base: block! + column * size, stride: 1)
        case .output: preconditionFailure("a kernel of a chain reads inputs and the block")
        }
      (reads + i).initialize(to: column)
    }
    for (i, place) in stage.writes.enumerated() {
      let column =
        switch place {
        case .output(let number): outputs[number]
        case .block(let column): OutputColumn(base: block! + column * size, stride: 1)
        case .input: preconditionFailure("a kernel of a chain writes outputs and the block")
        }
      (writes + i).initialize(to: column)
    }
    last = stage.writes.isEmpty ? nil : UnsafePointer(writes[stage.writes.count - 1].base)
    prepared = stage.kernel.prepared(inputs: reads, outputs: writes, isStreamed: isStreamed)
  }

  func deallocate() {
    reads.deallocate()
    writes.deallocate()
  }

  func run(_ start: Int, _ count: Int) {
    // In the block whole vectors are computed; of the caller's points none behind the last.
    let points = 0..<(isLocal ? (count + 31) / 32 * 32 : count)
    if !isLocal { moveColumns(to: start) }
    switch stage.repetition {
    case .times(let times): for _ in 0..<times { prepared(points) }
    case .untilZero(let limit):
      var turn = 0
      repeat {
        prepared(points)
        turn += 1
      } while turn < limit && !isZero(count)
    }
  }

  private func isZero(_ count: Int) -> Bool {
    guard let last else { return true }
    return firstNonzero(last, in: 0..<count) == nil
  }

  /// Lets point 0 be the block's first.
  private func moveColumns(to start: Int) {
    for (i, place) in stage.reads.enumerated() {
      guard case .input(let number) = place else { continue }
      var column = inputs[number]
      column.base = column.address(of: start)
      (reads + i).initialize(to: column)
    }
    for (i, place) in stage.writes.enumerated() {
      guard case .output(let number) = place else { continue }
      var column = outputs[number]
      column.base = column.address(of: start)
      (writes + i).initialize(to: column)
    }
  }
}
