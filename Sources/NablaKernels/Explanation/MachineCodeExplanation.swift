// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// The vector program of a kernel and the machine code for a batch of points, with its figures.
package struct MachineCodeExplanation: Sendable {
  /// An operation on a vector of points.
  package struct Operation: Sendable {
    /// The value's name, `v3`; nil for the writing of an output.
    package var name: String?
    /// How it is computed; of an output, what is written.
    package var text: String
    /// The number of the output that is written.
    package var output: Int?
    /// The node of the graph that it is part of: `n5 = exp(n4)`.
    package var node: String
    /// Whether it is computed once, before the loop, as it depends only on inputs that all points share.
    package var isHoisted: Bool
  }

  /// A place in the code where something begins.
  package struct Mark: Sendable {
    package enum Kind: Sendable {
      case entry, loop, loopEnd, exit, scalarCode
      /// An operation, by its number in ``operations``, of one of several vectors.
      case operation(Int, vector: Int)
    }
    package var offset: Int
    package var kind: Kind
  }

  package let operations: [Operation]
  /// Of what the loop keeps in a register throughout: constants, sums and what is hoisted.
  package let residents: [KernelExplanation.Definition]

  package let instructionSet: InstructionSet
  package let pointsPerVector: Int
  /// Vectors of points that are interleaved in each turn of the loop.
  package let vectorsPerTurn: Int
  /// The pieces that a batch runs through; the code is that of the program as a whole.
  package let pieceCount: Int
  /// Instructions and constants; the constants begin at ``constantsOffset``.
  package let code: [UInt8]
  /// Bytes of instructions.
  package let codeSize: Int
  package let constantsOffset: Int
  package let constants: [String]
  /// Vector registers that the loop uses, those of ``residents`` included.
  package let registerCount: Int
  /// Columns whose addresses the loop keeps in registers, of all that it reads or writes.
  package let addressCount: Int
  package let columnCount: Int
  /// Bytes of the stack that the function takes, beyond saved registers.
  package let frameSize: Int
  /// Bytes of them that values take for which there was no register, or which wait there for the loop.
  package let spilledSize: Int
  /// Ascending.
  package let marks: [Mark]

  /// The code that a kernel runs for a batch of points in rows, with its results in columns.
  init<Scalar: KernelScalar>(
    of kernel: MachineKernel<Scalar>, _ program: VectorProgram, _ lowering: Lowering, _ listing: GraphListing,
    inputNames: [String], rowLength: Int
  ) {
    let layout = Self.layout(of: kernel, rowLength: rowLength)
    let instructionSet = kernel.variants.instructionSet
    let (code, emitter) = Emitter.explained(program, layout: layout, instructionSet: instructionSet)
    self.instructionSet = instructionSet
    self.code = code
    pointsPerVector = kernel.laneCount
    vectorsPerTurn = layout.parts
    pieceCount = kernel.variants.pieceCount(for: layout)
    codeSize = emitter.assembler.codeSize
    constantsOffset = (codeSize + 63) / 64 * 64
    registerCount = Int(emitter.highestRegister) + 1 + emitter.residents.count
    addressCount = emitter.addressOf.count
    columnCount = kernel.usedInputs.count + kernel.outputCount
    frameSize = Int(emitter.stackSize)
    spilledSize = Int(emitter.frameSize) - 3 * instructionSet.vectorBytes

    // One vector's operations, in the order in which the emitter has those of all.
    let isHoisted = program.areHoisted { layout.inputs[$0] == .shared }
    let ordered = program.hoisting { layout.inputs[$0] == .shared }.program
    let places =
      program.operations.indices.filter { isHoisted[$0] }
      + program.operations.indices.filter { !isHoisted[$0] }
    let notation = ProgramNotation(ordered, inputNames: inputNames)
    var operations: [Operation] = []
    var numbers = [Int?](repeating: nil, count: ordered.operations.count)
    for (position, operation) in ordered.operations.enumerated() where operation.code != .constant {
      numbers[position] = operations.count
      let node = lowering.nodeOfOperation[places[position]]
      operations.append(
        Operation(
          name: notation.name(position), text: notation.text(position),
          output: operation.code == .store ? Int(operation.immediate) : nil,
          node: listing.definition(node)?.line ?? "", isHoisted: position < emitter.preambleCount))
    }
    self.operations = operations
    let constantNotation = ordered.operations.indices.filter { ordered.operations[$0].code == .constant }
    let numbersByConstant = Dictionary(
      constantNotation.map { (Int(ordered.operations[$0].immediate), notation.text($0)) },
      uniquingKeysWith: { first, _ in first })
    constants = ordered.constants.indices.map { numbersByConstant[$0] ?? "" }

    /// The position in one vector's program of an operation of the emitter's.
    var original: [Int] = []
    for operation in emitter.program.operations {
      original.append(operation.part == 0 ? (original.last ?? -1) + 1 : original[original.count - 1])
    }
    residents = emitter.residents.sorted { $0.value > $1.value }.map { resident, register in
      let text =
        switch resident {
        case .sum(let output): "sum of output \(output)"
        case .value(let value): notation.name(original[Int(value)]) ?? notation.text(original[Int(value)])
        }
      return .init(name: (instructionSet == .avx512 ? "zmm" : "ymm") + "\(register)", text: text)
    }
    marks = Self.marks(emitter) { position in numbers[original[position]] }
  }

  /// What the kernel's own choice of a layout is for points in rows, further inputs that all share, and
  /// outputs in columns. Only the addresses' differences matter, nothing is read.
  private static func layout<Scalar: KernelScalar>(
    of kernel: MachineKernel<Scalar>, rowLength: Int
  ) -> CodeLayout {
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: kernel.inputCount + 1) { memory in
      let base = memory.baseAddress!
      let inputs = (0..<kernel.inputCount).map {
        InputColumn(base: UnsafePointer(base + $0), stride: $0 < rowLength ? rowLength : 0)
      }
      let outputs = (0..<kernel.outputCount).map { _ in OutputColumn(base: base, stride: 1) }
      return inputs.withUnsafeBufferPointer { inputs in
        outputs.withUnsafeBufferPointer { outputs in
          guard let outputs = outputs.baseAddress else { return CodeLayout(inputs: [], outputs: []) }
          // Without inputs nothing is read through the pointer.
          let columns = inputs.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<Int>.alignment)!
          return kernel.variants.interleaved(KernelBatch(of: kernel, columns, .columns(outputs)).layout)
        }
      }
    }
  }

  private static func marks(_ emitter: Emitter, number: (Int) -> Int?) -> [Mark] {
    var marks = [Mark(offset: 0, kind: .entry)]
    var isBeforeLoop = true
    for (position, start) in emitter.starts.enumerated() {
      if isBeforeLoop && position >= emitter.preambleCount {
        marks.append(Mark(offset: emitter.loop.lowerBound, kind: .loop))
        isBeforeLoop = false
      }
      let next = position + 1 < emitter.starts.count ? emitter.starts[position + 1] : emitter.loopStep
      guard let number = number(position), next > start else { continue }
      let vector = Int(emitter.program.operations[position].part)
      marks.append(Mark(offset: start, kind: .operation(number, vector: vector)))
    }
    if isBeforeLoop { marks.append(Mark(offset: emitter.loop.lowerBound, kind: .loop)) }
    marks.append(Mark(offset: emitter.loopStep, kind: .loopEnd))
    marks.append(Mark(offset: emitter.loop.upperBound, kind: .exit))
    if emitter.coldStart < emitter.assembler.codeSize {
      marks.append(Mark(offset: emitter.coldStart, kind: .scalarCode))
    }
    return marks
  }
}
