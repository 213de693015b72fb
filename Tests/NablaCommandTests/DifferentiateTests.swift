// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct DifferentiateTests {
  private typealias Entry = DifferentiateDocument.Entry

  private func derivatives(_ arguments: String...) throws -> [Entry] {
    let run = try Nabla(["differentiate"] + arguments + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    return try run.document(DifferentiateDocument.self).derivatives
  }

  @Test("the document")
  func document() throws {
    let run = try Nabla(["differentiate", "x^2*sin(y)", "--json"])
    #expect(try run.keys() == ["command", "expression", "variables", "derivatives"])
    #expect(try run.keys(ofFirst: "derivatives") == ["by", "expression"])
    #expect(try run.document(DifferentiateDocument.self).command == "differentiate")
  }

  @Test("first, second and third order: all distinct partial derivatives")
  func orders() throws {
    #expect(try derivatives("x^2*sin(y)").map(\.by) == [["x"], ["y"]])
    #expect(
      try derivatives("x^2*sin(y)", "--order", "2").map(\.by) == [["x", "x"], ["x", "y"], ["y", "y"]])
    #expect(try derivatives("x*y*z", "--order", "3").count == 10)
    #expect(
      try derivatives("x^5", "--order", "5") == [Entry(by: ["x", "x", "x", "x", "x"], expression: "120")])
  }

  @Test("--by chooses one derivative; one name is repeated --order times")
  func by() throws {
    #expect(try derivatives("x^2*y", "--by", "x,y") == [Entry(by: ["x", "y"], expression: "2*x")])
    #expect(try derivatives("x^2*y", "--by", "y,x") == [Entry(by: ["y", "x"], expression: "2*x")])
    #expect(try derivatives("x^2*y", "--by", "x,y", "--order", "2").count == 1)
    #expect(
      try derivatives("x^2*y", "--by", "x", "--order", "2") == [Entry(by: ["x", "x"], expression: "2*y")])
    #expect(try derivatives("x^2", "--by", "z", "--variables", "x,z") == [Entry(by: ["z"], expression: "0")])
  }

  @Test("several outputs")
  func outputs() throws {
    let list = try derivatives("x*y; x+y^2")
    #expect(list.map(\.output) == [0, 0, 1, 1])
    #expect(list.map(\.expression) == ["y", "x", "1", "2*y"])
  }

  @Test("a constant has no derivatives")
  func constant() throws {
    #expect(try derivatives("2+3").isEmpty)
    #expect(try derivatives("x^0") == [Entry(by: ["x"], expression: "0")])
  }

  @Test(
    "the printed formula, read back, has the value of the derivative",
    arguments: [
      "-x^2", "exp(-x)/(1+x^2)", "where(x<1, x^3, sqrt(x))", "atan2(x, 2)*tanh(x)", "lgamma(x)", "x^x",
      "max(x,2)*erf(x)",
      "softplus(x)-sigmoid(x)*relu(x)", "2^(3*x)-log2(x)",
    ])
  func readBack(_ text: String) throws {
    let formula = try #require(try derivatives(text).first).expression
    let direct = try Nabla(["evaluate", text, "--at", "0.75", "--outputs", "gradient", "--json"])
    let printed = try Nabla([
      "evaluate", formula, "--variables", "x", "--at", "0.75", "--outputs", "value", "--json",
    ])
    let expected = try #require(
      try direct.document(EvaluateDocument<Number>.self).points.first?.gradient?.first
    ).value
    let value = try #require(try printed.document(EvaluateDocument<Number>.self).points.first?.value).value
    #expect(abs(value - expected) <= 1e-13 * abs(expected), "\(formula): \(value), not \(expected)")
  }

  @Test("the lines for people")
  func lines() throws {
    let run = try Nabla(["differentiate", "x^2*sin(y)", "--order", "2"])
    #expect(
      run.output == """
        f(x, y) = x^2*sin(y)

          d^2f/dx dx = 2*sin(y)
          d^2f/dx dy = 2*x*cos(y)
          d^2f/dy dy = -x^2*sin(y)

        """)
  }
}
