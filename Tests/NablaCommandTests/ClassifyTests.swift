// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct ClassifyTests {
  private func classify(_ arguments: String..., status: Int32 = 0) throws -> ClassifyDocument {
    let run = try Nabla(["classify"] + arguments + ["--json"])
    #expect(run.status == status, "\(run.errors)")
    return try run.document(ClassifyDocument.self)
  }

  @Test("the document for points")
  func document() throws {
    let run = try Nabla(["classify", "x^2-y^2", "--at", "0,0", "--json"])
    #expect(try run.keys() == ["command", "expression", "variables", "points"])
    #expect(
      try run.keys(ofFirst: "points")
        == [
          "point", "value", "gradientNorm", "gradient", "eigenvalues", "kind", "index", "degenerate",
          "certified",
        ])
    let document = try run.document(ClassifyDocument.self)
    #expect(document.command == "classify")
    #expect(document.expression == "x^2-y^2")
    #expect(document.variables == ["x", "y"])
    let point = try #require(document.points.first)
    #expect(point.kind == "saddle")
    #expect(point.index == 1)
    #expect(point.eigenvalues == [-2, 2])
    #expect(!point.degenerate && !point.certified)
  }

  @Test(
    "kinds",
    arguments: [
      ("x^2+y^2", "0,0", "minimum", 0, false), ("-x^2-y^2", "0,0", "maximum", 2, false),
      ("x^2-y^2", "0,0", "saddle", 1, false), ("x^2+3*x*y+y^2", "1,2", "regular", 1, false),
      ("x^3-3*x*y^2", "0,0", "saddle", 0, true), ("x^4+y^4", "0,0", "minimum", 0, true),
      ("1e-8*(x^2+y^2)", "0,0", "minimum", 0, false),
      ("1e-300*(x^2-y^2)", "0,0", "saddle", 1, false),
    ])
  func kinds(_ text: String, _ point: String, _ kind: String, _ index: Int, _ isDegenerate: Bool) throws {
    let result = try #require(try classify(text, "--at", point).points.first)
    #expect(result.kind == kind)
    #expect(result.index == index)
    #expect(result.degenerate == isDegenerate)
  }

  @Test("the names of a box or point are the variables of a constant expression")
  func constants() throws {
    let run = try Nabla(["classify", "5", "--in", "x=-1:1,y=0:2"])
    #expect(run.status == 0)
    #expect(run.output.contains("f(x, y) = 5"))
    #expect(run.output.contains("a set of dimension 2"))
    #expect(try classify("5", "--at", "x=1,y=2").points.first?.point == [1, 2])
    #expect(try Nabla(["classify", "5", "--in", "-1:1"]).status == 64)
  }

  @Test("a regular point shows its gradient")
  func regular() throws {
    #expect(try classify("x^2+3*x*y+y^2", "--at", "1,2").points.first?.gradient == [8, 7])
    let run = try Nabla(["classify", "x^2+3*x*y+y^2", "--at", "1,2"])
    #expect(run.output.contains("gradient"))
    #expect(run.output.contains("8  7"))
    #expect(run.output.contains("1 point: 1 regular"))
  }

  @Test("an undefined place is printed as such", arguments: ["log(x)", "1/(x+1)", "sqrt(x)"])
  func undefined(_ text: String) throws {
    let point = try #require(try classify(text, "--at", "-1").points.first)
    #expect(["regular", "undetermined"].contains(point.kind))
  }

  @Test("--refine finds the critical point nearby")
  func refine() throws {
    let document = try classify("x^3-3*x", "--at", "0.9", "--at", "x=-2", "--refine")
    #expect(document.points.map { $0.point[0].rounded() } == [1, -1])
    #expect(document.points.map(\.kind) == ["minimum", "maximum"])
    #expect(document.points.map(\.start) == [[0.9], [-2]])
    #expect(document.points.allSatisfy { $0.converged == true })
  }

  @Test("--refine without success: exit 1, and what was found is printed")
  func refineFails() throws {
    let document = try classify("exp(x)", "--at", "0", "--refine", status: 1)
    #expect(document.points.first?.kind == "regular")
    #expect(document.points.first?.converged == false)
    let run = try Nabla(["classify", "log(x)", "--at", "-1", "--refine"])
    #expect(run.status == 1)
    #expect(!run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }

  @Test("--refine at a degenerate point")
  func refineDegenerate() throws {
    let point = try #require(try classify("x^3-3*x*y^2", "--at", "0,0", "--refine").points.first)
    #expect(point.degenerate)
  }

  @Test("Himmelblau's function has nine critical points")
  func himmelblau() throws {
    let document = try classify("(x^2+y-11)^2+(x+y^2-7)^2", "--in", "x=-5:5,y=-5:5")
    #expect(document.box == [[-5, 5], [-5, 5]])
    #expect(document.complete == false)
    let kinds = document.points.map(\.kind)
    #expect(kinds.count == 9)
    #expect(kinds.count { $0 == "minimum" } == 4)
    #expect(kinds.count { $0 == "maximum" } == 1)
    #expect(kinds.count { $0 == "saddle" } == 4)
    let minimum = try #require(
      document.points.first { abs($0.point[0] - 3) < 1e-9 && abs($0.point[1] - 2) < 1e-9 })
    #expect(abs(minimum.eigenvalues[0].value - 25.715728752538098) < 1e-8)
    #expect(abs(minimum.eigenvalues[1].value - 82.284271247461902) < 1e-8)
  }

  @Test("the document for a box")
  func box() throws {
    let run = try Nabla(["classify", "-x^2", "--in", "-1:1", "--json"])
    #expect(
      try run.keys() == [
        "command", "expression", "variables", "box", "complete", "points", "nonIsolated", "unresolved",
        "statistics", "morseCount",
      ])
    #expect(try run.document(ClassifyDocument.self).points.map(\.kind) == ["maximum"])
  }

  @Test("--certify proves the list: exit 0, complete, certified points with enclosures")
  func certify() throws {
    let run = try Nabla(["classify", "x^4-3*x^2", "--in", "-3:3", "--certify", "--json"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let document = try run.document(ClassifyDocument.self)
    #expect(document.complete == true && document.unresolved == [])
    #expect(document.points.map(\.kind) == ["minimum", "minimum", "maximum"])
    for point in document.points {
      let enclosure = try #require(point.enclosure)[0]
      #expect(point.certified && enclosure[0] <= point.point[0] && point.point[0] <= enclosure[1])
    }
    let table = try Nabla(["classify", "x^4-3*x^2", "--in", "-3:3", "--certify"])
    #expect(table.output.contains("proven") && table.output.contains("The list is proven complete, after"))
  }

  @Test("what a proof leaves open: exit 1, the boxes, a note")
  func unresolved() throws {
    let run = try Nabla(["classify", "x^3-3*x*y^2", "--in", "-1:1", "--certify", "--json"])
    #expect(run.status == 1 && run.errors.contains("not proven complete"))
    let document = try run.document(ClassifyDocument.self)
    #expect(document.complete == false && document.unresolved?.count == 1)
    #expect(document.points.map(\.kind) == ["saddle"] && document.points.allSatisfy { !$0.certified })
    let table = try Nabla(["classify", "x^3-3*x*y^2", "--in", "-1:1", "--certify"])
    #expect(table.output.contains("Parts of the box that could not be decided:"))
  }

  @Test("--budget ends a proof with what it has", arguments: ["20", "1ms", "2e1"])
  func budget(_ limit: String) throws {
    let hard = "exp(sin(50*x))+sin(60*exp(y))+sin(70*sin(x))+sin(sin(80*y))-sin(10*(x+y))+(x^2+y^2)/4"
    let run = try Nabla(["classify", hard, "--in", "-0.3:0.3", "--certify", "--budget", limit])
    #expect(run.status == 1 && run.errors.contains("give a larger --budget"))
    #expect(run.output.contains("The list is not proven complete"))
  }

  @Test(
    "a budget is a time or a number", arguments: ["", "s", "-1s", "0", "1.5", "10h", "many", "nan", "1e30s"])
  func malformedBudget(_ limit: String) throws {
    let run = try Nabla(["classify", "x^2", "--in", "-1:1", "--certify", "--budget", limit])
    #expect(run.status == 64 && run.output.isEmpty && run.errors.contains("--budget"))
  }

  @Test("the table of a search says how many of each kind, and that nothing is proven")
  func table() throws {
    let run = try Nabla(["classify", "-x^2", "--in", "-1:1"])
    #expect(
      run.output.replacing(/\d+ starts/, with: "N starts") == """
        f(x) = -x^2

          x   f   |gradient|   eigenvalues   kind      index
          0   0            0   -2            maximum       1

        1 critical point: 1 maximum
        The list comes from N starts of Newton's method and is not proven complete.

        """)
  }

  @Test(
    "nothing of nan or inf is listed as a critical point",
    arguments: ["exp(1000*x)", "1/x", "log(x)", "abs(x)"])
  func noPoint(_ text: String) throws {
    #expect(try classify(text, "--in", "-1:1").points.isEmpty)
  }

  @Test("a constant function has no isolated critical points", arguments: ["x^0", "0*x", "y-y+2"])
  func constant(_ text: String) throws {
    #expect(try classify(text, "--in", "-1:1").points.isEmpty)
  }

  @Test("many variables")
  func manyVariables() throws {
    // A search has six seconds, beside all other tests: Hessians of more variables may take them.
    let count = 60
    let text = (1...count).map { "x\($0)^2" }.joined(separator: "+")
    let run = try Nabla(["classify", text, "--in", "-1:1"])
    #expect(run.status == 0)
    #expect(run.output.contains("1 critical point: 1 minimum"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count < 300 })
  }
}
