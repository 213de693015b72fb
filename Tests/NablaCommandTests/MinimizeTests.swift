import Testing

@Suite struct MinimizeTests {
  private static let rosenbrock = "100*(y-x^2)^2+(1-x)^2"

  @Test("the document")
  func document() throws {
    let run = try Nabla(["minimize", Self.rosenbrock, "--from", "-1.2,1", "--json"])
    #expect(run.status == 0)
    #expect(
      try run.keys() == [
        "command", "expression", "variables", "point", "value", "gradientNorm", "iterations", "evaluations",
        "gradientEvaluations", "hessianEvaluations", "converged", "reason", "kind",
      ])
    let document = try run.document(MinimizeDocument.self)
    #expect(document.command == "minimize")
    #expect(abs(document.point[0] - 1) < 1e-9 && abs(document.point[1] - 1) < 1e-9)
    #expect(document.converged)
    #expect(document.kind == "minimum")
    #expect(document.iterations > 0 && document.evaluations > 0)
  }

  @Test("--trace lists the accepted points, the start first")
  func trace() throws {
    let run = try Nabla(["minimize", Self.rosenbrock, "--from", "y=1,x=-1.2", "--trace", "--json"])
    let document = try run.document(MinimizeDocument.self)
    let trace = try #require(document.trace)
    #expect(trace.first?.point == [-1.2, 1])
    #expect(trace.last?.point == document.point)
    #expect(trace.map(\.iteration) == Array(0...document.iterations))
    #expect(zip(trace, trace.dropFirst()).allSatisfy { $1.value <= $0.value })
  }

  @Test(
    "no minimum: exit 1, and what was found is printed", arguments: ["-x^2", "x", "exp(x)*0+log(x-5)"])
  func noMinimum(_ text: String) throws {
    let run = try Nabla(["minimize", text, "--from", "1", "--json"])
    #expect(run.status == 1)
    #expect(run.errors.contains("did not converge"))
    let document = try run.document(MinimizeDocument.self)
    #expect(!document.converged)
    #expect(document.kind != "minimum")
  }

  @Test(
    "methods that do not exist yet, bounds, starts",
    arguments: [
      (["--method", "adam", "--from", "1"], "adam is not available yet"),
      (["--method", "lbfgs", "--from", "1"], "lbfgs is not available yet"),
      (["--method", "foo", "--from", "1"], "\"foo\" is not known"),
      (["--in", "-1:1", "--from", "1"], "bounds are not available yet"), ([], "--from"),
      (["--from", "1", "--from", "2"], "2 times"), (["--from", "1,2"], "2 coordinates"),
      (["--from", "nan"], "not a number"), (["--from", "-inf"], "not finite"),
    ])
  func refused(_ arguments: [String], _ message: String) throws {
    try expectError(["minimize", "x^2"] + arguments, saying: message)
  }

  @Test("the lines for people")
  func lines() throws {
    let run = try Nabla(["minimize", "(x-1)^2+3", "--from", "-5", "--trace"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("f(x) = (x-1)^2+3\n\n  iteration    x    f   |gradient|\n"), "\(run.output)")
    #expect(run.output.contains("minimum"))
    #expect(run.output.contains("Converged after"))
  }

  @Test("the path in a file")
  func path() throws {
    let scratch = try Scratch()
    let run = try Nabla(
      ["minimize", "(x-1)^2", "--from", "3", "--trace", "--output", "p.csv"], directory: scratch.url)
    #expect(run.status == 0)
    #expect(try scratch.text("p.csv").hasPrefix("iteration,x,value,gradientNorm\n0,3.0,4.0,4.0\n"))
    let array = try Nabla(
      ["minimize", "(x-1)^2", "--from", "3", "--output", "p.npy"], directory: scratch.url)
    #expect(array.status == 0)
  }
}
