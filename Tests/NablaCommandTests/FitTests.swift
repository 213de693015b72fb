// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct FitTests {
  /// NIST's Misra1a (StRD): x, y.
  private static let misra = """
    x,y
    77.6,10.07
    114.9,14.73
    141.1,17.94
    190.8,23.93
    239.9,29.61
    289.0,35.18
    332.8,40.02
    378.4,44.82
    434.8,50.76
    477.3,55.05
    536.8,61.01
    593.1,66.40
    689.1,75.47
    760.0,81.78

    """
  private static let model = "b1*(1-exp(-b2*x))"

  private struct Document: Decodable {
    let command: String
    let expression: String
    let variables: [String]
    let parameters: [String: Number]
    let standardErrors: [String: Number]
    let residualSumOfSquares: Number
    let degreesOfFreedom: Int
    let iterations: Int
    let converged: Bool
    let reason: String
  }

  private func fit(_ arguments: [String], data: String) throws -> Nabla {
    let scratch = try Scratch()
    _ = try scratch.file("data.csv", data)
    return try Nabla(["fit"] + arguments, directory: scratch.url)
  }

  private func refused(
    _ arguments: [String], data: String, status: Int32, saying words: String...,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let run = try fit(arguments, data: data)
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    #expect(run.output.isEmpty && run.errors.hasPrefix("error: "), sourceLocation: location)
    #expect(run.errors.split(separator: "\n").count <= 3, sourceLocation: location)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location) }
  }

  @Test("the document, with NIST's certified values", arguments: ["b1=500,b2=0.0001", "250,0.0005"])
  func document(_ start: String) throws {
    let run = try fit(
      [Self.model, "--data", "data.csv", "--response", "y", "--start", start, "--json"], data: Self.misra)
    #expect(run.status == 0, "\(run.errors)")
    let keys = try run.keys()
    #expect(
      keys.isSuperset(of: [
        "command", "expression", "variables", "parameters", "standardErrors", "residualSumOfSquares",
        "degreesOfFreedom", "iterations", "converged", "reason",
      ]))
    let document = try run.document(Document.self)
    #expect(document.command == "fit" && document.converged && document.degreesOfFreedom == 12)
    #expect(abs(document.parameters["b1"]!.value / 2.3894212918E+02 - 1) < 1e-10)
    #expect(abs(document.parameters["b2"]!.value / 5.5015643181E-04 - 1) < 1e-10)
    #expect(abs(document.standardErrors["b1"]!.value / 2.7070075241 - 1) < 1e-9)
    #expect(abs(document.standardErrors["b2"]!.value / 7.2668688436E-06 - 1) < 1e-9)
    #expect(abs(document.residualSumOfSquares.value / 1.2455138894E-01 - 1) < 1e-10)
  }

  @Test("a response that is a formula, weights, a loss, bounds, methods")
  func variants() throws {
    let data = "x,y,s\n0,1,1\n1,2.718281828459045,1\n2,7.38905609893065,2\n3,20.085536923187668,1\n"
    for extra in [
      [], ["--sigma", "s"], ["--loss", "huber:1.5"], ["--loss", "tukey:3"], ["--in", "a=-1:1,b=0:inf"],
      ["--method", "gauss-newton"], ["--method", "dogleg"],
    ] {
      let run = try fit(
        ["a+b*x", "--data", "data.csv", "--response", "log(y)", "--start", "a=0.5,b=0", "--json"] + extra,
        data: data)
      #expect(run.status == 0, "\(extra): \(run.errors)")
      let document = try run.document(Document.self)
      #expect(
        abs(document.parameters["a"]!.value) < 1e-14 && abs(document.parameters["b"]!.value - 1) < 1e-14)
    }
    let bounded = try fit(
      [
        "a+b*x", "--data", "data.csv", "--response", "log(y)", "--start", "1,1", "--in", "a=0.5:2,b=-inf:inf",
      ],
      data: data)
    #expect(bounded.status == 0 && bounded.output.contains("On a bound: a."))
  }

  @Test("files that are wrong: one message, exit 65")
  func malformedFiles() throws {
    let base = [Self.model, "--data", "data.csv", "--response", "y", "--start", "b1=500,b2=1e-4"]
    try refused(base, data: "x,z\n1,2\n3,4\n", status: 65, saying: "data.csv", "\"y\"", "x, z")
    try refused(
      base, data: "x,y\n1,2\n3,many\n", status: 65, saying: "data.csv:3", "\"many\" is not a number")
    try refused(base, data: "", status: 65, saying: "data.csv is empty")
    try refused(base, data: "x,y\n1,2\nnan,4\n", status: 65, saying: "data.csv:3", "not finite")
    try refused(base, data: "x,y\n1,2\n3,inf\n", status: 65, saying: "not finite")
    try refused(base, data: "x,y\n1,2\n3\n", status: 65, saying: "data.csv:3", "1 field")
    try refused(base, data: "x,y\n1,2\n", status: 65, saying: "1 row", "2 parameters")
    try refused(base, data: "x,y\n", status: 65, saying: "0 rows")
    try refused(
      base + ["--sigma", "s"], data: "x,y,s\n1,2,1\n3,4,0\n", status: 65, saying: "row 2", "positive")
    try refused(
      [Self.model, "--data", "none.csv", "--response", "y", "--start", "1,1"], data: "", status: 66,
      saying: "none.csv")
  }

  @Test("command lines that are wrong: exit 64")
  func malformedCommandLines() throws {
    let data = Self.misra
    let base = [Self.model, "--data", "data.csv"]
    try refused(base + ["--start", "1,1"], data: data, status: 64, saying: "--response")
    try refused(base + ["--response", "y"], data: data, status: 64, saying: "--start")
    try refused(
      base + ["--response", "y", "--start", "b1=1"], data: data, status: 64, saying: "no value for b2")
    try refused(
      base + ["--response", "y", "--start", "b1=1,b2=2,b3=3"], data: data, status: 64, saying: "b3")
    try refused(base + ["--response", "y+", "--start", "1,1"], data: data, status: 64, saying: "--response")
    try refused(
      base + ["--response", "3", "--start", "1,1"], data: data, status: 64, saying: "names no column")
    try refused(
      base + ["--response", "y", "--start", "1,1", "--loss", "huber"], data: data, status: 64,
      saying: "huber:1.5")
    try refused(
      base + ["--response", "y", "--start", "1,1", "--loss", "foo:1"], data: data, status: 64,
      saying: "not known")
    try refused(
      base + ["--response", "y", "--start", "1,1", "--method", "lbfgs"], data: data, status: 64,
      saying: "not known")
    try refused(
      ["x+y", "--data", "data.csv", "--response", "y", "--start", "1"], data: data, status: 64,
      saying: "no parameters")
    try refused(
      ["b*y", "--data", "data.csv", "--response", "y", "--start", "1"], data: data, status: 64,
      saying: "response y itself")
  }

  @Test("a fit that does not converge prints what it has, and exits with 1")
  func notConverged() throws {
    let arguments = [Self.model, "--data", "data.csv", "--response", "y", "--start", "500,1e-4", "--json"]
    let run = try fit(arguments + ["--max-iterations", "1"], data: Self.misra)
    #expect(run.status == 1 && run.errors.contains("did not converge"))
    let document = try run.document(Document.self)
    #expect(!document.converged && document.reason == "iterationLimit")
    let undefined = try fit(
      ["log(a)*x", "--data", "data.csv", "--response", "y", "--start", "-1", "--json"], data: Self.misra)
    #expect(undefined.status == 1)
    #expect(try undefined.document(Document.self).reason == "nonFiniteStart")
  }

  @Test("the lines for people, and files")
  func lines() throws {
    let scratch = try Scratch()
    _ = try scratch.file("data.csv", Self.misra)
    let arguments = ["fit", Self.model, "--data", "data.csv", "--response", "y", "--start", "500,1e-4"]
    let run = try Nabla(arguments, directory: scratch.url)
    #expect(run.status == 0)
    #expect(run.output.contains("standard error") && run.output.contains("12 degrees of freedom"))
    #expect(try Nabla(arguments + ["--output", "fit.csv"], directory: scratch.url).status == 0)
    #expect(try scratch.text("fit.csv").hasPrefix("parameter,estimate,standardError\nb1,238.942129"))
  }
}
