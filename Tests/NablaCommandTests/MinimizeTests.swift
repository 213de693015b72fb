// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct MinimizeTests {
  private static let rosenbrock = "100*(y-x^2)^2+(1-x)^2"

  @Test("the document")
  func document() throws {
    let run = try Nabla(["minimize", Self.rosenbrock, "--from", "-1.2,1", "--json"])
    #expect(run.status == 0)
    #expect(
      try run.keys() == [
        "command", "expression", "variables", "method", "point", "value", "gradientNorm", "iterations",
        "evaluations", "gradientEvaluations", "hessianEvaluations", "productEvaluations", "converged",
        "reason",
        "kind", "activeBounds",
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

  @Test("beside a flat inflection or saddle: exit 1", arguments: ["x^5", "x^3", "(x-1)^5", "x+sin(x)"])
  func flatInflection(_ text: String) throws {
    let run = try Nabla(["minimize", text, "--from", "2", "--json"])
    #expect(run.status == 1)
    let document = try run.document(MinimizeDocument.self)
    #expect(!document.converged && document.kind == "inflection" && document.reason == "saddlePoint")
    let table = try Nabla(["minimize", text, "--from", "2", "--method", "newton,trust-region"])
    #expect(table.status == 1 && table.output.contains("not converged: saddlePoint"))
    let quartic = try Nabla(["minimize", "x^4", "--from", "2", "--json"])
    #expect(quartic.status == 0)
    #expect(try quartic.document(MinimizeDocument.self).kind == "minimum")
  }

  @Test(
    "methods, rates, bounds and starts that are wrong",
    arguments: [
      (["--method", "foo", "--from", "1"], "\"foo\" is not known"),
      (["--method", "adam,,lbfgs", "--from", "1"], "\"\" is not known"),
      (["--method", "adam,adam", "--from", "1"], "adam twice"),
      (["--method", "adam", "--rate", "-1", "--from", "1"], "a learning rate is positive"),
      (["--method", "newton", "--rate", "0.1", "--from", "1"], "--rate is for"),
      (["--max-iterations", "-1", "--from", "1"], "0 or more"),
      (["--in", "1:-1", "--from", "1"], "reversed"), (["--in", "inf:inf", "--from", "1"], "holds no number"),
      ([], "--from"),
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

  @Test(
    "every method finds the bottom of a bowl",
    arguments: [
      "newton", "trust-region", "lbfgs", "gradient-descent", "momentum", "nesterov", "adam", "newton-cg",
      "bfgs",
      "conjugate-gradients", "dogleg", "steihaug",
    ])
  func methods(_ method: String) throws {
    let run = try Nabla(["minimize", "(x-3)^2+(y+1)^2", "--from", "0,0", "--method", method, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let document = try run.document(MinimizeDocument.self)
    #expect(abs(document.point[0] - 3) < 1e-9 && abs(document.point[1] + 1) < 1e-9)
    #expect(document.kind == "minimum" && document.converged)
  }

  @Test("bounds, one of them active, the other infinite")
  func bounds() throws {
    let run = try Nabla([
      "minimize", "(x-3)^2+(y+1)^2", "--from", "0,0", "--in", "x=0:2,y=-inf:inf", "--json",
    ])
    #expect(run.status == 0)
    let document = try run.document(MinimizeDocument.self)
    #expect(document.point == [2, -1] && document.kind == "minimum" && document.activeBounds == ["x"])
  }

  @Test("several methods are compared; it is enough that one converges")
  func comparison() throws {
    let run = try Nabla([
      "minimize", Self.rosenbrock, "--from", "-1.2,1", "--method", "gradient-descent,lbfgs,newton", "--rate",
      "1e-9", "--trace", "--json",
    ])
    #expect(run.status == 0 && run.errors.contains("gradient-descent: the minimization did not converge"))
    let document = try run.document(MinimizeDocument.self)
    let methods = try #require(document.methods)
    #expect(methods.map(\.method) == ["gradient-descent", "lbfgs", "newton"])
    #expect(methods.map(\.converged) == [false, true, true])
    #expect(methods.allSatisfy { $0.trace.count == $0.iterations + 1 })
    let table = try Nabla(["minimize", "x^4+y^2", "--from", "1,1", "--method", "lbfgs,newton"])
    #expect(table.status == 0 && table.output.contains("lbfgs") && table.output.contains("order"))
  }

  @Test("a rate that is too large diverges, and that is said")
  func diverging() throws {
    let run = try Nabla(["minimize", "x^2", "--from", "1", "--method", "gradient-descent", "--rate", "1.1"])
    #expect(run.status == 1 && run.errors.contains("smaller learning rate"))
  }
}
