// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@testable import NablaKernels

/// Every way in which vectors come from inputs and go to outputs, for bits of any kind: loads, broadcasts,
/// the transposition of rows, tiles, stores past the caches, sums. Columns that come first and live on take
/// the lower registers and those for addresses.
@Suite struct MemoryFormTests {
  /// Neighbours of a kind lie directly behind one another, or apart.
  private static let inputs: [[CodeLayout.Input]] = [
    [.column], [.shared], [.shared, .shared, .shared], [.tile(columns: 1), .tile(columns: 1)],
    [.tile(columns: 3)], [.row(stride: 2), .row(stride: 2)], [.row(stride: 3)],
    [.row(stride: 3), .row(stride: 3), .row(stride: 3)], [.passed(columns: 3), .passed(columns: 3)],
    [.row(stride: 64), .row(stride: 64), .column, .tile(columns: 5)],
  ]
  private static let outputs: [CodeLayout.Output] = [
    .column, .streamedColumn, .tile(columns: 5), .sum, .passed(columns: 5),
  ]

  @Test(arguments: runnable, ScalarType.allCases)
  func everyLayoutMovesBits(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try everyLayoutMovesBits(instructionSet, as: scalar.type)
  }

  // Called with a type that is known at run time only, it is not specialised by itself.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func everyLayoutMovesBits<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let seed: UInt64 = 20_261_126
    var generator = SplitMix64(seed: seed)
    let bits = (0..<MovedBits<Scalar>.size(instructionSet)).map { _ in Scalar.pattern(using: &generator) }
    for (inputs, output) in Self.inputs.flatMap({ inputs in Self.outputs.map { (inputs, $0) } }) {
      for fillers in [0, 9, instructionSet.registerCount - 4] {
        for variant in 0..<16 {
          var layout = CodeLayout(
            inputs: (0..<fillers).map { _ in .column } + inputs,
            outputs: inputs.map { _ in output } + (0..<fillers).map { _ in .column })
          layout.parts = Swift.min(1 + variant % 2, layout.mostParts(instructionSet))
          if variant & 4 == 0 { layout.firstOfRun = Self.runs(of: layout) }
          // Neighbours in rows are read together, whichever comes first.
          let order = variant & 2 == 0 ? Array(inputs.indices) : inputs.indices.reversed()
          let program = program(fillers, order, precision: Scalar.precision)
          var emitter = Emitter(
            program, layout: layout, instructionSet: instructionSet,
            residentCount: fillers < 10 && variant & 8 == 0 ? 2 : 0)
          let memory = try #require(ExecutableMemory(emitter.emit()))
          let batch = MovedBits(layout, instructionSet, bits)
          batch.run(memory)
          #expect(
            batch.isMoved(inputs.count, fillers),
            "\(inputs) to \(output) behind \(fillers), variant \(variant), seed \(seed)")
        }
      }
    }
  }

  /// All neighbours of a kind lie directly behind one another.
  private static func runs(of layout: CodeLayout) -> [Int32] {
    var first: [Int32] = []
    for i in layout.inputs.indices {
      let isNext = i > 0 && layout.inputs[i] != .column && layout.inputs[i] == layout.inputs[i - 1]
      first.append(isNext ? first[i - 1] : Int32(i))
    }
    let n = layout.inputs.count
    for i in layout.outputs.indices {
      let hasRuns = ![.column, .streamedColumn].contains(layout.outputs[i])
      let isNext = i > 0 && hasRuns && layout.outputs[i] == layout.outputs[i - 1]
      first.append(isNext ? first[n + i - 1] : Int32(n + i))
    }
    return first
  }

  /// Copies inputs behind `fillers` others, and then those.
  private func program(_ fillers: Int, _ order: [Int], precision: Precision) -> VectorProgram {
    var builder = VectorBuilder(precision, for: .avx2)
    let living = (0..<fillers).map { builder.input($0) }
    for input in order { builder.store(builder.input(fillers + input), output: input) }
    for (output, value) in living.enumerated() { builder.store(value, output: order.count + output) }
    return builder.program
  }

  /// The code for a single point loads and stores numbers, also those of high registers.
  @Test(arguments: runnable, ScalarType.allCases)
  func aSinglePointMovesBits(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try aSinglePointMovesBits(instructionSet, as: scalar.type)
  }

  private func aSinglePointMovesBits<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let seed: UInt64 = 20_261_127
    var generator = SplitMix64(seed: seed)
    let count = instructionSet.registerCount
    let program = program(count - 1, [0], precision: Scalar.precision)
    var emitter = Emitter(
      program, layout: .singlePoint(inputCount: count, outputCount: count), instructionSet: instructionSet)
    let memory = try #require(ExecutableMemory(emitter.emit()))
    let point = (0..<count).map { _ in Scalar.pattern(using: &generator) }
    let results = runCode(memory, point.map { [$0] }, outputs: point.map { _ in 2 }, count: 1)
    for (result, number) in zip(results, [point[count - 1]] + point.dropLast()) {
      #expect(result[0].bitPattern == number.bitPattern && result[1].isNaN, "seed \(seed)")
    }
  }
}

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

