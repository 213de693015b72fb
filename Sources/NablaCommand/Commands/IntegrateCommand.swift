// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla integrate`: a definite integral with its error.
struct IntegrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "integrate",
    abstract: "Compute a definite integral with an estimate of its error.",
    discussion: """
      Examples:
        nabla integrate "exp(-x^2)" --over x=-inf:inf
        nabla integrate "1/sqrt(x)" --over 0:1 --json
        nabla integrate "sin(x)" --over 0:pi/2 --tolerance 1e-6
        nabla integrate "x*y^2" --over x=0:1,y=0:2
        nabla integrate "exp(-x^2-y^2)" --over -inf:inf
        nabla integrate "exp(-x^2)" --over x=0:inf --output area.svg

      Bounds are numbers or formulas without variables (pi/2, -inf). A range may be reversed, which changes the \
      sign, and empty, which gives 0. --tolerance is relative to the value; 0 asks for all digits there are.

      The method is chosen by the integrand: adaptive Gauss-Kronrod and double-exponential rules for one \
      variable, whose samples are compared with interval enclosures, so that narrow peaks are not missed; \
      adaptive cubature up to 6 variables; randomised quasi-Monte-Carlo beyond. --method \
      (\(IntegrateCommand.methodNames)) sets it; --break-points names places at which a function of one \
      variable is not smooth.

      The exit status is 1 if the tolerance was not reached, or the integral diverges or is undefined; what was \
      found is printed with the reason.

      --output writes .json, .csv, or the value and its error as .npy; of one or two variables also a picture, .svg: \
      the integrand with the area under it, or its contours. Of an unbounded range it shows where most of the \
      integrand lies.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "The range: x=0:inf, x=0:1,y=0:2, or one range for every variable.", valueName: "ranges"))
  var over: Text?

  @Option(help: ArgumentHelp("The largest relative error accepted.", valueName: "number"))
  var tolerance: Text = Text("1e-10")

  @Option(help: ArgumentHelp("The largest absolute error accepted.", valueName: "number"))
  var absoluteTolerance: Text = Text("0")

  @Option(help: ArgumentHelp("How to integrate.", valueName: "name"))
  var method: Text = Text("automatic")

  @Option(help: ArgumentHelp("Where a function of one variable is not smooth: 0.5,2.", valueName: "numbers"))
  var breakPoints: Text?

  @Option(help: ArgumentHelp("The largest number of values of the integrand.", valueName: "count"))
  var maxEvaluations: Text?

  private static let methods: [(name: String, method: IntegrationMethod)] = [
    ("automatic", .automatic), ("gauss-kronrod", .gaussKronrod), ("double-exponential", .doubleExponential),
    ("genz-malik", .genzMalik), ("product-double-exponential", .productDoubleExponential),
    ("quasi-monte-carlo", .quasiMonteCarlo),
  ]
  private static var methodNames: String { methods.map(\.name).joined(separator: ", ") }

  func run() throws {
    let file = try common.outputFile(formats: OutputFile.Format.allCases, reason: "")
    guard let over else {
      throw CommandError.usage("the range is missing; give it by --over, as in --over x=0:inf")
    }
    let formula = try common.formula(named: over)
    guard formula.outputs.count == 1 else {
      throw CommandError.usage(
        "integrate takes one expression; this one has \(formula.outputs.count) outputs separated by \";\"")
    }
    if formula.variables.isEmpty {
      throw CommandError.usage("the expression has no variables; name one by --over x=0:1")
    }
    if formula.variables.count > Function.integrationVariableLimit {
      throw CommandError.usage(
        "integrate takes up to \(Function.integrationVariableLimit) variables; this function has "
          + "\(formula.variables.count)")
    }
    let ranges = try BoxParsing.integrationRanges(
      over.string, variables: formula.variables, option: "--over")
    if file?.format == .svg { try Self.checkDrawable(ranges, formula) }
    let options = try options(for: formula)
    let f = formula.function()
    let result = Progress.show("integrating") { () -> Integral in
      if ranges.count == 1 { return f.integral(from: ranges[0].lower, to: ranges[0].upper, options: options) }
      return f.integral(over: ranges, options: options)
    }
    let report = IntegrationReport(result: result) {
      Self.picture(of: f, over: ranges, result, formula)
    }
    try common.deliver(report, of: "integrate", formula, to: file)
    if !result.converged {
      Console.warn("the integration did not converge: \(result.reason.advice)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }

  // MARK: The picture

  private static func checkDrawable(
    _ ranges: [(lower: Double, upper: Double)], _ formula: Formula
  ) throws(CommandError) {
    guard formula.variables.count <= 2 else {
      throw .usage(
        "--output: a picture shows a function of one or two variables, and this one has "
          + "\(formula.variables.count); write .json or .csv")
    }
    guard ranges.allSatisfy({ $0.lower != $0.upper }) else {
      throw .usage("--output: a picture needs ranges of some width in --over")
    }
    let bounds = ranges.flatMap { [$0.lower, $0.upper] }
    guard bounds.allSatisfy({ $0.isInfinite || abs($0) <= 1e300 }) else {
      throw .usage("--output: a picture needs bounds of --over that are infinite or at most 1e300")
    }
  }

  private static func picture(
    of f: Function, over ranges: [(lower: Double, upper: Double)], _ result: Integral, _ formula: Formula
  ) -> String {
    let value = "∫ f = \(Table.format(result.value))\(result.converged ? "" : ", not converged")"
    let isOfOne = formula.variables.count == 1
    return FunctionPlot(
      integrand: f, over: ranges, title: isOfOne ? "f = \(formula.title)" : "\(value), f = \(formula.title)",
      areaName: value
    ).svg
  }

  private func options(for formula: Formula) throws(CommandError) -> IntegrationOptions {
    var options = try IntegrationOptions(tolerance: tolerance)
    options.absoluteTolerance = try IntegrationOptions.tolerance(absoluteTolerance, "--absolute-tolerance")
    if let maxEvaluations {
      options.maxEvaluations = try ConstantParsing.count(maxEvaluations.string, "--max-evaluations")
    }
    let name = method.string
    guard let chosen = Self.methods.first(where: { $0.name == name })?.method else {
      throw .usage("--method \"\(name.elided())\" is not known; these are: \(Self.methodNames)")
    }
    let isOfOne = [.gaussKronrod, .doubleExponential].contains(chosen)
    if chosen != .automatic && isOfOne != (formula.variables.count == 1) {
      throw .usage(
        "--method \(name) is for \(isOfOne ? "one variable" : "several variables"); the function has "
          + counted(formula.variables.count, "variables"))
    }
    options.method = chosen
    if let breakPoints {
      guard formula.variables.count == 1 else {
        throw .usage("--break-points is for functions of one variable")
      }
      for part in splitOutsideParentheses(breakPoints.string, at: ",") {
        options.breakPoints.append(try ConstantParsing.number(part, "--break-points: a number"))
      }
    }
    return options
  }
}

private struct IntegrationReport: Report {
  let result: Integral
  let draw: () -> String

  var json: [(String, JSON)] {
    [
      ("value", .number(result.value)), ("errorEstimate", .number(result.errorEstimate)),
      ("evaluations", .integer(result.evaluations)), ("converged", .bool(result.converged)),
      ("intervalEvaluations", .integer(result.intervalEvaluations)),
      ("method", .string(result.method.rawValue)), ("reason", .string(result.reason.rawValue)),
    ]
  }

  var lines: [String] {
    let enclosures =
      result.intervalEvaluations > 0 ? ", \(counted(result.intervalEvaluations, "interval enclosures"))" : ""
    return [
      "integral   \(result.value)",
      "error      \(Table.format(result.errorEstimate)) (estimate)",
      "",
      "\(result.converged ? "Converged" : "Not converged"): \(result.reason.advice).",
      "Method: \(result.method.rawValue), \(counted(result.evaluations, "values"))\(enclosures).",
    ]
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: ["value", "errorEstimate", "evaluations", "converged"])
    csv.append([
      .number(result.value), .number(result.errorEstimate), .integer(result.evaluations),
      .integer(result.converged ? 1 : 0),
    ])
    return csv
  }

  var array: NPYArray? { NPYArray(shape: [2], scalars: [result.value, result.errorEstimate]) }
  var picture: String? { draw() }
}
