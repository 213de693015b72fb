// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla minimize`: a local minimum from a start, by one method or by several side by side.
struct MinimizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimize",
    abstract: "Find a local minimum from a start.",
    discussion: """
      Examples:
        nabla minimize "100*(y-x^2)^2+(1-x)^2" --from x=-1.2,y=1
        nabla minimize "exp(x)-2*x" --from 0 --json
        nabla minimize "(x-3)^2+(y+1)^2" --from 0,0 --in x=0:2,y=-inf:inf
        nabla minimize "x^4-3*x^2+x" --from 2 --method gradient-descent --rate 0.01
        nabla minimize "x^4+y^2" --from 1,1 --method gradient-descent,lbfgs,newton
        nabla minimize "x^4-x^2" --from 0.1 --trace --output path.csv
        nabla minimize "x^4+y^2" --from 1,1 --method adam,newton --output steps.svg

      Methods: trust-region (Newton's method in a trust region), dogleg and steihaug (the same with other \
      steps), newton (with a line search), newton-cg, bfgs, lbfgs, conjugate-gradients, gradient-descent, \
      momentum, nesterov, adagrad, rmsprop, adam. Several, separated by commas, are compared in a table, with \
      the order of convergence that their paths show. Those from gradient-descent on take --rate; without it \
      gradient-descent searches along the line, and the others choose a rate and reduce it.

      The exit status is 1 if no minimum was reached; the best point is printed with the reason. --output \
      writes .json, .csv or .npy: with --trace the accepted points, [K, n] as .npy, otherwise the last one, [n]; \
      or .svg, a picture of the convergence.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("The start: x=1,y=2, or 1,2 in the order of the variables.", valueName: "point"))
  var from: [Text] = []

  @Option(help: ArgumentHelp("How to minimize; several methods are compared.", valueName: "names"))
  var method: Text = Text("trust-region")

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Bounds: x=0:1,y=-inf:2, or one range for every variable. The start is moved inside.", valueName: "box")
  )
  var box: Text?

  @Option(help: ArgumentHelp("The learning rate of methods that take one.", valueName: "number"))
  var rate: Text?

  @Option(help: ArgumentHelp("The largest number of steps.", valueName: "count"))
  var maxIterations: Text = Text(String(OptimizationOptions().maxIterations))

  @Flag(help: "Give all accepted points, the start first.")
  var trace = false

  func run() throws {
    let file = try common.outputFile(formats: OutputFile.Format.allCases, reason: "")
    let methods = try MethodList.parse(method.string, rate: rate?.string)
    let limit = try ConstantParsing.count(maxIterations.string, "--max-iterations")
    let formula = try common.formula()
    let f = try formula.scalarFunction(for: "minimize")
    guard let start = from.first, from.count == 1 else {
      throw CommandError.usage(
        from.isEmpty
          ? "the start is missing; give it by --from"
          : "--from is given \(from.count) times; one start is used")
    }
    let point = try PointParsing.point(start.string, variables: formula.variables, option: "--from")
    let bounds = try box.map { text throws(CommandError) in
      try BoxParsing.bounds(text.string, variables: formula.variables, option: "--in")
    }
    var options = OptimizationOptions()
    options.keepsTrace = trace || file?.format == .svg
    options.maxIterations = limit
    let comparison = Progress.track("minimizing") { [options] progress in
      var options = options
      options.callback = { _ in progress.proceeds() }
      return methods.count > 1
        ? compareMethods(f, from: point, within: bounds, methods: methods, options: options)
        : MethodComparison(
          rows: methods.map {
            .init(
              method: $0.name,
              result: minimize(f, from: point, within: bounds, method: $0, options: options))
          })
    }
    let runs = comparison.rows.map { row in
      MinimizationRun(row: row, point: Self.classify(row.result, f))
    }
    let report = MinimizationReport(
      variables: formula.variables, runs: runs, hasTrace: trace, title: "f = \(formula.title)")
    try common.deliver(report, of: "minimize", formula, to: file)
    for run in runs where !run.converged {
      let name = runs.count > 1 ? "\(run.row.method): " : ""
      Console.warn("\(name)the minimization did not converge: \(run.reason.explanation)")
    }
    if !runs.contains(where: \.converged) {
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }

  /// What the end of a run is. A minimisation of x⁵ stops beside 0, where the gradient is as small as was asked for:
  /// the critical point that is meant is a little farther.
  private static func classify(_ result: OptimizationResult, _ f: Function) -> CriticalPoint? {
    let n = result.point.count
    let point = f.classify(at: Tensor(shape: [1, n], scalars: result.point)).first
    guard point?.kind == .regular && result.converged && result.activeBounds.isEmpty else { return point }
    let near = stationaryPoints(of: f, from: Tensor(shape: [1, n], scalars: result.point))[0]
    let size = result.point.reduce(1) { max($0, abs($1)) }
    guard near.reason == .converged || near.reason == .singular,
      zip(near.point, result.point).allSatisfy({ abs($0 - $1) <= 0.01 * size })
    else {
      return point
    }
    return f.classify(at: Tensor(shape: [1, n], scalars: near.point)).first
  }
}

/// One method's run.
private struct MinimizationRun {
  let row: MethodComparison.Row
  /// The classification of the last point.
  let point: CriticalPoint?

  var result: OptimizationResult { row.result }

  /// Whether the run ended where higher derivatives show that it is no minimum, as at 0 of x³.
  private var isElsewhere: Bool {
    result.converged && result.activeBounds.isEmpty
      && [.saddle, .inflection, .maximum].contains(point?.kind)
  }
  var converged: Bool { result.converged && !isElsewhere }
  var reason: StoppingReason { isElsewhere ? .saddlePoint : result.reason }

  /// Where the run converged the gradient vanishes to the tolerance asked for, though perhaps not to the
  /// last digit (a quartic minimum): that is not called regular. On a bound it need not vanish at all.
  var kind: String {
    if let point, point.kind != .regular, result.activeBounds.isEmpty { return point.kind.rawValue }
    let isMinimum = result.converged && result.classification == .minimum
    return (isMinimum ? CriticalPoint.Kind.minimum : .undetermined).rawValue
  }

  var json: [(String, JSON)] {
    [
      ("point", .numbers(result.point)), ("value", .number(result.value)),
      ("gradientNorm", .number(result.gradientNorm)), ("iterations", .integer(result.iterations)),
      ("evaluations", .integer(result.evaluations.values)),
      ("gradientEvaluations", .integer(result.evaluations.gradients)),
      ("hessianEvaluations", .integer(result.evaluations.hessians)),
      ("productEvaluations", .integer(result.evaluations.products)),
      ("converged", .bool(converged)), ("reason", .string(reason.rawValue)),
      ("kind", .string(kind)),
    ]
  }

  var trace: JSON {
    .array(
      result.trace.map { state -> JSON in
        .object([
          ("iteration", .integer(state.iteration)), ("point", .numbers(state.point)),
          ("value", .number(state.value)), ("gradientNorm", .number(state.gradientNorm)),
        ])
      })
  }

  func traceLines(_ variables: [String]) -> [String] {
    var table = Table()
    table.add("iteration", result.trace.map { String($0.iteration) }, .right)
    table.add("", vectors: result.trace.map(\.point), titles: variables)
    table.add("f", numbers: result.trace.map(\.value))
    table.add("|gradient|", numbers: result.trace.map(\.gradientNorm))
    return table.lines + [""]
  }
}

private struct MinimizationReport: Report {
  let variables: [String]
  /// One, or several for a comparison.
  let runs: [MinimizationRun]
  let hasTrace: Bool
  let title: String

  private var isComparison: Bool { runs.count > 1 }

  private func activeBounds(_ result: OptimizationResult) -> [String] {
    result.activeBounds.map { variables[$0.variable] }
  }

  private func entries(_ run: MinimizationRun) -> [(String, JSON)] {
    run.json + [("activeBounds", .strings(activeBounds(run.result)))]
      + (hasTrace ? [("trace", run.trace)] : [])
  }

  var json: [(String, JSON)] {
    guard isComparison else { return [("method", .string(runs[0].row.method))] + entries(runs[0]) }
    // The best run's entries stand where those of a single one do.
    let best = runs.min { Self.order($0) < Self.order($1) }!
    let list = runs.map { run -> JSON in
      .object(
        [("method", .string(run.row.method))] + entries(run) + [
          ("seconds", .number(Self.seconds(run.result.elapsed))),
          ("convergenceOrder", run.row.convergenceOrder.map(JSON.number) ?? .null),
        ])
    }
    return [("method", .string(best.row.method))] + entries(best) + [("methods", .array(list))]
  }

  /// Converged before not, then by value.
  private static func order(_ run: MinimizationRun) -> (Int, Double) {
    (run.converged ? 0 : 1, run.result.value.isNaN ? .infinity : run.result.value)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
  }

  var lines: [String] { isComparison ? comparisonLines : runLines }

  private var comparisonLines: [String] {
    var traces: [String] = []
    if hasTrace {
      for run in runs { traces += ["\(run.row.method):"] + run.traceLines(variables) }
    }
    var table = Table()
    let results = runs.map(\.result)
    table.add("method", runs.map(\.row.method))
    table.add("steps", results.map { String($0.iterations) }, .right)
    table.add("f", results.map { String($0.evaluations.values) }, .right)
    table.add("g", results.map { String($0.evaluations.gradients) }, .right)
    table.add("H", results.map { String($0.evaluations.hessians) }, .right)
    table.add("Hv", results.map { String($0.evaluations.products) }, .right)
    table.add("ms", numbers: results.map { (Self.seconds($0.elapsed) * 1e6).rounded() / 1e3 })
    table.add("", vectors: results.map(\.point), titles: variables)
    table.add("value", numbers: results.map(\.value))
    table.add("|gradient|", numbers: results.map(\.gradientNorm))
    table.add(
      "order", runs.map { $0.row.convergenceOrder.map { Table.format(($0 * 10).rounded() / 10) } ?? "-" })
    table.add(
      "end", runs.map { $0.converged ? $0.reason.rawValue : "not converged: \($0.reason.rawValue)" })
    return traces + table.lines + [
      "", "f, g, H, Hv: evaluations of values, gradients, Hessians and products with them.",
      "order: of convergence, as the last steps show it (1 linear, 2 quadratic).",
    ]
  }

  private var runLines: [String] {
    let (run, result) = (runs[0], runs[0].result)
    var table = Table()
    table.add("", vectors: [result.point], titles: variables)
    table.add("f", numbers: [result.value])
    table.add("|gradient|", numbers: [result.gradientNorm])
    table.add("kind", [run.kind])
    let counts = result.evaluations
    let active = activeBounds(result)
    return (hasTrace ? run.traceLines(variables) : []) + table.lines + [
      "",
      "\(run.converged ? "Converged" : "Not converged") after \(counted(result.iterations, "iterations")): "
        + "\(run.reason.explanation).",
    ] + (active.isEmpty ? [] : ["On a bound: \(VariableNames.list(active))."]) + [
      "Evaluations: \(counts.values) of the value, \(counts.gradients) of the gradient, \(counts.hessians) of the Hessian"
        + (counts.products > 0 ? ", \(counts.products) products with it." : ".")
    ]
  }

  var csv: CSVDocument {
    let head = (isComparison ? ["method"] : []) + (hasTrace ? ["iteration"] : []) + variables
    var csv = CSVDocument(header: head + ["value", "gradientNorm"])
    for run in runs {
      let name: [CSVDocument.Cell] = isComparison ? [.text(run.row.method)] : []
      if hasTrace {
        for state in run.result.trace {
          csv.append(
            name + [.integer(state.iteration)]
              + (state.point + [state.value, state.gradientNorm]).map(CSVDocument.Cell.number))
        }
      } else {
        csv.append(
          name
            + (run.result.point + [run.result.value, run.result.gradientNorm]).map(CSVDocument.Cell.number))
      }
    }
    return csv
  }

  var picture: String? {
    ConvergencePlot(runs.map { ($0.row.method, $0.result.trace) }, title: title).svg
  }

  var array: NPYArray? {
    if isComparison && hasTrace { return nil }
    if isComparison {
      return NPYArray(shape: [runs.count, variables.count], scalars: runs.flatMap(\.result.point))
    }
    let result = runs[0].result
    return hasTrace
      ? NPYArray(shape: [result.trace.count, variables.count], scalars: result.trace.flatMap(\.point))
      : NPYArray(shape: [variables.count], scalars: result.point)
  }
}
