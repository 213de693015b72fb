// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct PrinterTests {
  @Test(
    arguments: [
      ("x^2", "x^2"), ("2*x*y", "2*x*y"), ("x*y*z*2", "2*x*y*z"), ("a-b", "a - b"), ("-x", "-x"),
      ("-x^2", "-x^2"),
      ("(-x)^3", "-x^3"), ("a-(b-c)", "a - (b - c)"), ("a-(b+c)", "a - (b + c)"), ("a+(b+c)", "b + c + a"),
      ("a/(b*c)", "a/(b*c)"), ("a/b/c", "a/b/c"), ("a*(b/c)", "a*(b/c)"), ("a*(b+c)", "a*(b + c)"),
      ("(a+b)*c", "c*(a + b)"),
      ("sin(x)*x", "x*sin(x)"), ("2*(x+y)", "2*(x + y)"), ("x^-2", "x^-2"), ("x^0.5", "x^0.5"),
      ("x^-0.5", "x^-0.5"),
      ("x^(y+1)", "x^(y + 1)"), ("x^y^z", "x^(y^z)"), ("(x^y)^z", "(x^y)^z"), ("2^x", "2^x"),
      ("(-2)^x", "(-2)^x"),
      ("e^x", "e^x"), ("pi*x", "pi*x"), ("x^(-y)", "x^(-y)"), ("-2*x+y", "y - 2*x"), ("y + -2*x", "y - 2*x"),
      ("x + -3", "x - 3"), ("-(x*y)", "-x*y"), ("-(x+y)", "-(x + y)"), ("x - -2*y", "x + 2*y"),
      ("where(x<y, 1, x)", "where(x < y, 1, x)"),
      ("where(x>0 && !(y==1) || x>=2, 1, 0)", "where(x > 0 && !(y == 1) || x >= 2, 1, 0)"),
      ("where((x>0 || y>0) && x!=y, 1, 0)", "where((x > 0 || y > 0) && x != y, 1, 0)"),
      ("min(x,y,3)", "min(min(x, y), 3)"), ("atan2(y,x)", "atan2(y, x)"),
      ("polygamma(1,x)", "polygamma(1, x)"), ("1e-5*x", "1e-5*x"),
      ("1e16*x", "1e16*x"), ("0.1*x*y", "0.1*x*y"), ("0.1*(x*y)", "0.1*(x*y)"), ("inf*x", "inf*x"),
      ("100*x", "100*x"), ("1/x", "1/x"),
      ("-1/x", "-1/x"), ("y-1/x", "y - 1/x"), ("(x/y)^2", "(x/y)^2"), ("(2*x)^2", "(2*x)^2"),
      ("x*(-0)", "-0*x"), ("1.5e300*x", "1.5e300*x"),
    ] as [(String, String)])
  func readable(text: String, formula: String) throws {
    #expect(try Expr(parsing: text).description == formula)
    let again = try Expr(parsing: formula)
    #expect(again.description == formula)
  }

  @Test func helpersPrintAsFormulas() throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    #expect(sech(x).description == "1/cosh(x)")
    #expect(pow(sech(x), 2).description == "(1/cosh(x))^2")
    #expect((-(sech(x) * tanh(x))).description == "-1/cosh(x)*tanh(x)")
    #expect(asinSlope(x + y).description == "1/sqrt((1 - (x + y))*(x + y + 1))")
    #expect(directionCosine(x, y).description == "where(hypot(x, y) == 0, 0, x/hypot(x, y))")
    // Conditions and numbers in one another's place.
    #expect(((x .< y) * 2).description == "2*where(x < y, 1, 0)")
    #expect(select(x, y, 1).description == "where(x != 0, y, 1)")
    #expect((x .< y).description == "x < y")
    #expect(Expr(.nan).description == "(inf - inf)" && (Expr(.nan) * x).description == "(inf - inf)*x")
  }

  /// Reading back what is printed gives the same bits everywhere.
  @Test(arguments: [UInt64(11), 12, 13])
  func readsBackToTheSameValue(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var identical = 0
    let count = 1500
    for _ in 0..<count {
      let tree = Tree.random(depth: Int.random(in: 1...5, using: &random), withHelpers: false, &random)
      let expression = tree.expression
      if expression.operation.definition.value.operandCount > 0, expression.isConditionForTest { continue }
      let formula = try #require(expression.formula())
      let again = try Expr(parsing: formula)
      if again == expression { identical += 1 }
      for _ in 0..<5 {
        let point = (0..<3).map { _ in randomDouble(&random) }
        let (a, b) = (evaluate(expression, point), evaluate(again, point))
        #expect(areIdentical(a, b), "\(formula) at \(point): \(a), read back \(b) \(again); seed \(seed)")
      }
    }
    #expect(identical * 2 > count, "\(identical) of \(count)")
  }

  /// With the helpers of derivative rules, up to rounding.
  @Test(arguments: [UInt64(21)])
  func helpersReadBackUpToRounding(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<1500 {
      let tree = Tree.random(depth: Int.random(in: 1...4, using: &random), withHelpers: true, &random)
      let expression = tree.expression
      if expression.isConditionForTest { continue }
      let again = try Expr(parsing: try #require(expression.formula()))
      for _ in 0..<3 {
        let point = (0..<3).map { _ in randomDouble(&random) }
        let value = evaluate(again, point)
        if areIdentical(value, evaluate(expression, point)) { continue }
        #expect(
          isPlausible(value, of: tree, at: point, &random) != false,
          "\(expression) at \(point): \(evaluate(expression, point)), read back \(value); seed \(seed)")
      }
    }
  }

  @Test func exponentialFormulasAreCut() {
    var e = Expr.variable("x")
    for _ in 0..<200 { e = e * sin(e) + e }
    #expect(e.formula() == nil)
    #expect(e.description.contains("… (") && e.description.utf8.count < 11_000)
    #expect(Expr.variable("x").formula(maximumLength: 1) == "x")
    #expect((Expr.variable("x") + 1).formula(maximumLength: 4) == nil)
  }

  @Test func constantsAreShortestAndReadBack() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<2000 {
      let value = randomDouble(&random)
      let again = try Expr(parsing: Expr(value).description).constantValue
      #expect(again.map { areIdentical($0, value) } == true, "\(value)")
    }
  }
}

extension Expr {
  fileprivate var isConditionForTest: Bool {
    [.less, .lessOrEqual, .equal, .notEqual, .and, .or, .not].contains(operation)
  }
}
