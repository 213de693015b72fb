// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// Every operation of vector programs, in every form that its operands can take in an instruction, run and
/// compared with Swift's scalar code.
///
/// The form follows from where the operands are: columns are in registers, shared inputs in the stack frame,
/// constants in the pool. Values that live on fill the lower registers, so that the operands get high ones;
/// registers kept for what stays throughout the loop turn memory operands into the highest registers. Which
/// form a fused multiply-add takes (132, 213 or 231) follows from which operands die, and which are in memory.
@Suite struct InstructionFormTests {
  @Test(arguments: runnable, ScalarType.allCases)
  func everyFormEqualsScalarCode(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try everyFormEqualsScalarCode(instructionSet, as: scalar.type)
  }

  // Called with a type that is known at run time only, it is not specialised by itself.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func everyFormEqualsScalarCode<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let seed: UInt64 = 20_261_125
    var generator = SplitMix64(seed: seed)
    var compared = 0
    // Without optimisation the scalar code takes a minute for all. Who asks for few graphs gets few forms.
    let step = Swift.max(isRelease ? 1 : 7, 1000 / Swift.max(1, RandomGraphs.count))
    for operation in FormOperation.all(instructionSet) {
      let forms = operation.forms(instructionSet)
      for form in stride(from: 0, to: forms.count, by: step).map({ forms[$0] }) {
        let test = try FormProgram<Scalar>(operation, form, instructionSet, &generator)
        for (expected, result) in test.run(&generator) {
          compared += 1
          let isEqual =
            operation.isArithmetic
            ? isSame(result, expected) : result.bitPattern == expected.bitPattern
          #expect(isEqual, "\(operation) \(form): \(result), not \(expected), seed \(seed)")
          if !isEqual { break }
        }
      }
    }
    print("InstructionFormTests: \(compared) values of \(Scalar.self) on \(instructionSet), seed \(seed)")
  }
}

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

/// An operation with its immediate.
struct FormOperation: CustomStringConvertible {
  var code: VectorProgram.Code
  var operandCount: Int
  var immediate: Int32 = 0
  var rounding = VectorProgram.Rounding.nearest
  /// Whether a result that is NaN may be any NaN. Of two NaN operands the instruction passes on the first;
  /// scalar code may exchange them, and negates operands (of the fused operations) that the instruction does
  /// not.
  var isArithmetic = false

  var description: String { "\(code) \(immediate) \(rounding)" }

  private static func arithmetic(rounded rounding: VectorProgram.Rounding) -> [FormOperation] {
    let counts: [(VectorProgram.Code, Int)] = [
      (.add, 2), (.subtract, 2), (.multiply, 2), (.divide, 2), (.squareRoot, 1), (.multiplyAdd, 3),
      (.negativeMultiplyAdd, 3), (.multiplySubtract, 3),
    ]
    return counts.map { .init(code: $0, operandCount: $1, rounding: rounding, isArithmetic: true) }
  }

  /// Those that an instruction set has.
  static func all(_ set: InstructionSet) -> [FormOperation] {
    arithmetic(rounded: .nearest)
      + [.minimum, .maximum, .and, .or, .exclusiveOr, .andNot, .addIntegers, .subtractIntegers].map {
        .init(code: $0, operandCount: 2)
      }
      + (set == .avx512
        ? [VectorProgram.Rounding.down, .up, .towardZero].flatMap { arithmetic(rounded: $0) } + [
          .init(code: .minimumNumber, operandCount: 2, isArithmetic: true),
          .init(code: .maximumNumber, operandCount: 2, isArithmetic: true),
          .init(code: .scale, operandCount: 2, isArithmetic: true),
          .init(code: .fixUp, operandCount: 3, isArithmetic: true),
          .init(code: .classify, operandCount: 1, immediate: VectorProgram.NumberClass.subnormal.rawValue),
        ] : [])
      + [.init(code: .blend, operandCount: 3)]
      + (0...3).map { .init(code: .round, operandCount: 1, immediate: $0, isArithmetic: true) }
      + (0...6).map { .init(code: .compare, operandCount: 2, immediate: $0) }
      + [0, 1, 12, 23, 31, 32, 52, 63].flatMap { count in
        [.shiftLeft, .shiftRight].map { .init(code: $0, operandCount: 1, immediate: count) }
      }
      + [
        .init(code: .call, operandCount: 1), .init(code: .call, operandCount: 2),
        .init(code: .callWhere, operandCount: 3),
      ]
  }