/// Inputs and outputs in memory as a layout says.
private final class MovedBits<Scalar: BitwiseScalar> {
  private let layout: CodeLayout
  private let lanes: Int
  private let count: Int
  private let memory: UnsafeMutableRawPointer
  private let inputs: [UnsafeMutablePointer<Scalar>]
  private let outputs: [UnsafeMutablePointer<Scalar>]

  /// The numbers that inputs are taken from: room for rows of 64, and for inputs behind one another.
  static func size(_ instructionSet: InstructionSet) -> Int {
    2 * 64 * 4 * instructionSet.laneCount(of: Scalar.precision)
  }

  /// - Parameter bits: the numbers that inputs are taken from.
  init(_ layout: CodeLayout, _ instructionSet: InstructionSet, _ bits: [Scalar]) {
    self.layout = layout
    lanes = instructionSet.laneCount(of: Scalar.precision)
    let (count, width) = (4 * lanes, Scalar.tileWidth)
    self.count = count
    let room = bits.count / 2
    let size = 2 * room + layout.outputs.count * 5 * count
    memory = .allocate(byteCount: size * MemoryLayout<Scalar>.stride, alignment: 64)
    let numbers = memory.initializeMemory(as: Scalar.self, repeating: .nan, count: size)
    numbers.update(from: bits, count: bits.count)
    let lanes = lanes
    inputs = layout.inputs.enumerated().map { i, place in
      switch place {
      case .column: numbers + i * count
      case .row: numbers + room + i
      case .tile: numbers + room / 2 + i * width
      case .passed: numbers + i * lanes
      case .shared: numbers + i
      }
    }
    outputs = layout.outputs.enumerated().map { i, place in
      let results = numbers + 2 * room
      switch place {
      case .tile: return results + i * width
      case .passed: return results + i * lanes
      case .sum:
        // Sums are added to what is there.
        (results + i * lanes).update(repeating: 0, count: lanes)
        return results + i * lanes
      case .column, .streamedColumn, .scalar: return results + i * 5 * count
      }
    }
  }

  deinit { memory.deallocate() }

  func run(_ code: ExecutableMemory) {
    typealias Entry = @convention(c) (UnsafePointer<UnsafeMutableRawPointer>, Int, Int) -> Void
    let columns = (inputs + outputs).map { UnsafeMutableRawPointer($0) }
    unsafeBitCast(code.address, to: Entry.self)(columns, 0, count * MemoryLayout<Scalar>.stride)
  }

  /// Whether each output is its input, or the sum.
  func isMoved(_ moved: Int, _ fillers: Int) -> Bool {
    outputs.indices.allSatisfy { output in
      let input = output < moved ? fillers + output : output - moved
      func read(_ point: Int) -> Scalar {
        inputs[input][offset(of: point, layout.inputs[input].stepping, layout.inputs[input] == .shared)]
      }
      if layout.outputs[output] == .sum {
        return (0..<lanes).allSatisfy { lane in
          isSame(outputs[output][lane], stride(from: lane, to: count, by: lanes).reduce(0) { $0 + read($1) })
        }
      }
      return (0..<count).allSatisfy {
        let place = offset(of: $0, layout.outputs[output].stepping, false)
        return outputs[output][place].bitPattern == read($0).bitPattern
      }
    }
  }

  private func offset(of point: Int, _ stepping: CodeLayout.Stepping?, _ isShared: Bool) -> Int {
    switch stepping {
    case .row(let stride): point * stride
    case .tile(let columns): point / Scalar.tileWidth * Scalar.tileWidth * columns + point % Scalar.tileWidth
    case .passed(let columns): point / lanes * lanes * columns + point % lanes
    case nil: isShared ? 0 : point
    }
  }
}
