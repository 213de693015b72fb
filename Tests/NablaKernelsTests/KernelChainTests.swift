// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

@Suite struct KernelChainTests {
  private let variables = ["x", "y", "z"].map { Expr.variable($0) }

  /// Outputs that are written over the inputs, whatever the order in which a program reads and writes.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func overwrittenInputsAreReadBefore(instructionSet: InstructionSet) {
    let seed: UInt64 = 12
    var generator = SplitMix64(seed: seed)
    for trial in 0..<200 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      var outputs = (0..<3).map { _ in expressions.next(size: 1 + trial % 40) }
      if trial < 6 { outputs = variables.shuffled(using: &generator) }
      let plain = compile(outputs: outputs, inputs: variables, for: instructionSet)
      let inPlace = compile(
        outputs: outputs, inputs: variables, overwritten: [0: 0, 1: 1, 2: 2], for: instructionSet)
      let count = [8, 16, 29, 64][trial % 4]
      var numbers = (0..<3 * count).map { _ in Double.random(in: -2...2, using: &generator) }
      let points = (0..<count).map { i in (0..<3).map { numbers[$0 * count + i] } }
      let expected = run(plain, points)
      numbers.withUnsafeMutableBufferPointer { numbers in
        let base = numbers.baseAddress!
        inPlace.run(
          count: count,
          inputs: (0..<3).map { InputColumn(base: UnsafePointer(base) + $0 * count, stride: 1) },
          outputs: (0..<3).map { OutputColumn(base: base + $0 * count, stride: 1) })
      }
      for i in 0..<count {
        for j in 0..<3 {
          #expect(isSame(numbers[j * count + i], expected[i][j]), "seed \(seed), trial \(trial)")
        }
      }
    }
  }

  /// The next number of Collatz' sequence, until all have come to 1: how long that takes differs, and no
  /// point changes once it is there.
  @Test(arguments: [1, 31, 32, 1000, 5000]) func stagesRepeatUntilAllHaveSettled(count: Int) {
    let (n, steps) = (Expr.variable("n"), Expr.variable("steps"))
    let half = floor(n / 2)
    let next = select(n .<= 1, n, select(half * 2 .== n, half, 3 * n + 1))
    let after = steps + select(n .<= 1, 0, 1)
    let start = compile(outputs: [n, 0 * n], inputs: [n])
    let step = compile(
      outputs: [next, after, select(next .<= 1, 0, 1)], inputs: [n, steps], overwritten: [0: 0, 1: 1])
    let end = compile(outputs: [steps], inputs: [steps])
    let chain = KernelChain([
      .init(start, reads: [.input(0)], writes: [.block(0), .block(1)]),
      .init(
        step, reads: [.block(0), .block(1)], writes: [.block(0), .block(1), .block(2)],
        repetition: .untilZero(atMost: 500)),
      .init(end, reads: [.block(1)], writes: [.output(0)]),
    ])
    let numbers = (0..<count).map { Double($0 + 1) }
    var results = [Double](repeating: .nan, count: count)
    _ = numbers.withUnsafeBufferPointer { numbers in
      results.withUnsafeMutableBufferPointer { results in
        chain.run(
          count: count, inputs: [InputColumn(base: numbers.baseAddress!, stride: 1)],
          outputs: [OutputColumn(base: results.baseAddress!, stride: 1)])
      }
    }
    for (number, result) in zip(numbers, results) {
      var (n, steps) = (Int(number), 0)
      while n != 1 { (n, steps) = (n % 2 == 0 ? n / 2 : 3 * n + 1, steps + 1) }
      #expect(result == Double(steps))
    }
  }

  /// a < b ? a : b is one instruction, and means the same of NaN and of zeros of both signs.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func selectionsOfTheSmallerAreExact(instructionSet: InstructionSet) throws {
    let (x, y) = (variables[0], variables[1])
    let outputs = [select(x .< y, x, y), select(x .< y, y, x), select(x .< y, x, y) + select(x .< y, 1, 2)]
    let numbers: [Double] = [0, -0.0, 1, -1, .nan, .infinity, -.infinity]
    let points = numbers.flatMap { x in numbers.map { [x, $0] } }
    for (point, row) in zip(points, run(outputs, [x, y], points, on: instructionSet)) {
      let (x, y) = (point[0], point[1])
      #expect(isSame(row[0], x < y ? x : y) && isSame(row[1], x < y ? y : x), "\(point)")
      #expect(isSame(row[2], x < y ? x + 1 : y + 2) || row[2].isNaN, "\(point)")
    }
    let program = try #require(
      Lowering.program(outputs: Array(outputs.prefix(2)), inputs: [x, y], precision: .double, for: .avx2))
    #expect(program.operations.map(\.code).filter { $0 != .input && $0 != .store } == [.minimum, .maximum])
  }
}
