// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

/// The functions that take derivatives: shapes, chunks, counts of runs, errors.
@Suite struct DualDerivativeTests {
  /// Σ (i+1) xᵢ² + Σ xᵢ xᵢ₊₁ + x₀ xₙ₋₁: small integers, so every derivative is exact.
  private func quadratic<T: Real>(_ x: [T]) -> T {
    var sum: T = 0
    for i in x.indices { sum += T(i + 1) * x[i] * x[i] }
    for i in x.indices.dropLast() { sum += x[i] * x[i + 1] }
    return x.count > 1 ? sum + x[0] * x[x.count - 1] : sum
  }

  private func expected(_ x: [Double]) -> (gradient: [Double], hessian: [[Double]]) {
    let n = x.count
    var hessian = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for i in 0..<n { hessian[i][i] += 2 * Double(i + 1) }
    for i in x.indices.dropLast() {
      hessian[i][i + 1] += 1
      hessian[i + 1][i] += 1
    }
    if n > 1 {
      hessian[0][n - 1] += 1
      hessian[n - 1][0] += 1
    }
    return (hessian.map { zip($0, x).reduce(0) { $0 + $1.0 * $1.1 } }, hessian)
  }

  private func point(_ n: Int) -> [Double] { (0..<n).map { Double($0 * 7 % 5 - 2) } }

  @Test(arguments: 0...19)
  func chunksGiveTheWholeGradientAndHessian(_ n: Int) {
    let x = point(n)
    let (gradient, hessian) = expected(x)
    func check<L: SIMD & GradientVector>(_ lanes: L.Type) where L.Scalar == Double {
      var runs = 0
      let first = Dual<L>.valueAndGradient(
        of: {
          runs += 1
          return quadratic($0)
        }, at: x)
      #expect(first.value == quadratic(x) && first.gradient == gradient)
      #expect(runs == Swift.max(1, (n + L.scalarCount - 1) / L.scalarCount))
      let second = HyperDual<L>.valueGradientAndHessian(of: quadratic, at: x)
      #expect(second.value == quadratic(x) && second.gradient == gradient && second.hessian == hessian)
      let v = x.map { 3 - $0 }
      let product = Dual<Dual<L>>.hessianVectorProduct(of: quadratic, at: x, along: v)
      #expect(product.gradient == gradient)
      #expect(product.product == hessian.map { zip($0, v).reduce(0) { $0 + $1.0 * $1.1 } })
    }
    check(SIMD2<Double>.self)
    check(SIMD4<Double>.self)
    check(SIMD8<Double>.self)
    #expect(Dual<SIMD16<Double>>.gradient(of: quadratic, at: x) == gradient)
    #expect(Dual<Double>.gradient(of: quadratic, at: x) == gradient)
    #expect(Dual<SIMD4<Float>>.gradient(of: quadratic, at: x.map { Float($0) }) == gradient.map { Float($0) })
  }

  @Test func jacobians() {
    func f<T: Real>(_ x: [T]) -> [T] { [x[0] * x[1], .exp(x[2]), x[0] - x[2]] }
    let rows = [[3.0, 2, 0], [0, 0, 1], [1, 0, -1]]
    let (value, jacobian) = Dual<SIMD2<Double>>.valueAndJacobian(of: f, at: [2, 3, 0])
    #expect(value == [6, 1, 2] && jacobian == rows)
    #expect(Dual<SIMD8<Double>>.jacobian(of: f, at: [2, 3, 0]) == rows)
    let along = Dual.jacobianVectorProduct(of: f, at: [2.0, 3, 0], along: [1, 10, 100])
    #expect(along.value == [6, 1, 2] && along.product == [23, 100, -99])
    #expect(Dual<SIMD2<Double>>.jacobian(of: { _ in [] }, at: [1, 2, 3]).isEmpty)
    #expect(Dual<SIMD2<Double>>.jacobian(of: { _ in [1, 2] }, at: []) == [[], []])
  }

  @Test func oneVariable() {
    #expect(Dual.valueAndDerivative(of: { .exp(2 * $0) }, at: 0.0) == (1, 2))
    #expect(HyperDual.derivatives(of: { .exp(2 * $0) }, at: 0.0) == (1, 2, 4))
    #expect(Dual.derivative(of: { $0 * $0 }, at: 3 as Float) == 6)
    // The fourth derivative of x⁵ is 120 x.
    let fourth = Dual.derivative(
      of: { x in
        Dual.derivative(
          of: { y in
            Dual.derivative(of: { z in Dual.derivative(of: { .pow($0, 5) }, at: z) }, at: y)
          }, at: x)
      }, at: 0.5)
    #expect(fourth == 60)
  }

  @Test func hessiansAreSymmetricBitByBit() {
    func f<T: Real>(_ x: [T]) -> T { .exp(x[0] * x[1]) / (1 + x[2] * x[2]) * .sin(x[0] + x[3] / x[1]) }
    let hessian = HyperDual<SIMD4<Double>>.hessian(of: f, at: [0.3, 0.7, -1.1, 0.9])
    let chunks = HyperDual<SIMD2<Double>>.hessian(of: f, at: [0.3, 0.7, -1.1, 0.9])
    for i in 0..<4 {
      for j in 0..<4 {
        #expect(hessian[i][j] == hessian[j][i] && chunks[i][j] == chunks[j][i])
        #expect(ulps(chunks[i][j], hessian[i][j]) <= 4)
      }
    }
  }

  private struct Refusal: Error {}

  @Test func errorsOfTheFunctionAreThrownOn() {
    #expect(throws: Refusal.self) {
      try Dual.derivative(of: { _ throws(Refusal) in throw Refusal() }, at: 1.0)
    }
    #expect(throws: Refusal.self) {
      try HyperDual<SIMD2<Double>>.hessian(of: { _ throws(Refusal) in throw Refusal() }, at: [1])
    }
    // What was under way is no longer: the same type of numbers is free again.
    #expect(Dual.derivative(of: { $0 * $0 }, at: 1.0) == 2)
  }

  @Test func mismatchesAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = Dual<Dual<SIMD2<Double>>>.hessianVectorProduct(of: { $0[0] }, at: [1], along: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      var count = 0
      _ = Dual<SIMD2<Double>>.jacobian(
        of: { x in
          count += 1
          return Array(x.prefix(count))
        }, at: [1, 2, 3])
    }
  }
}
