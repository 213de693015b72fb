// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// How many random graphs are tested, and the seed of the first.
enum RandomGraphs {
  static let count = number("NABLA_TEST_GRAPHS").map { Int($0) } ?? 1000
  static let seed = number("NABLA_TEST_SEED") ?? 20_261_123

  private static func number(_ name: String) -> UInt64? {
    guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
    guard let number = UInt64(text) else { preconditionFailure("\(name) is '\(text)', not a whole number") }
    return number
  }
}

/// The machine code of a random graph against its program, run with scalar arithmetic: bit by bit, in a random
/// layout; and against the portable interpreter.
struct RandomGraph<Scalar: BitwiseScalar> {
  private(set) var mismatches: [String] = []
  private(set) var compared = 0
  private(set) var differencesFromPortable = 0

  /// The interpreter has neither fused roundings nor the vector math library: an inner result that cancels, a
  /// condition or a rounding to an integer near its edge make that a large difference here and there.
  static var largestPortableShare: Double { 0.001 }

  private let variables = ["x", "y", "z"].map { Expr.variable($0) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  init(seed: UInt64, _ instructionSet: InstructionSet) throws {
    var generator = SplitMix64(seed: ~seed)
    var expressions = RandomExpression(seed: seed, variables: variables)
    // Of each magnitude as many: 1 … 128 operations.
    let size = Int.random(in: 1...(1 << Int.random(in: 0...7, using: &generator)), using: &generator)
    let outputs = (0..<3).map { _ in expressions.next(size: size) }
    let program = try #require(
      Lowering.program(outputs: outputs, inputs: variables, precision: Scalar.precision, for: instructionSet))
    let kernel = try #require(
      MachineKernel<Scalar>(outputs: outputs, inputs: variables, instructionSet: instructionSet))

    let places = variables.map { _ in PlacedPoints<Scalar>.Place.allCases.randomElement(using: &generator)! }
    let target = PlacedPoints<Scalar>.Target.allCases.randomElement(using: &generator)!
    // Whole turns of the loop, whether it computes one vector or two, and a point more.
    let lanes = instructionSet.laneCount(of: Scalar.precision)
    let points = PlacedPoints<Scalar>(2 * lanes + 1, places, using: &generator)
    let all = 0..<points.count
    let expected = all.map { interpret(program, inputs: points[$0], outputCount: 3) }
    compare(points.results(of: kernel, in: all, to: target), expected, "\(places) to \(target)")
    // Each takes code of its own, which is what costs time.
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: compare([points.results(of: kernel, at: lanes)], [expected[lanes]], "a single point")
    case 1:
      compare(
        [sums(kernel, points)], [sums(program, places, points, lanes, last: expected[2 * lanes])],
        "sums of \(places)")
    default: break
    }

    let interpreter = Interpreter<Scalar>(tape: Tape(outputs: outputs, inputs: variables))
    let tolerance: Scalar = Scalar.precision == .double ? 1e-10 : 1e-4
    for (row, other) in zip(expected, points.results(of: interpreter, in: all, to: .rows)) {
      differencesFromPortable += zip(row, other).count { a, b in
        !isSame(a, b) && !(Swift.abs(a - b) <= tolerance * Swift.min(Swift.abs(a), Swift.abs(b)))
      }
    }
  }

  private mutating func compare(_ results: [[Scalar]], _ expected: [[Scalar]], _ what: String) {
    for (point, (row, values)) in zip(results, expected).enumerated() {
      compared += row.count
      if !zip(row, values).allSatisfy(isSame) {
        mismatches.append("\(what), point \(point): \(row), not \(values)")
      }
    }
  }

  private func sums(_ kernel: MachineKernel<Scalar>, _ points: PlacedPoints<Scalar>) -> [Scalar] {
    var sums = [Scalar](repeating: .nan, count: kernel.outputCount)
    kernel.sum(points: 0..<points.count, inBlocksOf: points.count, inputs: points.inputs, into: &sums)
    return sums
  }

  /// The upper half is added to the lower one, until there is one number.
  private func sumOfHalves(_ lanes: ArraySlice<Scalar>) -> Scalar {
    if lanes.count == 1 { return lanes.first! }
    let (low, high) = (lanes.prefix(lanes.count / 2), lanes.suffix(lanes.count / 2))
    return sumOfHalves(zip(low, high).map { $0 + $1 }[...])
  }

  /// Of each lane, then of the lanes, then the last point. Of two vectors' points, a product that only the sum needs is
  /// added with one rounding.
  private func sums(
    _ program: VectorProgram, _ places: [PlacedPoints<Scalar>.Place], _ points: PlacedPoints<Scalar>,
    _ lanes: Int, last: [Scalar]
  ) -> [Scalar] {
    let (hoisted, count) = program.hoisting { places[$0] == .shared }
    let accumulating = hoisted.accumulatingProducts(behind: count) { _ in true }
    let terms = (0..<2 * lanes).map {
      interpretTerms(accumulating, inputs: points[$0], outputCount: last.count)
    }
    return last.indices.map { output in
      let vectors = (0..<lanes).map { lane in
        [terms[lane][output], terms[lane + lanes][output]].reduce(0 as Scalar) { sum, term in
          term.b.map { sum.addingProduct(term.a, $0) } ?? sum + term.a
        }
      }
      return 0 + sumOfHalves(vectors[...]) + (0 + last[output])
    }
  }
}
