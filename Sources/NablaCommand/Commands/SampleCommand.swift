// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla sample`: draws from a density by Hamiltonian Monte Carlo.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw from the distribution of a log density by Hamiltonian Monte Carlo.",
    discussion: """
      The expression is the logarithm of a density, up to a constant.

      Examples:
        nabla sample "-x^2/2-(y-x)^2" --seed 1
        nabla sample "2*log(s)-3*s" --in s=0:inf --json
        nabla sample "-0.5*(x^2-1.6*x*y+y^2)" --from 0,0 --output draws.csv
        nabla sample "2*log(s)-3*s" --in s=0:inf --output draws.svg

      The table has the mean, its Monte Carlo standard error, the standard deviation, three quantiles, the \
      effective sample sizes of the bulk and the tails, and R-hat, which is below 1.01 where chains agree.

      --in bounds variables: the sampler then works in coordinates without bounds. Without --from each chain \
      starts at a random point. Equal seeds give equal draws.

      The exit status is 1 if the draws are not to be trusted, with the reasons on standard error. --output \
      writes the draws as .csv (with columns chain and draw) or .npy, [chains, draws, n], the document as .json, or \
      histograms of up to 8 variables as .svg; of one variable with its density.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "Where all chains start: x=1,y=2, or 1,2 in the order of the variables. By default at random.",
      valueName: "point"))
  var from: Text?

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Bounds of the variables: x=0:1,y=-inf:inf, or one range for every variable.", valueName: "box"))
  var box: Text?

  @Option(help: ArgumentHelp("The number of chains.", valueName: "count"))
  var chains: Text = Text(String(SamplingOptions().chains))

  @Option(help: ArgumentHelp("The transitions of each chain that tune it.", valueName: "count"))
  var warmup: Text = Text(String(SamplingOptions().warmup))

  @Option(help: ArgumentHelp("The draws of each chain.", valueName: "count"))
  var draws: Text = Text(String(SamplingOptions().draws))

  @Option(help: ArgumentHelp("The seed of the random numbers.", valueName: "count"))
  var seed: Text = Text(String(SamplingOptions().seed))

  @Option(
    help: ArgumentHelp(
      "The average acceptance to aim at, between 0 and 1: larger against divergences.", valueName: "number"))
  var targetAcceptance: Text = Text(String(SamplingOptions().targetAcceptance))

  @Option(
    help: ArgumentHelp(
      "The kinetic energy: diagonal, or dense for strongly correlated variables.", valueName: "name"))
  var metric: Text = Text(SamplingOptions().metric.rawValue)

  func run() throws {
    let file = try common.outputFile(formats: OutputFile.Format.allCases, reason: "")
    let formula = try common.formula()
    let f = try formula.scalarFunction(for: "sample")
    if file?.format == .svg, formula.variables.count > Self.histogramLimit {
      throw CommandError.usage(
        "--output: a picture shows the draws of up to \(Self.histogramLimit) variables, and this density has "
          + "\(formula.variables.count); write .csv or .npy")
    }
    let options = try options(variableCount: formula.variables.count)
    let start = try from.map { text throws(CommandError) in
      Tensor(try PointParsing.point(text.string, variables: formula.variables, option: "--from"))
    }
    let constraints = try constraints(formula.variables)
    let density = LogDensity(f, constraints: constraints)
    let result = Progress.track("sampling") { progress in
      var options = options
      options.report = { progress.proceeds(share: $0) }
      return Result { () throws(InferenceError) -> Draws in try density.sample(options, from: start) }
    }
    let draws: Draws
    switch result {
    case .success(let found): draws = found
    case .failure(.outsideConstraint(let name, let value, let constraint)):
      throw CommandError.usage("--from: \(name.elided()) is \(value); by --in it is \(constraint)")
    case .failure(let error):
      throw CommandError(status: .unsuccessful, message: error.description)
    }
    let report = SamplingReport(draws: draws, options: options) {
      Self.picture(of: draws, f, constraints, title: "log p = \(formula.title)")
    }
    try common.deliver(report, of: "sample", formula, to: file)
    let isInterrupted = draws.tensor.shape[1] < options.draws
    if isInterrupted {
      Console.warn("interrupted after \(draws.tensor.shape[1]) of \(options.draws) draws of each chain")
    }
    for warning in report.warnings { Console.warn(warning.description) }
    if isInterrupted || !report.warnings.isEmpty { throw ExitCode(ExitStatus.unsuccessful.rawValue) }
  }

  // MARK: The picture

  private static let histogramLimit = 8

  private static func picture(
    of draws: Draws, _ f: Function, _ constraints: [String: Constraint], title: String
  ) -> String {
    let variables = draws.variableNames.map { name in
      HistogramPlot.Variable(name: name, samples: draws[name], density: density(of: f, constraints, draws))
    }
    return HistogramPlot(variables, title: title).svg
  }

  /// The density of one variable, if its integral is found.
  private static func density(
    of f: Function, _ constraints: [String: Constraint], _ draws: Draws
  ) -> (@Sendable (Double) -> Double)? {
    guard f.variables.count == 1 else { return nil }
    let bounds =
      switch constraints[f.variableNames[0]] {
      case .above(let lower): (lower, Double.infinity)
      case .below(let upper): (-Double.infinity, upper)
      case .interval(let lower, let upper): (lower, upper)
      default: (-Double.infinity, Double.infinity)
      }
    // Near 1 where the draws are, whatever constant the logarithm has.
    let middle = f(draws.summary.rows[0].quantiles.median)
    guard let support = try? Box(lower: [bounds.0], upper: [bounds.1]), middle.isFinite else { return nil }
    let density = Density(logarithm: f.outputs[0] - Expr(middle), of: f.variables, support: support)
    let integral = density.normalization()
    guard integral.converged, integral.value > 0 else { return nil }
    let formula = Function(density.formula, of: density.variables)
    return { $0 >= bounds.0 && $0 <= bounds.1 ? formula($0) / integral.value : 0 }
  }

  /// How many numbers the draws may hold: 2 GiB of them.
  private static let largestCount = 1 << 28

  private func options(variableCount: Int) throws(CommandError) -> SamplingOptions {
    func positive(_ text: Text, _ option: String) throws(CommandError) -> Int {
      let count = try ConstantParsing.count(text.string, option)
      guard count > 0 else { throw .usage("\(option) is 0; there is one at least") }
      return count
    }
    let (chains, draws) = (try positive(chains, "--chains"), try positive(draws, "--draws"))
    let warmup = try ConstantParsing.count(warmup.string, "--warmup")
    let (numbers, isTooLarge) = chains.multipliedReportingOverflow(by: draws)
    guard !isTooLarge, numbers <= Self.largestCount / Swift.max(1, variableCount) else {
      throw .usage(
        "--chains times --draws times the number of variables is at most \(Self.largestCount), for memory")
    }
    let target = try ConstantParsing.number(targetAcceptance.string, "--target-acceptance")
    guard target > 0 && target < 1 else {
      throw .usage("--target-acceptance is \(target); it lies between 0 and 1")
    }
    guard let metric = SamplingMetric(rawValue: metric.string) else {
      throw .usage("--metric is \"\(metric.string.elided())\"; it is diagonal or dense")
    }
    return SamplingOptions(
      chains: chains, warmup: warmup, draws: draws,
      seed: UInt64(try ConstantParsing.count(seed.string, "--seed")), targetAcceptance: target, metric: metric
    )
  }

  private func constraints(_ variables: [String]) throws(CommandError) -> [String: Constraint] {
    guard let box else { return [:] }
    let bounds = try BoxParsing.bounds(box.string, variables: variables, option: "--in")
    var constraints: [String: Constraint] = [:]
    for (name, (lower, upper)) in zip(variables, zip(bounds.lower, bounds.upper)) {
      switch (lower.isFinite, upper.isFinite) {
      case (false, false): break
      case (true, false): constraints[name] = .above(lower)
      case (false, true): constraints[name] = .below(upper)
      case (true, true):
        guard lower < upper, (upper - lower).isFinite else {
          throw .usage(
            "--in: the range of \(name.elided()) is \(lower):\(upper), which has no width to draw from")
        }
        constraints[name] = .interval(lower, upper)
      }
    }
    return constraints
  }
}

private struct SamplingReport: Report {
  let draws: Draws
  let options: SamplingOptions
  let summary: DrawsSummary
  let warnings: [SamplingWarning]
  let draw: () -> String

  init(draws: Draws, options: SamplingOptions, draw: @escaping () -> String) {
    (self.draws, self.options, self.draw) = (draws, options, draw)
    summary = draws.summary
    warnings = draws.warnings
  }

  private var leapfrogs: Int { Int(draws.statistics?.leapfrogs.sum() ?? 0) }
  private var divergences: Int { draws.statistics?.divergences ?? 0 }

  var json: [(String, JSON)] {
    let rows = summary.rows.map { row -> JSON in
      .object([
        ("variable", .string(row.variable)), ("mean", .number(row.mean)),
        ("meanError", .number(row.meanError)),
        ("standardDeviation", .number(row.standardDeviation)),
        ("standardDeviationError", .number(row.standardDeviationError)),
        ("quantiles", .numbers([row.quantiles.lower, row.quantiles.median, row.quantiles.upper])),
        ("bulkEffectiveSampleSize", .number(row.bulkEffectiveSampleSize)),
        ("tailEffectiveSampleSize", .number(row.tailEffectiveSampleSize)), ("rHat", .number(row.rHat)),
      ])
    }
    return [
      ("chains", .integer(options.chains)), ("warmup", .integer(options.warmup)),
      ("draws", .integer(options.draws)), ("seed", .integer(Int(options.seed))), ("summary", .array(rows)),
      ("divergences", .integer(divergences)), ("gradientEvaluations", .integer(leapfrogs)),
      ("stepSizes", .numbers(draws.statistics?.stepSizes ?? [])), ("converged", .bool(warnings.isEmpty)),
      ("warnings", .strings(warnings.map(\.description))),
    ]
  }

  var lines: [String] {
    let rows = summary.rows
    var table = Table()
    table.add("variable", rows.map(\.variable))
    let columns: [(String, (DrawsSummary.Row) -> Double)] = [
      ("mean", \.mean), ("mcse", \.meanError), ("sd", \.standardDeviation), ("5 %", \.quantiles.lower),
      ("50 %", \.quantiles.median), ("95 %", \.quantiles.upper), ("ESS bulk", \.bulkEffectiveSampleSize),
      ("ESS tail", \.tailEffectiveSampleSize), ("R-hat", \.rHat),
    ]
    for (title, value) in columns { table.add(title, numbers: rows.map { fourDigits(value($0)) }) }
    return table.lines + [
      "",
      "\(counted(options.chains, "chains")) of \(counted(options.draws, "draws")) after \(options.warmup) of warm-up, "
        + "\(counted(leapfrogs, "gradients")), \(counted(divergences, "divergences")).",
    ]
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: ["chain", "draw"] + draws.variableNames)
    let (count, n) = (options.draws, draws.variableNames.count)
    let scalars = draws.tensor.scalars
    for row in 0..<options.chains * count {
      csv.append(
        [.integer(row / count), .integer(row % count)]
          + scalars[row * n..<(row + 1) * n].map(CSVDocument.Cell.number))
    }
    return csv
  }

  var array: NPYArray? { NPYArray(shape: draws.tensor.shape, scalars: draws.tensor.scalars) }
  var picture: String? { draw() }
}
