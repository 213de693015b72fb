// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels

/// The elements of one operand of an elementwise function, in the row-major order of the result.
struct ElementwiseOperand {
  /// The address of the first element.
  let base: UnsafeMutableRawPointer
  /// The distances of neighbours along the result's axes, in elements; 0 where the operand is broadcast.
  let strides: [Int]
}

extension ElementwiseKernel {
  /// Computes `count` elements whose operands lie one behind the other, or are one element that all share, on
  /// several threads where the work is worth it.
  ///
  /// - Parameters:
  ///   - addresses: of the inputs and then the outputs.
  ///   - shared: bit i is set where input i is one element.
  func runFlat(_ count: Int, _ addresses: UnsafePointer<UnsafeMutableRawPointer>, shared: Int) {
    // Too little work for a second thread, without asking.
    if count < 1024 { return run(0..<count, addresses, shared: shared) }
    nonisolated(unsafe) let addresses = addresses
    Parallelism.forEachChunk(of: count, costPerItem: estimatedCost, unit: 64 / elementSize) {
      run($0, addresses, shared: shared)
    }
  }

  /// Computes the elements of a result of `shape` from operands in any layout: the inputs and then the
  /// outputs, which may be strided but must not overlap themselves.
  ///
  /// Where an operand lies in long runs of neighbours or is one element for a long run, the kernel works on
  /// them in place. Other operands pass through blocks in the first-level cache.
  func run(shape: [Int], _ operands: [ElementwiseOperand]) {
    let count = shape.reduce(1, *)
    guard count > 0 else { return }
    nonisolated(unsafe) let operands = operands
    Parallelism.forEachChunk(of: count, costPerItem: estimatedCost + 1, unit: 64 / elementSize) { range in
      runBlocks(of: range, operands.map { OperandCursor($0, shape: shape, at: range.lowerBound) })
    }
  }

  private func runBlocks(of range: Range<Int>, _ cursors: [OperandCursor]) {
    var cursors = cursors
    let staged = cursors.indices.filter {
      $0 < inputCount ? !cursors[$0].isReadInPlace($0) : !cursors[$0].isWrittenInPlace
    }
    let blockSize = staged.isEmpty ? range.count : 512
    withUnsafeTemporaryAllocation(
      byteCount: Swift.max(1, staged.count * blockSize * elementSize), alignment: 64
    ) { memory in
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: cursors.count) { addresses in
        var start = range.lowerBound
        while start < range.upperBound {
          var n = Swift.min(blockSize, range.upperBound - start)
          for i in cursors.indices where !staged.contains(i) { n = Swift.min(n, cursors[i].remaining) }
          var shared = 0
          for i in cursors.indices {
            addresses[i] = cursors[i].address(elementSize)
            if i < Swift.min(inputCount, Self.mostShared) && cursors[i].innerStride == 0 { shared |= 1 << i }
          }
          for (k, i) in staged.enumerated() {
            addresses[i] = memory.baseAddress! + k * blockSize * elementSize
            if i >= inputCount { continue }
            shared &= ~(1 << i)
            cursors[i].gather(n, elementSize, into: addresses[i])
          }
          run(0..<n, addresses.baseAddress!, shared: shared)
          for i in cursors.indices {
            if !staged.contains(i) {
              cursors[i].advance(n)
            } else if i >= inputCount {
              cursors[i].scatter(n, elementSize, from: addresses[i])
            }
          }
          start += n
        }
      }
    }
  }
}

/// A place in the elements of one operand, which are visited in row-major order of the result: run by run, with
/// axes merged where the strides allow it.
private struct OperandCursor {
  private let base: UnsafeMutableRawPointer
  /// The axes around the runs, innermost first.
  private let outer: [(extent: Int, strides: SIMD4<Int>)]
  private let innerCount: Int
  let innerStride: Int
  private var index: [Int]
  /// The first element of the run, in elements from the base.
  private var runStart = 0
  /// The place in the run.
  private var offset: Int

  /// Runs shorter than this are gathered: each block of them costs some 50 ns.
  private static let shortestRun = 128

  init(_ operand: ElementwiseOperand, shape: [Int], at position: Int) {
    base = operand.base
    let nest = LoopNest(shape: shape, operand.strides)
    (outer, innerCount, innerStride) = (nest.outer, nest.innerCount, nest.innerStrides[0])
    offset = position % innerCount
    var run = position / innerCount
    index = []
    for axis in outer {
      index.append(run % axis.extent)
      runStart += index.last! * axis.strides[0]
      run /= axis.extent
    }
  }

  /// The elements left of the current run.
  var remaining: Int { innerCount - offset }

  private var hasLongRuns: Bool { outer.isEmpty || innerCount >= Self.shortestRun }

  var isWrittenInPlace: Bool { hasLongRuns && (innerStride == 1 || innerCount == 1) }

  func isReadInPlace(_ input: Int) -> Bool {
    isWrittenInPlace || hasLongRuns && innerStride == 0 && input < ElementwiseKernel.mostShared
  }

  func address(_ size: Int) -> UnsafeMutableRawPointer { base + (runStart + offset * innerStride) * size }

  /// Moves on within a run or to the beginning of the next.
  mutating func advance(_ count: Int) {
    offset += count
    if offset < innerCount { return }
    offset = 0
    for axis in outer.indices {
      index[axis] += 1
      runStart += outer[axis].strides[0]
      if index[axis] < outer[axis].extent { return }
      runStart -= outer[axis].strides[0] * outer[axis].extent
      index[axis] = 0
    }
  }

  /// Copies the next elements to a block.
  mutating func gather(_ count: Int, _ size: Int, into block: UnsafeMutableRawPointer) {
    var block = block
    forEachPiece(count, size) { elements, n, stride in
      if size == 8 {
        copy(n, elements, stride, block, 1, as: UInt64.self)
      } else {
        copy(n, elements, stride, block, 1, as: UInt32.self)
      }
      block += n * size
    }
  }

  /// Copies a block to the next elements.
  mutating func scatter(_ count: Int, _ size: Int, from block: UnsafeMutableRawPointer) {
    var block = block
    forEachPiece(count, size) { elements, n, stride in
      if size == 8 {
        copy(n, block, 1, elements, stride, as: UInt64.self)
      } else {
        copy(n, block, 1, elements, stride, as: UInt32.self)
      }
      block += n * size
    }
  }

  @inline(__always)
  private mutating func forEachPiece(
    _ count: Int, _ size: Int, _ body: (UnsafeMutableRawPointer, _ count: Int, _ stride: Int) -> Void
  ) {
    var left = count
    while left > 0 {
      let n = Swift.min(left, remaining)
      body(address(size), n, innerStride)
      advance(n)
      left -= n
    }
  }
}

/// Copies numbers as bits, from one stride to another.
@inline(__always)
private func copy<Bits: FixedWidthInteger>(
  _ count: Int, _ source: UnsafeMutableRawPointer, _ sourceStride: Int, _ target: UnsafeMutableRawPointer,
  _ targetStride: Int, as: Bits.Type
) {
  let source = source.assumingMemoryBound(to: Bits.self)
  let target = target.assumingMemoryBound(to: Bits.self)
  if sourceStride == 1 && targetStride == 1 {
    target.update(from: source, count: count)
  } else {
    for i in 0..<count { target[i &* targetStride] = source[i &* sourceStride] }
  }
}
