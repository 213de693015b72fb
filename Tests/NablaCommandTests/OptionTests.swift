// SPDX-License-Identifier: Apache-2.0

import Testing

/// What is an option and what is an expression, a point or a range that begins with a minus.
@Suite struct OptionTests {
  private static let minuses: [(arguments: [String], value: Double)] = [
    (["-x", "--at", "2"], -2),
    (["-x^2", "--at", "-3"], -9),
    (["-sin(x)", "--at", "0.0"], 0),
    (["--at", "-3", "-x^2"], -9),
    (["--at=-3", "-x^2"], -9),
    (["--at", "x=-3", "-x^2"], -9),
    (["--at=x=-3", "-x^2"], -9),
    (["-x^2", "--at", "-pi+pi-3"], -9),
    (["-x+y", "--at", "-1,-2"], -1),
    (["--outputs", "value", "-x+y", "--at", "-1,-2"], -1),
    (["-h*x", "--at", "2,3"], -6),
    (["-(h)", "--at", "2"], -2),
    (["-version", "--at", "-2"], 2),
    (["-v", "--at", "-2"], 2),
    (["--(x)", "--at", "-2"], -2),
    (["--3^2+x", "--at", "-2"], 7),
    (["---x", "--at", "-2"], 2),
    (["-.5*x", "--at", "-.5e0"], 0.25),
    (["-1", "--variables", "x", "--at", "-2"], -1),
    ([" -x", "--at", " -2 "], 2),
    (["-x", "--at", "(-2)"], 2),
  ]

  @Test("a minus does not make an option", arguments: minuses)
  private func minus(_ it: (arguments: [String], value: Double)) throws {
    let run = try Nabla(["evaluate"] + it.arguments + ["--json"])
    let document = try run.document(EvaluateDocument<Number>.self)
    #expect(document.points.first?.value?.value == it.value, "\(run.errors)")
  }

  @Test("after -- everything is an expression")
  func terminator() throws {
    let run = try Nabla(["evaluate", "--json", "--at", "-2", "--", "-x"])
    #expect(try run.document(EvaluateDocument<Number>.self).points.first?.value == 2)
    let option = try Nabla(["evaluate", "--json", "--at", "-2", "--", "--x"])
    #expect(try option.document(EvaluateDocument<Number>.self).points.first?.value == -2)
  }

  @Test("the expression is reported as it was given")
  func asGiven() throws {
    let run = try Nabla(["evaluate", " -x ^ 2 ", "--at", "1", "--json"])
    #expect(try run.document(EvaluateDocument<Number>.self).expression == " -x ^ 2 ")
  }

  @Test("a range that begins with a minus")
  func range() throws {
    let run = try Nabla(["classify", "-x^2", "--in", "-1:1", "--json"])
    let document = try run.document(ClassifyDocument.self)
    #expect(document.box == [[-1, 1]])
    #expect(document.expression == "-x^2")
    #expect(document.points.map(\.kind) == ["maximum"])
  }

  @Test(
    "-h and --help are help everywhere",
    arguments: [
      ["-h"], ["--help"], ["classify", "-h"], ["classify", "--help"], ["evaluate", "-x", "-h"],
      ["differentiate", "--help"], ["minimize", "-h"], ["help", "classify"], ["help"],
    ])
  func help(_ arguments: [String]) throws {
    let run = try Nabla(arguments)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("USAGE: nabla"))
    #expect(run.output.contains("Examples:"))
  }

  @Test(
    "unknown options are errors",
    arguments: [
      ["classify", "x", "--foo"], ["classify", "--foo", "x"], ["evaluate", "x", "--at", "1", "--x"],
      ["evaluate", "x", "--at", "1", "--foo=3"], ["--foo"],
    ])
  func unknown(_ arguments: [String]) throws { try expectError(arguments, saying: "--") }

  @Test("without arguments: usage on standard error")
  func nothing() throws {
    let run = try Nabla([])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("USAGE: nabla"))
  }

  @Test("the version goes to standard output, the number alone on the first line, then what it runs on")
  func version() throws {
    let run = try Nabla(["--version"])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(
      run.output.wholeMatch(
        of: /\d+\.\d+\.\d+\nprocessor: .+\nkernels: (avx512|avx2|portable) .+\nBLAS: .+\n/)
        != nil)
  }

  @Test("an error message does not show the blank that hides a minus")
  func message() throws { try expectError(["evaluate", "x", "-y", "--at", "1"], saying: "'-y'") }
}
