package import NablaExpressions
internal import Glibc

/// A kernel of machine code for the vectors of one instruction set.
///
/// The code reads and writes whole columns. Inputs and outputs that lie otherwise (rows of points, a
/// value shared by all) pass through blocks in the first-level cache, and so do the points of a batch
/// that do not fill a vector: they run in a vector of their own, whose other lanes are thrown away.
package struct MachineKernel<Scalar: KernelScalar>: Kernel {
  /// Bytes a number.
  private static var size: Int { MemoryLayout<Scalar>.stride }
  private typealias Entry = @convention(c) (UnsafePointer<UnsafeMutableRawPointer>, Int, Int) -> Void

  package let inputCount: Int
  package let outputCount: Int
  package let estimatedCost: Double
  private let laneCount: Int
  private let memory: ExecutableMemory
  /// The program keeps the scalar functions alive that the code calls.
  private let program: VectorProgram
  /// The inputs that the program reads; no others are touched.
  private let usedInputs: [Int]
  private let allOutputs: [Int]
  /// Points a block that passes through the cache.
  private let blockSize: Int

  /// Straight-line code of more operations than this no longer fits the second-level cache, and its values
  /// fill a stack frame: the interpreter takes over, whose instructions are compact.
  private static var largestProgram: Int { 20_000 }

  /// nil where the system grants no executable memory, and for programs that are too large to be fast.
  package init?(outputs: [Expr], inputs: [Expr], instructionSet: InstructionSet) {
    let lowered = Lowering.program(
      outputs: outputs, inputs: inputs, precision: Scalar.precision, limit: Self.largestProgram)
    guard let program = lowered else { return nil }
    self.program = program
    var emitter = Emitter(program, inputCount: inputs.count, instructionSet: instructionSet)
    let code = emitter.emit()
    guard emitter.frameSize <= 64 * 1024, let memory = ExecutableMemory(code) else { return nil }
    self.memory = memory
    inputCount = inputs.count
    outputCount = outputs.count
    let laneCount = instructionSet.laneCount(of: Scalar.precision)
    self.laneCount = laneCount
    estimatedCost = program.operations.reduce(0.5) {
      $0 + ($1.code == .call ? 10 : 0.5 / Double(laneCount))
    }
    usedInputs = program.operations.filter { $0.code == .input }.map { Int($0.immediate) }
    allOutputs = Array(0..<outputs.count)
    let fitting = 16 * 1024 / (Self.size * Swift.max(1, inputs.count + outputs.count)) / 16 * 16
    blockSize = Swift.min(512, Swift.max(16, fitting))
  }

  /// The emitted bytes, for tests and for showing to people.
  package static func code(outputs: [Expr], inputs: [Expr], instructionSet: InstructionSet) -> [UInt8] {
    let lowered = Lowering.program(outputs: outputs, inputs: inputs, precision: Scalar.precision)
    guard let program = lowered else { return [] }
    var emitter = Emitter(program, inputCount: inputs.count, instructionSet: instructionSet)
    return emitter.emit()
  }

  // Callers in other modules find no specialised code by themselves.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func run(
    points range: Range<Int>, inputs: UnsafePointer<InputColumn<Scalar>>,
    outputs: UnsafePointer<OutputColumn<Scalar>>
  ) {
    guard !range.isEmpty && outputCount > 0 else { return }
    let whole = range.lowerBound + range.count / laneCount * laneCount
    if whole > range.lowerBound {
      let stagedInputs = usedInputs.filter { inputs[$0].stride != 1 }
      let stagedOutputs = allOutputs.filter { outputs[$0].stride != 1 }
      run(
        range.lowerBound..<whole, inputs, outputs, stagedInputs: stagedInputs, stagedOutputs: stagedOutputs)
    }
    if whole < range.upperBound {
      run(
        whole..<range.upperBound, inputs, outputs, stagedInputs: usedInputs,
        stagedOutputs: allOutputs)
    }
  }

  /// Runs points whose staged columns pass through blocks in the cache. The number of points fills whole
  /// vectors, or all columns are staged.
  private func run(
    _ range: Range<Int>, _ inputs: UnsafePointer<InputColumn<Scalar>>,
    _ outputs: UnsafePointer<OutputColumn<Scalar>>,
    stagedInputs: [Int], stagedOutputs: [Int]
  ) {
    let stagedCount = stagedInputs.count + stagedOutputs.count
    let padded = (range.count + laneCount - 1) / laneCount * laneCount
    let size = stagedCount == 0 ? padded : Swift.min(blockSize, padded)
    withUnsafeTemporaryAllocation(byteCount: stagedCount * size * Self.size, alignment: 64) { bytes in
      withUnsafeTemporaryAllocation(
        of: UnsafeMutableRawPointer.self, capacity: inputCount + outputCount
      ) { columns in
        for i in 0..<inputCount { columns[i] = UnsafeMutableRawPointer(mutating: inputs[i].base) }
        for i in 0..<outputCount { columns[inputCount + i] = UnsafeMutableRawPointer(outputs[i].base) }
        var start = range.lowerBound
        while start < range.upperBound {
          let count = Swift.min(size, range.upperBound - start)
          let end = start + (count + laneCount - 1) / laneCount * laneCount
          // The code adds the offset of the point to a column's address: let it arrive at the block.
          var block = bytes.baseAddress! - start * Self.size
          var next = 0
          while next < stagedInputs.count {
            let i = stagedInputs[next]
            columns[i] = block
            // Neighbours in rows of points are read together.
            let second = next + 1 < stagedInputs.count ? stagedInputs[next + 1] : i
            let isPair =
              inputs[second].base == inputs[i].base + 1 && inputs[second].stride == inputs[i].stride
            if isPair { columns[second] = block + size * Self.size }
            load(
              inputs[i], start..<start + count, paddedTo: end, into: columns[i],
              neighbourInto: isPair ? columns[second] : nil)
            block += (isPair ? 2 : 1) * size * Self.size
            next += isPair ? 2 : 1
          }
          for i in stagedOutputs {
            columns[inputCount + i] = block
            block += size * Self.size
          }
          let entry = unsafeBitCast(memory.address, to: Entry.self)
          entry(columns.baseAddress!, start * Self.size, end * Self.size)
          store(stagedOutputs, start..<start + count, columns.baseAddress! + inputCount, outputs)
          start += count
        }
      }
    }
  }

  /// Copies a column, and the one whose elements follow its own in memory if there is a place for it, into
  /// blocks. The lanes behind the last point repeat it, so that they are nothing special.
  private func load(
    _ column: InputColumn<Scalar>, _ range: Range<Int>, paddedTo end: Int,
    into block: UnsafeMutableRawPointer,
    neighbourInto neighbour: UnsafeMutableRawPointer?
  ) {
    var source = UnsafeRawPointer(column.base + range.lowerBound * column.stride)
    let step = column.stride * Self.size
    let target = block.assumingMemoryBound(to: Scalar.self)
    let last = range.upperBound - 1
    guard let second = neighbour?.assumingMemoryBound(to: Scalar.self) else {
      for i in range {
        target[i] = source.load(as: Scalar.self)
        source += step
      }
      for i in range.upperBound..<end { target[i] = target[last] }
      return
    }
    // Two points at a time: a 2 × 2 transposition in registers.
    var i = range.lowerBound
    while i < last {
      let a = source.loadUnaligned(as: SIMD2<Scalar>.self)
      let b = (source + step).loadUnaligned(as: SIMD2<Scalar>.self)
      UnsafeMutableRawPointer(target + i).storeBytes(of: SIMD2(a.x, b.x), as: SIMD2<Scalar>.self)
      UnsafeMutableRawPointer(second + i).storeBytes(of: SIMD2(a.y, b.y), as: SIMD2<Scalar>.self)
      source += 2 * step
      i += 2
    }
    if i == last {
      let a = source.loadUnaligned(as: SIMD2<Scalar>.self)
      (target[i], second[i]) = (a.x, a.y)
    }
    for i in range.upperBound..<end { (target[i], second[i]) = (target[last], second[last]) }
  }

  /// Copies blocks to their columns, eight points at a time: rows of points are written line by line.
  private func store(
    _ staged: [Int], _ range: Range<Int>, _ blocks: UnsafePointer<UnsafeMutableRawPointer>,
    _ outputs: UnsafePointer<OutputColumn<Scalar>>
  ) {
    guard !staged.isEmpty else { return }
    for first in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
      let last = Swift.min(first + 8, range.upperBound)
      for output in staged {
        let source = blocks[output].assumingMemoryBound(to: Scalar.self)
        let (target, stride) = (outputs[output].base, outputs[output].stride)
        for i in first..<last { target[i * stride] = source[i] }
      }
    }
  }
}
