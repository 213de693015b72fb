// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// Vectors of floats that a program widens to doubles and narrows again.
@Suite struct MixedPrecisionTests {
  /// Calls, rare ones too, spilled values and constants of both precisions with the same bits, in both halves.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func bothHalvesEqualTheProgram(instructionSet: InstructionSet) {
    var b = VectorBuilder(.single, for: instructionSet)
    let (x, y) = (b.input(0), b.input(1))
    let sum = b.add(x, b.constant(1))
    let mixed = b.inDoublePrecision([x, y, sum]) { b, operands in
      // Many more values than registers, alive until the call.
      let terms = (1...40).map { b.multiply(operands[$0 % 3], b.constant(Double($0) / 7)) }
      let called = b.call(ScalarFunction { 3 * $0 - $1 }, operands[0], operands[1])
      let isSmall = b.compare(called, .less, b.constant(0.1))
      let rare = b.call(ScalarFunction { x, _ in x * x * x }, of: operands[2], where: isSmall, else: called)
      // The bits of the float 1 in both halves, as a double.
      let bits = b.constant(bits: 0x3F80_0000_3F80_0000)
      return terms.reduce(b.add(rare, bits)) { b.add($0, $1) }
    }
    let twice = b.inDoublePrecision([mixed]) { b, operands in b.squareRoot(operands[0]) }
    for (output, value) in [mixed, twice, b.multiply(twice, sum)].enumerated() {
      b.store(value, output: output)
    }
    let program = b.program

    let variants = CodeVariants(program, inputCount: 2, outputCount: 3, instructionSet: instructionSet)
    let layout = CodeLayout(inputs: [.column, .column], outputs: [.column, .column, .column])
    let count = 4 * instructionSet.laneCount(of: .single)
    var generator = SplitMix64(seed: 5)
    var numbers = (0..<5 * count).map { _ in Float(Double.random(in: -1...1, using: &generator)) }
    let points = (0..<count).map { [numbers[$0], numbers[count + $0]] }
    numbers.withUnsafeMutableBytes { bytes in
      let size = count * MemoryLayout<Float>.stride
      let columns = (0..<5).map { bytes.baseAddress! + $0 * size }
      variants.code(for: layout).run(columns, 0, size)
    }
    for (i, point) in points.enumerated() {
      let expected = interpret(program, inputs: point, outputCount: 3)
      for output in 0..<3 {
        #expect(isSame(numbers[(2 + output) * count + i], expected[output]), "output \(output), point \(i)")
      }
    }
  }

  /// What depends on shared inputs is widened and computed before the loop, and read from the stack frame in it,
  /// by one vector a turn and by two interleaved.
  @Test(
    arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable },
    1...CodeLayout.mostParts)
  func sharedInputsGiveTheSameBits(instructionSet: InstructionSet, parts: Int) throws {
    let (x, y) = (Expr.variable("x"), Expr.variable("y"))
    let outputs = [pow(x, y), tanh(y) * x + acos(y), erf(x * y) + sinh(y) * cosh(x), hypot(y, exp(y))]
    let program = try #require(
      Lowering.program(outputs: outputs, inputs: [x, y], precision: .single, for: instructionSet))
    let layout = CodeLayout(
      inputs: [.column, .shared], outputs: Array(repeating: .column, count: outputs.count), parts: parts)
    let code = Emitter.code(for: program, layout: layout, instructionSet: instructionSet)
    let memory = try #require(ExecutableMemory(code))
    typealias Entry = @convention(c) (UnsafePointer<UnsafeMutableRawPointer>, Int, Int) -> Void
    let count = 6 * instructionSet.laneCount(of: .single)
    var shared: Float = 0.37
    var numbers = (0..<(1 + outputs.count) * count).map { Float($0 % count + 1) / Float(count) }
    let column = Array(numbers.prefix(count))
    numbers.withUnsafeMutableBytes { bytes in
      withUnsafeMutableBytes(of: &shared) { shared in
        let size = count * MemoryLayout<Float>.stride
        let targets = (1...outputs.count).map { bytes.baseAddress! + $0 * size }
        withExtendedLifetime(memory) {
          unsafeBitCast(memory.address, to: Entry.self)(
            [bytes.baseAddress!, shared.baseAddress!] + targets, 0, size)
        }
      }
    }
    for (i, x) in column.enumerated() {
      let expected = interpret(program, inputs: [x, shared], outputCount: outputs.count)
      for output in outputs.indices {
        #expect(isSame(numbers[(1 + output) * count + i], expected[output]), "output \(output), point \(i)")
      }
    }
  }

  /// The elementary functions are straight-line code in both precisions: nothing is called for every lane.
  @Test(arguments: [Precision.double, .single]) func onlySpecialFunctionsAreScalarCalls(precision: Precision)
  {
    let inputs = ["x", "y", "z"].map { Expr.variable($0) }
    for operation in NablaExpressions.Operation.allCases {
      let count = operation.definition.value.operandCount
      switch operation.definition.value {
      case .indexed, .indexedBinary: continue
      default: break
      }
      if count == 0 || operation == .lgamma { continue }
      let output = Expr.applying(operation, to: Array(inputs.prefix(count)))
      for set in [InstructionSet.avx512, .avx2] {
        let program = Lowering.program(outputs: [output], inputs: inputs, precision: precision, for: set)
        #expect(
          program.map { !$0.operations.contains { $0.code == .call } } ?? false, "\(operation) on \(set)")
      }
    }
  }
}
