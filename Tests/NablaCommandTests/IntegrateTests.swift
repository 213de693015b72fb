// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct IntegrateTests {
  private struct Document: Decodable {
    let command: String
    let expression: String
    let variables: [String]
    let value: Number
    let errorEstimate: Number
    let evaluations: Int
    let converged: Bool
    let method: String
    let reason: String
  }

  /// A number of a document: NaN and the infinities are strings.
  private struct Number: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        value = number
      } else {
        value = Double(try container.decode(String.self)) ?? .nan
      }
    }
  }

  private func integrate(_ arguments: String..., status: Int32 = 0) throws -> Document {
    let run = try Nabla(["integrate"] + arguments + ["--json"])
    #expect(run.status == status, "\(arguments): \(run.errors)")
    return try run.document()
  }

  @Test func document() throws {
    let result = try integrate("exp(-x^2)", "--over", "x=-inf:inf")
    #expect(result.command == "integrate" && result.expression == "exp(-x^2)" && result.variables == ["x"])
    #expect(abs(result.value.value - Double.pi.squareRoot()) < 1e-12)
    #expect(result.converged && result.reason == "converged" && result.evaluations > 0)
    #expect(result.errorEstimate.value < 1e-9)
  }

  @Test func boundsAreFormulas() throws {
    #expect(abs(try integrate("sin(x)", "--over", "0:pi/2").value.value - 1) < 1e-14)
    #expect(abs(try integrate("exp(x)", "--over", "x=-inf:log(2)").value.value - 2) < 1e-9)
    #expect(abs(try integrate("-x^2", "--over", "-1:1").value.value + 2.0 / 3) < 1e-14)
  }

  @Test func reversedEmptyAndConstant() throws {
    #expect(abs(try integrate("x", "--over", "1:0").value.value + 0.5) < 1e-15)
    #expect(try integrate("1/x", "--over", "2:2").value.value == 0)
    #expect(try integrate("3", "--over", "x=0:2").value.value == 6)
    #expect(abs(try integrate("x*y^2", "--over", "x=0:1,y=2:0").value.value + 4.0 / 3) < 1e-13)
  }

  @Test func severalVariables() throws {
    let result = try integrate("x*y^2", "--over", "y=0:2,x=0:1")
    #expect(result.variables == ["x", "y"] && abs(result.value.value - 4.0 / 3) < 1e-13)
    #expect(abs(try integrate("exp(-x^2-y^2)", "--over", "-inf:inf").value.value - .pi) < 1e-9)
  }

  @Test func divergentAndUndefined() throws {
    let divergent = try integrate("1/x", "--over", "0:1", status: 1)
    #expect(!divergent.converged && divergent.reason == "divergent" && divergent.value.value == .infinity)
    #expect(try integrate("x/(1+x^2)", "--over", "-inf:inf", status: 1).value.value.isNaN)
    #expect(try integrate("log(x)", "--over", "-1:1", status: 1).reason == "undefinedIntegrand")
  }

  @Test func options() throws {
    let rough = try integrate("1/(0.001+x^2)", "--over", "-1:1", "--tolerance", "1e-3")
    let fine = try integrate("1/(0.001+x^2)", "--over", "-1:1", "--tolerance", "0")
    #expect(rough.evaluations < fine.evaluations && rough.converged && fine.converged)
    #expect(
      try integrate("exp(x)", "--over", "0:1", "--method", "double-exponential").method == "doubleExponential"
    )
    let limited = try integrate("cos(1e6*x^2)", "--over", "0:1", "--max-evaluations", "1000", status: 1)
    #expect(limited.reason == "evaluationLimit")
    #expect(try integrate("x", "--over", "0:1", "--break-points", "0.25,1/2").converged)
  }

  @Test func table() throws {
    let run = try Nabla(["integrate", "sin(x)", "--over", "x=0:pi"])
    #expect(run.status == 0 && run.output.contains("integral   2.0") && run.output.contains("Converged"))
    let failed = try Nabla(["integrate", "1/x", "--over", "x=0:1"])
    #expect(failed.status == 1 && failed.output.contains("inf") && failed.errors.contains("diverges"))
  }

  @Test func files() throws {
    let scratch = try Scratch()
    _ = try Nabla(["integrate", "x", "--over", "0:1", "--output", "i.csv"], directory: scratch.url)
    let lines = try scratch.text("i.csv").split(separator: "\n")
    #expect(lines[0] == "value,errorEstimate,evaluations,converged" && lines[1].hasPrefix("0.5,"))
  }

  @Test func malformed() throws {
    try expectError(["integrate", "x"], saying: "--over")
    try expectError(["integrate", "x*y", "--over", "x=0:1"], saying: "no value for y")
    try expectError(["integrate", "x", "--over", "x=0:1,z=0:1"], saying: "\"z\"", "no variable")
    try expectError(["integrate", "x", "--over", "x=0"], saying: "two bounds")
    try expectError(["integrate", "x", "--over", "x=:1"], saying: "missing a bound")
    try expectError(["integrate", "x", "--over", "x=0:y"], saying: "not a number")
    try expectError(["integrate", "x", "--over", "x=nan:1"], saying: "not a number")
    try expectError(["integrate", "x;x^2", "--over", "0:1"], saying: "one expression")
    try expectError(["integrate", "2", "--over", "0:1"], saying: "no variables")
    try expectError(["integrate", "x", "--over", "0:1", "--tolerance", "-1"], saying: "0 or more")
    try expectError(["integrate", "x", "--over", "0:1", "--tolerance", "nan"], saying: "not a number")
    try expectError(["integrate", "x", "--over", "0:1", "--method", "magic"], saying: "not known")
    try expectError(
      ["integrate", "x*y", "--over", "0:1", "--method", "gauss-kronrod"], saying: "one variable")
    try expectError(["integrate", "x*y", "--over", "0:1", "--break-points", "1"], saying: "one variable")
    try expectError(["integrate", "2x", "--over", "0:1"], saying: "2*x")
    let many = (1...70).map { "x\($0)" }.joined(separator: "+")
    try expectError(["integrate", many, "--over", "0:1"], saying: "variables")
  }
}
