// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

/// `sinc`, `xlogy`, `norm` and `logsumexp`: smooth where the true function is, in the whole range.
@Suite struct VectorFunctionTests {
  private let x = (0..<3).map { Expr.variable("x\($0)") }

  private func value(_ e: Expr, _ point: [Double]) -> Double { naiveValue(of: e, x, at: point) }

  private func expect(_ value: Double, _ reference: Double, _ what: String, within ulps: Double = 8) {
    #expect(
      isSame(value, reference) || value == reference || abs(value - reference) <= ulps * abs(reference).ulp,
      "\(what): \(value), reference \(reference)")
  }

  /// The derivatives of sin(x)/x (mpmath, 60 digits).
  @Test(arguments: SincReferences.all)
  func sincAndItsDerivatives(_ reference: SincReferences) {
    var e = sinc(x[0])
    for order in 0...4 {
      // Near a zero of a derivative its error is that of the numbers it is made of.
      #expect(
        abs(value(e, [reference.x, 0, 0]) - reference.derivatives[order]) <= 4e-16,
        "order \(order) at \(reference.x)")
      e = e.derivative(by: x[0])
    }
  }

  @Test func xlogyAtZero() {
    let f = xlogy(x[0], x[1])
    #expect(value(f, [0, 0, 0]) == 0 && value(f, [0, 5, 0]) == 0 && value(f, [0, .nan, 0]).isNaN)
    #expect(value(f, [0, .infinity, 0]) == 0 && value(f, [2, 0, 0]) == -.infinity)
    let g = f.gradient(by: [x[0], x[1]])
    // log y where x is 0; x/y, 0 at the origin.
    expect(value(g[0], [0, 2, 0]), 0.6931471805599453094, "∂x")
    #expect(
      value(g[1], [0, 2, 0]) == 0 && value(g[1], [0, 0, 0]) == 0 && value(g[0], [0, 0, 0]) == -.infinity)
    let mixed = g[1].derivative(by: x[0])
    #expect(value(mixed, [0, 4, 0]) == 0.25)
    // An entropy: −Σ p log p with a probability of 0.
    let entropy = -(xlogy(x[0], x[0]) + xlogy(x[1], x[1]) + xlogy(x[2], x[2]))
    expect(value(entropy, [0, 0.5, 0.5]), 0.6931471805599453094, "entropy")
  }

  @Test func normsAreSmoothWhereOneComponentIsNot() {
    let f = norm(x)
    let h = f.hessian(by: x)
    let g = f.gradient(by: x)
    // At (0, 0, 2): gradient (0, 0, 1), Hessian diag(1/2, 1/2, 0).
    #expect(g.map { value($0, [0, 0, 2]) } == [0, 0, 1])
    #expect(h.flatMap { $0 }.map { value($0, [0, 0, 2]) } == [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0])
    #expect(g.map { value($0, [0, 0, 0]) } == [0, 0, 0] && value(f, [0, 0, 0]) == 0)
    for scale in [1e-300, 1e-160, 1, 1e200, 1e300] {
      // 2, 3, 6 have length 7.
      let point = [2 * scale, -3 * scale, 6 * scale]
      expect(value(f, point), 7 * scale, "norm at \(scale)")
      for (i, cosine) in [2.0 / 7, -3.0 / 7, 6.0 / 7].enumerated() {
        expect(value(g[i], point), cosine, "∂\(i) at \(scale)")
      }
      // (1 − c²)/r
      expect(value(h[0][0], point), 45.0 / 49 / (7 * scale), "∂0∂0 at \(scale)", within: 16)
    }
    #expect(value(norm([]), [0, 0, 0]) == 0 && value(norm([x[0]]), [-3, 0, 0]) == 3)
    #expect(value(norm([x[0], x[1]]), [3, 4, 0]) == 5)
  }

  @Test func logsumexpOverTheWholeRange() {
    let f = logsumexp(x)
    let g = f.gradient(by: x)
    let h = f.hessian(by: x)
    for shift in [-1000.0, 0, 1000] {
      // log(e⁰ + e¹ + e³) = 3.16984601955…, and the softmax of (0, 1, 3) (mpmath, 40 digits).
      let point = [shift, 1 + shift, 3 + shift]
      expect(value(f, point), 3.1698460195562856488 + shift, "logsumexp at \(shift)")
      let softmax = [0.042010066134066051018, 0.11419519938459447893, 0.84379473448133947005]
      for i in 0..<3 {
        #expect(abs(value(g[i], point) - softmax[i]) < 1e-13)
        #expect(abs(value(h[i][i], point) - softmax[i] * (1 - softmax[i])) < 1e-13)
      }
    }
    // A tie and its derivatives: no share is lost.
    #expect(g.map { value($0, [5, 5, 5]) }.allSatisfy { abs($0 - 1.0 / 3) < 1e-15 })
    let infinity = Double.infinity
    #expect(value(f, [-infinity, -infinity, -infinity]) == -infinity)
    #expect(value(f, [infinity, 0, 1]) == infinity && value(f, [.nan, 0, 1]).isNaN)
    #expect(value(f, [-infinity, 0, -infinity]) == 0)
    #expect(value(logsumexp([]), [0, 0, 0]) == -infinity)
  }
}
