// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing

@Suite("Taylor polynomials") struct TaylorPolynomialTests {
  private func series(_ text: String, at point: Double = 0, order: Int = 8) throws -> TaylorPolynomial {
    try Function(parsing: text, variables: ["x"]).taylorPolynomial(at: point, order: order)
  }

  /// Equal to some roundings of numbers of size 1.
  private func expectEqual(
    _ a: TaylorPolynomial, _ b: TaylorPolynomial, location: SourceLocation = #_sourceLocation
  ) {
    #expect(a.order == b.order && a.center == b.center, sourceLocation: location)
    for (x, y) in zip(a.coefficients, b.coefficients) {
      #expect(abs(x - y) <= 2e-15, "\(a), not \(b)", sourceLocation: location)
    }
  }

  @Test("arithmetic is that of functions")
  func arithmetic() throws {
    let (e, s) = try (series("exp(x)", at: 0.5), series("sin(x)", at: 0.5))
    expectEqual(e + s, try series("exp(x)+sin(x)", at: 0.5))
    expectEqual(e - s, try series("exp(x)-sin(x)", at: 0.5))
    expectEqual(e * s, try series("exp(x)*sin(x)", at: 0.5))
    expectEqual(s / e, try series("sin(x)/exp(x)", at: 0.5))
    expectEqual(2 * -s, try series("-2*sin(x)", at: 0.5))
    #expect((e * s.truncated(to: 3)).order == 3)
    expectEqual(s.derivative, try series("cos(x)", at: 0.5, order: 7))
    expectEqual(try series("cos(x)", at: 0).integral(), try series("sin(x)", at: 0, order: 9))
    #expect(TaylorPolynomial([3], at: 1).derivative.coefficients == [0])
    #expect(TaylorPolynomial([3], at: 1).integral(constant: 2).coefficients == [2, 3])
  }

  @Test("composition and inversion")
  func composition() throws {
    let inner = try series("sin(x)", at: 0.3)
    let outer = try series("exp(x)", at: inner.coefficients[0])
    expectEqual(outer.composed(with: inner), try series("exp(sin(x))", at: 0.3))
    expectEqual(try series("sin(x)").inverse(), try series("asin(x)"))
    let inverse = try series("exp(x)", at: 0.25).inverse()
    let log = try series("log(x)", at: inverse.center)
    expectEqual(inverse, log)
    #expect(throws: TaylorError.self) { try series("cos(x)").inverse() }
    #expect(throws: TaylorError.self) { try TaylorPolynomial([1], at: 0).inverse() }
    // 1/(1 − x) about a point that the inner series does not take: a polynomial's value all the same.
    let square = TaylorPolynomial([0, 0, 1], at: 0)
    #expect(square.composed(with: TaylorPolynomial([2, 1, 0], at: 5)).coefficients == [4, 4, 1])
  }

  @Test("values, by Horner's scheme")
  func values() throws {
    let p = TaylorPolynomial([1, 0, -0.5], at: 1)
    #expect(p(1) == 1 && p(3) == -1 && p(0) == 0.5)
    #expect(abs(try series("exp(x)", order: 20)(1) - 2.718281828459045) < 1e-15)
  }

  @Test("printed as a formula that reads back")
  func printing() throws {
    #expect(TaylorPolynomial([1, 0, -0.5], at: 1).description == "1 - 0.5*(x - 1)^2")
    #expect(TaylorPolynomial([0, -1, 1], at: -2, variable: "t").description == "-(t + 2) + (t + 2)^2")
    #expect(TaylorPolynomial([0, 0], at: 0).description == "0")
    #expect(TaylorPolynomial([-2, 1, 3], at: 0).description == "-2 + x + 3*x^2")
    let p = try series("exp(x)*cos(x)", at: 0.5)
    let back = try Function(parsing: p.description, variables: ["x"]).taylorPolynomial(at: 0.5, order: 8)
    expectEqual(p, back)
  }

