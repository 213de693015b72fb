// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla classify`: which points are minima, maxima and saddles.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Classify points, or find and classify the critical points in a box.",
    discussion: """
      Examples:
        nabla classify "x^2-y^2" --at 0,0
        nabla classify "x^3-3*x" --at x=0.9 --at x=-2 --refine
        nabla classify "(x^2+y-11)^2+(x+y^2-7)^2" --in x=-5:5,y=-5:5
        nabla classify -x^2 --in -1:1 --json
        nabla classify "x^2+cos(3*x)*y^2" --in -3:3 --certify --budget 60s
        nabla classify "x^4-3*x^2+y^2" --in -2:2 --output points.svg
        nabla classify "x*y*exp(-x^2-y^2)" --points starts.csv --refine

      A point is a minimum, a maximum, a saddle, an inflection (one variable), undetermined, or regular \
      where the gradient does not vanish. Its index is the number of negative eigenvalues of the Hessian. \
      It is degenerate where an eigenvalue is zero to within its rounding error. Critical points that are \
      not isolated (lines, surfaces) are listed apart.

      --certify proves by interval arithmetic which critical points exist, that each is unique in its \
      enclosure and of its kind, and that the box holds no others. Decimal constants stand for themselves, \
      not for the nearest double. Parts of the box that cannot be decided are listed.

      The exit status is 1 if Newton's method does not converge from some point (--refine), the search \
      ends at a limit (--in), or the list is not proven complete (--certify); what was found is printed. \
      --output writes .json, .csv, or the points as .npy, of shape [N, n]; with --in, for one or two \
      variables, also a picture with the points, .svg.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var points: PointOptions

  @Flag(help: "Run Newton's method from each point first, to the critical point nearby.")
  var refine = false

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Find the critical points in a box: x=-5:5,y=0:1, or -5:5,0:1 in the order of the variables, or one "
        + "range for every variable. The bounds belong to the box, and may be -inf and inf.",
      valueName: "box"))
  var box: Text?

  @Flag(help: "With --in, prove the list complete, and each point's place and kind.")
  var certify = false

  @Option(
    help: ArgumentHelp(
      "How far a proof may go: a time (30s, 500ms, 2min), or a number of boxes. The default is 10s.",
      valueName: "limit"))
  var budget: Text?

  func run() throws {
    let file =
      box == nil
      ? try common.outputFile() : try common.outputFile(formats: OutputFile.Format.allCases, reason: "")
    try checkModes()
    try points.check(common)
    let formula = try common.formula(named: box ?? points.at.first)
    let f = try formula.scalarFunction(for: "classify")
    if let box {
      try search(f, formula, box.string, file)
    } else {
      try classify(f, formula, file)
    }
  }

  private func checkModes() throws(CommandError) {
    if box == nil && points.isEmpty {
      throw .usage("what to classify is missing; give points by --at or --points, or a box by --in")
    }
    if budget != nil && !certify { throw .usage("--budget limits a proof; it needs --certify") }
    if box == nil && certify { throw .usage("--certify proves a search complete; it needs a box, --in") }
    if box != nil && !points.isEmpty {
      throw .usage("--in searches a box, --at and --points classify points; give one or the other")
    }
    if box != nil && refine {
      throw .usage("--refine starts from points; it needs --at or --points, not --in")
    }
  }

  // MARK: Given points

  private func classify(_ f: Function, _ formula: Formula, _ file: OutputFile?) throws {
    let given = try points.tensor(for: formula)
    let n = formula.variables.count
    let starts = given.scalars
    var ends: [StationaryPoint] = []
    var classified: [CriticalPoint] = []
    // In parts, because all Hessians at once might not fit into the memory.
    let step = max(1, (1 << 22) / (n * n))
    Progress.show("classifying") {
      for start in stride(from: 0, to: given.shape[0], by: step) {
        let end = min(start + step, given.shape[0])
        var part = Tensor<Double>(shape: [end - start, n], scalars: Array(starts[start * n..<end * n]))
        if refine {
          let refined = stationaryPoints(of: f, from: part)
          part = Tensor(shape: [refined.count, n], scalars: refined.flatMap(\.point))
          ends += refined
        }
        classified += f.classify(at: part)
      }
    }
    let report = PointReport(
      variables: formula.variables, points: classified,
      refinements: refine
        ? zip(ends, classified).enumerated().map { index, pair in
          Refinement(start: Array(starts[index * n..<(index + 1) * n]), end: pair.0, kind: pair.1.kind)
        } : nil)
    try common.deliver(report, of: "classify", formula, to: file)
    let failures = (report.refinements ?? []).filter { !$0.succeeded }
    if !failures.isEmpty {
      Console.warn("Newton's method did not converge from \(failures.count) of \(classified.count) points")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }

  // MARK: A box

  /// The most variables of a search: its time and memory grow with the cube of their number.
  private static let searchLimit = 256

  private func search(_ f: Function, _ formula: Formula, _ text: String, _ file: OutputFile?) throws {
    if formula.variables.count > Self.searchLimit {
      throw CommandError.usage(
        "--in searches boxes of up to \(Self.searchLimit) variables, and this function has "
          + "\(formula.variables.count); --refine starts from points of your choice")
    }
    let box = try BoxParsing.box(text, variables: formula.variables, option: "--in")
    if file?.format == .svg { try PlotCommand.checkDrawable(box, formula, option: "--output") }
    var options = CriticalPointSearchOptions()
    if let budget { options.certification = try BudgetParsing.limits(budget.string) }
    let found = Progress.track(certify ? "proving" : "searching") { [options] progress in
      var options = options
      options.report = { progress.proceeds(share: $0.decidedVolume) }
      return f.criticalPoints(in: box, certify: certify, options: options)
    }
    let report = SearchReport(variables: formula.variables, result: found) {
      FunctionPlot(f, in: box, title: "f = \(formula.title)", points: found.points).svg
    }
    try common.deliver(report, of: "classify", formula, to: file)
    if let shortcoming = report.shortcoming {
      Console.warn(shortcoming)
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }
}
