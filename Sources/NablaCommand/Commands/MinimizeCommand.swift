import ArgumentParser
import Nabla

/// `nabla minimize`: a local minimum from a start.
struct MinimizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimize",
    abstract: "Find a local minimum from a start.",
    discussion: """
      Examples:
        nabla minimize "100*(y-x^2)^2+(1-x)^2" --from x=-1.2,y=1
        nabla minimize "exp(x)-2*x" --from 0 --json
        nabla minimize "x^4-x^2" --from 0.1 --trace --output path.csv

      Methods: newton (a trust region on exact second derivatives). The exit status is 1 if no minimum was \
      reached; the best point is printed with the reason. --output writes .json, .csv or .npy: with --trace \
      the accepted points, [K, n] as .npy, otherwise the last one, [n].
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("The start: x=1,y=2, or 1,2 in the order of the variables.", valueName: "point"))
  var from: [Text] = []

  @Option(help: "How to minimize.")
  var method: Text = Text("newton")

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("Bounds for the variables. No method takes them yet.", valueName: "box"))
  var box: Text?

  @Flag(help: "Give all accepted points, the start first.")
  var trace = false

  /// Those that are promised and do not exist yet.
  private static let futureMethods = [
    "trust-region", "lbfgs", "gradient-descent", "momentum", "nesterov", "adam", "newton-cg",
  ]

  func run() throws {
    let file = try common.outputFile()
    try checkMethod()
    let formula = try common.formula()
    let f = try formula.scalarFunction(for: "minimize")
    guard let start = from.first, from.count == 1 else {
      throw CommandError.usage(
        from.isEmpty
          ? "the start is missing; give it by --from"
          : "--from is given \(from.count) times; one start is used")
    }
    let point = try PointParsing.point(start.string, variables: formula.variables, option: "--from")
    var options = OptimizationOptions()
    options.keepsTrace = trace
    let result = Progress.show("minimizing") { [options] in minimize(f, from: point, options: options) }
    let report = MinimizationReport(
      variables: formula.variables, result: result,
      point: f.classify(at: Tensor(shape: [1, point.count], scalars: result.point)).first,
      hasTrace: trace)
    try common.deliver(report, of: "minimize", formula, to: file)
    if !result.converged {
      Console.warn("the minimization did not converge: \(result.reason.advice)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }

  private func checkMethod() throws(CommandError) {
    let name = method.string
    if Self.futureMethods.contains(name) {
      throw .usage("--method \(name) is not available yet; newton is")
    }
    if name != "newton" { throw .usage("--method \"\(name.elided())\" is not known; newton is") }
    if box != nil {
      throw .usage("--in: bounds are not available yet for --method newton; minimize without them")
    }
  }
}

private struct MinimizationReport: Report {
  let variables: [String]
  let result: OptimizationResult
  /// The classification of the last point.
  let point: CriticalPoint?
  let hasTrace: Bool

  /// Where the run converged the gradient vanishes to the tolerance asked for, though perhaps not to the
  /// last digit (a quartic minimum): that is not called regular.
  private var kind: String {
    let isDecided = point.map { $0.kind != .regular || !result.converged } ?? false
    return (isDecided ? point?.kind : nil)?.rawValue ?? CriticalPoint.Kind.undetermined.rawValue
  }

  var json: [(String, JSON)] {
    var entries: [(String, JSON)] = [
      ("point", .numbers(result.point)), ("value", .number(result.value)),
      ("gradientNorm", .number(result.gradientNorm)), ("iterations", .integer(result.iterations)),
      ("evaluations", .integer(result.evaluations.values)),
      ("gradientEvaluations", .integer(result.evaluations.gradients)),
      ("hessianEvaluations", .integer(result.evaluations.hessians)),
      ("converged", .bool(result.converged)), ("reason", .string(result.reason.rawValue)),
      ("kind", .string(kind)),
    ]
    if hasTrace {
      let steps = result.trace.map { state -> JSON in
        .object([
          ("iteration", .integer(state.iteration)), ("point", .numbers(state.point)),
          ("value", .number(state.value)), ("gradientNorm", .number(state.gradientNorm)),
        ])
      }
      entries.append(("trace", .array(steps)))
    }
    return entries
  }

  var lines: [String] {
    var trace: [String] = []
    if hasTrace {
      var table = Table()
      table.add("iteration", result.trace.map { String($0.iteration) }, .right)
      table.add("", vectors: result.trace.map(\.point), titles: variables)
      table.add("f", numbers: result.trace.map(\.value))
      table.add("|gradient|", numbers: result.trace.map(\.gradientNorm))
      trace = table.lines + [""]
    }
    var table = Table()
    table.add("", vectors: [result.point], titles: variables)
    table.add("f", numbers: [result.value])
    table.add("|gradient|", numbers: [result.gradientNorm])
    table.add("kind", [kind])
    let counts = result.evaluations
    return trace + table.lines + [
      "",
      "\(result.converged ? "Converged" : "Not converged") after \(counted(result.iterations, "iterations")): "
        + "\(result.reason.advice).",
      "Evaluations: \(counts.values) of the value, \(counts.gradients) of the gradient, \(counts.hessians) of the Hessian.",
    ]
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: (hasTrace ? ["iteration"] : []) + variables + ["value", "gradientNorm"])
    if hasTrace {
      for state in result.trace {
        csv.append(
          [.integer(state.iteration)]
            + (state.point + [state.value, state.gradientNorm]).map(CSVDocument.Cell.number))
      }
    } else {
      csv.append((result.point + [result.value, result.gradientNorm]).map(CSVDocument.Cell.number))
    }
    return csv
  }

  var array: NPYArray? {
    hasTrace
      ? NPYArray(shape: [result.trace.count, variables.count], scalars: result.trace.flatMap(\.point))
      : NPYArray(shape: [variables.count], scalars: result.point)
  }
}
