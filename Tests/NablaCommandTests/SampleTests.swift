// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct SampleTests {
  private struct SampleDocument: Decodable {
    struct Row: Decodable {
      let variable: String
      let mean: Double
      let meanError: Double
      let standardDeviation: Double
      let standardDeviationError: Double
      let quantiles: [Double]
      let bulkEffectiveSampleSize: Double
      let tailEffectiveSampleSize: Double
      let rHat: Double
    }

    let command: String
    let seed: Int
    let summary: [Row]
    let divergences: Int
    let stepSizes: [Double]
    let converged: Bool
    let warnings: [String]
  }

  @Test("the document")
  func document() throws {
    // A gamma distribution of shape 3 and rate 2.
    let arguments = ["sample", "2*log(s)-2*s", "--in", "s=0:inf", "--seed", "3", "--json"]
    let run = try Nabla(arguments)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      try run.keys() == [
        "command", "expression", "variables", "chains", "warmup", "draws", "seed", "summary", "divergences",
        "gradientEvaluations", "stepSizes", "converged", "warnings",
      ])
    let document = try run.document(SampleDocument.self)
    #expect(document.command == "sample" && document.seed == 3 && document.stepSizes.count == 4)
    #expect(document.converged && document.warnings.isEmpty && document.divergences == 0)
    let row = try #require(document.summary.first)
    // Five standard errors: once in 1.7 million, and the seed is fixed.
    #expect(abs(row.mean - 1.5) < 5 * row.meanError)
    #expect(abs(row.standardDeviation - 0.75.squareRoot()) < 5 * row.standardDeviationError)
    #expect(row.quantiles.count == 3 && row.quantiles == row.quantiles.sorted())
    #expect(row.rHat < 1.01 && row.bulkEffectiveSampleSize > 400 && row.tailEffectiveSampleSize > 400)
    // Equal seeds, equal draws.
    #expect(try Nabla(arguments, environment: ["NABLA_NUM_THREADS": "1"]).output == run.output)
  }

  @Test("draws go to files")
  func files() throws {
    let scratch = try Scratch()
    let path = scratch["draws.csv"].path
    let run = try Nabla([
      "sample", "-x^2/2-y^2/8", "--chains", "2", "--draws", "300", "--warmup", "150", "--output", path,
    ])
    #expect(run.output == "wrote \(path)\n")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 601 && lines[0] == "chain,draw,x,y")
    #expect(lines[1].hasPrefix("0,0,") && lines[600].hasPrefix("1,299,"))
  }

  @Test("the lines for people")
  func lines() throws {
    let run = try Nabla(["sample", "-x^2/2", "--seed", "1"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("f(x) = -x^2/2\n\n  variable "))
    #expect(
      run.output.contains("R-hat") && run.output.contains("4 chains of 1000 draws after 1000 of warm-up"))
  }

  @Test("draws that are not to be trusted: exit 1, and they are printed with the reasons")
  func warnings() throws {
    let run = try Nabla(["sample", "-x^2/2", "--draws", "20", "--json"])
    #expect(run.status == 1)
    #expect(run.errors.contains("warning: x: the draws are worth only"))
    #expect(try run.document(SampleDocument.self).warnings.count >= 1)
  }

  @Test(
    "densities that cannot be sampled: exit 1, and nothing is printed",
    arguments: [
      ("0*x", [], "does not decay"), ("log(x)", ["--from", "-1"], "nan at the start [-1.0]"),
      ("log(x-1e3)", [], "random starts"),
    ])
  func impossible(_ text: String, _ arguments: [String], _ message: String) throws {
    try expectError(["sample", text] + arguments, status: 1, saying: message)
  }

  @Test(
    "options that are wrong",
    arguments: [
      (["--chains", "0"], "--chains is 0"), (["--draws", "1e3"], "whole number"),
      (["--draws", "0"], "--draws is 0"), (["--warmup", "-1"], "0 or more"),
      (["--chains", "9000000000000000000", "--draws", "9"], "for memory"),
      (["--draws", "300000000"], "for memory"),
      (["--seed", "-1"], "0 or more"), (["--target-acceptance", "1"], "between 0 and 1"),
      (["--target-acceptance", "nan"], "not a number"), (["--metric", "round"], "diagonal or dense"),
      (["--in", "1:1"], "no width"), (["--in", "2:1"], "reversed"), (["--in", "-1e308:1e308"], "no width"),
      (["--in", "0:inf", "--from", "-1"], "--from: x is -1.0; by --in it is a number > 0.0"),
      (["--from", "1,2"], "2 coordinates"), (["--from", "inf"], "not finite"),
    ])
  func refused(_ arguments: [String], _ message: String) throws {
    try expectError(["sample", "-x^2"] + arguments, saying: message)
  }

  @Test("several outputs and constants are no density")
  func expressions() throws {
    try expectError(["sample", "x; y"], saying: "one expression")
    try expectError(["sample", "3"], saying: "no variables")
  }
}
