// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaTensors
import Testing

@testable import NablaCalculus

/// Every operation on traced tensors: its value against the operation on tensors where there is one, and its
/// derivatives of first and second order, in both modes, against finite differences.
@Suite struct TracedOperationTests {
  typealias Traced = TracedTensor<Double>

  static let seed: UInt64 = 20_261_125

  /// An operation of some tensors, with their shapes and the range their elements are drawn from.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [[Int]]
    let range: Range<Double>
    let apply: @Sendable ([Traced]) throws -> Traced

    init(
      _ name: String, _ shapes: [[Int]], in range: Range<Double> = -2..<2,
      _ apply: @escaping @Sendable ([Traced]) throws -> Traced
    ) {
      (self.name, self.shapes, self.range, self.apply) = (name, shapes, range, apply)
    }

    var testDescription: String { name }
  }

  static let cases: [Case] = arithmetic + functions + shapes + reductions + products + solves + compositions

  private static let products: [Case] = [
    .init("matmul 2×2", [[3, 4], [4, 5]]) { matmul($0[0], $0[1]) },
    .init("matmul of a batch and a matrix", [[2, 3, 4], [4, 5]]) { matmul($0[0], $0[1]) },
    .init("matmul of a matrix and a batch", [[3, 4], [2, 4, 5]]) { matmul($0[0], $0[1]) },
    .init("matmul of broadcast batches", [[2, 1, 3, 4], [3, 4, 2]]) { matmul($0[0], $0[1]) },
    .init("matrix and vector", [[3, 4], [4]]) { matmul($0[0], $0[1]) },
    .init("vector and matrix", [[3], [3, 4]]) { matmul($0[0], $0[1]) },
    .init("batch and vector", [[2, 3, 4], [4]]) { matmul($0[0], $0[1]) },
    .init("vector and batch", [[3], [2, 3, 4]]) { matmul($0[0], $0[1]) },
    .init("einsum, product", [[2, 3, 4], [4, 3, 2]]) { einsum("bij,jib->bi", $0) },
    .init("einsum, lone axes", [[2, 3], [4]]) { einsum("ij,k->i", $0) },
    .init("einsum, diagonal", [[3, 3, 2], [3]]) { einsum("iij,i->j", $0) },
    .init("einsum, three", [[2, 3], [3, 4], [4, 2]]) { einsum("ij,jk,kl->il", $0) },
    .init("einsum, trace", [[3, 3]]) { einsum("ii->", $0) },
    .init("dot", [[5], [5]]) { dot($0[0], $0[1]) },
    .init("outer", [[3], [5]]) { outer($0[0], $0[1]) },
  ]

  private static let solves: [Case] = [
    .init("solve, vector", [[4, 4], [4]]) { try LinearAlgebra.solve(wellConditioned($0[0]), $0[1]) },
    .init("solve, matrix", [[4, 4], [4, 2]]) { try LinearAlgebra.solve(wellConditioned($0[0]), $0[1]) },
    .init("solve, batch", [[3, 4, 4], [3, 4]]) { try LinearAlgebra.solve(wellConditioned($0[0]), $0[1]) },
    .init("solve, one matrix for a batch", [[4, 4], [3, 4, 2]]) {
      try LinearAlgebra.solve(wellConditioned($0[0]), $0[1])
    },
    .init("triangular solve, lower", [[3, 3], [3]]) {
      try LinearAlgebra.triangularSolve(wellConditioned($0[0]), $0[1])
    },
    .init("triangular solve, upper", [[2, 3, 3], [2, 3, 2]]) {
      try LinearAlgebra.triangularSolve(wellConditioned($0[0]), $0[1], .upper)
    },
    .init("triangular solve, transposed", [[3, 3], [3, 2]]) {
      try LinearAlgebra.triangularSolve(wellConditioned($0[0]), $0[1], .lower, transposed: true)
    },
    .init("inverse", [[2, 3, 3]]) { try LinearAlgebra.inverse(wellConditioned($0[0])) },
    .init("cholesky", [[4, 4]]) { try LinearAlgebra.cholesky(positiveDefinite($0[0])) },
    .init("cholesky, batch", [[2, 3, 3]]) { try LinearAlgebra.cholesky(positiveDefinite($0[0])) },
    .init("log|det|", [[2, 3, 3]]) { LinearAlgebra.logAbsDeterminant(wellConditioned($0[0])).logarithm },
    .init("trace", [[3, 4]]) { LinearAlgebra.trace($0[0]) },
  ]

  private static let compositions: [Case] = [
    .init("checkpoint", [[3, 4], [4]]) { checkpoint($0) { tanh(matmul($0[0], $0[1])) } },
    .init("checkpoint of equal operands", [[3]]) { checkpoint([$0[0], $0[0]]) { exp($0[0]) * $0[1] } },
    .init("function", [[3, 1], [4]]) { wave($0[0], $0[1]) },
  ]

  private static let wave = Function { x, y in sin(x * y) + x * x * y }

  private static let arithmetic: [Case] = [
    .init("+", [[3, 4], [4]]) { $0[0] + $0[1] },
    .init("−", [[4], [3, 4]]) { $0[0] - $0[1] },
    .init("×", [[3, 1], [1, 4]]) { $0[0] * $0[1] },
    .init("÷", [[3, 4], []], in: 0.5..<2) { $0[0] / $0[1] },
    .init("negated", [[3]]) { -$0[0] },
    .init("with numbers", [[3]], in: 0.5..<2) { (x: [Traced]) -> Traced in
      let quotient: Traced = 2 / (x[0] * 3 + 1)
      let rest: Traced = (1 - x[0]) * 3 / 2
      return quotient - rest
    },
    .init("with tensors", [[3]], in: 0.5..<2) { (x: [Traced]) -> Traced in
      let t: Tensor<Double> = [1, 2, 3]
      let quotient: Traced = t / (x[0] * t + t)
      let rest: Traced = (t - x[0]) * t / t
      return quotient - rest
    },
    .init("of itself", [[3]]) { $0[0] * $0[0] + $0[0] * 2 },
  ]

  private static let functions: [Case] = [
    .init("exp", [[5]]) { exp($0[0]) }, .init("exp2", [[5]]) { exp2($0[0]) },
    .init("expm1", [[5]]) { expm1($0[0]) }, .init("log", [[5]], in: 0.5..<3) { log($0[0]) },
    .init("log2", [[5]], in: 0.5..<3) { log2($0[0]) }, .init("log10", [[5]], in: 0.5..<3) { log10($0[0]) },
    .init("log1p", [[5]], in: -0.5..<3) { log1p($0[0]) }, .init("sqrt", [[5]], in: 0.5..<3) { sqrt($0[0]) },
    .init("cbrt", [[5]], in: 0.5..<3) { cbrt($0[0]) }, .init("square", [[5]]) { square($0[0]) },
    .init("pow 3", [[5]]) { pow($0[0], 3) }, .init("pow −2", [[5]], in: 0.5..<2) { pow($0[0], -2) },
    .init("pow 1.5", [[5]], in: 0.5..<2) { pow($0[0], 1.5) },
    .init("pow", [[5], [5]], in: 0.5..<2) { pow($0[0], $0[1]) },
    .init("hypot", [[5], [5]], in: 0.5..<2) { hypot($0[0], $0[1]) },
    .init("sin", [[5]]) { sin($0[0]) }, .init("cos", [[5]]) { cos($0[0]) },
    .init("tan", [[5]], in: -1..<1) { tan($0[0]) }, .init("asin", [[5]], in: -0.8..<0.8) { asin($0[0]) },
    .init("acos", [[5]], in: -0.8..<0.8) { acos($0[0]) }, .init("atan", [[5]]) { atan($0[0]) },
    .init("atan2", [[5], [5]], in: 0.5..<2) { atan2($0[0], $0[1]) },
    .init("sinh", [[5]]) { sinh($0[0]) }, .init("cosh", [[5]]) { cosh($0[0]) },
    .init("tanh", [[5]]) { tanh($0[0]) }, .init("asinh", [[5]]) { asinh($0[0]) },
    .init("acosh", [[5]], in: 1.5..<3) { acosh($0[0]) },
    .init("atanh", [[5]], in: -0.8..<0.8) { atanh($0[0]) },
    .init("erf", [[5]]) { erf($0[0]) }, .init("erfc", [[5]]) { erfc($0[0]) },
    .init("lgamma", [[5]], in: 0.5..<4) { lgamma($0[0]) }, .init("sigmoid", [[5]]) { sigmoid($0[0]) },
    .init("softplus", [[5]]) { softplus($0[0]) }, .init("relu", [[5]]) { relu($0[0]) * $0[0] },
    .init("abs", [[5]]) { abs($0[0]) * $0[0] }, .init("sign", [[5]]) { sign($0[0]) * $0[0] },
    .init("maximum", [[5], [5]]) { square(maximum($0[0], $0[1])) },
    .init("minimum", [[5], [5]]) { square(minimum($0[0], $0[1])) },
    .init("clamp", [[5]]) { square(clamp($0[0], to: -1...1)) },
    .init("select", [[4], [4]]) { select([1, 0, 0, 1], square($0[0]), exp($0[1])) },
  ]

  private static let shapes: [Case] = [
    .init("reshaped", [[3, 4]]) { $0[0].reshaped([2, -1]) },
    .init("flattened", [[3, 4]]) { $0[0].flattened() },
    .init("permuted", [[2, 3, 4]]) { $0[0].permuted([2, 0, 1]) },
    .init("transposed", [[2, 3, 4]]) { $0[0].transposed() },
    .init("squeezed", [[2, 1, 3, 1]]) { $0[0].squeezed(axis: 1).squeezed() },
    .init("expanded", [[2, 3]]) { $0[0].expanded(axis: 1).expanded(axis: -1) },
    .init("broadcast", [[3, 1]]) { $0[0].broadcast(to: [2, 3, 4]) },
    .init("slice", [[4, 5]]) { $0[0][1..<3, .every(2)] + $0[0][.reversed, 2][1..<3].expanded(axis: 1) },
    .init("row", [[4, 5]]) { $0[0].row(-1) },
    .init("diagonal", [[2, 3, 4]]) { $0[0].diagonal() },
    .init("taking", [[4, 3]]) { $0[0].taking([2, 0, -1, 2]) + $0[0].taking([1, 1, 2], axis: 1)[0..<4] },
    .init("concatenate", [[2, 3], [2, 1], [2, 2]]) { .concatenate($0, axis: -1) },
    .init("stack", [[2, 3], [2, 3]]) { .stack($0, axis: 1) },
  ]

  private static let reductions: [Case] = [
    .init("sum", [[3, 4]]) { $0[0].sum() },
    .init("sum along axes", [[2, 3, 4]]) { $0[0].sum(axes: [0, -1]) },
    .init("sum keeping axes", [[2, 3, 4]]) { $0[0].sum(axis: 1, keepingDims: true) },
    .init("mean", [[3, 4]]) { $0[0].mean(axis: 0) },
    .init("variance", [[3, 4]]) { $0[0].variance(axes: [1], correction: 1) },
    .init("max", [[3, 4]]) { $0[0].max(axes: [1]) }, .init("min", [[3, 4]]) { $0[0].min() },
    .init("norm", [[3, 4]]) { $0[0].norm(axes: [0]) },
    .init("logsumexp", [[3, 4]]) { logsumexp($0[0], axis: 0) },
    .init("softmax", [[3, 4]]) { softmax($0[0]) },
    .init("logSoftmax", [[3, 4]]) { logSoftmax($0[0], axis: 0) },
  ]

  private static func wellConditioned(_ a: Traced) -> Traced {
    a + Tensor.identity(a.shape[a.rank - 1]) * 6
  }

  private static func positiveDefinite(_ a: Traced) -> Traced {
    matmul(a, a.transposed()) + Tensor.identity(a.shape[a.rank - 1])
  }

  @Test(arguments: cases)
  func derivativesAgreeWithDifferences(of operation: Case) throws {
    var generator = SeededGenerator(seed: Self.seed)
    let operands = operation.shapes.map { Tensor<Double>.uniform($0, in: operation.range, using: &generator) }
    // A sum with random weights has every element of the Jacobian in its gradient; the square, second derivatives.
    let shape = try operation.apply(operands.map { Traced($0) }).shape
    let weights = Tensor<Double>.normal(shape, using: &generator)
    let check = try checkGradients(
      of: { operands in
        let y = try operation.apply(operands)
        return (y * weights).sum() + square(y).sum() * 0.5
      }, at: operands, seed: Self.seed)
    #expect(check.passed, "seed \(Self.seed)\n\(check)")
    #expect(check.disagreements.count == GradientCheck.Comparison.allCases.count)
  }
}
