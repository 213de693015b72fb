// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Structures of derivatives, sparse results, and sums of few-variable elements over many variables.
@Suite struct SparsityTests {
  private let seed: UInt64 = 77

  private func vector(_ n: Int, _ generator: inout SplitMix64) -> Tensor<Double> {
    Tensor((0..<n).map { _ in Double.random(in: -1.5...1.5, using: &generator) })
  }

  private let link = Function { a, b in 100 * pow(b - a * a, 2) + pow(1 - a, 2) }

  private func chain(_ n: Int) -> Function {
    Function(n) { x in
      zip(x, x.dropFirst()).reduce(0 as Expr) { $0 + (100 * pow($1.1 - $1.0 * $1.0, 2) + pow(1 - $1.0, 2)) }
    }
  }

  @Test func aSparseHessianIsTheDenseOne() {
    var generator = SplitMix64(seed: seed)
    let (f, x) = (chain(40), vector(40, &generator))
    let sparse = f.sparseHessian(at: x)
    #expect(sparse.pattern.count == 40 + 2 * 39)
    #expect(sparse.dense().scalars == f.hessian(at: x).scalars)
    #expect(sparse[3, 4] == sparse[4, 3] && sparse[3, 5] == 0)
    let v = vector(40, &generator)
    for (a, b) in zip(sparse.product(with: v).scalars, f.hessianVectorProduct(at: x, along: v).scalars) {
      #expect(abs(a - b) <= 1e-11)  // Products of size 1e3.
    }
    let list = Function(4) { x in [x[0] * x[3], exp(x[1]), 7, x[3]] }
    let jacobian = list.sparseJacobian(at: [1, 2, 3, 4])
    #expect(jacobian.pattern.places.map { [$0.row, $0.column] } == [[0, 0], [0, 3], [1, 1], [3, 3]])
    #expect(jacobian.dense().scalars == list.jacobian(at: [1, 2, 3, 4]).scalars)
    #expect(jacobian.entries.map(\.value).first == 4)
  }

  @Test func patternsTakePlacesInAnyOrder() {
    let pattern = SparsityPattern(
      rowCount: 4, columnCount: 3, places: [(2, 1), (0, 2), (2, 0), (0, 2), (2, 1)])
    #expect(pattern.rowStarts == [0, 1, 1, 3, 3] && pattern.columns == [2, 0, 1])
    #expect(pattern.position(row: 2, column: 1) == 2 && pattern.position(row: 1, column: 0) == nil)
    let empty = SparsityPattern(rowCount: 0, columnCount: 0, places: [])
    #expect(empty.rowStarts == [0] && SparseMatrix<Double>(empty, values: []).dense().shape == [0, 0])
    #expect(
      SparseMatrix<Double>(pattern, values: [1, 2, 3]).product(with: [1, 10, 100]).scalars == [100, 0, 32, 0])
  }

  @Test(arguments: [0, 1, 2, 3, 50])
  func aSumOverWindowsIsTheChain(n: Int) {
    var generator = SplitMix64(seed: seed)
    let (x, v) = (vector(n, &generator), vector(n, &generator))
    let sum = PartiallySeparableFunction(of: link, windowsOver: n)
    guard n > 1 else {
      #expect(sum.value(at: x) == 0 && sum.gradient(at: x).scalars == Array(repeating: 0, count: n))
      #expect(sum.hessian(at: x).pattern.count == 0)
      return
    }
    let f = chain(n)
    expectClose(Tensor(sum.value(at: x)), f.value(at: x))
    expectClose(sum.gradient(at: x), f.gradient(at: x))
    expectClose(sum.hessianVectorProduct(at: x, along: v), f.hessianVectorProduct(at: x, along: v))
    expectClose(sum.hessian(at: x).dense(), f.hessian(at: x))
    #expect(sum.valueAndGradient(at: x).value == sum.value(at: x))
  }

  /// Sums of terms up to 1e4 in two orders.
  private func expectClose(_ a: Tensor<Double>, _ b: Tensor<Double>) {
    #expect(a.shape == b.shape)
    for (a, b) in zip(a.scalars, b.scalars) { #expect(abs(a - b) <= 1e-10, "\(a), \(b)") }
  }

  @Test func elementsWithIndicesAndParametersAlsoARepeatedVariable() {
    var generator = SplitMix64(seed: seed)
    // Edges of a graph with weights; the last one joins a node with itself.
    let edges = [[0, 3], [3, 1], [2, 0], [4, 4]]
    let weights: Tensor<Double> = [[1], [2], [-0.5], [3]]
    let element = Function(2, parameters: 1) { x, w in w[0] * sin(x[0] * x[1]) + x[0] * x[0] }
    let sum = PartiallySeparableFunction(of: element, indices: edges, variableCount: 6, parameters: weights)
    let f = Function(6) { x in
      zip(edges, weights.scalars).reduce(0 as Expr) { total, edge in
        let (a, b) = (x[edge.0[0]], x[edge.0[1]])
        return total + (Expr(edge.1) * sin(a * b) + a * a)
      }
    }
    let (x, v) = (vector(6, &generator), vector(6, &generator))
    expectClose(sum.gradient(at: x), f.gradient(at: x))
    expectClose(sum.hessianVectorProduct(at: x, along: v), f.hessianVectorProduct(at: x, along: v))
    expectClose(sum.hessian(at: x).dense(), f.hessian(at: x))
    #expect(Set(sum.hessianPattern.columns).isDisjoint(with: [5]))
  }

  @Test func aMillionVariables() {
    // At x = 1 the gradient is 0, and H has the rows −400, 1002, −400.
    let n = 1_000_000
    let sum = PartiallySeparableFunction(of: link, windowsOver: n)
    let ones = Tensor<Double>.ones([n])
    #expect(sum.value(at: ones) == 0 && sum.gradient(at: ones).max() == 0)
    let product = sum.hessianVectorProduct(at: ones, along: ones)
    #expect(product[0].item == 402 && product[500_000].item == 202 && product[n - 1].item == -200)
    let hessian = sum.hessian(at: ones)
    #expect(hessian.values.count == 3 * n - 2)
    #expect(hessian[7, 8] == -400 && hessian[7, 7] == 1002)
  }

  @Test func windowsSlideOverATensor() {
    let x: Tensor<Double> = [0, 1, 2, 3, 4]
    #expect(x.slidingWindows(3).scalars == [0, 1, 2, 1, 2, 3, 2, 3, 4])
    #expect(x.slidingWindows(2, step: 2).scalars == [0, 1, 2, 3])
    #expect(x.slidingWindows(6).shape == [0, 6])
    var windows = x.slidingWindows(2)
    windows[0, 1] = 9  // A copy: the elements are shared.
    #expect(windows.scalars == [0, 9, 1, 2, 2, 3, 3, 4] && x.scalars == [0, 1, 2, 3, 4])
    #expect(x.flipped(axes: [0]).slidingWindows(2).scalars == [4, 3, 3, 2, 2, 1, 1, 0])
  }
}
