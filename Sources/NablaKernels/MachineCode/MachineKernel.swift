// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions
internal import LibC
internal import Synchronization

/// A kernel of machine code for the vectors of one instruction set.
///
/// Code is emitted for each layout of inputs and outputs that the kernel meets, once, and kept: columns,
/// rows and tiles are read in place, shared inputs once a run; a single point has code of its own. Other
/// strides pass through blocks in the first-level cache, and so do the points of a batch that do not fill
/// a vector: they run in a vector of their own, whose other lanes are thrown away.
package struct MachineKernel<Scalar: KernelScalar>: Kernel {
  package let inputCount: Int
  package let outputCount: Int
  package let estimatedCost: Double
  let laneCount: Int
  let variants: CodeVariants
  let forms = BatchForms<Scalar>()
  /// The inputs that the program reads, ascending; no others are touched.
  let usedInputs: [Int]

  /// Beyond this the interpreter takes over. It is slower there too, but it starts in a third of the time, some
  /// 0.1 s, and its instructions take less memory; and where more values are alive than ``largestFrame`` holds, the
  /// time to find out is lost (3.8 s at 600,000 operations).
  private static var largestProgram: Int { 100_000 }
  /// Bytes of the stack that the values of a vector of points may take at a time, of the 8 MB of a thread: two
  /// vectors that are interleaved take twice that, and sums over the points come on top.
  private static var largestFrame: Int { 256 * 1024 }

  /// nil where the system grants no executable memory, and for programs that are too large to be fast.
  ///
  /// - Parameter pieceSize: of the pieces that long programs are cut into, in operations.
  package init?(
    outputs: [Expr], inputs: [Expr], overwritten: [Int: Int] = [:], instructionSet: InstructionSet,
    pieceSize: Int? = nil
  ) {
    guard ExecutableMemory.isGranted,
      let program = Lowering.program(
        outputs: outputs, inputs: inputs, overwritten: overwritten, precision: Scalar.precision,
        for: instructionSet, limit: Self.largestProgram),
      program.largestLiveCount * Int(instructionSet.vectorBytes) <= Self.largestFrame
    else { return nil }
    variants = CodeVariants(
      program, inputCount: inputs.count, outputCount: outputs.count, instructionSet: instructionSet,
      pieceSize: pieceSize ?? CodeVariants.pieceSize)
    inputCount = inputs.count
    outputCount = outputs.count
    let laneCount = instructionSet.laneCount(of: Scalar.precision)
    self.laneCount = laneCount
    estimatedCost = program.operations.reduce(0.5) {
      let lanes = instructionSet.laneCount(of: $1.precision)
      return $0 + ($1.code == .call ? 10 * Double(lanes) : 0.5) / Double(laneCount)
    }
    usedInputs = program.operations.filter { $0.code == .input }.map { Int($0.immediate) }.sorted()
  }

  /// The emitted bytes for columns, for tests and for showing to people.
  package static func code(outputs: [Expr], inputs: [Expr], instructionSet: InstructionSet) -> [UInt8] {
    let lowered = Lowering.program(
      outputs: outputs, inputs: inputs, precision: Scalar.precision, for: instructionSet)
    guard let program = lowered else { return [] }
    let layout = CodeLayout(
      inputs: inputs.map { _ in .column }, outputs: outputs.map { _ in .column })
    return Emitter.code(for: program, layout: layout, instructionSet: instructionSet)
  }

  // Callers in other modules find no specialised code by themselves.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func run(
    points range: Range<Int>, inputs: UnsafePointer<InputColumn<Scalar>>,
    outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool
  ) {
    guard !range.isEmpty && outputCount > 0 else { return }
    KernelBatch(of: self, inputs, .columns(outputs), isStreamed: isStreamed).run(range)
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func prepared(
    inputs: UnsafePointer<InputColumn<Scalar>>, outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool
  ) -> (Range<Int>) -> Void {
    let batch = KernelBatch(of: self, inputs, .columns(outputs), isStreamed: isStreamed)
    return { range in batch.run(range) }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func run(addresses: UnsafePointer<UnsafeMutablePointer<Scalar>>) {
    addresses.withMemoryRebound(to: UnsafeMutableRawPointer.self, capacity: inputCount + outputCount) {
      // All inputs are alike: they are read where they are, and put into all lanes.
      variants.singlePoint.run($0, 0, laneCount * MemoryLayout<Scalar>.stride)
    }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func sum(
    points range: Range<Int>, inBlocksOf size: Int, inputs: UnsafePointer<InputColumn<Scalar>>,
    into sums: UnsafeMutablePointer<Scalar>
  ) {
    guard !range.isEmpty && outputCount > 0 else { return }
    withUnsafeTemporaryAllocation(
      byteCount: outputCount * CodeLayout.mostParts * laneCount * MemoryLayout<Scalar>.stride, alignment: 64
    ) { bytes in
      let lanes = bytes.bindMemory(to: Scalar.self).baseAddress!
      lanes.update(repeating: 0, count: outputCount * laneCount)
      var sums = sums
      KernelBatch(of: self, inputs, .sums(lanes)).run(range, inBlocksOf: size) { block, rest in
        sums.update(repeating: 0, count: outputCount)
        if rest > block.lowerBound { drain(lanes, into: sums) }
        if rest < block.upperBound {
          // This code may compute fewer points at a time.
          let last = KernelBatch(of: self, inputs, .lanes(lanes))
          for start in stride(from: rest, to: block.upperBound, by: last.unit) {
            let points = start..<Swift.min(start + last.unit, block.upperBound)
            last.run(points)
            add(lanes, points.count, of: last.unit, to: sums)
          }
          if block.upperBound < range.upperBound {
            lanes.update(repeating: 0, count: outputCount * laneCount)
          }
        }
        sums += outputCount
      }
    }
  }

  /// Adds to each output's sum the first `count` of its `size` numbers.
  private func add(
    _ numbers: UnsafePointer<Scalar>, _ count: Int, of size: Int, to sums: UnsafeMutablePointer<Scalar>
  ) {
    for output in 0..<outputCount {
      var sum: Scalar = 0
      for lane in 0..<count { sum += numbers[output * size + lane] }
      sums[output] += sum
    }
  }

  /// Adds to each output's sum the lanes of its vector, the upper half to the lower one until there is one, and leaves
  /// zeros there.
  private func drain(_ vectors: UnsafeMutablePointer<Scalar>, into sums: UnsafeMutablePointer<Scalar>) {
    for output in 0..<outputCount {
      let lanes = vectors + output &* laneCount
      func four(_ i: Int) -> SIMD4<Scalar> { SIMD4(lanes[i], lanes[i &+ 1], lanes[i &+ 2], lanes[i &+ 3]) }
      let sum =
        switch laneCount {
        case 16: (four(0) + four(8)) + (four(4) + four(12))
        case 8: four(0) + four(4)
        default: four(0)
        }
      lanes.update(repeating: 0, count: laneCount)
      let half = sum.lowHalf + sum.highHalf
      sums[output] += half[0] + half[1]
    }
  }
}

/// The machine code of a program for each layout that was asked for, made at the first use.
final class CodeVariants: Sendable {
  /// Code in memory, of a program or of its pieces, and the program that keeps alive the scalar functions that it calls.
  final class Code: Sendable {
    private typealias Entry = @convention(c) (UnsafePointer<UnsafeMutableRawPointer>, Int, Int) -> Void

    /// The code of a piece, and that for points which do not fill one of its turns.
    fileprivate struct Piece {
      var memory: ExecutableMemory
      /// Bytes of a column that a turn of the loop computes.
      var turnBytes: Int
      /// For a vector at a time, where a turn computes several.
      var rest: ExecutableMemory?
    }

    private let pieces: [Piece]
    var pieceCount: Int { pieces.count }
    /// What runs once before the pieces.
    private let common: ExecutableMemory?
    private let program: VectorProgram
    /// Points that are computed at a time; runs are multiples of it.
    let unit: Int
    /// Inputs, outputs, what is common to pieces, and what they pass on.
    private let counts: (inputs: Int, outputs: Int, common: Int, passed: Int)
    /// Points that run through all pieces before the next, in bytes.
    private let blockBytes: Int

    fileprivate init(_ memory: ExecutableMemory, _ program: VectorProgram, unit: Int) {
      (pieces, common, self.program, self.unit) = ([Piece(memory: memory, turnBytes: 1)], nil, program, unit)
      (counts, blockBytes) = ((0, 0, 0, 0), 0)
    }

    fileprivate init(
      pieces: [Piece], behind common: ExecutableMemory?, _ program: VectorProgram, unit: Int,
      _ counts: (inputs: Int, outputs: Int, common: Int, passed: Int), blockBytes: Int
    ) {
      (self.pieces, self.common, self.program, self.unit) = (pieces, common, program, unit)
      (self.counts, self.blockBytes) = (counts, blockBytes)
    }

    /// Runs the points between two offsets in columns, in bytes.
    func run(_ columns: UnsafePointer<UnsafeMutableRawPointer>, _ start: Int, _ end: Int) {
      if blockBytes == 0 {
        unsafeBitCast(pieces[0].memory.address, to: Entry.self)(columns, start, end)
      } else {
        prepared(columns, longest: end - start) { run in run(start, end) }
      }
    }

    /// Hands over ``run(_:_:_:)`` for many runs with the same columns, of up to `longest` bytes of a column: what is
    /// common to all points is computed once.
    func prepared(
      _ columns: UnsafePointer<UnsafeMutableRawPointer>, longest: Int,
      _ body: (_ run: (_ start: Int, _ end: Int) -> Void) -> Void
    ) {
      if blockBytes == 0 { return body { start, end in run(columns, start, end) } }
      let (inputs, outputs, shared, passed) = counts
      let size = Swift.min(blockBytes, longest)
      let number = program.precision.byteCount
      withUnsafeTemporaryAllocation(byteCount: passed * size + shared * number, alignment: 64) { memory in
        withUnsafeTemporaryAllocation(
          of: UnsafeMutableRawPointer.self, capacity: inputs + outputs + shared + 2 * passed
        ) { all in
          let (memory, all) = (memory.baseAddress!, all.baseAddress!)
          // Of a run the code takes the first address.
          let passedIn = all + inputs + shared
          let passedOut = passedIn + passed + outputs
          all.update(from: columns, count: inputs)
          if let common {
            all[inputs] = memory + passed * size
            unsafeBitCast(common.address, to: Entry.self)(all, 0, number)
          }
          (passedIn + passed).update(from: columns + inputs, count: outputs)
          body { start, end in
            for first in stride(from: start, to: end, by: size) {
              if passed > 0 {
                passedIn[0] = memory - first * passed
                passedOut[0] = passedIn[0]
              }
              let last = Swift.min(first + size, end)
              for piece in pieces {
                let whole = first + (last - first) / piece.turnBytes * piece.turnBytes
                if whole > first { unsafeBitCast(piece.memory.address, to: Entry.self)(all, first, whole) }
                if whole < last, let rest = piece.rest {
                  unsafeBitCast(rest.address, to: Entry.self)(all, whole, last)
                }
              }
            }
          }
        }
      }
    }
  }

  let program: VectorProgram
  let instructionSet: InstructionSet
  /// The latest first: few enough to compare, which is faster than to hash.
  private let codes = Mutex<[(layout: CodeLayout, code: Code)]>([])
  private let single = Mutex<Code?>(nil)
  /// What `single` holds, to be read without its lock.
  private let singleIfMade = Atomic<Unmanaged<Code>?>(nil)

  private let inputCount: Int
  private let outputCount: Int
  /// Operations of a piece of a long program.
  private let pieceSize: Int

  /// There are few layouts in a program's life; one of many that keep coming may be compiled again.
  private static let largestCount = 16

  init(
    _ program: VectorProgram, inputCount: Int, outputCount: Int, instructionSet: InstructionSet,
    pieceSize: Int = CodeVariants.pieceSize
  ) {
    self.pieceSize = pieceSize
    self.program = program
    self.instructionSet = instructionSet
    self.inputCount = inputCount
    self.outputCount = outputCount
  }

  func code(for layout: CodeLayout) -> Code {
    codes.withLock { codes in
      if let known = codes.firstIndex(where: { $0.layout == layout }) {
        if known > 0 { codes.swapAt(0, known) }
      } else {
        if codes.count == Self.largestCount { codes.removeLast() }
        codes.insert((layout, make(layout)), at: 0)
      }
      return codes[0].code
    }
  }

  /// The code for a single point, which need not look for its layout, nor wait for a lock.
  var singlePoint: Code {
    if let code = singleIfMade.load(ordering: .acquiring) { return code.takeUnretainedValue() }
    return single.withLock { single in
      let code = single ?? make(.singlePoint(inputCount: inputCount, outputCount: outputCount))
      single = code
      singleIfMade.store(Unmanaged.passUnretained(code), ordering: .releasing)
      return code
    }
  }

  /// A layout with as many vectors in a turn of the loop as pay: several where results would be waited for, where more
  /// sums than there are registers would go to memory and back for each, and where a vector is half a cache line of an
  /// output that is written past the caches.
  func interleaved(_ layout: CodeLayout) -> CodeLayout {
    interleaved(
      layout, program, mostParts: layout.mostParts(instructionSet), isLatencyBound: program.isLatencyBound)
  }

  /// - Parameters:
  ///   - piece: the whole program, or a piece of it.
  ///   - isLatencyBound: whether the whole program is: pieces follow one another without a pause.
  private func interleaved(
    _ layout: CodeLayout, _ piece: VectorProgram, mostParts: Int, isLatencyBound: Bool
  ) -> CodeLayout {
    var layout = layout
    let sums = piece.operations.count { $0.code == .store && layout.outputs[Int($0.immediate)] == .sum }
    let isHalfLine = instructionSet.vectorBytes < 64 && layout.outputs.contains(.streamedColumn)
    layout.parts =
      isLatencyBound || sums > instructionSet.registerCount || isHalfLine
      ? mostParts : 1
    return layout
  }

  /// The pieces of the code for a layout, interleaved or not.
  func pieceCount(for layout: CodeLayout) -> Int {
    var layout = layout
    layout.parts = 1
    return code(for: layout).pieceCount
  }

  /// Operations of a piece: some 10 kilobytes of code.
  static let pieceSize = 700
  /// What pieces pass on stays in the second-level cache: in a quarter of it, or in half of it for the fewest points
  /// that pay.
  private static let (passedBytes, fewestPoints) = (256 << 10, 32)

  private func make(_ layout: CodeLayout) -> Code {
    makeInPieces(layout) ?? makeWhole(layout)
  }

  private func makeWhole(_ layout: CodeLayout) -> Code {
    let layout = interleaved(layout)
    return Code(memory(for: program, layout), program, unit: unit(layout))
  }

  private func makeInPieces(_ layout: CodeLayout) -> Code? {
    guard !layout.isSinglePoint, !program.mayOverwriteInputs,
      layout.steppings.count < Emitter.steppingRegisters.count,
      let pieces = program.pieces(of: pieceSize, for: layout)
    else { return nil }
    let bytes = program.precision.byteCount
    let pointBytes = Swift.max(1, pieces.passedCount) * bytes
    guard Self.fewestPoints * pointBytes <= 2 * Self.passedBytes else { return nil }
    let points = Swift.max(Self.fewestPoints, Swift.min(512, Self.passedBytes / pointBytes))
    var common = CodeLayout.singlePoint(inputCount: inputCount, outputCount: pieces.commonCount)
    common.firstOfRun =
      (0..<Int32(inputCount)).map { $0 } + Array(repeating: Int32(inputCount), count: pieces.commonCount)
    let (vectorBytes, isLatencyBound) = (instructionSet.vectorBytes, program.isLatencyBound)
    let codes = pieces.programs.map { piece in
      let one = layout.forPiece(
        piece, commonCount: pieces.commonCount, passedCount: pieces.passedCount)
      let turn = interleaved(
        one, piece, mostParts: layout.mostParts(instructionSet), isLatencyBound: isLatencyBound)
      return Code.Piece(
        memory: memory(for: piece, turn), turnBytes: turn.parts * vectorBytes,
        rest: turn.parts > 1 ? memory(for: piece, one) : nil)
    }
    // What passes the caches is written by whole lines.
    let isWhole = layout.outputs.contains(.streamedColumn)
    let unit = isWhole ? (codes.map(\.turnBytes).max() ?? 1) / bytes : vectorBytes / bytes
    let turn = (codes.map(\.turnBytes).max() ?? 1) / bytes
    return Code(
      pieces: codes, behind: pieces.commonCount > 0 ? memory(for: pieces.common, common) : nil, program,
      unit: unit, (inputCount, outputCount, pieces.commonCount, pieces.passedCount),
      blockBytes: points / turn * turn * bytes)
  }

  private func memory(for program: VectorProgram, _ layout: CodeLayout) -> ExecutableMemory {
    let code = Emitter.code(for: program, layout: layout, instructionSet: instructionSet)
    guard let memory = ExecutableMemory(code) else {
      preconditionFailure("the system has no memory left for a kernel's code")
    }
    return memory
  }

  private func unit(_ layout: CodeLayout) -> Int {
    layout.parts * instructionSet.laneCount(of: program.precision)
  }
}
