// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaTensors
import Testing

@testable import NablaCalculus

/// Newton's method with a watchdog against the same steps by LAPACK, and its verdicts against what they say.
@Suite struct WatchdogNewtonTests {
  private static let seed: UInt64 = 20_261_129

  /// Of 1 to 5 variables and one parameter, with valleys and hills.
  private static let functions: [Function] = (1...5).map { n in
    Function(n, parameters: 1) { x, p in
      var sum: Expr = 0
      for i in 0..<n {
        sum += pow(pow(x[i], 2) - p[0], 2) + x[i] * Expr(Double(i + 1) / 7)
        if i > 0 { sum += 0.5 * x[i] * x[i - 1] }
      }
      return sum
    }
  }

  private func points(_ count: Int, _ n: Int) -> (points: Tensor<Double>, parameters: Tensor<Double>) {
    var generator = SeededGenerator(seed: Self.seed &+ UInt64(n))
    return (
      Tensor.uniform([count, n], in: -2..<2, using: &generator),
      Tensor.uniform([count, 1], in: 0.5..<1.5, using: &generator)
    )
  }

  /// A point after one step, which goes down in the quadratic model if asked, whether the Hessian is positive
  /// definite, and how far it is from neither.
  private func step(_ f: Function, _ x: Tensor<Double>, _ p: Tensor<Double>, isDescent: Bool) throws
    -> (next: Tensor<Double>, isDefinite: Bool, margin: Double)
  {
    let e = f.evaluate([.gradient, .hessian], at: x, parameters: p)
    let eigenvalues = try LinearAlgebra.symmetricEigenvalues(e.hessian)
    let isDefinite = eigenvalues.min() > 0
    let margin = abs(eigenvalues).min() / abs(eigenvalues).max()
    if isDescent && !isDefinite {
      let norm = abs(e.hessian).sum(axis: 1).max()
      return (x - 1.875 / norm * e.gradient, isDefinite, margin)
    }
    return (x - (try LinearAlgebra.solve(e.hessian, e.gradient)), isDefinite, margin)
  }

  @Test(arguments: functions.indices)
  func stepsAreLAPACKs(function index: Int) throws {
    let f = Self.functions[index]
    let n = f.variables.count
    let (points, parameters) = points(150, n)
    let ends = f.watchdogMinima(from: points, below: points, descents: 2, steps: 1, parameters: parameters)
    #expect(ends.points.shape == [150, n] && ends.values.shape == [150])
    var (accepted, rejected) = (0, 0)
    for i in 0..<150 {
      let p = parameters.row(i)
      let first = try step(f, points.row(i), p, isDescent: true)
      let base = try step(f, first.next, p, isDescent: true)
      let trial = try step(f, base.next, p, isDescent: false)
      let last = try step(f, trial.next, p, isDescent: false)
      // Nearly singular Hessians make steps that no two ways of solving agree on.
      guard [first, base, trial, last].allSatisfy({ $0.margin > 1e-3 }) else { continue }
      let (start, value) = (
        f.value(at: points.row(i), parameters: p).item, f.value(at: trial.next, parameters: p).item
      )
      guard Swift.abs(value - start) > 1e-9 * Swift.abs(start) else { continue }
      let isAccepted = value < start && last.isDefinite
      if isAccepted { accepted += 1 } else { rejected += 1 }
      let expected = isAccepted ? trial.next : base.next
      let size = Swift.max(1, abs(expected).max())
      // Each of three steps amplifies the rounding of the one before by the conditions above.
      #expect(abs(ends.points.row(i) - expected).max() <= 1e-8 * size, "point \(i), seed \(Self.seed)")
      #expect(ends.values[i].item.isNaN == !isAccepted, "point \(i), seed \(Self.seed)")
    }
    #expect(accepted > 10 && rejected > 10, "\(accepted) and \(rejected)")
  }

  @Test(arguments: functions.indices)
  func whatCountsIsAMinimumBelowTheStart(function index: Int) throws {
    let f = Self.functions[index]
    let n = f.variables.count
    let (points, parameters) = points(1001, n)
    let ends = f.watchdogMinima(from: points, below: points, descents: 6, steps: 4, parameters: parameters)
    let confirmed = (0..<1001).filter { !ends.gradientNorms[$0].item.isNaN }
    #expect(confirmed.count > 500, "\(confirmed.count) of 1001, seed \(Self.seed)")
    for i in confirmed {
      let (x, p) = (ends.points.row(i), parameters.row(i))
      let e = f.evaluate([.value, .gradient, .hessian], at: x, parameters: p)
      let start = f.value(at: points.row(i), parameters: p).item
      #expect(e.value.item <= start + 0x1p-50 * Swift.abs(start), "point \(i), seed \(Self.seed)")
      // The kernel may sum in another order.
      #expect(Swift.abs(e.value.item - ends.values[i].item) <= 1e-13 * Swift.max(1, Swift.abs(start)))
      #expect(try LinearAlgebra.symmetricEigenvalues(e.hessian).min() > 0)
      let step = try LinearAlgebra.solve(e.hessian, e.gradient)
      // Close to 10⁻¹⁰ the verdict depends on rounding.
      #expect(abs(step).max() <= 2e-10 * abs(x).max(), "point \(i), seed \(Self.seed)")
    }
  }

  /// The second round goes on from where the first one ended, but not above the first one's start.
  @Test func endsLieBelowTheStartsThatAreGiven() {
    let f = Function { x, y in pow(x * x - 1, 2) + y * y }
    let there = Tensor<Double>([[0.9, 0.1]])
    let ends = f.watchdogMinima(from: there, below: [[1, 0.3]], descents: 4, steps: 4)
    #expect(abs(ends.points - [[1, 0]]).max() < 1e-12 && !ends.gradientNorms.item.isNaN)
    let none = f.watchdogMinima(from: there, below: [[1, 0]], descents: 1, steps: 1)
    #expect(none.gradientNorms.item.isNaN && none.values.item.isNaN)
    let undefined = f.watchdogMinima(from: there, below: Tensor([[Double.nan, 0]]), descents: 4, steps: 4)
    #expect(undefined.gradientNorms.item.isNaN && undefined.values.item.isNaN)
  }
}
