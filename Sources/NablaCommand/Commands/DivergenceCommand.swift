// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla divergence`: how far two densities are from one another.
struct DivergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "divergence",
    abstract: "Compute Kullback-Leibler and Jensen-Shannon divergences of two densities.",
    discussion: """
      Examples:
        nabla divergence "normal(0, 1)" "normal(1, 2)"
        nabla divergence "gamma(2, 3)" "exponential(1)" --json
        nabla divergence "12*x*(1-x)^2" "1" --over x=0:1
        nabla divergence "exp(-x^4)" "normal(0, 1)" --over x=-inf:inf

      A density is a distribution: \(DistributionParsing.forms); a mixture of them such as \
      0.3*normal(0, 1) + 0.7*normal(4, 2); or a formula that is nowhere negative, which need not be normalised, \
      with its range by --over. To a distribution --over is a condition.

      In nats: KL(p, q) = E log(p(X)/q(X)) with X from p, which is infinite where q is 0 and p is not; KL(q, p); and the \
      Jensen-Shannon divergence, the mean of both to the mixture of p and q, at most log 2. Closed forms are used \
      where they are known, quadrature elsewhere.

      The exit status is 1 if a tolerance was not reached; what was found is printed with the reason.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("The other density, in the same forms.", valueName: "other density"))
  var other: Text

  @Option(help: ArgumentHelp("Where densities by formula are not 0: x=0:inf.", valueName: "ranges"))
  var over: Text?

  @Option(help: ArgumentHelp("The largest relative error accepted of integrals.", valueName: "number"))
  var tolerance: Text = Text("1e-10")

  func run() throws {
    let file = try common.outputFile()
    let arguments = [
      try DensityArgument(common.expression.string, option: "the first density"),
      try DensityArgument(other.string, option: "the second density"),
    ]
    let used = Formula(text: arguments[0].text, outputs: [], variables: [])
      .adding(arguments.flatMap(\.variables), orElse: "x").variables
    let variables =
      try common.variables.map { names throws(CommandError) in
        let named = try VariableNames.parse(names.string, option: "--variables")
        let missing = Set(arguments.flatMap(\.variables)).subtracting(named)
        if !missing.isEmpty {
          throw .usage("--variables does not name \(VariableNames.list(missing.sorted())), used by a density")
        }
        return named
      } ?? used
    let options = try IntegrationOptions(tolerance: tolerance)
    let (a, b) = (arguments[0], arguments[1])
    let p = try a.density(of: variables, over: over, option: "the first density")
    let q = try b.density(of: variables, over: over, option: "the second density")
    let report = Progress.show("integrating") {
      let closed = over == nil ? a.distribution.flatMap { a in b.distribution.map { (a, $0) } } : nil
      return DivergenceReport(
        other: b.text,
        forward: closed.map { $0.klDivergence(to: $1, options: options) }
          ?? p.klDivergence(to: q, options: options),
        reverse: closed.map { $1.klDivergence(to: $0, options: options) }
          ?? q.klDivergence(to: p, options: options),
        jensenShannon: p.jensenShannonDivergence(to: q, options: options))
    }
    let formula = Formula(text: a.text, outputs: [], variables: variables)
    try common.deliver(report, of: "divergence", formula, to: file, symbol: "p")
    if let failure = report.estimates.first(where: { !$0.estimate.converged }) {
      Console.warn("\(failure.name) did not converge: \(failure.estimate.reason.advice)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }
}

private struct DivergenceReport: Report {
  let other: String
  let forward: Estimate
  let reverse: Estimate
  let jensenShannon: Estimate

  var estimates: [(key: String, name: String, estimate: Estimate)] {
    [
      ("kullbackLeibler", "KL(p, q)", forward), ("reverseKullbackLeibler", "KL(q, p)", reverse),
      ("jensenShannon", "Jensen-Shannon", jensenShannon),
    ]
  }

  var json: [(String, JSON)] {
    [("other", .string(other))]
      + estimates.map { key, _, estimate in
        (
          key,
          .object([
            ("value", .number(estimate.value)), ("errorEstimate", .number(estimate.errorEstimate)),
            ("evaluations", .integer(estimate.evaluations)), ("converged", .bool(estimate.converged)),
            ("method", .string(estimate.method.rawValue)), ("reason", .string(estimate.reason.rawValue)),
          ])
        )
      }
  }

  var lines: [String] {
    var table = Table()
    table.add("", estimates.map(\.name))
    table.add("nats", numbers: estimates.map(\.estimate.value))
    table.add("error estimate", numbers: estimates.map(\.estimate.errorEstimate))
    table.add("by", estimates.map { $0.estimate.method == .closedForm ? "closed form" : "quadrature" })
    return ["q = \(other.oneLine().elided(to: 200))", ""] + table.lines
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: ["divergence", "value", "errorEstimate", "converged"])
    for (key, _, estimate) in estimates {
      csv.append([
        .text(key), .number(estimate.value), .number(estimate.errorEstimate),
        .integer(estimate.converged ? 1 : 0),
      ])
    }
    return csv
  }

  var array: NPYArray? { NPYArray(shape: [3], scalars: estimates.map(\.estimate.value)) }
}
