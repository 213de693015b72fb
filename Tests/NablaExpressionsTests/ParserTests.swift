// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import NablaExpressions

@Suite struct ParserTests {
  @Test(
    arguments: [
      ("2^3^2", 512), ("2^-1", 0.5), ("2**3", 8), ("-2^2", -4), ("(-2)^2", 4), ("2^-2^2", 0.0625),
      ("2*-3", -6), ("2--3", 5), ("2+-+3", -1), ("---1", -1), ("8/4/2", 1), ("8-4-2", 2), ("2^-1*3", 1.5),
      ("-2*3", -6), ("1+2*3^2", 19), ("(1+2)*3", 9), (".5", 0.5), ("5.", 5), ("2e-3", 0.002), ("1E+2", 100),
      ("0e999", 0), ("0.000e-999", 0), ("1e-320", 1e-300 * 1e-20), ("pi", .pi), ("e", 2.718281828459045),
      ("inf", .infinity), ("-inf", -.infinity), ("min(3,1,2)", 1), ("max(1,2,4,3)", 4), ("pow(2,3)", 8),
      ("atan2(1, 1)", .pi / 4), ("hypot (3,4)", 5), ("where(1<2, 3, 4)", 3), ("where(2<1, 3, 4)", 4),
      ("where(1<2 && !(2>=3) || 1==2, 3, 4)", 3), ("where(1!=1 || (2>1), 3, 4)", 3),
      ("polygamma(1, 0)", .infinity),
      ("\t1 +\r\n 2 ", 3), ("log(e)", 1), ("0.1", 0.1), ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("9007199254740993", 9_007_199_254_740_992), ("123456789012345678901234567890", 1.2345678901234568e29),
    ] as [(String, Double)])
  func constantsFold(text: String, value: Double) throws {
    #expect(try Expr(parsing: text).constantValue == value, "\(text)")
  }

