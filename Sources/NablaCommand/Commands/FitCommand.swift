// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla fit`: nonlinear least squares on a file of data.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model to data by least squares.",
    discussion: """
      Examples:
        nabla fit "b*exp(-c*x)" --data data.csv --response y --start b=1,c=0.1
        nabla fit "a+b*x" --data data.csv --response "log(y)" --start 0,0 --json
        nabla fit "a+b*x" --data data.csv --response y --start 0,0 --loss huber:1

      The file holds comma-separated values under a header of names. Names of the model that are columns stand \
      for the data; all others are the parameters, ordered as the variables of an expression are. The response \
      is a column, or a formula of columns.

      The parameters minimize the sum of c^2*rho((model-response)^2/c^2). Losses (rho): squared, and with the \
      size c from which on residuals count as large huber:c, softl1:c, cauchy:c, arctan:c, tukey:c. Methods: \
      levenberg-marquardt, dogleg, gauss-newton. --sigma names a column of standard deviations by which \
      residuals are divided. Standard errors are those of the linearized model, with the variance \
      estimated from the residuals.

      The exit status is 1 if the fit did not converge; the best parameters are printed with the reason. \
      --output writes .json, .csv (parameters and standard errors) or .npy (the parameters).
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "The data: comma-separated values with a header; - is standard input.", valueName: "file"))
  var data: Text

  @Option(
    help: ArgumentHelp("The column that the model describes, or a formula of columns.", valueName: "name"))
  var response: Text

  @Option(
    help: ArgumentHelp("Where the parameters start: b1=1,b2=2, or 1,2 in their order.", valueName: "point"))
  var start: Text

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("Bounds for the parameters: b1=0:inf,b2=0:1.", valueName: "box"))
  var box: Text?

  @Option(help: ArgumentHelp("A column of standard deviations of the response.", valueName: "name"))
  var sigma: Text?

  @Option(help: ArgumentHelp("How residuals count.", valueName: "name"))
  var loss: Text = Text("squared")

  @Option(help: ArgumentHelp("How to minimize.", valueName: "name"))
  var method: Text = Text(LeastSquaresMethod.levenbergMarquardt.rawValue)

  @Option(help: ArgumentHelp("The largest number of steps.", valueName: "count"))
  var maxIterations: Text = Text(String(OptimizationOptions().maxIterations))

  func run() throws {
    let file = try common.outputFile()
    let loss = try LossParsing.loss(loss.string)
    guard let method = LeastSquaresMethod(rawValue: method.string) else {
      let known = LeastSquaresMethod.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage("--method \"\(method.string.elided())\" is not known; these are: \(known)")
    }
    let limit = try ConstantParsing.count(maxIterations.string, "--max-iterations")
    if data.string == "-", common.expression.string == "-" {
      throw CommandError.usage("standard input cannot hold both the model and the data")
    }
    let formula = try common.formula()
    let problem = try FitProblem(formula, data: data.string, response: response.string, sigma: sigma?.string)
    let point = try PointParsing.point(start.string, variables: problem.parameters, option: "--start")
    let bounds = try box.map { text throws(CommandError) in
      try BoxParsing.bounds(text.string, variables: problem.parameters, option: "--in")
    }
    var options = OptimizationOptions()
    options.maxIterations = limit
    let result = Progress.track("fitting") { [options] progress in
      var options = options
      options.callback = { _ in progress.proceeds() }
      return fitLeastSquares(
        problem.residuals, from: point, within: bounds, loss: loss, method: method, options: options)
    }
    let report = FitReport(parameters: problem.parameters, result: result)
    try common.deliver(report, of: "fit", formula, to: file)
    if !result.converged {
      Console.warn("the fit did not converge: \(result.reason.explanation)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
    if result.rank < problem.parameters.count - result.activeBounds.count {
      Console.warn("the data do not determine all parameters: some standard errors are infinite")
    }
  }
}

/// The residuals of a model on a file of data.
private struct FitProblem {
  let parameters: [String]
  let residuals: Residuals

  init(_ formula: Formula, data path: String, response text: String, sigma: String?) throws(CommandError) {
    // For its checks: one output, and derivatives that fit the memory.
    _ = try formula.scalarFunction(for: "fit")
    let response: Expr
    do {
      response = try Expr(parsing: text)
    } catch {
      throw .usage("--response: \(error)")
    }
    let table = try DataTable(path, option: "--data")
    let responseNames = VariableNames.used(in: text)
    if responseNames.isEmpty {
      throw .usage(
        "--response is \"\(text.elided())\", which names no column (\(VariableNames.list(table.header)))")
    }
    let parameters = formula.variables.filter { !table.header.contains($0) }
    guard !parameters.isEmpty else {
      throw .usage(
        "the model has no parameters to fit: each of its variables (\(VariableNames.list(formula.variables))) is a column of \(table.file)"
      )
    }
    if text.trimmingBlanks() == responseNames[0], formula.variables.contains(responseNames[0]) {
      throw .usage("the model uses the response \(responseNames[0].elided()) itself")
    }
    var names: [String] = []
    for name in formula.variables.filter(table.header.contains) + responseNames + (sigma.map { [$0] } ?? [])
    where !names.contains(name) {
      names.append(name)
    }
    let scalars = try table.scalars(of: names)
    let rows = Tensor<Double>(shape: [scalars.count / names.count, names.count], scalars: scalars)
    if let sigma {
      let column = names.firstIndex(of: sigma)!
      let values = rows[.all, column].scalars
      if let row = values.firstIndex(where: { !($0 > 0) }) {
        throw .malformedData(
          "\(table.file): column \(sigma.elided()) has \(values[row]) in row \(row + 1); standard deviations are positive"
        )
      }
    }
    guard rows.shape[0] >= parameters.count else {
      throw .malformedData(
        "\(table.file) has \(counted(rows.shape[0], "rows")), and the model has \(counted(parameters.count, "parameters")) "
          + "(\(VariableNames.list(parameters))): a fit needs at least as many rows")
    }
    var residual = formula.outputs[0] - response
    if let sigma { residual = residual / Expr.variable(sigma) }
    self.parameters = parameters
    residuals = Residuals(
      Function(residual, of: parameters.map { .variable($0) }, parameters: names.map { .variable($0) }),
      over: rows)
  }
}

/// Losses on the command line: `squared`, `huber:1.5`.
private enum LossParsing {
  static func loss(_ text: String) throws(CommandError) -> RobustLoss {
    let parts = splitOutsideParentheses(text, at: ":")
    let name = parts[0].trimmingBlanks()
    let makers: [(String, (Double) -> RobustLoss)] = [
      ("huber", RobustLoss.huber), ("softl1", RobustLoss.softL1), ("cauchy", RobustLoss.cauchy),
      ("arctan", RobustLoss.arctan), ("tukey", RobustLoss.tukey),
    ]
    if name == "squared", parts.count == 1 { return .squared }
    guard let maker = makers.first(where: { $0.0 == name }) else {
      throw .usage(
        "--loss \"\(text.elided())\" is not known; these are: squared, \(makers.map { $0.0 + ":c" }.joined(separator: ", "))"
      )
    }
    guard parts.count == 2 else {
      throw .usage("--loss \(name) needs the size from which on residuals count as large: \(name):1.5")
    }
    let size = try ConstantParsing.number(parts[1], "--loss \(name)")
    guard size > 0 else { throw .usage("--loss \(name): the size is \(parts[1].elided()); it is positive") }
    return maker.1(size)
  }
}

private struct FitReport: Report {
  let parameters: [String]
  let result: LeastSquaresResult

  var json: [(String, JSON)] {
    [
      ("parameters", .object(zip(parameters, result.point).map { ($0, .number($1)) })),
      ("standardErrors", .object(zip(parameters, result.standardErrors).map { ($0, .number($1)) })),
      ("residualSumOfSquares", .number(result.residualSumOfSquares)),
      ("degreesOfFreedom", .integer(result.degreesOfFreedom)),
      ("rank", .integer(result.rank)),
      ("covariance", .rows(result.covariance.scalars, columns: parameters.count)),
      ("gradientNorm", .number(result.gradientNorm)),
      ("iterations", .integer(result.iterations)), ("evaluations", .integer(result.evaluations.values)),
      ("converged", .bool(result.converged)), ("reason", .string(result.reason.rawValue)),
      ("activeBounds", .strings(result.activeBounds.map { parameters[$0.variable] })),
    ]
  }

  var lines: [String] {
    var table = Table()
    table.add("parameter", parameters)
    table.add("estimate", numbers: result.point)
    table.add("standard error", numbers: result.standardErrors)
    let active = result.activeBounds.map { parameters[$0.variable] }
    return table.lines + [
      "",
      "Residual sum of squares \(Table.format(result.residualSumOfSquares)) with "
        + "\(counted(result.degreesOfFreedom, "degrees")) of freedom.",
    ] + (active.isEmpty ? [] : ["On a bound: \(VariableNames.list(active))."]) + [
      "\(result.converged ? "Converged" : "Not converged") after \(counted(result.iterations, "iterations")): "
        + "\(result.reason.explanation)."
    ]
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: ["parameter", "estimate", "standardError"])
    for (index, name) in parameters.enumerated() {
      csv.append([.text(name), .number(result.point[index]), .number(result.standardErrors[index])])
    }
    return csv
  }

  var array: NPYArray? { NPYArray(shape: [parameters.count], scalars: result.point) }
}
