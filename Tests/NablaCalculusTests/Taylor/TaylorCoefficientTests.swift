// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import TestSupport
import Testing

@Suite("Taylor coefficients") struct TaylorCoefficientTests {
  @Test("the reference cases of one variable, to 1e-13")
  func univariate() throws {
    let cases = try TaylorCases.load().univariate
    #expect(cases.count == 15)
    for c in cases {
      let f = try Function(parsing: c.expr, variables: [c.var])
      let found = try f.taylorCoefficients(at: number(c.point), order: c.order)
      let expected = c.coefficients.map { Double($0)! }
      #expect(largestError(found, expected) < 1e-13, "\(c.expr) at \(c.point): \(found)")
    }
  }

  @Test("the reference cases of several variables, to 1e-13")
  func multivariate() throws {
    let cases = try TaylorCases.load().multivariate
    #expect(cases.count == 3)
    for c in cases {
      let f = try Function(parsing: c.expr, variables: c.vars)
      let found = try f.taylorPolynomial(at: c.point.map(number), order: c.order)
      #expect(found.coefficients.count == c.coefficients.count)
      for (key, text) in c.coefficients {
        let (powers, expected) = (key.split(separator: ",").map { Int($0)! }, Double(text)!)
        let error = abs(found.coefficient(of: powers) - expected)
        #expect(error <= 1e-13 * abs(expected), "\(c.expr), \(powers)")
      }
    }
  }

