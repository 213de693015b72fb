// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing
import TestSupport

/// Jacobian– and Hessian–vector products, the Laplacian, and what meets kinks: forward against reverse mode.
@Suite struct ProductTests {
  private let seed: UInt64 = 20_261
  private let wave = Function(3) { x in sin(x[0] * x[1]) * exp(-x[2]) + hypot(x[0], x[2]) * x[1] }

  private func uniform(_ shape: [Int], _ generator: inout SplitMix64) -> Tensor<Double> {
    Tensor(
      shape: shape,
      scalars: (0..<shape.reduce(1, *)).map { _ in Double.random(in: 0.2...1.7, using: &generator) })
  }

  /// Within 100 ulp of the sizes that are added: both sides round some dozens of operations.
  private func expectClose(_ a: Tensor<Double>, _ b: Tensor<Double>, _ what: String) {
    #expect(a.shape == b.shape, "\(what)")
    for (a, b) in zip(a.scalars, b.scalars) {
      #expect(abs(a - b) <= 1e-13 * max(1, abs(b)), "\(what): \(a), \(b)")
    }
  }

  @Test func productsAreThoseOfTheMatrices() {
    var generator = SplitMix64(seed: seed)
    let x = uniform([5, 3], &generator)
    let v = uniform([5, 3], &generator)
    let e = wave.evaluate(
      [.value, .gradient, .hessian, .jacobianVectorProduct, .hessianVectorProduct, .laplacian], at: x,
      direction: v)
    expectClose(e.jacobianVectorProduct, einsum("ni,ni->n", e.gradient, v), "J v")
    expectClose(e.hessianVectorProduct, einsum("nij,nj->ni", e.hessian, v), "H v")
    expectClose(e.laplacian, einsum("nii->n", e.hessian), "Laplacian")

    let list = Function(3) { x in [x[0] * x[1], exp(x[2]), sin(x[0]) / x[2], 4] }
    let weights = uniform([5, 4], &generator)
    let jacobian = list.jacobian(at: x)
    expectClose(list.jacobianVectorProduct(at: x, along: v), einsum("nmi,ni->nm", jacobian, v), "J v")
    expectClose(
      list.vectorJacobianProduct(at: x, weights: weights), einsum("nmi,nm->ni", jacobian, weights), "wᵀ J")
  }

  @Test func oneDirectionForAllPointsAndManyAtOne() {
    var generator = SplitMix64(seed: seed)
    let (x, v) = (uniform([4, 3], &generator), uniform([3], &generator))
    let shared = wave.hessianVectorProduct(at: x, along: v)
    #expect(shared.shape == [4, 3])
    #expect(shared.scalars == wave.hessianVectorProduct(at: x, along: v.broadcast(to: [4, 3])).scalars)
    let directions = uniform([7, 3], &generator)
    let many = wave.hessianVectorProduct(at: x[0], along: directions)
    #expect(many.shape == [7, 3])
    expectClose(many, einsum("kj,ij->ki", directions, wave.hessian(at: x[0])), "H v")
    #expect(wave.jacobianVectorProduct(at: x[0], along: v).shape == [])
    #expect(wave.hessianVectorProduct(at: x[0], along: v).shape == [3])
  }

  @Test func manyDirectionsAtManyPoints() {
    var generator = SplitMix64(seed: seed)
    let x = uniform([4, 3], &generator)
    let (shared, own) = (uniform([2, 1, 3], &generator), uniform([2, 4, 3], &generator))
    let (gradients, hessians) = (wave.gradient(at: x), wave.hessian(at: x))
    expectClose(
      wave.jacobianVectorProduct(at: x, along: shared), einsum("ni,ki->kn", gradients, shared[0..., 0]), "J v"
    )
    expectClose(wave.jacobianVectorProduct(at: x, along: own), einsum("ni,kni->kn", gradients, own), "J v")
    expectClose(
      wave.hessianVectorProduct(at: x, along: own), einsum("nij,knj->kni", hessians, own), "H v")
    let list = Function(3) { x in [x[0] * x[1], exp(x[2])] }
    let weights = uniform([5, 1, 2], &generator)
    expectClose(
      list.vectorJacobianProduct(at: x, weights: weights),
      einsum("nmi,km->kni", list.jacobian(at: x), weights[0..., 0]), "wᵀ J")
  }

  @Test func sumsOfProducts() {
    var generator = SplitMix64(seed: seed)
    let rows = uniform([1000, 2], &generator)
    let loss = Function(2, parameters: 2) { w, row in pow(w[0] + w[1] * row[0] - row[1], 2) * w[1] }
    let v: Tensor<Double> = [0.3, -2]
    let w: Tensor<Double> = [1, 0.5]
    let sum = loss.evaluateSum([.hessian, .hessianVectorProduct], at: w, parameters: rows, direction: v)
    // 1000 summands of size 1 to 10.
    for (a, b) in zip(sum.hessianVectorProduct.scalars, matmul(sum.hessian, v).scalars) {
      #expect(abs(a - b) <= 1e-9)
    }
    var kept = Evaluation()
    loss.evaluateSum(.hessianVectorProduct, at: w, parameters: rows, direction: v, into: &kept)
    #expect(kept.hessianVectorProduct.scalars == sum.hessianVectorProduct.scalars)
  }

