// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// Programs in pieces compute the bits that they compute as a whole.
@Suite struct PiecesTests {
  private let variables = ["a", "b", "c", "d", "e"].map { Expr.variable($0) }

  /// Pieces of a few operations, inputs in each layout, results to each target; blocks that hold all points and
  /// such that do not.
  @Test(
    arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }, ScalarType.allCases)
  func bitsAreThoseOfTheWhole(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try bitsAreThoseOfTheWhole(instructionSet, as: scalar.type)
  }

  private func bitsAreThoseOfTheWhole<Scalar: BitwiseScalar>(_ set: InstructionSet, as: Scalar.Type) throws {
    let seed: UInt64 = 20_261_129
    var generator = SplitMix64(seed: seed)
    for trial in 0..<300 {
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: variables)
      let outputs = (0..<6).map { _ in expressions.next(size: 10 + trial % 60) }
      let whole = try #require(
        MachineKernel<Scalar>(outputs: outputs, inputs: variables, instructionSet: set, pieceSize: .max))
      let pieces = try #require(
        MachineKernel<Scalar>(
          outputs: outputs, inputs: variables, instructionSet: set, pieceSize: [2, 8, 30][trial % 3]))
      let count = [1, 7, 24, 33, 1100][trial % 5]
      let places = variables.map { _ in PlacedPoints<Scalar>.Place.allCases.randomElement(using: &generator)!
      }
      let points = PlacedPoints<Scalar>(count, places, using: &generator)
      for target in PlacedPoints<Scalar>.Target.allCases {
        let results = points.results(of: pieces, in: 0..<count, to: target)
        let expected = points.results(of: whole, in: 0..<count, to: target)
        #expect(
          zip(results, expected).allSatisfy { zip($0, $1).allSatisfy(isSame) },
          "\(places) to \(target), \(count) points, seed \(seed), trial \(trial)")
      }
    }
  }

  /// Sums of whole numbers, which are exact, over more points than a block has, with what many pieces share.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func sumsAreThoseOfTheWhole(instructionSet: InstructionSet) throws {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let outputs = (0..<40).map { (k: Int) -> Expr in
      let (a, b) = (x + Expr(Double(k)), x * x + Expr(Double(k % 3)))
      return a * b + p * (p + Expr(Double(k)))
    }
    let kernel = try #require(
      MachineKernel<Double>(outputs: outputs, inputs: [x, p], instructionSet: instructionSet, pieceSize: 12))
    for count in [3, 512, 1700] {
      let points = (0..<count).map { Double($0 % 17 - 8) }
      var sums = [Double](repeating: .nan, count: outputs.count)
      points.withUnsafeBufferPointer { points in
        [3.0].withUnsafeBufferPointer { shared in
          let inputs = [
            InputColumn(base: points.baseAddress!, stride: 1),
            InputColumn(base: shared.baseAddress!, stride: 0),
          ]
          kernel.sum(count: count, inputs: inputs, into: &sums)
        }
      }
      let expected = (0..<40).map { (k: Int) -> Double in
        let k = Double(k)
        let remainder = k.truncatingRemainder(dividingBy: 3)
        return points.reduce(0.0) { sum, x in sum + (x + k) * (x * x + remainder) + 3 * (3 + k) }
      }
      #expect(sums == expected, "\(count) points")
    }
  }

  /// Outputs that share nothing, so that nothing is passed on, with and without what follows from shared inputs.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }, [false, true])
  func piecesThatPassNothing(instructionSet: InstructionSet, isShared: Bool) throws {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let outputs = (1...6).map { (k: Int) in (0..<9).reduce(x) { $0 * x + Expr(Double($1 * k)) } + p * p }
    let kernels = try [9, Int.max].map {
      try #require(
        MachineKernel<Double>(
          outputs: outputs, inputs: [x, p], instructionSet: instructionSet, pieceSize: $0))
    }
    let seed: UInt64 = 20_261_130
    var generator = SplitMix64(seed: seed)
    let points = PlacedPoints<Double>(21, [.column, isShared ? .shared : .column], using: &generator)
    for target in PlacedPoints<Double>.Target.allCases {
      let results = kernels.map { points.results(of: $0, in: 0..<21, to: target) }
      #expect(results[0] == results[1], "\(target), seed \(seed)")
    }
  }

  /// Every operation is in a piece once, but for what is computed again; nothing is passed that no piece writes.
  @Test func piecesHoldTheProgram() throws {
    var expressions = RandomExpression(seed: 7, variables: variables)
    let outputs = (0..<8).map { _ in expressions.next(size: 60) }
    let program = try #require(
      Lowering.program(outputs: outputs, inputs: variables, precision: .double, for: .avx2))
    var layout = CodeLayout(
      inputs: variables.map { _ in .column }, outputs: outputs.map { _ in .column })
    layout.inputs[1] = .shared
    layout.inputs[2] = .row(stride: 3)
    let pieces = try #require(program.pieces(of: 20, for: layout))
    #expect(pieces.programs.count > 4)
    #expect(program.pieces(of: program.operations.count, for: layout) == nil)
    let common = pieces.common.operations.filter { $0.code == .store }.map(\.immediate)
    #expect(common.sorted() == (0..<Int32(pieces.commonCount)).map { $0 })
    #expect(pieces.common.operations.allSatisfy { $0.code != .input || $0.immediate == 1 })
    let passedIn = Int32(5 + pieces.commonCount)
    var written: Set<Int32> = []
    var transposed = 0
    for piece in pieces.programs {
      for operation in piece.operations where operation.code == .input && operation.immediate >= passedIn {
        #expect(written.contains(operation.immediate - passedIn), "passed on before it was written")
      }
      transposed += piece.operations.count { $0.code == .input && $0.immediate == 2 }
      for operation in piece.operations where operation.code == .store && operation.immediate >= 8 {
        #expect(written.insert(operation.immediate - 8).inserted, "written twice")
      }
    }
    #expect(written.count == pieces.passedCount)
    #expect(transposed == 1, "rows are transposed once")
    let own = pieces.programs.flatMap(\.operations).filter { $0.code == .store && $0.immediate < 8 }
    #expect(
      own.map(\.immediate).sorted()
        == program.operations.filter { $0.code == .store }.map(\.immediate).sorted())
  }
}
