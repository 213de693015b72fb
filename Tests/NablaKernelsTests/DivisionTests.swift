// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// Quotients that are computed by products.
@Suite struct DivisionTests {
  private let ends: [Double] = [
    0, -0.0, 1, -3, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNormalMagnitude,
    .greatestFiniteMagnitude, 0x1p-1000, 0x1p1000, 0x1p-1030, -1e308,
  ]

  /// Almost always the correctly rounded quotient, exactly where that is a double, and never an ulp more off;
  /// subnormal quotients may be rounded twice.
  private func isQuotient(_ q: Double, _ x: Double, _ y: Double) -> Bool {
    let exact = x / y
    return isSame(q, exact) || Swift.abs(q - exact) <= exact.ulp
  }

  @Test func divisionByConstantsIsDivision() throws {
    let seed: UInt64 = 3
    var generator = SplitMix64(seed: seed)
    var (count, different) = (0, 0)
    for trial in 0..<300 {
      let c: Double =
        trial < 100
        ? Double(trial + 1) : Double.random(in: 1...2, using: &generator) * [1e-200, -1, 1e250][trial % 3]
      let x = Expr.variable("x")
      let wholes = (-20...20).map { Double($0) * c }
      let randoms = (0..<40).map { _ in Double.random(in: -1e3...1e3, using: &generator) }
      let points = wholes + randoms + ends
      let rows = run([x / Expr(c)], [x], points.map { [$0] })
      for (point, row) in zip(points, rows) {
        #expect(isQuotient(row[0], point, c), "\(point) / \(c) gave \(row[0]), seed \(seed)")
        count += 1
        if !isSame(row[0], point / c) { different += 1 }
      }
      for (whole, row) in zip(wholes, rows) where (whole / c).rounded() == whole / c {
        #expect(row[0] == whole / c)
      }
    }
    print("DivisionTests: \(different) of \(count) quotients by constants differ by an ulp, seed \(seed)")
    #expect(Double(different) < 0.01 * Double(count))
  }

  @Test func quotientsOfOneDivisorAreQuotients() throws {
    let seed: UInt64 = 4
    var generator = SplitMix64(seed: seed)
    let dividends = (0..<8).map { Expr.variable("x\($0)") }, y = Expr.variable("y")
    let quotients = dividends.map { $0 / y }
    let program = try #require(
      Lowering.program(outputs: quotients, inputs: dividends + [y], precision: .double, for: .avx2))
    #expect(program.operations.count { $0.code == .divide } == 1)
    let randoms = (0..<200).map { _ in
      Double.random(in: -2...2, using: &generator)
        * [1e-307, 1e-300, 1, 3e5, 1e306][Int.random(in: 0..<5, using: &generator)]
    }
    for y in ends + randoms {
      for _ in 0..<4 {
        let point = (0..<8).map { _ in (ends + randoms).randomElement(using: &generator)! } + [y]
        let row = run(quotients, dividends + [Expr.variable("y")], [point, point])[0]
        for i in 0..<8 {
          #expect(isQuotient(row[i], point[i], y), "\(point[i]) / \(y) gave \(row[i]), seed \(seed)")
        }
      }
    }
  }

  /// Against `pow` of the C library, whose error is below 1 ulp; the bounds are those of the roundings.
  @Test func halfIntegerPowersArePowers() {
    let seed: UInt64 = 6
    var generator = SplitMix64(seed: seed)
    let x = Expr.variable("x")
    let exponents = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
    let points =
      ends.filter { $0 == 0 || $0.magnitude >= 1e-100 && $0.magnitude <= 1e100 || !$0.isFinite }
      + (0..<500).map { _ in Double.random(in: 1e-3...1e3, using: &generator) }
    for y in exponents {
      for (point, row) in zip(points, run([pow(x, Expr(y))], [x], points.map { [$0] })) {
        let expected = power(point, y)
        #expect(
          isSame(row[0], expected) || Swift.abs(row[0] - expected) <= 3 * expected.ulp,
          "\(point)^\(y) gave \(row[0]) for \(expected), seed \(seed)")
      }
    }
  }

  private func power(_ x: Double, _ y: Double) -> Double {
    guard case .binary(let function) = NablaExpressions.Operation.power.definition.value else { return .nan }
    return function(x, y)
  }
}
