// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

private struct TaylorDocument<Coefficient: Decodable>: Decodable {
  struct Remainder: Decodable {
    let range: [Double]
    let coefficient: [Double]?
    let bound: Double?
  }

  let command: String
  let expression: String
  let variables: [String]
  let point: [Double]
  let order: Int
  let coefficients: [Coefficient]
  let polynomial: String
  let radiusOfConvergence: Number?
  let remainder: Remainder?
}

private struct Term: Decodable, Equatable {
  let powers: [Int]
  let coefficient: Double
}

@Suite struct TaylorTests {
  @Test("one variable: the list c0…cK")
  func oneVariable() throws {
    let run = try Nabla(["taylor", "log(x)", "--at", "x=1", "--order", "4", "--json"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let document = try run.document(TaylorDocument<Double>.self)
    #expect(document.command == "taylor" && document.expression == "log(x)" && document.variables == ["x"])
    #expect(document.coefficients == [0, 1, -0.5, 1.0 / 3, -0.25])
    #expect(document.point == [1] && document.order == 4)
    #expect(document.polynomial == "(x - 1) - 0.5*(x - 1)^2 + 0.3333333333333333*(x - 1)^3 - 0.25*(x - 1)^4")
    #expect(abs(try #require(document.radiusOfConvergence).value - 1) < 0.01)
    #expect(document.remainder == nil)
  }

  @Test("several variables: by powers, in graded order")
  func severalVariables() throws {
    let run = try Nabla(["taylor", "x*exp(y)", "--at", "1,0", "--order", "2", "--json"])
    let document = try run.document(TaylorDocument<Term>.self)
    #expect(
      document.coefficients == [
        Term(powers: [0, 0], coefficient: 1), Term(powers: [1, 0], coefficient: 1),
        Term(powers: [0, 1], coefficient: 1), Term(powers: [2, 0], coefficient: 0),
        Term(powers: [1, 1], coefficient: 1), Term(powers: [0, 2], coefficient: 0.5),
      ])
    let reversed = try Nabla(
      ["taylor", "x*exp(y)", "--variables", "y,x", "--at", "x=1,y=0", "--order", "1", "--json"])
    #expect(try reversed.document(TaylorDocument<Term>.self).point == [0, 1])
  }

  @Test("order 0 is the value, order 40 and 60 too")
  func orders() throws {
    for order in [0, 1, 40, 60] {
      let run = try Nabla(["taylor", "exp(x)", "--at", "0", "--order", "\(order)", "--json"])
      let coefficients = try run.document(TaylorDocument<Double>.self).coefficients
      #expect(coefficients.count == order + 1)
      let factorial = (1...max(1, order)).reduce(1.0) { $0 * Double($1) }
      #expect(abs(coefficients[order] * factorial - 1) < 1e-14)
    }
  }

  @Test("a bound of the error, and none where nothing is proven")
  func remainder() throws {
    let run = try Nabla(["taylor", "sin(x)", "--at", "0", "--order", "3", "--over", "-0.5:0.5", "--json"])
    let document = try run.document(TaylorDocument<Double>.self)
    let bound = try #require(document.remainder?.bound)
    #expect(bound >= 0.0012485 && bound < 0.0012486)
    #expect(document.remainder?.range == [-0.5, 0.5])
    #expect(try #require(document.radiusOfConvergence).value == .infinity)
    let open = try Nabla(["taylor", "log(x)", "--at", "1", "--order", "3", "--over", "x=0:2", "--json"])
    #expect(open.status == 1 && open.errors.hasPrefix("warning: the error has no proven bound"))
    let result = try open.document(TaylorDocument<Double>.self)
    #expect(result.coefficients.count == 4 && result.remainder != nil && result.remainder?.bound == nil)
  }

  @Test("the lines for people")
  func lines() throws {
    let run = try Nabla(["taylor", "1/(1-x)", "--at", "0", "--order", "2", "--over", "0:0.5"])
    #expect(
      run.output == """
        f(x) = 1/(1-x)

          1 + x + x^2

          k   coefficient
          0             1
          1             1
          2             1

          radius of convergence: 1 (estimated)
          |f - polynomial| <= 2 for x in [0, 0.5] (proven)

        """)
    let several = try Nabla(["taylor", "x*y", "--at", "1,2", "--order", "2"])
    #expect(several.output.contains("  2 + 2*(x - 1) + (y - 2) + (x - 1)*(y - 2)\n"))
  }

