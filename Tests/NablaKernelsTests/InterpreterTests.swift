// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaKernels
import Testing
import TestSupport

@Suite struct InterpreterTests {
  let x = Expr.variable("x"), y = Expr.variable("y"), z = Expr.variable("z")

  @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000])
  func everyBatchSizeGivesTheBitsOfSinglePoints(count: Int) {
    let outputs = [x * y + sin(z), exp(-x) / y, select(x .< y, pow(x, 3), sqrt(z)), 3, x]
    var generator = SplitMix64(seed: 7)
    let points: [[Double]] = randomPoints(count, dimension: 3, within: 3, using: &generator)
    let together = run(outputs, [x, y, z], points)
    for (point, row) in zip(points, together) {
      let alone = run(outputs, [x, y, z], [point])[0]
      #expect(zip(row, alone).allSatisfy(isSame), "\(point): \(row) in a batch, \(alone) alone")
    }
  }

  @Test(arguments: ScalarType.allCases)
  func randomGraphsAgreeWithNodeByNodeEvaluation(scalar: ScalarType) {
    randomGraphsAgreeWithNodeByNodeEvaluation(as: scalar.type)
  }

  private func randomGraphsAgreeWithNodeByNodeEvaluation<Scalar: BitwiseScalar>(as: Scalar.Type) {
    let seed: UInt64 = 20_261_122
    var generator = SplitMix64(seed: seed)
    var compared = 0
    for trial in 0..<400 {
      let (x, y, z) = (Expr.variable("x"), Expr.variable("y"), Expr.variable("z"))
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: [x, y, z])
      let outputs = (0..<3).map { _ in expressions.next(size: 1 + trial % 40) }
      let points: [[Scalar]] = randomPoints(19, dimension: 3, within: 2, using: &generator)
      for (point, row) in zip(points, run(outputs, [x, y, z], points, on: .portable)) {
        for (output, value) in zip(outputs, row) {
          let expected = naiveValue(of: output, [x, y, z], at: point)
          #expect(isSame(value, expected), "seed \(seed), trial \(trial), at \(point): \(value), \(expected)")
          compared += 1
        }
      }
    }
    print("InterpreterTests: \(compared) values of \(Scalar.self) compared bit by bit, seed \(seed)")
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func zerosAreNegated(instructionSet: InstructionSet) {
    let values = run([-x], [x], [[0.0], [-0.0]], on: instructionSet).map { $0[0] }
    #expect(values == [0, 0] && values.map(\.sign) == [.minus, .plus])
  }

  @Test func columnsMayBeStridedSharedAndOverlapNothingElse() {
    // Inputs: a column of stride 1, one of stride 3, one shared; outputs of strides 1 and 2.
    let kernel = compile(outputs: [x + y * z, x - z], inputs: [x, y, z])
    let xs = (0..<10).map(Double.init)
    let ys = (0..<30).map { Double($0) * 0.5 }
    let z = [4.0]
    var sums = [Double](repeating: -1, count: 12)
    var differences = [Double](repeating: -1, count: 20)
    sums.withUnsafeMutableBufferPointer { sums in
      differences.withUnsafeMutableBufferPointer { differences in
        kernel.run(
          count: 10,
          inputs: [
            InputColumn(base: xs, stride: 1), InputColumn(base: ys, stride: 3),
            InputColumn(base: z, stride: 0),
          ],
          outputs: [
            OutputColumn(base: sums.baseAddress! + 1, stride: 1),
            OutputColumn(base: differences.baseAddress!, stride: 2),
          ])
      }
    }
    let expectedSums = (0..<10).map { i in xs[i] + ys[3 * i] * 4 }
    #expect(sums[1...10].elementsEqual(expectedSums))
    #expect(sums[0] == -1 && sums[11] == -1)
    for i in 0..<10 { #expect(differences[2 * i] == xs[i] - 4 && differences[2 * i + 1] == -1) }
  }

  @Test func unusedInputsAreNotRead() {
    let kernel = compile(outputs: [y * 2], inputs: [x, y, z])
    let ys = [1.5, 2.5]
    var results = [0.0, 0.0]
    // The columns of x and z point to one value only; reading the second would read past the end.
    results.withUnsafeMutableBufferPointer { results in
      let column = InputColumn(base: ys, stride: 1)
      kernel.run(
        count: 2, inputs: [column, column, column],
        outputs: [OutputColumn(base: results.baseAddress!, stride: 1)])
    }
    #expect(results == [3, 5])
  }
}

@Suite struct TapeTests {
  @Test func slotsAreReused() {
    // A chain of 1000 operations needs a handful of slots at a time.
    let x = Expr.variable("x")
    let chain = (0..<1000).reduce(x) { sum, k in sin(sum) + Expr(Double(k % 7)) }
    let tape = Tape(outputs: [chain], inputs: [x])
    #expect(tape.instructions.count >= 1000)
    #expect(tape.slotCount <= 10)
  }

  @Test func sharedSubexpressionsAreComputedOnce() {
    let x = Expr.variable("x"), y = Expr.variable("y")
    let s = sin(x * y)
    let tape = Tape(outputs: [s * s + s, cos(s)], inputs: [x, y])
    #expect(tape.instructions.filter { $0.operation == .sin }.count == 1)
  }

  @Test func aForeignVariableIsAProgrammersMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = compile(outputs: [Expr.variable("x") + Expr.variable("y")], inputs: [Expr.variable("x")])
    }
  }
}