  /// All places of the operands, with each number of registers that are taken by others.
  func forms(_ instructionSet: InstructionSet) -> [OperandForm] {
    var places: [[OperandForm.Place]] = [[]]
    for operand in 0..<operandCount {
      places = places.flatMap { known in
        OperandForm.Place.allCases.filter { $0.canBe(operand, of: operandCount) }.map { known + [$0] }
      }
    }
    // Operands in registers 0 …, 8 …, 16 … and the last four.
    let last = instructionSet.registerCount - 4
    let fillers = Set([0, 8, 16, last]).filter { $0 <= last }.sorted()
    return places.flatMap { places in
      (places == [.evicted] ? [0] : fillers).flatMap { fillers in
        // Calls keep no register, and leave none to residents.
        (fillers <= 8 && code != .call ? [0, 4] : [0]).map {
          OperandForm(places: places, fillers: fillers, residents: $0)
        }
      }
    }
  }
}

/// Where the operands of an operation are.
struct OperandForm: CustomStringConvertible {
  enum Place: CaseIterable {
    /// In a register, used for the last time or not.
    case dying, living
    /// In the stack frame.
    case shared
    /// In the pool.
    case constant
    /// The same value as the operand before, or as the first one.
    case previous, first
    /// In the stack frame, for want of registers: the only operand, as operations on shared inputs alone do
    /// not stay in the loop.
    case evicted

    func canBe(_ operand: Int, of count: Int) -> Bool {
      switch self {
      case .previous: operand > 0
      case .first: operand > 1
      case .evicted: count == 1
      default: true
      }
    }
  }

  var places: [Place]
  var fillers: Int
  /// Registers for what stays throughout the loop: constants and shared inputs.
  var residents: Int

  var description: String { "of \(places) behind \(fillers) with \(residents) residents" }
}

extension FormOperation {
  /// A program with the operation in a form, which stores its result first, and the layout for it.
  func program(
    _ form: OperandForm, _ precision: Precision, constant: () -> UInt64
  ) -> (VectorProgram, CodeLayout) {
    var builder = VectorBuilder(precision, for: .avx512)
    let fillers = (0..<form.fillers).map { builder.input($0) }
    var layout = CodeLayout(inputs: fillers.map { _ in .column }, outputs: [])
    var operands: [VectorProgram.Value] = []
    for place in form.places {
      switch place {
      case .dying, .living, .shared, .evicted:
        operands.append(builder.input(layout.inputs.count))
        layout.inputs.append(place == .shared ? .shared : .column)
      case .constant: operands.append(builder.constant(bits: constant()))
      case .previous: operands.append(operands[operands.count - 1])
      case .first: operands.append(operands[0])
      }
    }
    let livingCount = form.places.count { $0 == .living }
    let others = form.places == [.evicted] ? (0..<32).map { builder.input(layout.inputs.count + $0) } : []
    layout.inputs += others.map { _ in .column }
    for (output, other) in others.enumerated() {
      builder.store(other, output: 1 + livingCount + form.fillers + output)
    }
    let isBinary = operands.count > 1
    let result =
      switch code {
      case .call:
        builder.call(
          ScalarFunction { x, y in
            x.isNaN || isBinary && y.isNaN ? 3 : isBinary ? x - 0.5 * y : -x
          }, operands[0], isBinary ? operands[1] : -1)
      case .callWhere:
        builder.call(
          ScalarFunction { x, _ in x.isNaN ? 3 : -x }, of: operands[0], where: operands[2], else: operands[1])
      default:
        builder.value(
          .init(
            code: code, a: operands[0], b: isBinary ? operands[1] : -1,
            c: operands.count > 2 ? operands[2] : -1, immediate: immediate, rounding: rounding))
      }
    let living = zip(form.places, operands).filter { $0.0 == .living }.map(\.1)
    for (output, value) in ([result] + living + fillers).enumerated() {
      builder.store(value, output: output)
    }
    layout.outputs = (0..<1 + livingCount + form.fillers + others.count).map { _ in .column }
    return (builder.program, layout)
  }
}

