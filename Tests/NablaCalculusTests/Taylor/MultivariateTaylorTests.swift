// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import TestSupport
import Testing

@Suite("Taylor series in several variables") struct MultivariateTaylorTests {
  private let functions: [Function] = [
    Function { x, y in exp(x * y) * sin(x + 2 * y) },
    Function { x, y in atan2(x + 2, 1 + pow(y, 2)) / (2 + cos(x)) },
    Function { x, y in sqrt(3 + x + pow(y, 2)) * log(2 + x * y) },
    Function { x, y, z in pow(2 + x, y) + hypot(x - 1, z + 2) * erf(y * z) },
    Function { x, y, z in lgamma(3 + x) * softplus(y) + tanh(z - x) * asinh(y) },
  ]

  // Along v the coefficient of order k is Σ c_α v^α over |α| = k: other recurrences, of numbers.
  @Test("against series along directions", arguments: 0..<5)
  func directions(_ index: Int) throws {
    let f = functions[index]
    var generator = SplitMix64(seed: UInt64(index) + 40)
    let n = f.variables.count
    let point = (0..<n).map { _ in Double.random(in: -0.5...0.5, using: &generator) }
    let p = try f.taylorPolynomial(at: point, order: 6)
    for _ in 0..<3 {
      let v = (0..<n).map { _ in Double.random(in: -1...1, using: &generator) }
      let along = try f.taylorCoefficients(at: point, along: v, order: 6)
      var sums = [Double](repeating: 0, count: 7)
      var sizes = sums
      for (powers, c) in zip(p.powers, p.coefficients) {
        let term = c * zip(v, powers).reduce(1) { $0 * power($1.0, $1.1) }
        sums[powers.reduce(0, +)] += term
        sizes[powers.reduce(0, +)] += abs(term)
      }
      // Rounding of the sum of up to 28 terms.
      for k in 0...6 { #expect(abs(sums[k] - along[k]) <= 1e-14 * sizes[k], "\(f), order \(k)") }
    }
  }

  private func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { p, _ in p * x } }

  @Test("against partial derivatives")
  func partials() throws {
    let f = Function { x, y in exp(x) * sin(y) + pow(x, 3) * y }
    let (x, y) = (f.variables[0], f.variables[1])
    let p = try f.taylorPolynomial(at: [0.25, 0.5], order: 4)
    for (powers, c) in zip(p.powers, p.coefficients) {
      var derivative = f.outputs[0]
      var factorial = 1.0
      for k in 0..<powers[0] {
        derivative = derivative.derivative(by: x)
        factorial *= Double(k + 1)
      }
      for k in 0..<powers[1] {
        derivative = derivative.derivative(by: y)
        factorial *= Double(k + 1)
      }
      let expected = try derivative.value(at: [x: 0.25, y: 0.5]) / factorial
      #expect(abs(c - expected) <= 1e-14 * max(abs(expected), 0.01), "\(powers)")
    }
  }

  @Test("division by what vanishes, where it divides")
  func division() throws {
    let f = Function { x, y in sin(x + y) / (x + y) }
    let p = try f.taylorPolynomial(at: [0, 0], order: 2)
    #expect(p[0, 0] == 1 && p[2, 0] == -1.0 / 6 && p[1, 1] == -1.0 / 3 && p[0, 2] == -1.0 / 6)
    let g = Function { x, y in (pow(x, 3) - pow(y, 3)) / (x - y) }
    #expect(try g.taylorPolynomial(at: [0, 0], order: 3).description == "x0^2 + x0*x1 + x1^2")
    #expect(throws: TaylorError.self) {
      try Function { x, y in x / y }.taylorPolynomial(at: [0, 0], order: 2)
    }
    #expect(throws: TaylorError.self) {
      try Function { x, y in x * y / (x * x + y * y) }.taylorPolynomial(at: [0, 0], order: 2)
    }
    #expect(throws: TaylorError.self) {
      try Function { x, y in hypot(x, y) }.taylorPolynomial(at: [0, 0], order: 2)
    }
  }

  @Test("choices and kinks")
  func choices() throws {
    let f = Function { x, y in select(x .== 0, 1, sin(x) / x) * y }
    #expect(try f.taylorPolynomial(at: [0, 0], order: 3)[2, 1] == -1.0 / 6)
    let g = Function { x, y in abs(x * x + 2 * y * y) + floor(x * x + y * y) }
    #expect(try g.taylorPolynomial(at: [0, 0], order: 3).description == "x0^2 + 2*x1^2")
    #expect(throws: TaylorError.self) {
      try Function { x, y in abs(x * y) }.taylorPolynomial(at: [0, 0], order: 3)
    }
    #expect(throws: TaylorError.self) {
      try Function { x, y in max(x, y) }.taylorPolynomial(at: [1, 1], order: 1)
    }
  }

  @Test("graded order, evaluation, arithmetic and printing")
  func arithmetic() throws {
    let f = try Function(parsing: "exp(x)*sin(y)", variables: ["x", "y"])
    let p = try f.taylorPolynomial(at: [0, 0], order: 3)
    #expect(
      p.powers == [
        [0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2], [3, 0], [2, 1], [1, 2], [0, 3],
      ])
    #expect(p.description == "y + x*y + 0.5*x^2*y - 0.16666666666666666*y^3")
    #expect(abs(p([0.1, 0.2]) - f(0.1, 0.2)) < 2e-4)
    let g = try Function(parsing: "cos(x-y)", variables: ["x", "y"])
    let q = try g.taylorPolynomial(at: [0, 0], order: 4)
    let product = try Function(parsing: "exp(x)*sin(y)*cos(x-y)", variables: ["x", "y"])
      .taylorPolynomial(at: [0, 0], order: 3)
    for (a, b) in zip((p * q).coefficients, product.coefficients) { #expect(abs(a - b) <= 1e-15) }
    #expect((p + q).order == 3 && (p + q)[2, 0] == -0.5 && (p - q)[0, 0] == -1 && (2 * p)[1, 1] == 2)
    let slope = try Function(parsing: "exp(x)*cos(y)", variables: ["x", "y"]).taylorPolynomial(
      at: [0, 0], order: 2)
    #expect(p.derivative(by: 1) == slope)
    let line = try Function(parsing: "3+2*(x-1)*(y+1)", variables: ["x", "y"]).taylorPolynomial(
      at: [1, -1], order: 4)
    #expect(line.description == "3 + 2*(x - 1)*(y + 1)")
  }

  @Test("many variables")
  func many() throws {
    let f = Function(40) { x in x.reduce(0 as Expr) { $0 + sin($1) } * x[7] }
    let p = try f.taylorPolynomial(at: Array(repeating: 0, count: 40), order: 2)
    var powers = Array(repeating: 0, count: 40)
    powers[7] = 2
    #expect(p.coefficient(of: powers) == 1)
    powers[7] = 1
    powers[39] = 1
    #expect(p.coefficient(of: powers) == 1)
  }
}
