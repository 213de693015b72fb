// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@testable import NablaKernels

/// Masks, which with AVX-512 are in seven registers of their own: more of them than there are registers, combined,
/// chosen by, used as numbers, alive across calls in the straight line and beside it, and from before the loop.
@Suite struct MaskTests {
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }, ScalarType.allCases)
  func masksSurvive(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try masksSurvive(instructionSet, as: scalar.type)
  }

  private func masksSurvive<Scalar: BitwiseScalar>(_ set: InstructionSet, as: Scalar.Type) throws {
    let seed: UInt64 = 20_261_129
    var generator = SplitMix64(seed: seed)
    for trial in 0..<(isRelease ? 400 : 40) {
      let (program, outputCount) = program(set, Scalar.precision, using: &generator)
      let layout = CodeLayout(
        inputs: [.column, .shared, .column], outputs: Array(repeating: .column, count: outputCount),
        parts: 1 + trial % 2)
      let code = Emitter.code(for: program, layout: layout, instructionSet: set)
      let memory = try #require(ExecutableMemory(code))
      let count = 2 * layout.parts * set.laneCount(of: Scalar.precision)
      let columns = [count, 1, count].map { size in (0..<size).map { _ in Scalar.pattern(using: &generator) }
      }
      let results = runCode(
        memory, columns, outputs: Array(repeating: count, count: outputCount), count: count)
      for point in 0..<count {
        let expected = interpret(
          program, inputs: [columns[0][point], columns[1][0], columns[2][point]], outputCount: outputCount)
        for output in 0..<outputCount {
          let result = results[output][point]
          #expect(
            isSame(result, expected[output]) || result.bitPattern == expected[output].bitPattern,
            "trial \(trial), output \(output), seed \(seed)")
        }
      }
    }
  }

  /// Random operations on numbers and masks.
  private func program(
    _ set: InstructionSet, _ precision: Precision, using generator: inout SplitMix64
  ) -> (VectorProgram, outputCount: Int) {
    var b = VectorBuilder(precision, for: set)
    var numbers = (0..<3).map { b.input($0) } + [b.constant(1), b.constant(-0.0)]
    var masks = [b.compare(numbers[0], .less, numbers[2]), b.compare(numbers[1], .lessOrEqual, numbers[1])]
    // Constants, and what a number's sign says, are masks too.
    masks += [b.constant(bits: .max), b.constant(0), b.constant(-3)]
    numbers += masks.suffix(2)
    // The sign of a NaN that arithmetic makes is not determined: these have theirs.
    let signed = numbers
    let count = Int.random(in: 5...150, using: &generator)
    for _ in 0..<count {
      let (x, y) = (numbers.randomElement(using: &generator)!, numbers.randomElement(using: &generator)!)
      let (m, n) = (masks.randomElement(using: &generator)!, masks.randomElement(using: &generator)!)
      switch Int.random(in: 0..<13, using: &generator) {
      case 0, 1, 2: masks.append(b.compare(x, [.less, .equal, .notLess][Int(x) % 3], y))
      case 3: masks.append(b.and(m, n))
      case 4: masks.append(b.or(m, n))
      case 5: masks.append(b.exclusiveOr(m, n))
      case 6: masks.append(b.andNot(m, n))
      case 7: masks.append(b.exclusiveOr(m, b.constant(bits: .max)))
      case 8: numbers.append(b.select(m, x, y))
      case 9: numbers.append(b.select(signed.randomElement(using: &generator)!, y, x))
      case 10: numbers.append(b.and(m, x))
      case 11: numbers.append(b.call(ScalarFunction { x, _ in 0.5 - x }, of: x, where: m, else: y))
      default: numbers.append(count % 3 == 0 ? b.call(ScalarFunction { x, _ in -x }, x) : b.multiply(x, y))
      }
    }
    // All numbers live until here: more than there are registers.
    let sum = numbers.shuffled(using: &generator).reduce(b.constant(0)) { b.add($0, $1) }
    let outputs = masks.suffix(12) + numbers.suffix(6) + [sum]
    for (output, value) in outputs.enumerated() { b.store(value, output: output) }
    return (b.program, outputs.count)
  }

  /// Two comparisons that only a choice asks for, combined without becoming vectors.
  @Test(
    .enabled(if: Disassembler.isInstalled),
    arguments: [("kandw", 0), ("korw", 1), ("kxorw", 2), ("kandnw", 3)])
  func masksAreCombinedInTheirRegisters(name: String, operation: Int) throws {
    var b = VectorBuilder(.double, for: .avx512)
    let (x, y) = (b.input(0), b.input(1))
    let (m, n) = (b.compare(x, .less, y), b.compare(x, .lessOrEqual, b.constant(2)))
    let both =
      switch operation {
      case 0: b.and(m, n)
      case 1: b.or(m, n)
      case 2: b.exclusiveOr(m, n)
      default: b.andNot(m, n)
      }
    b.store(b.select(both, x, y), output: 0)
    let layout = CodeLayout(inputs: [.column, .column], outputs: [.column])
    var emitter = Emitter(b.program, layout: layout, instructionSet: .avx512)
    let lines = try Disassembler.lines(emitter.emit()).prefix { $0 != "ret" }
    #expect(lines.contains("\(name) k3,k1,k2"), "\(lines)")
    #expect(!lines.contains { $0.hasPrefix("vpmovm2") || $0.hasPrefix("vpmovq2m") })
  }
}
