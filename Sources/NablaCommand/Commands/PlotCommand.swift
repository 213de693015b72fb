// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla plot`: a picture of a function of one or two variables.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw a function of one or two variables with its critical points.",
    discussion: """
      Examples:
        nabla plot "x^4-3*x^2+x" --in -2:2 --output curve.svg
        nabla plot "(x^2+y-11)^2+(x+y^2-7)^2" --in -5:5 --output contours.svg
        nabla plot "x^4+y^2" --in -2:2 --from 1,1 --method lbfgs --output a.svg
        nabla plot "x*exp(-x^2-y^2)" --in -2:2 --gradient --output field.svg

      One variable: the curve. Two: filled contours with level lines. Critical points are those that a search \
      by starts finds (see classify). --from draws the paths of the methods of --method, which are those of \
      minimize, from there, with a dot for each step that can be seen. --gradient draws arrows along the gradient, \
      whose lengths go with the square root of its norm; the longest twentieth are cut to one length.

      Levels are evenly spaced, or at round numbers in a geometric progression above the least value, or below the \
      largest, where most of the box lies near it. The picture is an SVG file, for light and dark surroundings.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("What is drawn: x=-5:5,y=0:1, or one range for every variable.", valueName: "box"))
  var box: Text?

  @Option(
    help: ArgumentHelp(
      "Where paths start: x=1,y=2, or 1,2 in the order of the variables.", valueName: "point"))
  var from: Text?

  @Option(help: ArgumentHelp("The methods whose paths are drawn.", valueName: "names"))
  var method: Text?

  @Flag(help: "Draw arrows along the gradient of a function of two variables.")
  var gradient = false

  func run() throws {
    let file = try common.outputFile(formats: [.svg], reason: "a picture is written as .svg")
    guard let file else {
      throw CommandError.usage("where to draw is missing; give a file by --output FILE.svg")
    }
    guard let box else { throw CommandError.usage("what to draw is missing; give a box by --in") }
    if from == nil && method != nil {
      throw CommandError.usage("--method draws paths, which need a start, --from")
    }
    let methods = try MethodList.parse(method?.string ?? "trust-region", rate: nil)
    let formula = try common.formula(named: box)
    let f = try formula.scalarFunction(for: "plot")
    let range = try BoxParsing.box(box.string, variables: formula.variables, option: "--in")
    try Self.checkDrawable(range, formula, option: "plot")
    if gradient && formula.variables.count == 1 {
      throw CommandError.usage(
        "--gradient draws arrows over contours, which functions of two variables have, not of one")
    }
    var paths: [FunctionPlot.Path] = []
    if let from {
      guard formula.variables.count == 2 else {
        throw CommandError.usage("--from draws paths, which functions of two variables have, not of one")
      }
      let start = try PointParsing.point(from.string, variables: formula.variables, option: "--from")
      var options = OptimizationOptions()
      options.keepsTrace = true
      paths = methods.map { method in
        .init(
          name: method.name,
          points: minimize(f, from: start, method: method, options: options).trace.map(\.point))
      }
    }
    let points = Progress.show("searching") { f.criticalPoints(in: range) }.points
    let plot = FunctionPlot(
      f, in: range, title: "f = \(formula.title)", points: points, paths: paths, showsGradient: gradient)
    let report = PlotReport(
      forms: CriticalPointForms(variables: formula.variables, points: points), path: file.path,
      drawing: plot.svg)
    try common.deliver(report, of: "plot", formula, to: file)
  }

  /// Refuses what no picture shows.
  static func checkDrawable(_ box: Box, _ formula: Formula, option: String) throws(CommandError) {
    let count = formula.variables.count
    guard count == 1 || count == 2 else {
      throw .usage("\(option): a picture shows a function of one or two variables, and this one has \(count)")
    }
    guard box.isBounded else { throw .usage("\(option): a picture needs finite bounds of --in") }
    guard box.widths.allSatisfy({ $0 > 0 }) else {
      throw .usage("\(option): a picture needs ranges of some width in --in")
    }
  }
}

/// The file that was drawn, and the points in it.
private struct PlotReport: Report {
  let forms: CriticalPointForms
  let path: String
  let drawing: String

  var json: [(String, JSON)] {
    [("output", .string(path)), ("points", .array(forms.points.map { .object(forms.json($0)) }))]
  }

  var lines: [String] { [] }
  var csv: CSVDocument { forms.csv }
  var array: NPYArray? { nil }
  var picture: String? { drawing }
}
