// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaTensors
import TestSupport
import Testing

@testable import NablaCalculus
@testable import NablaExpressions

/// Sums over a batch that are combined of other sums.
@Suite struct SumPlanTests {
  private let x = Expr.variable("x"), y = Expr.variable("y"), p = Expr.variable("p"), q = Expr.variable("q")

  /// Σ over points of terms and of outputs, with whole numbers throughout, which are exact.
  @Test func sumsAreThoseOfTheOutputs() throws {
    let seed: UInt64 = 20_261_131
    var generator = SplitMix64(seed: seed)
    let bases = [x, y, x * y, x * x, x * y * y]
    var splitCount = 0
    for trial in 0..<200 {
      // Matrices of shared numbers times vectors of the points, and what else is linear.
      let vector = (0..<3).map { _ in
        bases.randomElement(using: &generator)! + bases.randomElement(using: &generator)! * p
      }
      let outputs = (0..<6).map { _ -> Expr in
        vector.reduce(p) { sum, value in
          let factor = [p, q, p * q, Expr(Double.random(in: -3...3, using: &generator).rounded()), x]
            .randomElement(
              using: &generator)!
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: return sum + factor * value
          case 1: return sum - value * factor
          case 2: return -sum + value / 2
          default: return sum + factor
          }
        }
      }
      guard let split = LinearSums(of: outputs, shared: [p, q]) else { continue }
      splitCount += 1
      let shared = [p: Double(Int.random(in: -4...4, using: &generator)), q: 3.0]
      let points = (0..<9).map { _ in
        [
          x: Double(Int.random(in: -5...5, using: &generator)),
          y: Double(Int.random(in: -5...5, using: &generator)),
        ]
      }
      func total(_ expression: Expr) throws -> Double {
        try points.reduce(0) { try $0 + expression.value(at: shared.merging($1) { $1 }) }
      }
      var known = shared
      known[split.count] = 9
      for (term, sum) in zip(split.terms, split.sums) { known[sum] = try total(term) }
      for (output, result) in zip(outputs, split.results) {
        #expect(try result.value(at: known) == total(output), "trial \(trial), seed \(seed)")
      }
    }
    #expect(splitCount > 100)
  }

  @Test func productsOfMatricesAreMadeOnce() throws {
    // Qᵀg for each point: what is summed is g.
    let g = [sin(x), exp(y), x * y]
    let columns = (0..<3).map { j in (0..<3).map { Expr.variable("q\(3 * $0 + j)") } }
    let outputs = columns.map { zip($0, g).reduce(0 as Expr) { $0 + $1.0 * $1.1 } }
    let split = try #require(LinearSums(of: outputs, shared: columns.flatMap { $0 }))
    #expect(Set(split.terms) == Set(g))
    for (result, column) in zip(split.results, columns) {
      for (factor, term) in zip(column, g) {
        let sum = split.sums[split.terms.firstIndex(of: term)!]
        #expect(result.derivative(by: sum) == factor)
      }
    }
  }

  @Test func whatSavesNothingStays() {
    #expect(LinearSums(of: [x * y, sin(x)], shared: [p]) == nil)
    // One sum in place of two, and of products that are summed as they are made.
    #expect(LinearSums(of: [sin(x) + cos(y)], shared: [p]) == nil)
    #expect(LinearSums(of: [p * x], shared: [p]) == nil)
    #expect(LinearSums(of: [p * q, 2], shared: [p, q]) == nil)
    #expect(LinearSums(of: [], shared: [p]) == nil)
    // What is computed for each point anyway is not taken apart.
    let line = p * x + q
    let split = LinearSums(of: [line, sin(line), cos(line), p * cos(line), q * cos(line)], shared: [p, q])
    #expect(split.map { Set($0.terms) } == [line, sin(line), cos(line)])
  }

  /// A linear layer in front of a nonlinear one, whose gradient is a product with shared weights, by inputs and by
  /// weights, against the sum of the rows. Each addition may round by 2⁻⁵³ of the sum of the magnitudes: a block makes
  /// at most 512, some ten follow for lanes and blocks, and a row's own value takes fewer than 80 operations.
  @Test(arguments: [63, 64, 1000], [false, true])
  func sumsOfALayer(count: Int, pointsDiffer: Bool) {
    let seed: UInt64 = 20_261_132
    var generator = SplitMix64(seed: seed)
    let layer = Function(7, parameters: 4) { w, x in
      let hidden = (0..<2).map { i in
        (0..<3).reduce(w[0]) { $0 + (w[1 + 3 * i + $1] + x[3] * w[0]) * (x[$1] - w[$1]) }
      }
      return log(1 + exp(hidden[0])) + hidden[1] * hidden[1]
    }
    func random(_ shape: [Int]) -> Tensor<Double> {
      Tensor(
        shape: shape,
        scalars: (0..<shape.reduce(1, *)).map { _ in .random(in: -1...1, using: &generator) })
    }
    let points = random(pointsDiffer ? [count, 7] : [7])
    let parameters = random(pointsDiffer ? [4] : [count, 4])
    let quantities: Function.Quantities = [.value, .gradient, .hessian]
    let sums = layer.evaluateSum(quantities, at: points, parameters: parameters)
    let rows = layer.evaluate(quantities, at: points, parameters: parameters)
    for (sum, values) in [
      (sums.value, rows.value), (sums.gradient, rows.gradient), (sums.hessian, rows.hessian),
    ] {
      let size = values.count / count
      let all = values.reshaped([count, size])
      for element in 0..<size {
        let column = (0..<count).map { all[$0, element].item }
        // Neumaier's sum, whose own error is that of a single rounding.
        var (expected, error) = (0.0, 0.0)
        for value in column {
          let next = expected + value
          error += abs(expected) >= abs(value) ? (expected - next) + value : (value - next) + expected
          expected = next
        }
        expected += error
        let bound = 600 * 0x1p-53 * column.reduce(0.0) { $0 + Swift.max(1, abs($1)) }
        #expect(abs(sum.scalars[element] - expected) <= bound, "\(element) of \(size), seed \(seed)")
      }
    }
  }

  /// The sum of a term overflows where the sums that are asked for do not: they are summed as they are.
  @Test func sumsThatLeaveTheRange() {
    let outputs = (1...8).map { exp(x) * (p * Expr(Double($0))) }
    #expect(LinearSums(of: outputs, shared: [p])?.terms == [exp(x)])
    let function = Function(outputs, of: [p], parameters: [x])
    let rows = Tensor<Double>(shape: [100, 1], scalars: Array(repeating: 709.0, count: 100))
    let sums = function.evaluateSum(.value, at: [1e-300], parameters: rows).value.scalars
    for (k, sum) in sums.enumerated() {
      let expected = Foundation.exp(709.0) * 1e-300 * 100 * Double(k + 1)
      // exp may err by 1 ulp in either; 100 additions and three products round.
      #expect(abs(sum - expected) <= 110 * 0x1p-53 * expected)
    }
    let infinite = function.evaluateSum(.value, at: [1], parameters: rows).value.scalars
    #expect(infinite.allSatisfy { $0 == .infinity })
  }
}