  /// Sums over rows against the sum of what each row gives, for rows of few columns and of many, in layouts that are
  /// read in place and such that are not.
  @Test func sumsAreThoseOfTheRows() {
    var generator = SplitMix64(seed: seed)
    for (columns, count) in [(3, 600), (64, 600), (130, 513), (300, 40)] {
      let rows = uniform([count, columns], &generator)
      let loss = Function(2, parameters: columns) { w, row in
        sin(row.enumerated().reduce(Expr(0)) { $0 + w[$1.offset % 2] * $1.element })
      }
      let w: Tensor<Double> = [0.5, -0.25]
      let each = loss.evaluate([.value, .hessian], at: w, parameters: rows)
      for layout in [
        rows, rows[.reversed, .all].contiguous()[.reversed, .all],
        rows.transposed().contiguous().transposed(),
      ] {
        let sum = loss.evaluateSum([.value, .hessian], at: w, parameters: layout)
        // Summands are below 1, and below 300² of the Hessian.
        #expect(abs(sum.value.item - each.value.sum()) <= 1e-10, "\(columns) columns, seed \(seed)")
        expectClose(sum.hessian / 1e5, each.hessian.sum(axis: 0) / 1e5, "\(columns) columns, seed \(seed)")
      }
    }
  }

  @Test func forwardAgreesWithReverseOnRandomGraphs() {
    var compared = 0
    for trial in 0..<2000 {
      let x = ["x", "y", "z"].map { Expr.variable($0) }
      var expressions = RandomExpression(seed: seed &+ UInt64(trial), variables: x)
      var generator = SplitMix64(seed: seed &+ UInt64(trial))
      let f = expressions.next(size: 2 + trial % 15)
      let point = (0..<3).map { _ in Double.random(in: -1.9...1.9, using: &generator) }
      let direction = [0.7, -1.3, 0.4]
      let forward = f.directionalDerivative(by: x, along: direction.map { Expr($0) })
      let reverse = zip(f.gradient(by: x), direction).map { (naiveValue(of: $0, x, at: point), $1) }
      let value = naiveValue(of: forward, x, at: point)
      let terms = reverse.map { $0.0 * $0.1 }
      let expected = terms.reduce(0, +)
      // Where a partial derivative is infinite the two meet inf − inf and inf·0 in different places.
      guard terms.allSatisfy(\.isFinite), value.isFinite else { continue }
      compared += 1
      // Sums of products along paths, in two orders: the paths may be far larger than the result.
      let scale = terms.map { abs($0) }.max()! + 1e-3
      #expect(
        abs(value - expected) <= 1e-7 * scale, "seed \(seed), trial \(trial): \(value), reverse \(expected)")
    }
    print("ProductTests: \(compared) random graphs, forward against reverse mode, seed \(seed)")
    #expect(compared > 1000)
  }

  @Test func aZeroPartialDerivativeStopsWhateverComesBehind() {
    // The logarithm is not reached at x = −1; its derivative there is NaN-free in both modes.
    let f = Function { x in select(x .> 0, log(x), 3 * x) }
    #expect(f.jacobianVectorProduct(at: [-1], along: [2]).item == 6)
    #expect(f.hessianVectorProduct(at: [-1], along: [2]).scalars == [0])
    #expect(Function { x in stopGradient(x * x) * x }.gradient(at: [3]).scalars == [9])
  }

  @Test func kinksAndNonFiniteResultsAreCounted() {
    let f = Function { x, y in abs(x) + max(x, y) + log(y) + floor(x + 0.5) }
    let points: Tensor<Double> = [[1, 2], [0, 2], [0, 0], [2, 2], [0.5, -1]]
    let e = f.evaluate([.value, .gradient, .kinks, .nonFinites], at: points)
    #expect(e.kinks.scalars == [0, 1, 2, 1, 1])
    // log 0 = −inf, its slope inf; log −1 and its slope at −1: NaN and −1.
    #expect(e.nonFinites.scalars == [0, 0, 2, 0, 1])
    let met = f.kinks(at: [0, 0]).map(\.expression.description)
    #expect(Set(met) == ["abs(x0)", "max(x0, x1)"])
    #expect(f.kinks(at: [0.25, 1]).isEmpty)
    #expect(Function { x in x * x }.kinks(at: [0]).isEmpty)
  }

  @Test func directionsAndWeightsWhereTheyAreNeeded() async {
    await #expect(processExitsWith: .failure) {
      _ = Function { x, y in x * y }.evaluate(.hessianVectorProduct, at: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = Function { x, y in x * y }.evaluate(.value, at: [1, 2], direction: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = Function { x, y in x * y }.hessianVectorProduct(at: [1, 2], along: [1, 2, 3])
    }
  }
}
