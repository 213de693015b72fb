// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// Products with the rows of a matrix, against sums of whole numbers, which are exact in any order.
@Suite struct RowKernelTests {
  @Test(
    arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable }, ScalarType.allCases)
  func productsAreExact(instructionSet: InstructionSet, scalar: ScalarType) throws {
    try productsAreExact(instructionSet, as: scalar.type)
  }

  /// Rows that fill vectors and such that do not, of one strip of registers and several, in numbers that fill
  /// groups and blocks and such that do not.
  private func productsAreExact<Scalar: BitwiseScalar>(_ set: InstructionSet, as: Scalar.Type) throws {
    let seed: UInt64 = 29
    var generator = SplitMix64(seed: seed)
    let lanes = set.laneCount(of: Scalar.precision)
    for columns in [0, 1, 3, 5, 13, 15, 31, 45].map({ lanes + $0 }) + [
      29 * lanes + 1, 60 * lanes, 128 * lanes,
    ] {
      let stride = columns + Int.random(in: 0...3, using: &generator)
      let kernel = try #require(
        RowKernel<Scalar>(
          columns: columns, stride: stride, precision: Scalar.precision, instructionSet: set))
      for count in [0, 1, 7, 8, 9, 64, 75] {
        // |Σ| ≤ 9 · 128 · 16 < 2²⁴.
        func numbers(_ count: Int) -> [Int] {
          (0..<count).map { _ in Int.random(in: -3...3, using: &generator) }
        }
        let (x, w, r, g) = (numbers(count * stride), numbers(columns), numbers(count), numbers(columns))
        var (z, sums) = ([Scalar](repeating: .nan, count: count), g.map { Scalar($0) })
        kernel.multiply(x.map { Scalar($0) }, count: count, by: w.map { Scalar($0) }, into: &z)
        kernel.add(x.map { Scalar($0) }, count: count, times: r.map { Scalar($0) }, to: &sums)
        #expect(
          z == (0..<count).map { i in Scalar((0..<columns).reduce(0) { $0 + x[i * stride + $1] * w[$1] }) },
          "\(count) rows of \(columns), seed \(seed)")
        #expect(
          sums
            == (0..<columns).map { j in Scalar((0..<count).reduce(g[j]) { $0 + x[$1 * stride + j] * r[$1] }) },
          "\(count) rows of \(columns), seed \(seed)")
      }
    }
  }

  /// Columns that are read twice multiply no infinity by a zero.
  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func infinitiesStay(instructionSet: InstructionSet) throws {
    let columns = instructionSet.laneCount(of: .double) + 1
    let kernel = try #require(
      RowKernel<Double>(
        columns: columns, stride: columns, precision: .double, instructionSet: instructionSet))
    for place in 0..<columns {
      var row = [Double](repeating: 1, count: columns)
      row[place] = .infinity
      let ones = [Double](repeating: 1, count: columns)
      var (a, b) = ([0.0], [0.0])
      kernel.multiply(row, count: 1, by: ones, into: &a)
      kernel.multiply(ones, count: 1, by: row, into: &b)
      #expect(a == [.infinity] && b == [.infinity], "column \(place)")
      var sums = ones
      kernel.add(row, count: 1, times: [2], to: &sums)
      #expect(sums.enumerated().allSatisfy { $1 == ($0 == place ? .infinity : 3) }, "column \(place)")
    }
  }

  @Test func rowsThatHaveNoCode() {
    #expect(
      RowKernel<Double>(columns: 100, stride: 100, precision: .double, instructionSet: .portable) == nil)
    #expect(RowKernel<Double>(columns: 3, stride: 3, precision: .double, instructionSet: .avx2) == nil)
    #expect(
      RowKernel<Double>(columns: 10_000, stride: 10_000, precision: .double, instructionSet: .avx2) == nil)
  }
}
