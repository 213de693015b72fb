// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import TestSupport
import Testing

@Suite("Lagrange's remainder") struct TaylorRemainderTests {
  @Test("bounds the error at every point", arguments: TaylorReference.all.filter { $0.order == 12 })
  func bounds(_ reference: TaylorReference) throws {
    let f = try Function(parsing: reference.expression, variables: ["x"])
    let (a, reach) = (reference.point, 0.03 * max(1, abs(reference.point)))
    let order = 3
    guard let remainder = try? f.taylorRemainder(at: a, order: order, over: (a - reach)...(a + reach)) else {
      // Nothing is known of log Γ on the left half-axis, nor of a quotient whose divisor may vanish.
      #expect(["lgamma(x)", "expm1(x)"].contains(reference.expression), "\(reference)")
      return
    }
    let p = try f.taylorPolynomial(at: a, order: order)
    for step in -10...10 {
      let x = a + reach * Double(step) / 10
      let error = abs(p(x) - f(x))
      // Rounding of the polynomial and of the value.
      let rounding = 1e-15 * p.coefficients.enumerated().reduce(0) { $0 + abs($1.element) }
      #expect(error <= remainder.bound(at: x.clamped(to: remainder)) + rounding, "\(reference) at \(x)")
      #expect(remainder.bound(at: x.clamped(to: remainder)) <= remainder.bound.nextUp)
    }
    // The coefficient of the next order at the center is one of those enclosed.
    let next = try f.taylorCoefficients(at: a, order: order + 1)[order + 1]
    #expect(remainder.coefficient.lower <= next.nextUp && next.nextDown <= remainder.coefficient.upper)
  }

  @Test("tight on a small range")
  func tightness() throws {
    let f = Function { x in sin(x) }
    let remainder = try f.taylorRemainder(at: 0, order: 3, over: -0.5...0.5)
    // 0.5⁴ sin(0.5)/4!
    #expect(remainder.bound >= 0.0012485 && remainder.bound < 0.0012486)
    #expect(remainder.order == 3 && remainder.center == 0)
    let polynomial = Function { x in pow(x, 3) - 2 * x }
    #expect(try polynomial.taylorRemainder(at: 1, order: 3, over: -9...9).bound == 0)
  }

  @Test(
    "no bound where there may be a singularity",
    arguments: [
      ("1/x", 1.0, -0.5, 2.0), ("log(x)", 1, 0, 2), ("abs(x)", 1, -1, 1), ("tan(x)", 0, 0, 2),
      ("sqrt(x)", 1, 0, 1),
      ("floor(x)", 0.5, 0, 1), ("where(x > 0, x, 1)", 1, -1, 1), ("max(x, 1)", 2, 0, 3),
      ("asin(x)", 0, -1, 1),
      ("atan2(x, -1)", 1, -1, 1), ("lgamma(x)", 1, -0.5, 1), ("sign(x)", 1, -1, 1), ("x^x", 1, 0, 1),
    ] as [(String, Double, Double, Double)])
  func singular(_ text: String, _ point: Double, _ lower: Double, _ upper: Double) throws {
    let f = try Function(parsing: text, variables: ["x"])
    do {
      let found = try f.taylorRemainder(at: point, order: 2, over: lower...upper)
      Issue.record("\(text): \(found)")
    } catch {
      #expect(error.reason == .singularInRange || error.reason == .branchPoint, "\(text): \(error)")
    }
  }

  @Test("what is not finite is refused")
  func input() {
    let f = Function { x in exp(x) }
    #expect(throws: TaylorError.self) { try f.taylorRemainder(at: .nan, order: 2, over: 0...1) }
    #expect(throws: TaylorError.self) { try f.taylorRemainder(at: 0, order: 2, over: 0...(.infinity)) }
    #expect(throws: TaylorError.self) { try f.taylorRemainder(at: 0, order: 2, over: 0...1000) }
  }
}

extension Double {
  /// Rounding may have left the range by an ulp.
  fileprivate func clamped(to remainder: TaylorRemainder) -> Double {
    Swift.min(remainder.range.upper, Swift.max(remainder.range.lower, self))
  }
}
