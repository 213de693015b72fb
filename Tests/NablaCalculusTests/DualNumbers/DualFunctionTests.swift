// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

@Suite struct DualFunctionTests {
  typealias Nested = Dual<Dual<Double>>
  typealias Third = Dual<HyperDual<Double>>

  /// Derivatives are a few elementary functions and products, each within an ulp or two; exp(−x²) at x = 10
  /// magnifies the rounding of x² a hundred times.
  private func tolerance(_ function: UnaryFunction) -> Double {
    switch function {
    case .erf, .erfc: 120
    case .gamma, .logGamma, .digamma, .tetragamma: 80  // Polygamma promises 1e-14, which is 45 ulp.
    default: 12
    }
  }

  @Test func firstAndSecondDerivativesAgreeWithHighPrecision() {
    for (function, x, first, second) in unaryReferences {
      let dual = function(Dual<Double>(variable: x))
      let hyper = function(HyperDual<Double>(variable: x))
      let nested = function(Nested(variable: Dual(variable: x)))
      let allowed = tolerance(function)
      #expect(ulps(dual.tangent, first) <= allowed, "\(function)′(\(x)) = \(dual.tangent), not \(first)")
      #expect(hyper.derivative() == dual.tangent, "\(function)′(\(x))")
      #expect(
        nested.value.tangent == dual.tangent && nested.tangent.value == dual.tangent, "\(function)′(\(x))")
      for (type, found) in [
        ("HyperDual", hyper.secondDerivative()), ("Dual<Dual>", nested.derivative().derivative()),
      ] {
        #expect(ulps(found, second) <= allowed, "\(type): \(function)″(\(x)) = \(found), not \(second)")
      }
    }
  }

  @Test func partialDerivativesAgreeWithHighPrecision() {
    for (function, x, y, expected) in binaryReferences {
      let hyper = function(
        HyperDual<SIMD2<Double>>(variable: x, direction: 0), HyperDual(variable: y, direction: 1))
      let dual = function(Dual<SIMD2<Double>>(variable: x, direction: 0), Dual(variable: y, direction: 1))
      #expect(dual.tangent == hyper.gradient)
      let found = [
        hyper.derivative(0), hyper.derivative(1), hyper.secondDerivative(0, 0), hyper.secondDerivative(0, 1),
        hyper.secondDerivative(1, 1),
      ]
      for (a, b) in zip(found, expected) {
        // Some factors cancel in part, as 1 + y log x does.
        #expect(ulps(a, b) <= 16, "\(function)(\(x), \(y)): \(found), not \(expected)")
      }
      let nested = function(
        Dual<Dual<SIMD2<Double>>>(variable: Dual(variable: x, direction: 0)),
        Dual(Dual(variable: y, direction: 1)))
      #expect(ulps(nested.derivative().derivative(0), expected[2]) <= 16, "\(function)(\(x), \(y))")
      #expect(ulps(nested.derivative().derivative(1), expected[3]) <= 16, "\(function)(\(x), \(y))")
    }
  }

  /// The value has the bits of the plain run; every order agrees with differences of the order below it.
  @Test(arguments: UnaryFunction.allCases)
  func everyOrderAgreesWithDifferences(_ function: UnaryFunction) {
    func third(_ x: Double) -> Third { function(Third(variable: HyperDual(variable: x))) }
    for x in function.points {
      let y = third(x)
      #expect(isSame(y.value.value, function(x)))
      #expect(isSame(function(Dual<Double>(variable: x)).value, function(x)))
      let found = [y.value.derivative(), y.value.secondDerivative(), y.derivative().secondDerivative()]
      #expect(ulps(y.derivative().value, found[0]) <= 4)
      #expect(ulps(y.derivative().derivative(), found[1]) <= 64)
      let lower: [(Double) -> Double] = [
        { function($0) }, { third($0).value.derivative() }, { third($0).value.secondDerivative() },
      ]
      for (order, f) in lower.enumerated() {
        let (expected, error) = ridders(f, at: x, step: 0.05)
        // What Ridders' method believes of its own error, with some room, and 1e-10 of the size.
        let allowed = 20 * error + 1e-10 * (1 + expected.magnitude)
        #expect(
          (found[order] - expected).magnitude <= allowed,
          "\(function), order \(order + 1) at \(x): \(found[order]), not \(expected)")
      }
    }
  }

  @Test(arguments: BinaryFunction.allCases)
  func partialDerivativesAgreeWithDifferences(_ function: BinaryFunction) {
    typealias H = HyperDual<SIMD2<Double>>
    for (x, y) in function.points {
      func at(_ x: Double, _ y: Double) -> H {
        function(H(variable: x, direction: 0), H(variable: y, direction: 1))
      }
      let z = at(x, y)
      #expect(isSame(z.value, function(x, y)))
      let pairs: [(Double, (Double) -> Double, Double)] = [
        (z.derivative(0), { function($0, y) }, x), (z.derivative(1), { function(x, $0) }, y),
        (z.secondDerivative(0, 0), { at($0, y).derivative(0) }, x),
        (z.secondDerivative(0, 1), { at($0, y).derivative(1) }, x),
        (z.secondDerivative(1, 0), { at(x, $0).derivative(0) }, y),
        (z.secondDerivative(1, 1), { at(x, $0).derivative(1) }, y),
      ]
      for (found, f, point) in pairs {
        let (expected, error) = ridders(f, at: point, step: 0.05)
        #expect((found - expected).magnitude <= 20 * error + 1e-10 * (1 + expected.magnitude), "\(function)")
      }
    }
  }

  @Test(arguments: UnaryFunction.allCases)
  func floatsAgreeWithDoubles(_ function: UnaryFunction) {
    for x in function.points {
      let narrow = function(HyperDual<Float>(variable: Float(x)))
      let wide = function(HyperDual<Double>(variable: Double(Float(x))))
      #expect(isSame(narrow.value, function(Float(x))))
      for (a, b) in [
        (narrow.value, wide.value), (narrow.derivative(), wide.derivative()),
        (narrow.secondDerivative(), wide.secondDerivative()),
      ] {
        // 40 units of 6e-8: functions of a few ulps, of which two or three meet in a second derivative.
        #expect(
          (Double(a) - b).magnitude <= 40 * 0x1p-24 * (0.1 + b.magnitude), "\(function)(\(x)): \(a), \(b)")
      }
    }
  }
}