  @Test("files")
  func files() throws {
    let scratch = try Scratch()
    let path = scratch["c.csv"].path
    #expect(try Nabla(["taylor", "exp(2*x)", "--at", "0", "--order", "2", "--output", path]).status == 0)
    #expect(try scratch.text("c.csv") == "order,coefficient\n0,1.0\n1,2.0\n2,2.0\n")
    _ = try Nabla(["taylor", "x*y", "--at", "0,3", "--order", "2", "--output", path])
    #expect(try scratch.text("c.csv").hasPrefix("x,y,coefficient\n0,0,0.0\n1,0,3.0\n"))
    let array = scratch["c.npy"].path
    #expect(try Nabla(["taylor", "exp(x)", "--at", "0", "--order", "2", "--output", array]).status == 0)
    #expect(try scratch.names.contains("c.npy"))
    let none = scratch["none.json"].path
    try expectError(
      ["taylor", "1/x", "--at", "0", "--order", "2", "--output", none], status: 1, saying: "pole")
    #expect(try !scratch.names.contains("none.json"))
  }

  @Test("no series at the point: status 1, the place and the operation")
  func refusals() throws {
    let cases = [
      ("1/x", "0", "division by zero (a pole) in 1/x"), ("abs(x-1)", "1", "kink"), ("asin(x)", "1", "asin"),
      ("x^x", "0", "not analytic"), ("log(x)", "-1", "not defined"), ("exp(1000*x)", "1", "largest double"),
      ("floor(x)", "2", "jumps"),
    ]
    for (text, point, words) in cases {
      try expectError(
        ["taylor", text, "--at", point, "--order", "12", "--json"], status: 1,
        saying: words, "no Taylor series at x = \(point)")
    }
    try expectError(["taylor", "sin(x)/x", "--at", "1", "--order", "60"], status: 1, saying: "lower order")
  }

  @Test("malformed orders, points and ranges")
  func malformed() throws {
    try expectError(["taylor", "exp(x)", "--at", "0", "--order", "2.5"], saying: "2.5")
    try expectError(["taylor", "exp(x)", "--at", "0", "--order", "-1"], saying: "0 or more")
    try expectError(
      ["taylor", "exp(x)", "--at", "0", "--order", "100000000000000000000"], saying: "too high")
    try expectError(["taylor", "exp(x)", "--at", "0", "--order", "nan"], saying: "no whole number")
    try expectError(
      ["taylor", "exp(x)", "--at", "0", "--order", "9223372036854775807"], saying: "limit is 1000")
    try expectError(["taylor", "exp(x)", "--at", "0"], saying: "--order")
    try expectError(["taylor", "exp(x)", "--at", "inf", "--order", "5"], saying: "finite")
    try expectError(["taylor", "exp(x)", "--at", "nan", "--order", "5"], saying: "nan")
    try expectError(["taylor", "exp(x)", "--order", "5"], saying: "--at")
    try expectError(["taylor", "exp(x)", "--at", "0", "--at", "1", "--order", "5"], saying: "2 times")
    try expectError(["taylor", "x; x^2", "--at", "0", "--order", "5"], saying: "one expression")
    try expectError(["taylor", "2+3", "--at", "0", "--order", "5"], saying: "no variables")
    try expectError(
      ["taylor", "x*y", "--at", "0,0", "--order", "5", "--over", "0:1"], saying: "one variable")
    try expectError(["taylor", "x", "--at", "0", "--order", "5", "--over", "0:inf"], saying: "finite")
    try expectError(["taylor", "x+", "--at", "0", "--order", "5"], saying: "^")
    try expectError(["taylor", "x*y*z", "--at", "0,0,0", "--order", "900"], saying: "too")
  }
}