  @Test func buildsWhatSwiftBuilds() throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    #expect(try Expr(parsing: "-x^2") == -pow(x, 2))
    #expect(try Expr(parsing: "x^y^2 - 3*x*y/2") == pow(x, pow(y, 2)) - 3 * x * y / 2)
    #expect(try Expr(parsing: "2^-x*y") == pow(2, -x) * y)
    #expect(
      try Expr(parsing: "where(x > y && x != 0, sin(x), e^y)")
        == select(x .> y && x .!= 0, sin(x), pow(Expr(2.718281828459045), y)))
    #expect(try Expr(parsing: "polygamma(2, x)") == polygamma(2, x))
    #expect(try Expr(parsing: "θ_1") == Expr.variable("θ_1"))
    #expect(try Expr(parsing: "x^0") == 1)
    let list = try Expr.list(parsing: "x*cos(y); x*sin(y)")
    #expect(list == [x * cos(y), x * sin(y)])
  }

  /// Each malformed text, the column of its error and words of the message.
  @Test(
    arguments: [
      ("", 1, "empty"), ("  ", 1, "empty"), ("x+", 2, "operand on its right"),
      ("*x", 1, "operand on its left"),
      ("x+*y", 2, "between \"+\" and \"*\""), ("2x", 2, "write 2*x"), ("(x)(y)", 4, "write )*("),
      ("2(x)", 2, "write 2*("), ("x y", 3, "write x*y"), ("x 2", 3, "write x*2"), ("(x)2", 4, "write )*2"),
      ("x(y)", 1, "x*(…)"), ("foo(x)", 1, "unknown function \"foo\""), ("Sin(x)", 1, "did you mean sin?"),
      ("1+SINH(x)", 3, "did you mean sinh?"), ("ln(x)", 1, "log(x)"), ("sni(x)", 1, "did you mean sin?"),
      ("arctan(x)", 1, "atan(x)"), ("pi(2)", 1, "pi is a constant, not a function"),
      ("sin", 1, "write sin(x)"),
      ("sin x", 1, "write sin(x)"), ("sin()", 1, "sin needs one argument"),
      ("sin(x,y)", 1, "sin needs one argument, not 2"),
      ("atan2(x)", 1, "atan2 needs two arguments, not 1: atan2(y, x)"), ("min(x)", 1, "two or more"),
      ("where(x>0, 1)", 1, "where needs three arguments, not 2"), ("where(x, 1, 2)", 1, "x != 0"),
      ("((x)", 1, "no closing \")\""), ("sin((x)", 1, "sin( has no closing"), ("(x))", 4, "no opening"),
      (")", 1, "no opening"),
      ("()", 2, "nothing stands"), ("1e+", 2, "exponent"), ("2e", 2, "write 2*e"),
      ("2exp(x)", 2, "write 2*exp"),
      ("0x1F*x", 1, "write 31"), ("1e999", 1, "larger than the largest double"),
      ("1e-999*x", 1, "smaller than"),
      ("x+1e400", 3, "write inf"), ("1.2.3", 4, "one decimal point"), (".", 1, "digits"),
      ("1_000", 2, "separators"),
      ("\"x\"", 1, "quote"), ("x&y", 2, "unexpected \"&\""), ("x=1", 2, "=="), ("x%2", 2, "floor"),
      ("x!", 2, "lgamma"),
      ("|x|", 1, "abs(x)"), ("x−1", 2, "write -"), ("x×2", 2, "write *"), ("x·2", 2, "write *"),
      ("x÷2", 2, "write /"),
      ("x²", 2, "write ^2"), ("２*x", 1, "write 2"), ("2*π", 3, "write pi"), ("x\u{200B}+1", 2, "U+200B"),
      ("x\u{0}", 2, "U+0000"), ("x\u{A0}+1", 2, "U+00A0"), ("é+1", 1, "U+00E9"),
      ("x[1]", 2, "round parentheses"),
      ("1<2", 2, "only in the condition of where"), ("sin(x<y)", 6, "only in the condition"),
      ("(x<y)+1", 3, "only in"),
      ("where(x<y<z,1,2)", 10, "chained"), ("where(!x<y,1,2)", 7, "write !(a < b)"),
      ("where(x && y<1,1,2)", 9, "combines"),
      ("x,y", 2, "arguments of a function"), ("max(x,)", 7, "argument is missing"),
      ("max(,x)", 5, "argument is missing"),
      ("(x,y)", 3, "arguments of a function"), ("x;y", 2, "one expression"),
      ("polygamma(-1,x)", 1, "whole number"),
      ("polygamma(y,x)", 1, "whole number"), ("x @ y", 3, "unexpected character \"@\""),
      ("😀+*", 1, "U+1F600"), ("x+(y;z)", 3, "no closing"),
      ("sin(", 4, "not closed"), ("e(x)", 1, "e is a constant"),
    ] as [(String, Int, String)])
  func malformedTextsSayWhereAndWhat(text: String, column: Int, words: String) {
    #expect {
      _ = try Expr(parsing: text)
    } throws: { error in
      guard let error = error as? ParseError else { return false }
      let isRight = error.column == column && error.message.contains(words) && !error.message.contains("\n")
      if !isRight { print("\(text): \(error)") }
      return isRight
    }
  }

  @Test func listsLackNoExpression() {
    for text in ["x;", ";x", "x;;y", ";"] {
      #expect(throws: ParseError.self) { _ = try Expr.list(parsing: text) }
    }
  }

  @Test func errorsShowTheLineAndACaret() throws {
    let error = try #require(throws: ParseError.self) { _ = try Expr(parsing: "3+2x") }
    #expect(
      error.description == "column 4: an operator is missing here; for a product write 2*x\n  3+2x\n     ^")
    let second = try #require(throws: ParseError.self) { _ = try Expr(parsing: "x +\r\n  y % 2") }
    #expect(second.line == 2 && second.column == 5 && second.offset == 9)
    #expect(second.description.hasPrefix("line 2, column 5: unexpected \"%\""))
    #expect(second.description.hasSuffix("\n    y % 2\n      ^"))
    // Wide characters take two columns in a terminal.
    let wide = try #require(throws: ParseError.self) { _ = try Expr(parsing: "x+２") }
    #expect(wide.caret == 2 && wide.column == 3)
    let long = String(repeating: "x+", count: 500_000)
    let cut = try #require(throws: ParseError.self) { _ = try Expr(parsing: long + "$" + long) }
    #expect(cut.column == 1_000_001 && cut.description.utf8.count < 400)
    #expect(cut.excerpt.hasPrefix("…") && cut.excerpt.hasSuffix("…"))
    #expect(Array(cut.excerpt)[cut.caret] == "$")
  }

  /// Texts of a megabyte or of a depth of 100,000 and more end in an answer or an error.
  @Test(
    arguments: [
      ("(", 100_000, "x", ")", true), ("sin(", 100_000, "x", ")", true), ("sin(", 100_000, "", "", false),
      ("-", 500_000, "x", "", true), ("x^", 100_000, "x", "", true), ("", 0, "x", "^x", false),
      ("1", 1_000_000, "", "", false), ("0.", 1, "1", "3", true), ("a", 1_000_000, "", "", true),
      ("x+", 100_000, "x", "", true), ("max(x,", 50_000, "y", ")", true), ("(", 1_000_000, "", "", false),
      (")", 1_000_000, "", "", false), ("^", 1_000_000, "", "", false), ("1/(1+", 50_000, "x", ")", true),
      ("1000000*(2*(1+", 20_000, "x", "))", true), ("+", 1_000_000, "1", "", true),
      (";", 1_000_000, "", "", false),
      ("where(x<1,1,", 30_000, "2", ")", true), ("0", 1_000_000, "1", "", true), ("1e", 1, "0", "0", true),
      ("!", 1_000_000, "x", "", false), ("x<", 100_000, "1", "", false), ("\u{200B}", 100_000, "", "", false),
      ("x ", 300_000, "", "", false), ("2*x*", 50_000, "y", "", true), ("e\u{301}", 100_000, "", "", false),
    ] as [(String, Int, String, String, Bool)])
  func hugeTexts(left: String, count: Int, middle: String, right: String, isValid: Bool) {
    let text =
      String(repeating: left, count: count) + middle
      + String(repeating: right, count: count == 1 ? 1_000_000 : count)
    var isRead = true
    do {
      let expression = try Expr(parsing: text)
      #expect(expression.description.utf8.count < 11_000_000)
    } catch {
      isRead = false
      #expect(error.description.utf8.count < 1000)
    }
    #expect(isRead == isValid || middle == "x" && right == "^x")
  }

  @Test func variableNames() {
    for name in ["x", "_", "x_1", "α", "E", "Pi", "x2"] { #expect(Expr.isVariableName(name)) }
    for name in ["", "2x", "pi", "e", "inf", "sin", "where", "x y", "é", "x-y", "ο", "x\u{200B}"] {
      #expect(!Expr.isVariableName(name))
    }
  }
}
