// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla expect`: the expectation and variance of a function under a density.
struct ExpectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "expect",
    abstract: "Compute the expectation and variance of a function of a random variable.",
    discussion: """
      Examples:
        nabla expect "x^2" --density "normal(0, 1)"
        nabla expect "where(x > 1, 1, 0)" --density "gamma(2, 0.5)"
        nabla expect "exp(x)" --density "0.3*normal(0, 1) + 0.7*normal(4, 2)"
        nabla expect "x^2" --density "exp(-x^4)" --over x=-inf:inf --json
        nabla expect "x*y" --density "exp(-x^2-y^2+x*y)" --over -inf:inf

      A density is a distribution: \(DistributionParsing.forms); a mixture of them; or a formula that is nowhere \
      negative, which need not be normalised, with its range by --over. With a distribution --over is a condition: \
      the expectation given that the variable lies there.

      The exit status is 1 if the tolerance was not reached, or there is no expectation; what was found is printed \
      with the reason.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("A distribution, or a density's formula up to a factor.", valueName: "density"))
  var density: Text?

  @Option(help: ArgumentHelp("Where the density is not 0: x=0:inf.", valueName: "ranges"))
  var over: Text?

  @Option(help: ArgumentHelp("The largest relative error accepted of integrals.", valueName: "number"))
  var tolerance: Text = Text("1e-10")

  func run() throws {
    let file = try common.outputFile()
    guard let density else {
      throw CommandError.usage(
        "the density is missing; give it by --density, as in --density \"normal(0, 1)\"")
    }
    let argument = try DensityArgument(density.string, option: "--density")
    let given = try common.formula()
    guard given.outputs.count == 1 else {
      throw CommandError.usage(
        "expect takes one expression; this one has \(given.outputs.count) outputs separated by \";\"")
    }
    let formula = given.adding(argument.variables, orElse: "x")
    let p = try argument.density(of: formula.variables, over: over, option: "--density")
    let options = try IntegrationOptions(tolerance: tolerance)
    let g = formula.outputs[0]
    let report = Progress.show("integrating") {
      ExpectationReport(
        density: argument.text, normalization: p.normalization(options: options),
        mean: p.expectation(of: g, options: options), variance: p.variance(of: g, options: options))
    }
    try common.deliver(report, of: "expect", formula, to: file)
    if report.normalization.value == 0 {
      Console.warn("the density is 0 on the whole range, or too small for a number: give another --over")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
    if let failure = report.estimates.first(where: { !$0.converged }) {
      Console.warn("the integration did not converge: \(failure.reason.advice)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }
}

private struct ExpectationReport: Report {
  let density: String
  let normalization: Estimate
  let mean: Estimate
  let variance: Estimate

  var estimates: [Estimate] { [normalization, mean, variance] }
  private var evaluations: Int { estimates.reduce(0) { $0 + $1.evaluations } }
  private var converged: Bool { estimates.allSatisfy(\.converged) }

  var json: [(String, JSON)] {
    [
      ("density", .string(density)), ("value", .number(mean.value)),
      ("errorEstimate", .number(mean.errorEstimate)), ("variance", .number(variance.value)),
      ("varianceErrorEstimate", .number(variance.errorEstimate)),
      ("normalization", .number(normalization.value)),
      ("normalizationErrorEstimate", .number(normalization.errorEstimate)),
      ("evaluations", .integer(evaluations)), ("converged", .bool(converged)),
      ("reason", .string((estimates.first { !$0.converged } ?? mean).reason.rawValue)),
    ]
  }

  var lines: [String] {
    let rows = [mean, variance, normalization]
    var table = Table()
    table.add("", ["expectation", "variance", "integral of the density"])
    table.add("value", numbers: rows.map(\.value))
    table.add("error estimate", numbers: rows.map(\.errorEstimate))
    return ["under \(density.oneLine().elided(to: 200))", ""] + table.lines
      + ["", "\(converged ? "Converged" : "Not converged"), \(counted(evaluations, "values"))."]
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: [
      "value", "errorEstimate", "variance", "varianceErrorEstimate", "converged",
    ])
    csv.append([
      .number(mean.value), .number(mean.errorEstimate), .number(variance.value),
      .number(variance.errorEstimate), .integer(converged ? 1 : 0),
    ])
    return csv
  }

  var array: NPYArray? { NPYArray(shape: [2], scalars: [mean.value, variance.value]) }
}