  @Test("sine near 0 by orders 1, 3, 5 and 7: the classic table of errors")
  func classicTable() throws {
    let f = Function { x in sin(x) }
    // |p(h) − sin h| (mpmath, 50 digits).
    let table: [Double: [Double]] = [
      0.1: [1.6658335317184772e-4, 8.3313494818973504e-8, 1.9838514359852476e-11, 2.7554814173730152e-15],
      0.5: [2.0574461395797e-2, 2.5887193753633361e-4, 1.54472913033306e-6, 5.3700760161463038e-9],
      1: [1.5852901519210349e-1, 8.1376514745631733e-3, 1.9568185877016001e-4, 2.7308396425383985e-6],
      2: [1.0907025731743183, 2.4263076015901503e-1, 2.4035906507651638e-2, 1.3609188891737589e-3],
    ]
    for (h, errors) in table {
      for (order, error) in zip([1, 3, 5, 7], errors) {
        let p = try f.taylorPolynomial(at: 0, order: order)
        // The last digit of sin h.
        #expect(abs(abs(p(h) - f(h)) - error) <= 1e-11 * error + 2e-16, "order \(order) at \(h)")
        let bound = try f.taylorRemainder(at: 0, order: order, over: 0...h).bound
        // The error is some h/(K+2) of what the bound of the order's derivative allows.
        #expect(bound >= error && bound <= 1.2 * Double(order + 2) * error)
      }
    }
  }

  @Test("the radius of convergence")
  func radius() throws {
    func radius(_ text: String, at point: Double = 0) throws -> Double? {
      try Function(parsing: text, variables: ["x"]).radiusOfConvergence(at: point)
    }
    let finite: [(String, Double, Double)] = [
      ("1/(1-x)", 0, 1), ("1/(1+x^2)", 0, 1), ("1/(1+x^4)", 0, 1), ("tan(x)", 0, 1.5707963267948966),
      ("log(x)", 0.5, 0.5), ("sqrt(x)", 2, 2), ("1/(1+25*x^2)", 0, 0.2), ("1/(1+x^2)", 1, 1.4142135623730951),
      ("x/(exp(x)-1)", 0, 6.283185307179586), ("lgamma(x)", 2.5, 2.5), ("exp(-x)/(3-x)", 0, 3),
      ("tanh(x)", 3, 3.386), ("x^-3", -2, 2),
    ]
    for (text, point, expected) in finite {
      let found = try #require(try radius(text, at: point))
      #expect(abs(found - expected) <= 5e-3 * expected, "\(text): \(found)")
    }
    for text in ["exp(x)", "sin(x)", "exp(-x^2)", "x^3+1", "1+x^8", "2", "erf(x)", "sinc(x)"] {
      #expect(try radius(text) == .infinity, "\(text)")
    }
    #expect(try radius("sin(x)/x", at: 1) == .infinity)
    // Entire, but its coefficients fall so slowly that sixty do not tell.
    #expect(try radius("exp(exp(x))") == nil)
    #expect(TaylorPolynomial([1, 1, 1, 1], at: 0).radiusOfConvergence == nil)
  }

  @Test("the models of order 1 and 2, and their steps")
  func models() throws {
    let f = Function { x, y in pow(1 - x, 2) + 100 * pow(y - x * x, 2) }
    let models = f.localModels(at: [-1.2, 1])
    let step = try #require(models.newtonStep)
    // Dennis and Schnabel's first step of Newton's method on Rosenbrock's function.
    #expect(abs(step[0] - 0.0247191011235955) < 1e-14 && abs(step[1] - 0.380674157303371) < 1e-14)
    #expect(models.isConvex && models.linear([0, 0]) == models.value)
    // At the end of Newton's step the model has fallen by half of what the slope promises.
    #expect(abs(models.value - models.quadratic(step) - (models.value - models.linear(step)) / 2) < 1e-12)
    let cauchy = try #require(models.cauchyStep)
    #expect(models.quadratic(cauchy) < models.value && models.quadratic(step) < models.quadratic(cauchy))
    let downhill = models.gradientStep(rate: 1e-3)
    #expect(abs(downhill[0] - 0.2156) < 1e-15)
    let polynomial = try f.taylorPolynomial(at: [-1.2, 1], order: 2)
    #expect(abs(polynomial([-1.1, 1.1]) - models.quadratic([0.1, 0.1])) < 1e-12)

    let saddle = Function { x, y in x * x - y * y + x }.localModels(at: [0, 1])
    #expect(!saddle.isConvex && saddle.newtonStep == [-0.5, -1] && saddle.cauchyStep == nil)
    #expect(saddle.description.contains("no minimum of it"))
    let flat = Function { x, y in x + pow(y, 2) }.localModels(at: [0, 1])
    #expect(flat.newtonStep == nil && flat.description.contains("H is singular"))
    let undefined = Function { x in log(x) }.localModels(at: [-1])
    #expect(undefined.value.isNaN)
  }
}
