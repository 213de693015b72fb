// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct LatexTests {
  @Test(
    arguments: [
      ("x^2*y", "x^{2} y"), ("2*x*y", "2 x y"), ("sin(x)/x", "\\frac{\\sin\\left(x\\right)}{x}"),
      ("exp(-x^2/2)", "e^{-\\frac{x^{2}}{2}}"), ("sqrt(x^2+y^2)", "\\sqrt{x^{2} + y^{2}}"),
      ("cbrt(x)", "\\sqrt[3]{x}"), ("log(1+x^2)", "\\log\\left(x^{2} + 1\\right)"),
      ("sin(x)^2", "\\sin^{2}\\left(x\\right)"), ("log(x)^2", "\\log\\left(x\\right)^{2}"),
      ("1/x^2", "\\frac{1}{x^{2}}"), ("x^-2", "\\frac{1}{x^{2}}"), ("-1/x", "-\\frac{1}{x}"),
      ("y-3/x", "y - \\frac{3}{x}"), ("a-(b+c)", "a - \\left(b + c\\right)"),
      ("(a+b)*c", "c \\left(a + b\\right)"), ("(x/y)^2", "\\left(\\frac{x}{y}\\right)^{2}"),
      ("2*3^x", "2 \\cdot 3^{x}"), ("x*2^y", "x \\cdot 2^{y}"), ("2*(1/x)", "\\frac{2}{x}"),
      ("0.3*(y/x)", "0.3 \\cdot \\frac{y}{x}"), ("z*(y/x)", "z \\frac{y}{x}"),
      ("x^(y+1)", "x^{y + 1}"), ("x^y^z", "x^{y^{z}}"), ("(x^y)^z", "\\left(x^{y}\\right)^{z}"),
      ("x^0.5", "x^{1/2}"), ("x^-1.5", "x^{-3/2}"), ("x^0.3", "x^{0.3}"),
      ("exp(x)^2", "\\left(e^{x}\\right)^{2}"),
      ("-(x+y)", "-\\left(x + y\\right)"), ("(-x)*y", "-x y"), ("x*-2+y", "y - 2 x"),
      ("1e-5*x", "10^{-5} x"), ("1.5e20*x", "1.5 \\cdot 10^{20} x"), ("x^2*1e30*y", "10^{30} x^{2} y"),
      ("pi*x+e-inf", "\\pi x + e - \\infty"), ("abs(x)", "\\left|x\\right|"),
      ("floor(x)+ceil(y)", "\\left\\lfloor x\\right\\rfloor + \\left\\lceil y\\right\\rceil"),
      ("max(x, min(y, 1))", "\\max\\left(x, \\min\\left(y, 1\\right)\\right)"),
      ("alpha*beta1*x2*x_max", "\\alpha \\beta_{1} x_{2} x_{\\mathrm{max}}"),
      ("rate*Γ", "\\mathrm{rate} \\Gamma"), ("x_1_2", "x_{1,2}"), ("x12", "x_{12}"),
      ("_x + lambda_", "\\mathrm{\\_x} + \\mathrm{lambda\\_}"),
      ("lgamma(x)", "\\log\\left|\\Gamma\\left(x\\right)\\right|"),
      ("polygamma(0,x)+polygamma(2,y)", "\\psi\\left(x\\right) + \\psi^{(2)}\\left(y\\right)"),
      ("atan2(y,x)", "\\operatorname{atan2}\\left(y, x\\right)"),
      ("expm1(x)*2", "2 \\left(e^{x} - 1\\right)"),
      ("hypot(x,y)", "\\sqrt{x^{2} + y^{2}}"), ("log1p(x)", "\\log\\left(x + 1\\right)"),
      ("log2(x)", "\\log_{2}\\left(x\\right)"), ("asin(x)", "\\arcsin\\left(x\\right)"),
      (
        "where(x>0, x, where(x == -1 || !(y<x), 2, 3))",
        "\\begin{cases} x & \\text{if } x > 0 \\\\ 2 & \\text{if } x = -1 \\lor \\lnot \\left(y < x\\right) "
          + "\\\\ 3 & \\text{otherwise} \\end{cases}"
      ),
    ] as [(String, String)])
  func readable(text: String, latex: String) throws {
    #expect(try Expr(parsing: text).latex == latex)
  }

  @Test func conditionsAndHelpers() {
    let x = Expr.variable("x"), y = Expr.variable("y")
    #expect(((x .< y) * 2).latex == "2 \\left[x < y\\right]")
    #expect(select(x, y, 1).latex.hasPrefix("\\begin{cases} y & \\text{if } x \\neq 0"))
    #expect(pow(sech(x), 2).latex == "\\operatorname{sech}^{2}\\left(x\\right)")
    #expect(asinSlope(x).latex == "\\frac{1}{\\sqrt{1 - x^{2}}}")
    #expect(directionCosine(x, y).latex == "\\frac{x}{\\sqrt{x^{2} + y^{2}}}")
    #expect(
      (x + directionCosine(hypot(x, y), 2)).latex.contains("\\sqrt{\\left(\\sqrt{x^{2} + y^{2}}\\right)^{2}"))
    #expect(Expr(.nan).latex == "\\mathrm{NaN}")
    #expect(Expr.variable("a#b c").latex == "\\mathrm{a\\#b\\ c}")
  }

  /// Each operation has a form: no trap, balanced braces and delimiters, all operands there.
  @Test(arguments: Operation.allCases)
  func everyOperationHasAForm(operation: NablaExpressions.Operation) {
    let names = ["u", "v", "w"]
    let value = operation.definition.value
    let operands = names.prefix(value.operandCount).map { Expr.variable($0) }
    if operation.definition.notation == .custom { return }
    let expression: Expr
    switch value {
    case .leaf: expression = operation == .constant ? 2.5 : .variable("u")
    case .indexed: expression = .applying(operation, index: 3, to: operands[0])
    default: expression = .applying(operation, to: operands)
    }
    for e in [expression, -expression, 2 * expression, pow(expression, 2), expression / 3] {
      let latex = e.latex
      #expect(isBalanced(latex), "\(latex)")
      for operand in names.prefix(value.operandCount) { #expect(latex.contains(operand), "\(latex)") }
    }
  }

  @Test func longFormulasAreCutAndClosed() {
    var e = Expr.variable("x")
    for _ in 0..<200 { e = e / sqrt(1 + pow(e, 2)) + select(e .> 1, e, 2) }
    let latex = e.latex
    #expect(latex.contains("\\ldots") && latex.utf8.count < 13_000 && isBalanced(latex))
    #expect(e.latex(maximumLength: 100_000) == nil)
    #expect((Expr.variable("x") + 1).latex(maximumLength: 5) == "x + 1")
    #expect((Expr.variable("x") + 1).latex(maximumLength: 4) == nil)
  }

  @Test func deepGraphs() {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var (sum, nested) = (x, x)
    for _ in 0..<20_000 {
      sum = sum * y + 1
      nested = hypot(sin(nested), y)
    }
    #expect(isBalanced(sum.latex) && isBalanced(nested.latex))
  }

  @Test(arguments: [UInt64(51)])
  func randomExpressions(seed: UInt64) {
    var expressions = RandomExpression(seed: seed, variables: [.variable("x"), .variable("y")])
    for _ in 0..<300 {
      let f = expressions.next(size: 10)
      #expect(isBalanced(f.latex), "\(f.latex); seed \(seed)")
    }
  }
}

/// Whether braces, delimiters and environments close in the order they were opened.
func isBalanced(_ latex: String) -> Bool {
  var open: [String] = []
  var rest = Substring(latex)
  while !rest.isEmpty {
    if rest.hasPrefix("\\{") || rest.hasPrefix("\\}") {
      rest = rest.dropFirst(2)
    } else if rest.hasPrefix("\\left") && !rest.hasPrefix("\\leq") {
      open.append("left")
      rest = rest.dropFirst(5)
    } else if rest.hasPrefix("\\right") {
      guard open.popLast() == "left" else { return false }
      rest = rest.dropFirst(6)
    } else if rest.hasPrefix("\\begin{cases}") {
      open.append("cases")
      rest = rest.dropFirst(13)
    } else if rest.hasPrefix("\\end{cases}") {
      guard open.popLast() == "cases" else { return false }
      rest = rest.dropFirst(11)
    } else {
      let first = rest.removeFirst()
      if first == "{" { open.append("{") }
      if first == "}" { guard open.popLast() == "{" else { return false } }
    }
  }
  return open.isEmpty
}
