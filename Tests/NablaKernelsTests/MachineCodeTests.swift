// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// The instruction sets with machine code that this machine can run.
private let runnable = InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }

@Suite struct MachineCodeTests {
  /// Every operation of the table in random graphs, small ones and such that need many more values than there
  /// are registers, with inputs and outputs in all layouts, over whole vectors and a point more, summed, and at
  /// a single point. `NABLA_TEST_GRAPHS` is the number of graphs, `NABLA_TEST_SEED` the seed of the first; graph
  /// i is the first one of seed + i.
  @Test(arguments: runnable, ScalarType.allCases)
  func machineCodeEqualsItsProgram(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try machineCodeEqualsItsProgram(instructionSet, as: scalar.type)
  }

  // Called with a type that is known at run time only, it is not specialised by itself.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func machineCodeEqualsItsProgram<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let (seed, count) = (RandomGraphs.seed, RandomGraphs.count)
    var (compared, portable) = (0, 0)
    for trial in 0..<count {
      let test = try RandomGraph<Scalar>(seed: seed &+ UInt64(trial), instructionSet)
      for mismatch in test.mismatches { Issue.record("seed \(seed), trial \(trial): \(mismatch)") }
      compared += test.compared
      portable += test.differencesFromPortable
      if trial % 10_000 == 9_999 { print("MachineCodeTests: \(trial + 1) graphs of \(Scalar.self)") }
    }
    print(
      "MachineCodeTests: \(compared) values of \(Scalar.self) in \(count) graphs equal bit by bit, "
        + "\(portable) differ from the interpreter's, seed \(seed)")
    #expect(Double(portable) <= RandomGraph<Scalar>.largestPortableShare * Double(compared))
  }

  /// Values that live long: far more than registers, read again in an order that defeats any guess.
  @Test(arguments: runnable, ScalarType.allCases)
  func valuesThatDoNotFitTheRegistersSurvive(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try valuesThatDoNotFitTheRegistersSurvive(instructionSet, as: scalar.type)
  }

  private func valuesThatDoNotFitTheRegistersSurvive<Scalar: BitwiseScalar>(
    _ instructionSet: InstructionSet, as: Scalar.Type
  ) throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var generator = SplitMix64(seed: 8)
    let many = (0..<120).map { x * Expr(Double($0) + 0.37) + y / Expr(Double($0) + 1.73) }
    let output = many.shuffled(using: &generator).reduce(0 as Expr) { $0 * 0.97 + $1 * $1 }
    let rounded = many.shuffled(using: &generator).reduce(output) { lgamma($0 * 0.01) + $1 }
    let program = try #require(
      Lowering.program(
        outputs: [output, rounded], inputs: [x, y], precision: Scalar.precision,
        for: instructionSet))
    let kernel = try #require(
      MachineKernel<Scalar>(outputs: [output, rounded], inputs: [x, y], instructionSet: instructionSet))
    let points = (0..<21).map { [Scalar($0) - 6, 0.3 * Scalar($0)] }
    for (point, row) in zip(points, run(kernel, points)) {
      #expect(zip(row, interpret(program, inputs: point, outputCount: 2)).allSatisfy(isSame))
    }
  }

  /// A stack frame of 128 KB with vectors of 64 bytes: it is still machine code.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func twoThousandValuesAtATimeAreMachineCode(instructionSet: InstructionSet) throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var generator = SplitMix64(seed: 9)
    let many = (0..<2000).map { x * Expr(Double($0) + 0.37) + y }
    let output = (many + many.shuffled(using: &generator)).reduce(0 as Expr) { $0 * 0.97 + $1 * $1 }
    let kernel = compile(outputs: [output], inputs: [x, y], for: instructionSet)
    #expect(kernel is MachineKernel<Double>)
    let points = (0..<21).map { [Double($0) - 6, 0.3 * Double($0)] }
    for (row, expected) in zip(
      run(kernel, points), run(compile(outputs: [output], inputs: [x, y], for: .portable), points))
    {
      #expect(Swift.abs(row[0] - expected[0]) <= 1e-13 * Swift.abs(expected[0]))
    }
  }

  /// Lowering against the table: the same value but for fused roundings and the vector math library. The
  /// graphs' inner values are of moderate size, so a relative 1e-10 (1e-4 in single precision) leaves room for
  /// some cancellation.
  @Test(arguments: ScalarType.allCases) func loweringKeepsValues(scalar: ScalarType) throws {
    try loweringKeepsValues(as: scalar.type)
  }

  private func loweringKeepsValues<Scalar: BitwiseScalar>(as: Scalar.Type) throws {
    let seed: UInt64 = 31
    var generator = SplitMix64(seed: seed)
    let tolerance: Scalar = Scalar.precision == .double ? 1e-10 : 1e-4
    var (compared, equal) = (0, 0)
    for trial in 0..<1000 {
      let variables = ["x", "y", "z"].map { Expr.variable($0) }
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let output = expressions.next(size: 1 + trial % 30)
      let program = try #require(
        Lowering.program(
          outputs: [output], inputs: variables, precision: Scalar.precision,
          for: [.avx512, .avx2][trial % 2]))
      let points: [[Scalar]] = randomPoints(5, dimension: 3, within: 2, using: &generator)
      for point in points {
        let value = interpret(program, inputs: point, outputCount: 1)[0]
        let expected = naiveValue(of: output, variables, at: point)
        compared += 1
        if isSame(value, expected) {
          equal += 1
          continue
        }
        // A condition may fall to the other side by a rounding: few, but not none, may differ by more.
        if Swift.abs(value - expected) <= tolerance * Swift.abs(expected) { equal += 1 }
      }
    }
    print(
      "MachineCodeTests: \(equal) of \(compared) values of \(Scalar.self) agree with the table, seed \(seed)")
    #expect(Double(compared - equal) <= 0.002 * Double(compared))
  }
}
