// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

/// Nested derivatives whose inner function uses the variables of outer ones.
@Suite struct PerturbationConfusionTests {
  typealias D1 = Dual<Double>
  typealias D2 = Dual<D1>
  typealias D3 = Dual<D2>

  /// Siskind and Pearlmutter (2005): d/dx [x · d/dy (x + y)] is 1; confused, it is 2.
  @Test func twoLevels() {
    let outer = Dual.derivative(of: { x in x * Dual.derivative(of: { y in Dual(x) + y }, at: 1) }, at: 1.0)
    #expect(outer == 1)
    // d/dx [x · d/dy (x y²)] = d/dx [2 x² y] = 4 x y.
    let product = Dual.derivative(
      of: { x in x * Dual.derivative(of: { y in Dual(x) * y * y }, at: 3) }, at: 5.0)
    #expect(product == 60)
    // At the outer variable itself: d/dx [∂y (x y²) at y = x] = d/dx 2 x² = 4 x.
    let diagonal = Dual.derivative(of: { x in Dual.derivative(of: { y in Dual(x) * y * y }, at: x) }, at: 5.0)
    #expect(diagonal == 20)
  }

  /// d/dx [x · d/dy [y · d/dz (x y z + z²)]] at (2, 3, 5): the innermost is x y + 2 z, the middle one
  /// ∂y (x y² + 2 y z) = 2 x y + 2 z, and the outermost ∂x (2 x² y + 2 x z) = 4 x y + 2 z.
  @Test func threeLevels() {
    let found = Dual.derivative(
      of: { (x: D1) in
        x
          * Dual.derivative(
            of: { (y: D2) in
              y
                * Dual.derivative(
                  of: { (z: D3) in Dual(Dual(x)) * Dual(y) * z + z * z }, at: 5)
            }, at: 3)
      }, at: 2.0)
    #expect(found == 34)
  }

  /// Inner derivatives of other kinds: by gradients of outer numbers, and by jets over them.
  @Test func mixedKinds() {
    // d/dx |∇_y (x y₀ y₁)|² at y = (x, 2): |x (2, x)|² = 4 x² + x⁴.
    let found = Dual.derivative(
      of: { (x: D1) in
        let slope = D2.gradient(of: { y in Dual(x) * y[0] * y[1] }, at: [x, 2])
        return slope[0] * slope[0] + slope[1] * slope[1]
      }, at: 3.0)
    #expect(found == 8 * 3 + 4 * 27)
    // ∇_x of d/dt (x₀ t + x₁ t²) at t = x₀: x₀ + 2 x₁ x₀.
    typealias V = Dual<SIMD2<Double>>
    let gradient = V.gradient(
      of: { x in Dual.derivative(of: { t in Dual(x[0]) * t + Dual(x[1]) * t * t }, at: x[0]) }, at: [3, 5])
    #expect(gradient == [11, 6])
    // Third derivatives: d/dx of the Hessian's element ∂² (x t³)/∂t² = 6 x t at t = x.
    let third = HyperDual<Double>.derivatives(
      of: { x in Dual.derivative(of: { t in Dual(x) * .pow(t, 3) }, at: x) }, at: 2)
    #expect(third == (24, 36, 36))
  }

  /// What the types cannot see is an inner derivative at a plain number: it is found when it happens.
  @Test func capturedNumbersOfTheSameTypeAreRefused() async {
    let observed: [any PartialKeyPath<ExitTest.Result> & Sendable] = [\.standardErrorContent]
    let results = [
      await #expect(processExitsWith: .failure, observing: observed) {
        _ = Dual.derivative(of: { x in x * Dual(Dual.derivative(of: { y in x + y }, at: 1.0)) }, at: 1.0)
      },
      await #expect(processExitsWith: .failure, observing: observed) {
        typealias V = Dual<SIMD2<Double>>
        _ = V.gradient(of: { x in V(V.gradient(of: { y in x[0] * y[0] }, at: [1])[0]) }, at: [1, 2])
      },
      await #expect(processExitsWith: .failure, observing: observed) {
        typealias H = HyperDual<SIMD2<Double>>
        _ = H.hessian(of: { x in H(H.hessian(of: { y in x[0] * y[0] }, at: [1])[0][0]) }, at: [1, 2])
      },
      await #expect(processExitsWith: .failure, observing: observed) {
        typealias V = Dual<SIMD2<Double>>
        _ = V.gradient(
          of: { x in
            V(Dual<V>.hessianVectorProduct(of: { y in Dual(x[0]) * y[0] }, at: [1], along: [1]).gradient[0])
          }, at: [1, 2])
      },
    ]
    for result in results {
      let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      // Optimised code stops without a message.
      #expect(isRelease || message.contains("The function of an inner derivative depends on a"))
    }
  }

  /// An inner derivative of the same type that keeps to its own numbers is fine: a Newton iteration on plain
  /// numbers inside a differentiated function.
  @Test func unrelatedInnerDerivativesAreAllowed() {
    func root(of f: (D1) -> D1, from start: Double) -> Double {
      var t = start
      for _ in 0..<20 {
        let (value, slope) = Dual.valueAndDerivative(of: f, at: t)
        t -= value / slope
      }
      return t
    }
    let found = Dual.derivative(of: { x in x * x * Dual(root(of: { $0 * $0 - 2 }, from: 1)) }, at: 3.0)
    // The root may be off by a unit in the last place.
    #expect((found - 6 * 2.0.squareRoot()).magnitude <= 1e-14)
    // A captured constant of the same type does no harm either.
    let constant = Dual.derivative(
      of: { x in x * Dual(Dual.derivative(of: { y in D1(7) * y }, at: 1.0)) }, at: 1.0)
    #expect(constant == 7)
  }

  @Test func threadsDoNotSeeOneAnother() async {
    let found = await withTaskGroup(of: Double.self) { group in
      for i in 0..<8 {
        group.addTask {
          Dual.derivative(
            of: { x in x * Dual.derivative(of: { y in Dual(x) * y }, at: D1(Double(i))) }, at: 3.0)
        }
      }
      return await group.reduce(0, +)
    }
    #expect(found == 48)
  }
}
