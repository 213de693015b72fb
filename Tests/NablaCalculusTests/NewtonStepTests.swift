// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import NablaTensors
import Testing
import TestSupport

@testable import NablaCalculus

/// Newton steps, inertia and eigenvalues that are computed with the Hessian, against LAPACK's of the Hessian
/// that is stored.
@Suite struct NewtonStepTests {
  private static let seed: UInt64 = 20_261_125

  /// Functions of 1 to 8 variables, some of whose second derivatives are zero everywhere.
  private static let functions: [Function] =
    (1...8).map { n in
      Function(n) { x in
        let squares = (0..<n).reduce(0 as Expr) { $0 + pow(x[$1], 2) * Expr(Double($1) + 0.7) }
        let coupled = (1..<Swift.max(n, 2)).reduce(0 as Expr) { $0 + (n > 1 ? sin(x[$1] * x[$1 - 1]) : 0) }
        return squares + coupled + exp(0.3 * x[0] * x[n - 1])
      }
    } + [
      // Saddles without diagonal entries.
      Function(2) { x in x[0] * x[1] + 0.1 * x[0] },
      Function(4) { x in x[0] * x[1] + x[2] * x[3] + sin(x[0] * x[3]) + x[2] },
      // Chained: rows are coupled to their neighbours only.
      Function(5) { x in
        (0..<4).reduce(0) { $0 + 100 * pow(x[$1 + 1] - x[$1] * x[$1], 2) + pow(1 - x[$1], 2) }
      },
    ]

  private func points(_ count: Int, _ n: Int) -> Tensor<Double> {
    var generator = SeededGenerator(seed: Self.seed &+ UInt64(n))
    return Tensor.uniform([count, n], in: -1.5..<1.5, using: &generator)
  }

  @Test(arguments: functions.indices)
  func stepsIndexAndEigenvaluesAreLAPACKs(function index: Int) throws {
    let f = Self.functions[index]
    let n = f.variables.count
    let points = points(203, n)
    let e = f.evaluate([.gradient, .hessian, .newtonStep, .index], at: points)
    let eigenvalues = try f.hessianEigenvalues(at: points)
    #expect(e.newtonStep.shape == [203, n] && e.index.shape == [203] && eigenvalues.shape == [203, n])
    var (compared, accurate) = (0, 0)
    for i in 0..<203 {
      let expected = try LinearAlgebra.symmetricEigenvalues(e.hessian.row(i))
      let norm = abs(expected).max()
      let difference = abs(eigenvalues.row(i) - expected).max()
      #expect(difference <= 4 * Double(n) * norm * Double.ulpOfOne, "point \(i), seed \(Self.seed)")
      let smallest = abs(expected).min()
      guard smallest > 1e-6 * norm else { continue }
      #expect(e.index.scalars[i] == Double(expected.scalars.count { $0 < 0 }), "point \(i)")
      let step = try -LinearAlgebra.solve(e.hessian.row(i), e.gradient.row(i))
      compared += 1
      // Without pivoting an indefinite matrix may cost digits: few, and not at many points.
      let error = abs(e.newtonStep.row(i) - step).max() / abs(step).max()
      #expect(error <= 1e-6, "point \(i), seed \(Self.seed)")
      if error <= 1e-12 * norm / smallest { accurate += 1 }
    }
    #expect(compared > 150 && Double(accurate) >= 0.95 * Double(compared))
  }

  @Test func singlePointsHaveTheirShapesAndBits() throws {
    let f = Self.functions[3]
    let points = points(70, 4)
    let batch = f.evaluate([.newtonStep, .index], at: points)
    let values = try f.hessianEigenvalues(at: points)
    for i in [0, 17, 69] {
      let one = f.evaluate([.newtonStep, .index], at: points.row(i))
      #expect(one.newtonStep.shape == [4] && one.newtonStep.scalars == batch.newtonStep.row(i).scalars)
      #expect(one.index.shape == [] && one.index.item == batch.index[i])
      let eigenvalues = try f.hessianEigenvalues(at: points.row(i))
      #expect(eigenvalues.shape == [4] && eigenvalues.scalars == values.row(i).scalars)
    }
  }

  /// Where a leading block is singular, and where the Hessian is not finite or zero.
  @Test func singularHessiansSaySo() throws {
    let f = Function { x, y in pow(x, 4) + y * y }
    let e = f.evaluate([.newtonStep, .index], at: [0, 1])
    #expect(!e.newtonStep.scalars[0].isFinite && e.index.item.isNaN)
    #expect(f.evaluate(.index, at: [1, 1]).index.item == 0)
    #expect(Function { x, y in x * y }.evaluate(.index, at: [3, 4]).index.item == 1)
    #expect(Function { x, y in -x * x - y * y }.evaluate(.index, at: [3, 4]).index.item == 2)
    #expect(
      try Function { x, y in x + 2 * y }.hessianEigenvalues(at: [[1, 2], [3, 4]]).scalars == [0, 0, 0, 0])
    let undefined = Function { x in log(x) }
    #expect(throws: LinearAlgebraError.notFinite) { try undefined.hessianEigenvalues(at: [[1], [0]]) }
  }

  @Test(arguments: [0, 1, 2, 3, 7])
  func iteratesAreRepeatedSteps(steps: Int) {
    for (f, count) in [(Self.functions[1], 1500), (Self.functions[3], 70), (Self.functions[10], 33)] {
      let n = f.variables.count
      let starts = points(count, n)
      var expected = starts
      for _ in 0..<steps { expected += f.evaluate(.newtonStep, at: expected).newtonStep }
      let ends = f.newtonIterates(from: starts, steps: steps)
      #expect(ends.shape == [count, n])
      // The sum is fused with the last product of the step: a rounding less.
      for (a, b) in zip(ends.scalars, expected.scalars) where b.isFinite && Swift.abs(b) < 1e3 {
        #expect(Swift.abs(a - b) <= 1e-6 * Swift.max(1, Swift.abs(b)))
      }
      let one = f.newtonIterates(from: starts.row(5), steps: steps)
      #expect(one.shape == [n])
      #expect(zip(one.scalars, ends.row(5).scalars).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
    }
  }

  /// x ← x − (x² − p)/(2x) is Heron's rule for √p.
  @Test func iteratesTakeParametersOfEachPoint() {
    let f = Function(1, parameters: 1) { x, p in x[0] * x[0] * x[0] / 3 - p[0] * x[0] }
    let squares = (1...600).map { Double($0) }
    let ends = f.newtonIterates(
      from: Tensor([1.0]), steps: 14, parameters: Tensor(shape: [600, 1], scalars: squares))
    #expect(ends.shape == [600, 1])
    for (end, square) in zip(ends.scalars, squares) {
      #expect(Swift.abs(end - square.squareRoot()) <= 2 * square.squareRoot().ulp)
    }
  }
}
