// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

/// Code for every layout of inputs and outputs gives the bits that code for columns gives.
@Suite struct CodeLayoutTests {
  private let variables = ["a", "b", "c", "d", "e"].map { Expr.variable($0) }

  /// Each variable in each layout, several kinds of strides at once, numbers of points that fill vectors,
  /// tiles and turns of the loop and such that do not, and ranges that begin in the middle.
  @Test(arguments: runnable, ScalarType.allCases)
  func layoutsDoNotChangeBits(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try layoutsDoNotChangeBits(instructionSet, as: scalar.type)
  }

  private func layoutsDoNotChangeBits<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let seed: UInt64 = 20_261_124
    var generator = SplitMix64(seed: seed)
    for trial in 0..<150 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<4).map { _ in expressions.next(size: 2 + trial % 60) }
      let kernel = try #require(
        MachineKernel<Scalar>(outputs: outputs, inputs: variables, instructionSet: instructionSet))
      let count = [1, 2, 7, 8, 24, 31, 33, 1030][trial % 8]
      let places = variables.map { _ in PlacedPoints<Scalar>.Place.allCases.randomElement(using: &generator)!
      }
      let points = PlacedPoints<Scalar>(count, places, using: &generator)
      let expected = run(kernel, (0..<count).map { points[$0] })
      let start = count < 2 * Scalar.tileWidth ? 0 : Scalar.tileWidth
      for target in PlacedPoints<Scalar>.Target.allCases {
        let results = points.results(of: kernel, in: start..<count, to: target)
        #expect(
          zip(results, expected[start...]).allSatisfy { zip($0, $1).allSatisfy(isSame) },
          "\(places) to \(target), \(count) points, seed \(seed), trial \(trial)")
      }
    }
  }

  /// Sums over a batch, of points that do not fill a block, against sums of the values in twice the
  /// precision, and by the interpreter. Each addition may round by 2⁻⁵³ of a sum of at most Σ|vᵢ|; in a block
  /// of 512 a lane makes 128, and 20 follow.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func sumsAddAllPoints(instructionSet: InstructionSet) throws {
    let seed: UInt64 = 99
    var generator = SplitMix64(seed: seed)
    let (x, y, p) = (Expr.variable("x"), Expr.variable("y"), Expr.variable("p"))
    let outputs = [sin(x * p) + y, exp(p) * x * y, p * p, x, 1 / (1 + exp(-x * y))]
    let kernel = compile(outputs: outputs, inputs: [x, y, p], for: instructionSet)
    for count in [0, 1, 3, 4, 5, 8, 511, 512, 513, 5003] {
      let points = (0..<2 * count + 1).map { _ in Double.random(in: -1...1, using: &generator) }
      var sums = [Double](repeating: .nan, count: outputs.count)
      let rows = points.withUnsafeBufferPointer { points -> [[Double]] in
        [0.75].withUnsafeBufferPointer { shared in
          let inputs = [
            InputColumn(base: points.baseAddress!, stride: 2),
            InputColumn(base: points.baseAddress! + 1, stride: 2),
            InputColumn(base: shared.baseAddress!, stride: 0),
          ]
          kernel.sum(count: count, inputs: inputs, into: &sums)
        }
        return run(kernel, (0..<count).map { [points[2 * $0], points[2 * $0 + 1], 0.75] })
      }
      for output in outputs.indices {
        var (sum, error, size) = (0.0, 0.0, 0.0)
        for row in rows {
          // Two-sum (Knuth): sum + error is exact but for the errors' own sum.
          let next = sum + row[output]
          let bend = next - sum
          error += (sum - (next - bend)) + (row[output] - bend)
          sum = next
          size += Swift.abs(row[output])
        }
        #expect(
          Swift.abs(sums[output] - (sum + error)) <= 150 * 0x1p-53 * size,
          "output \(output) of \(count) points, seed \(seed)")
      }
    }
  }

  /// Long rows, in place and, from the last to the first, through blocks that hold fewer points than a sum adds: each
  /// block counts.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable), ScalarType.allCases)
  func sumsOfLongRows(instructionSet: InstructionSet, scalar: ScalarType) {
    sumsOfLongRows(instructionSet, isReversed: false, as: scalar.type)
    sumsOfLongRows(instructionSet, isReversed: true, as: scalar.type)
  }

  private func sumsOfLongRows<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, isReversed: Bool, as: Scalar.Type
  ) {
    let seed: UInt64 = 100
    var generator = SplitMix64(seed: seed)
    let width = 100
    let variables = (0..<width).map { Expr.variable("x\($0)") }
    let sum = variables.reduce(Expr(0), +)
    let kernel = compile(
      outputs: [sum, sum * variables[99]], inputs: variables, as: Scalar.self, for: instructionSet)
    for count in [0, 1, 15, 16, 17, 40, 511, 512, 600, 1500] {
      // Whole numbers, whose sums are exact: |sum · x₉₉| ≤ 400, and 1500 of them are below 2²⁴.
      let points = (0..<count * width).map { _ in Int.random(in: -2...2, using: &generator) }
      let rows = (0..<count).map { points[$0 * width..<($0 + 1) * width] }
      var sums: [Scalar] = [.nan, .nan]
      // One more row, so that there is a first one.
      (points + [Int](repeating: 0, count: width)).map { Scalar($0) }.withUnsafeBufferPointer { points in
        let first = points.baseAddress! + (isReversed ? Swift.max(0, count - 1) * width : 0)
        let inputs = (0..<width).map { InputColumn(base: first + $0, stride: isReversed ? -width : width) }
        kernel.sum(count: count, inputs: inputs, into: &sums)
      }
      let expected = [
        rows.reduce(0) { $0 + $1.reduce(0, +) }, rows.reduce(0) { $0 + $1.reduce(0, +) * $1.last! },
      ]
      #expect(sums == expected.map { Scalar($0) }, "\(count) points, reversed: \(isReversed), seed \(seed)")
    }
  }

  /// What depends only on shared inputs is computed before the loop, whatever it is.
  @Test func sharedOperationsComeFirst() throws {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let program = try #require(
      Lowering.program(
        outputs: [x * exp(p) + sin(p), p * 2], inputs: [x, p], precision: .double, for: .avx512))
    let (hoisted, count) = program.hoisting { $0 == 1 }
    let loop = hoisted.operations[count...].map(\.code)
    #expect(loop.sorted { $0.rawValue < $1.rawValue } == [.input, .multiplyAdd, .store, .store])
    #expect(program.hoisting { _ in false }.count == 0)
  }

  /// Products that only a sum over points needs are fused into it, others are not; opposites are of a factor.
  @Test func sumsAddProducts() throws {
    let (x, y, z) = (Expr.variable("x"), Expr.variable("y"), Expr.variable("z"))
    let program = try #require(
      Lowering.program(
        outputs: [x * y, -(x * z), -(y * z), x * x + y, y * y, y * y], inputs: [x, y, z], precision: .double,
        for: .avx2))
    // −x z and −y z share −z; y² is needed twice.
    #expect(program.operations.count { $0.code == .exclusiveOr } == 1)
    let accumulating = program.accumulatingProducts(behind: 0) { $0 != 0 }
    #expect(accumulating.operations.count { $0.code == .store && $0.b >= 0 } == 2)
    #expect(accumulating.operations.count { $0.code == .multiply } == 2)
    let point = [0.3, -1.7, 2.9]
    #expect(
      interpret(accumulating, inputs: point, outputCount: 6)
        == interpret(program, inputs: point, outputCount: 6))
    #expect(program.accumulatingProducts(behind: 0) { _ in false }.operations == program.operations)
  }

  /// More sums than registers: two vectors' terms are added at a time.
  @Test(arguments: runnable, ScalarType.allCases)
  func manySums(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try manySums(instructionSet, as: scalar.type)
  }

  private func manySums<Scalar: BitwiseScalar>(_ instructionSet: InstructionSet, as: Scalar.Type) throws {
    let (x, y) = (Expr.variable("x"), Expr.variable("y"))
    // Of whole numbers, whose sums are exact.
    let outputs = (0..<60).map { k -> Expr in
      switch k % 3 {
      case 0: Expr(Double(k)) * x * y
      case 1: x * (y + Expr(Double(k)))
      default: -(x * y)
      }
    }
    let kernel = try #require(
      MachineKernel<Scalar>(outputs: outputs, inputs: [x, y], instructionSet: instructionSet))
    for count in [1, 5, 16, 100, 511] {
      let points = (0..<2 * count).map { Scalar($0 * 7 % 11 % 4) }
      var sums = [Scalar](repeating: .nan, count: outputs.count)
      points.withUnsafeBufferPointer { points in
        let inputs = [0, 1].map { InputColumn(base: points.baseAddress! + $0, stride: 2) }
        kernel.sum(points: 0..<count, inBlocksOf: count, inputs: inputs, into: &sums)
      }
      for (k, sum) in sums.enumerated() {
        let expected = (0..<count).reduce(0 as Scalar) { total, i in
          let (x, y) = (points[2 * i], points[2 * i + 1])
          let product = x * y
          return total + (k % 3 == 0 ? Scalar(k) * product : k % 3 == 1 ? product + Scalar(k) * x : -product)
        }
        #expect(sum == expected, "output \(k) of \(count) points")
      }
    }
  }

  /// Two vectors in each turn of the loop, as latency asks for in some programs, for programs of any kind.
  @Test func interleavedProgramsComputeTheSame() throws {
    let seed: UInt64 = 5
    for trial in 0..<100 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<2).map { _ in expressions.next(size: 1 + trial % 40) }
      let program = try #require(
        Lowering.program(outputs: outputs, inputs: variables, precision: .double, for: .avx512))
      let (hoisted, count) = program.hoisting { $0 < 2 }
      let interleaved = hoisted.interleaved(2, behind: count)
      // One of the vectors alone is the program again.
      let shared = variables.indices.map { 0.3 * Double($0) - 0.7 }
      let expected = interpret(program, inputs: shared, outputCount: 2)
      #expect(
        zip(interpret(interleaved, inputs: shared, outputCount: 2), expected).allSatisfy(isSame),
        "seed \(seed), trial \(trial)")
      #expect(
        interleaved.operations.count { $0.code == .store } == 4
          && interleaved.operations[count...].count { $0.code != .constant }
            == 2 * hoisted.operations[count...].count { $0.code != .constant }
      )
    }
  }
}