  @Test("the reference cases without a series")
  func refusals() throws {
    let cases = try TaylorCases.load().refusals
    #expect(cases.count == 3)
    for c in cases {
      let f = try Function(parsing: c.expr, variables: ["x"])
      #expect(throws: TaylorError.self, "\(c.expr) at \(c.point)") {
        try f.taylorCoefficients(at: number(c.point), order: 12)
      }
    }
  }

  // Two ulps: the recurrences' errors stay far below a double, but log Γ, polygamma and sinc are of double precision,
  // some ulps each.
  @Test("every elementary function against mpmath", arguments: TaylorReference.all)
  func functions(_ reference: TaylorReference) throws {
    let f = try Function(parsing: reference.expression, variables: ["x"])
    let found = try f.taylorCoefficients(at: reference.point, order: reference.order)
    #expect(largestError(found, reference.numbers) < 1e-15, "\(found)")
  }

  @Test("the references are there, for every function of the language of one number")
  func completeness() {
    let text = TaylorReference.all.map(\.expression).joined(separator: " ")
    // These are constant or piecewise, or conditions; the other tests have them.
    let others: Set = [
      "sign", "floor", "ceil", "relu", "stop_gradient", "where", "min", "pow", "sinc_derivative",
    ]
    for name in Operation.functionNames where !others.contains(name) {
      #expect(text.contains(name + "("), "no reference for \(name)")
    }
  }

  // The derivatives are formulas that know no recurrence; these evaluate with an error of some ulps times the sum of
  // their parts' sizes, which grows with the order.
  @Test("random expressions against their symbolic derivatives", arguments: 0..<24)
  func random(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed) &+ 7100)
    let x = Expr.variable("x")
    let expression = randomAnalytic(x, depth: 4, &generator)
    let f = Function(expression, of: [x])
    let point = Double.random(in: -0.9...0.9, using: &generator)
    let found = try f.taylorCoefficients(at: point, order: 5)
    var (derivative, factorial) = (expression, 1.0)
    for k in 0...5 {
      let expected = try derivative.value(at: [x: point]) / factorial
      let scale = found.map(\.magnitude).max()!
      #expect(abs(found[k] - expected) <= 1e-9 * scale, "seed \(seed), order \(k): \(expression) at \(point)")
      derivative = derivative.derivative(by: x)
      factorial *= Double(k + 1)
    }
  }

  /// An expression that is analytic wherever |x| < 1.
  private func randomAnalytic(_ x: Expr, depth: Int, _ generator: inout SplitMix64) -> Expr {
    if depth == 0 {
      return Bool.random(using: &generator) ? x : Expr(Double.random(in: -2...2, using: &generator))
    }
    func next() -> Expr { randomAnalytic(x, depth: depth - 1, &generator) }
    let u = next()
    switch Int.random(in: 0..<18, using: &generator) {
    case 0: return u + next()
    case 1: return u - next()
    case 2: return u * next()
    case 3: return u / (2 + pow(next(), 2))
    case 4: return sin(u)
    case 5: return atan(u)
    case 6: return tanh(u)
    case 7: return exp(-pow(u, 2))
    case 8: return log(1 + pow(u, 2))
    case 9: return sqrt(1 + pow(u, 2))
    case 10: return erf(u)
    case 11: return sigmoid(u)
    case 12: return softplus(u)
    case 13: return pow(1 + pow(u, 2), -0.3)
    case 14: return asinh(u)
    case 15: return atan2(u, 1 + pow(next(), 2))
    case 16: return hypot(u, 1)
    default: return cos(u)
    }
  }

  @Test(
    "identities to order 40",
    arguments: [
      ("exp(log(x))", "x"), ("log(exp(x))", "x"), ("sin(x)^2+cos(x)^2", "1"), ("tan(atan(x))", "x"),
      ("sinh(asinh(x))", "x"), ("cosh(x)^2-sinh(x)^2", "1"), ("cbrt(x)^3", "x"), ("sqrt(x)^2", "x"),
      ("erf(x)+erfc(x)", "1"), ("x^0.25*x^0.75", "x"), ("sigmoid(x)+sigmoid(-x)", "1"),
      ("softplus(x)-softplus(-x)", "x"), ("log2(exp2(x))", "x"), ("lgamma(x+1)-lgamma(x)", "log(x)"),
      ("asin(x)+acos(x)", "pi/2"), ("expm1(log1p(x))", "x"), ("tanh(atanh(x))", "x"),
      ("log10(x)*log(10)", "log(x)"),
    ])
  func identities(_ left: String, _ right: String) throws {
    let (f, g) = try (Function(parsing: left, variables: ["x"]), Function(parsing: right, variables: ["x"]))
    let (a, b) = try (f.taylorCoefficients(at: 0.75, order: 40), g.taylorCoefficients(at: 0.75, order: 40))
    for k in a.indices {
      // log Γ is of double precision, and cancels against a coefficient like 0.75⁻ᵏ/k.
      let scale = left.hasPrefix("lgamma") ? 1e-15 * max(1, abs(b[k])) : 1e-15 * abs(b[k])
      #expect(abs(a[k] - b[k]) <= scale, "\(left), order \(k): \(a[k]), not \(b[k])")
    }
  }

  @Test("removable singularities are removed")
  func removable() throws {
    func coefficients(_ text: String, at point: Double = 0) throws -> [Double] {
      try Function(parsing: text, variables: ["x"]).taylorCoefficients(at: point, order: 4)
    }
    #expect(try coefficients("sin(x)/x") == [1, 0, -1.0 / 6, 0, 1.0 / 120])
    #expect(try coefficients("(1-cos(x))/x^2") == [0.5, 0, -1.0 / 24, 0, 1.0 / 720])
    #expect(try coefficients("x/(exp(x)-1)") == [1, -0.5, 1.0 / 12, 0, -1.0 / 720])
    #expect(try coefficients("log(x)/(x-1)", at: 1) == [1, -0.5, 1.0 / 3, -0.25, 0.2])
    #expect(try coefficients("(sin(x)-x)^5/x^15")[0] == -1.0 / 7776)
    #expect(try coefficients("x^12/x^12") == [1, 0, 0, 0, 0])
    #expect(try coefficients("where(x == 0, 1, sin(x)/x)")[2] == -1.0 / 6)
    #expect(try coefficients("sqrt(x^4)") == [0, 0, 1, 0, 0])
    #expect(try coefficients("cbrt(x^3*(1+x)^3)") == [0, 1, 1, 0, 0])
    #expect(try coefficients("abs(x)^2") == [0, 0, 1, 0, 0])
    #expect(try coefficients("abs(x^2+x^3)") == [0, 0, 1, 1, 0])
    #expect(try coefficients("floor(x^2)") == [0, 0, 0, 0, 0])
    #expect(try coefficients("max(x^2, -x^2)") == [0, 0, 1, 0, 0])
    #expect(try coefficients("where(x > 0, x*x, x^2)") == [0, 0, 1, 0, 0])
    #expect(try coefficients("atan2(x^2, -1)")[2] == -1)
    #expect(try coefficients("x^3.0") == [0, 0, 0, 1, 0])
  }

  @Test(
    "no series, and the reason",
    arguments: [
      ("1/x", 0, .pole), ("x^-2", 0, .pole), ("tan(x)/x^2", 0, .pole), ("lgamma(x)", -1, .pole),
      ("1/(x-x)", 0, .pole), ("exp(-1/x^2)", 0, .pole),
      ("sqrt(x)", 0, .branchPoint), ("sqrt(x^3)", 0, .branchPoint), ("cbrt(x)", 0, .branchPoint),
      ("log(x)", 0, .branchPoint), ("x^x", 0, .branchPoint), ("x^0.5", 0, .branchPoint),
      ("x^(1/3)", 0, .branchPoint), ("asin(x)", 1, .branchPoint), ("acos(x)", -1, .branchPoint),
      ("acosh(x)", 1, .branchPoint), ("atanh(x)", -1, .branchPoint), ("atan2(x, x^2)", 0, .branchPoint),
      ("x*log(x)", 0, .branchPoint), ("xlogy(x, x)", 0, .branchPoint), ("log1p(x)", -1, .branchPoint),
      ("abs(x)", 0, .kink), ("sqrt(x^2)", 0, .kink), ("max(x, 2*x)", 0, .kink), ("min(x, 0)", 0, .kink),
      ("relu(x)", 0, .kink), ("hypot(x, x)", 0, .kink), ("where(x > 0, x, x^2)", 0, .kink),
      ("sign(x)", 0, .jump), ("floor(x)", 3, .jump), ("ceil(x)", -2, .jump), ("atan2(x, -1)", 0, .jump),
      ("where(x == 0, 2, sin(x)/x)", 0, .jump),
      ("log(x)", -1, .undefined), ("sqrt(x)", -4, .undefined), ("x^0.5", -1, .undefined),
      ("asin(x)", 2, .undefined), ("acosh(x)", 0, .undefined), ("log(-1)*x", 0, .undefined),
      ("exp(1000*x)", 1, .overflow), ("1e300*x^2*1e300", 1, .overflow), ("sin(x)/x", 1, .roundingErrors),
    ] as [(String, Double, TaylorError.Reason)])
  func reasons(_ text: String, _ point: Double, _ reason: TaylorError.Reason) throws {
    let f = try Function(parsing: text, variables: ["x"])
    do {
      // So high an order is needed only for rounding errors.
      let found = try f.taylorCoefficients(at: point, order: reason == .roundingErrors ? 40 : 6)
      Issue.record("\(text) at \(point) gave \(found)")
    } catch {
      #expect(error.reason == reason, "\(text) at \(point): \(error)")
    }
  }

  @Test("a branch that is not taken does not matter")
  func untaken() throws {
    let f = Function { x in select(x .> 0, log(x), select(x .< -2, 1 / (x + 1), sqrt(-x - 1))) }
    #expect(try f.taylorCoefficients(at: 1, order: 2) == [0, 1, -0.5])
    #expect(try f.taylorCoefficients(at: -3, order: 1) == [-0.5, -0.25])
    #expect(try f.taylorCoefficients(at: -2 + 0.75, order: 0) == [0.5])
  }

  @Test("what is not finite or too high is refused, nothing traps")
  func input() throws {
    let f = Function { x in sin(x) }
    for bad in [Double.nan, .infinity, -.infinity] {
      #expect(throws: TaylorError.self) { try f.taylorCoefficients(at: bad, order: 3) }
    }
    #expect(throws: TaylorError.self) { try f.taylorCoefficients(at: 0, order: .max) }
    #expect(throws: TaylorError.self) {
      try Function { x, y in x * y }.taylorPolynomial(at: [0, 0], order: 5000)
    }
    #expect(try f.taylorCoefficients(at: 0, order: 0) == [0])
    let constant = Function(2.5, of: [Expr.variable("x")])
    #expect(try constant.taylorCoefficients(at: 1, order: 2) == [2.5, 0, 0])
  }

  @Test("parameters, and a graph 20,000 operations deep")
  func deep() throws {
    let (x, p) = (Expr.variable("x"), Expr.variable("p"))
    let f = Function(pow(x, p) + floor(p) * x, of: [x], parameters: [p])
    #expect(try f.taylorCoefficients(at: 1, order: 2, parameters: [2]) == [3, 4, 1])
    #expect(try f.taylorCoefficients(at: 1, order: 2, parameters: [0.5]) == [1, 0.5, -0.125])
    var deep: Expr = x
    for _ in 0..<20_000 { deep = 0.5 * deep + x }
    let coefficients = try Function(deep, of: [x]).taylorCoefficients(at: 0.1, order: 2)
    #expect(coefficients == [0.2, 2, 0])
  }

  @Test("operations of users, by the derivatives of their formula")
  func custom() throws {
    let langmuir = CustomOperation("langmuir", value: { $0 / (1 + $0) }) { x, _ in 1 / pow(1 + x, 2) }
    let f = Function { x in langmuir(2 * x + pow(x, 2)) }
    let g = Function { x in (2 * x + pow(x, 2)) / (1 + 2 * x + pow(x, 2)) }
    let (a, b) = try (f.taylorCoefficients(at: 0.5, order: 8), g.taylorCoefficients(at: 0.5, order: 8))
    #expect(largestError(a, b) < 1e-13)
    let product = CustomBinaryOperation("product", value: { $0 * $1 }) { a, b, _ in (b, a) }
    let h = Function { x in product(sin(x), exp(x)) }
    let k = Function { x in sin(x) * exp(x) }
    let (c, d) = try (h.taylorCoefficients(at: 0.5, order: 6), k.taylorCoefficients(at: 0.5, order: 6))
    #expect(largestError(c, d) < 1e-13)
  }
}