/// A program with one operation in one form, and its machine code.
private struct FormProgram<Scalar: BitwiseScalar> {
  private let program: VectorProgram
  private let layout: CodeLayout
  private let memory: ExecutableMemory
  private static var count: Int { 64 }

  init(
    _ operation: FormOperation, _ form: OperandForm, _ instructionSet: InstructionSet,
    _ generator: inout SplitMix64
  ) throws {
    (program, layout) = operation.program(form, Scalar.precision) {
      UInt64(Scalar.pattern(using: &generator).bitPattern)
    }
    var emitter = Emitter(
      program, layout: layout, instructionSet: instructionSet, residentCount: form.residents)
    memory = try #require(ExecutableMemory(emitter.emit()))
  }

  /// The results of scalar code and of machine code, of all outputs at many points.
  func run(_ generator: inout SplitMix64) -> [(expected: Scalar, result: Scalar)] {
    let count = Self.count
    let inputs = layout.inputs.map { place in
      (0..<(place == .shared ? 1 : count)).map { _ in Scalar.pattern(using: &generator) }
    }
    let results = runCode(memory, inputs, outputs: layout.outputs.map { _ in count }, count: count)
    return (0..<count).flatMap { point in
      let expected = interpret(
        program, inputs: inputs.map { $0.count == 1 ? $0[0] : $0[point] },
        outputCount: layout.outputs.count)
      return expected.indices.map { (expected[$0], results[$0][point]) }
    }
  }
}

/// Runs emitted code for `count` points, with a copy of each input and an output of each size.
func runCode<Scalar: BitwiseScalar>(
  _ memory: ExecutableMemory, _ inputs: [[Scalar]], outputs sizes: [Int], count: Int
) -> [[Scalar]] {
  typealias Entry = @convention(c) (UnsafePointer<UnsafeMutableRawPointer>, Int, Int) -> Void
  // At multiples of 64, as streamed stores ask for.
  let columns = (inputs.map(\.count) + sizes).map {
    UnsafeMutableRawPointer.allocate(byteCount: $0 * MemoryLayout<Scalar>.stride, alignment: 64)
  }
  defer { for column in columns { column.deallocate() } }
  for (column, numbers) in zip(columns, inputs) {
    column.initializeMemory(as: Scalar.self, from: numbers, count: numbers.count)
  }
  for (column, size) in zip(columns[inputs.count...], sizes) {
    column.initializeMemory(as: Scalar.self, repeating: .nan, count: size)
  }
  unsafeBitCast(memory.address, to: Entry.self)(columns, 0, count * MemoryLayout<Scalar>.stride)
  return zip(columns[inputs.count...], sizes).map { column, size in
    Array(UnsafeBufferPointer(start: column.assumingMemoryBound(to: Scalar.self), count: size))
  }
}

extension BitwiseScalar {
  /// Bits of any kind: special numbers and their neighbours, numbers of moderate size, random bits.
  static func pattern(using generator: inout SplitMix64) -> Self {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      let special: [Self] = [
        0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, 0.5, 1.5, 2.5, .greatestFiniteMagnitude,
        .infinity, .nan, .signalingNaN, 1 / .ulpOfOne, 0.5 / .ulpOfOne, Self(bitPattern: .max),
      ]
      let number = special.randomElement(using: &generator)!
      let neighbour = Self.Bits.random(in: 0...2, using: &generator)
      let sign = Self.Bits.random(in: 0...1, using: &generator) << (Self.Bits.bitWidth - 1)
      return Self(bitPattern: number.bitPattern &+ neighbour &- 1 ^ sign)
    case 1: return Self(Double.random(in: -4...4, using: &generator))
    case 2: return Self(Double(Int.random(in: -9...9, using: &generator)) / 2)
    default: return Self(bitPattern: .random(in: 0...(.max), using: &generator))
    }
  }
}
