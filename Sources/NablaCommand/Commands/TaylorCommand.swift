// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla taylor`: Taylor coefficients at a point.
struct TaylorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "taylor",
    abstract: "Compute the Taylor coefficients at a point, of one variable or several.",
    discussion: """
      Examples:
        nabla taylor "exp(x)*cos(x)" --at 0 --order 8
        nabla taylor "sin(x)" --at 0 --order 5 --over -0.5:0.5   with a bound of the error
        nabla taylor "x*exp(-x^2-y^2)" --at x=0.5,y=-0.5 --order 4
        nabla taylor "log(1+x)" --at 0 --order 40 --json
        nabla taylor "sin(x)" --at 0 --order 9 --over -8:8 --output sin.svg

      The coefficients are unscaled: f is the sum of c_k*(x-a)^k with c_k the k-th derivative over k!, and in \
      several variables the sum of a coefficient for each list of powers, by total order and within it the first \
      variable's powers descending. They are computed by recurrences in double-double arithmetic and rounded once. \
      A removable singularity such as that of sin(x)/x at 0 is removed.

      The radius of convergence, of one variable, is an estimate from sixty coefficients; null in JSON where they \
      do not tell. --over bounds the error of the polynomial over a range by interval arithmetic: \
      remainder in JSON has range, coefficient (encloses the coefficient of order K+1 over the range) and bound, \
      null where nothing could be proven.

      Where there is no series (a pole, a branch point as of sqrt(x) at 0, a kink, a jump) the exit status is 1. \
      --output writes .json, .csv or the coefficients as .npy; of one variable also a picture, .svg: the function \
      and its polynomials of up to five orders to K, over the range of --over or where they begin to differ.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "The point: x=1,y=2, or 1,2 in the order of the variables.", valueName: "point"))
  var at: [Text] = []

  @Option(
    help: ArgumentHelp(
      "The highest order, of several variables the highest total order: a whole number of 0 or more.",
      valueName: "order"))
  var order: Text

  @Option(
    help: ArgumentHelp(
      "Bound the error of the polynomial over a range of the variable, as in -1:1.", valueName: "range"))
  var over: Text?

  /// Beyond, coefficients of most functions leave the range of a double.
  private static let orderLimit = 1000

  /// Some multiplications of double-double numbers, a dozen seconds.
  private static let workLimit = 4e8

  func run() throws {
    let file = try common.outputFile(formats: OutputFile.Format.allCases, reason: "")
    let order = try orderNumber
    let formula = try common.formula(named: at.first)
    guard formula.outputs.count == 1 else {
      throw CommandError.usage(
        "taylor takes one expression; this one has \(formula.outputs.count) outputs separated by \";\"")
    }
    if formula.variables.isEmpty {
      throw CommandError.usage("the expression has no variables; --variables can name some")
    }
    guard let text = at.first, at.count == 1 else {
      throw CommandError.usage(
        at.isEmpty
          ? "the point is missing; give it by --at" : "--at is given \(at.count) times; one point is used")
    }
    let point = try PointParsing.point(text.string, variables: formula.variables, option: "--at")
    let range = try over.map { text throws(CommandError) in try Self.range(text.string, formula) }
    if file?.format == .svg { try Self.checkDrawable(range, formula) }
    let operations = Double(Expr.operationCount(of: formula.outputs) + 1)
    try Self.checkSize(operations, order: order, variableCount: formula.variables.count)

    let function = formula.function()
    let result = Progress.show("expanding") {
      Result { () throws(TaylorError) in
        guard point.count == 1 else {
          return TaylorReport(.several(try function.taylorPolynomial(at: point, order: order)))
        }
        let polynomial = try function.taylorPolynomial(at: point[0], order: order)
        var report = TaylorReport(.one(polynomial))
        // More coefficients than were asked for tell more, if they are soon computed.
        let radiusOrder = operations * 3600 < Self.workLimit ? Swift.max(order, 60) : order
        report.radius = try? function.radiusOfConvergence(at: point[0], order: radiusOrder)
        if let range { report.remainder = Self.remainder(of: function, at: point[0], order, range) }
        if file?.format == .svg {
          report.plot = TaylorPlot(
            function, polynomial, orders: polynomial.typicalOrders, over: range ?? polynomial.typicalRange,
            title: "f = \(formula.title)")
        }
        return report
      }
    }
    let report: TaylorReport
    do throws(TaylorError) {
      report = try result.get()
    } catch {
      throw Self.failure(error, at: point, formula)
    }
    try common.deliver(report, of: "taylor", formula, to: file)
    if case .failure(let error) = report.remainder?.result {
      Console.warn("the error has no proven bound over the range: \(error.description)")
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }

  private static func failure(_ error: TaylorError, at point: [Double], _ formula: Formula) -> CommandError {
    if error.reason == .tooLarge { return .usage(error.description) }
    if error.reason == .roundingErrors {
      return CommandError(status: .unsuccessful, message: error.description)
    }
    let place = zip(formula.variables, point).prefix(3).map { "\($0) = \(Table.format($1))" }
    return CommandError(
      status: .unsuccessful,
      message:
        "there is no Taylor series at \(place.joined(separator: ", "))\(point.count > 3 ? ", …" : ""): "
        + error.description)
  }

  private static func range(_ text: String, _ formula: Formula) throws(CommandError) -> ClosedRange<Double> {
    guard formula.variables.count == 1 else {
      throw .usage("--over bounds the error of one variable; this function has \(formula.variables.count)")
    }
    let box = try BoxParsing.box(text, variables: formula.variables, option: "--over")
    guard let lower = box.lower.first, let upper = box.upper.first, lower.isFinite, upper.isFinite else {
      throw .usage("--over \(text.elided()): the range must be finite")
    }
    return lower...upper
  }

  /// Refuses what no picture shows.
  private static func checkDrawable(_ range: ClosedRange<Double>?, _ formula: Formula) throws(CommandError) {
    guard formula.variables.count == 1 else {
      throw .usage(
        "--output: a picture shows polynomials of one variable, and this function has "
          + "\(formula.variables.count); write .json or .csv")
    }
    if let range, range.lowerBound == range.upperBound {
      throw .usage("--output: a picture needs a range of some width in --over")
    }
  }

  private static func remainder(
    of function: Function, at point: Double, _ order: Int, _ range: ClosedRange<Double>
  ) -> TaylorReport.Remainder {
    .init(
      range: range,
      result: Result { () throws(TaylorError) in
        try function.taylorRemainder(at: point, order: order, over: range)
      })
  }

  private var orderNumber: Int {
    get throws(CommandError) {
      let text = order.string.trimmingBlanks()
      guard let order = Int(text), order >= 0 else {
        if let number = Double(text), number > 1e18 {
          throw .usage("--order \(text.elided()) is too high; the limit is \(Self.orderLimit)")
        }
        throw .usage("--order \"\(text.elided())\" is no whole number of 0 or more")
      }
      if order > Self.orderLimit {
        throw .usage("--order \(order) is too high; the limit is \(Self.orderLimit)")
      }
      return order
    }
  }

  private static func checkSize(
    _ operations: Double, order: Int, variableCount n: Int
  ) throws(CommandError) {
    // C(2n+K, K) multiplications for the product of two series in n variables.
    var products = Double(order + 1) * Double(order + 2) / 2
    if n > 1 { products = (0..<order).reduce(1.0) { $0 * Double(2 * n + $1 + 1) / Double($1 + 1) } }
    if operations * products > workLimit {
      throw .usage(
        "--order \(order) takes too long for \(counted(Int(operations), "operations")) in "
          + "\(counted(n, "variables")); choose a lower one")
    }
  }
}

private struct TaylorReport: Report {
  enum Polynomial {
    case one(TaylorPolynomial)
    case several(MultivariateTaylorPolynomial)
  }

  struct Remainder {
    let range: ClosedRange<Double>
    let result: Result<TaylorRemainder, TaylorError>
  }

  let polynomial: Polynomial
  var radius: Double?
  var remainder: Remainder?
  var plot: TaylorPlot?

  init(_ polynomial: Polynomial) { self.polynomial = polynomial }

  private var coefficients: [Double] {
    switch polynomial {
    case .one(let polynomial): polynomial.coefficients
    case .several(let polynomial): polynomial.coefficients
    }
  }

  var json: [(String, JSON)] {
    switch polynomial {
    case .one(let polynomial):
      var entries: [(String, JSON)] = [
        ("point", .numbers([polynomial.center])), ("order", .integer(polynomial.order)),
        ("coefficients", .numbers(polynomial.coefficients)),
        ("polynomial", .string(polynomial.description)),
        ("radiusOfConvergence", radius.map(JSON.number) ?? .null),
      ]
      if let remainder {
        let range: [(String, JSON)] = [
          ("range", .numbers([remainder.range.lowerBound, remainder.range.upperBound]))
        ]
        let proven = try? remainder.result.get()
        entries.append(
          (
            "remainder",
            .object(
              range + [
                (
                  "coefficient",
                  proven.map { .numbers([$0.coefficient.lower, $0.coefficient.upper]) } ?? .null
                ),
                ("bound", proven.map { .number($0.bound) } ?? .null),
              ])
          ))
      }
      return entries
    case .several(let polynomial):
      let (powers, coefficients) = (polynomial.powers, polynomial.coefficients)
      let list = JSON.sequence(count: powers.count) { index in
        .object([
          ("powers", .array(powers[index].map(JSON.integer))), ("coefficient", .number(coefficients[index])),
        ])
      }
      return [
        ("point", .numbers(polynomial.center)), ("order", .integer(polynomial.order)), ("coefficients", list),
        ("polynomial", .string(polynomial.description)),
      ]
    }
  }

  /// More lines than anybody reads.
  private static let lineLimit = 200

  /// The polynomial as a formula, if it is one that fits a screen.
  private func formula(_ text: String) -> [String] { text.utf8.count <= 2000 ? ["  " + text, ""] : [] }

  var lines: [String] {
    switch polynomial {
    case .one(let polynomial):
      var table = Table()
      table.add("k", polynomial.coefficients.indices.map(String.init), .right)
      table.add("coefficient", numbers: polynomial.coefficients)
      var lines = formula(polynomial.formatted(Table.format)) + table.lines
      let radius =
        switch self.radius {
        case nil: "unknown"
        case Double.infinity?: "infinite (estimated)"
        case let radius?: "\(Table.format((radius * 1e4).rounded() / 1e4)) (estimated)"
        }
      lines += ["", "  radius of convergence: \(radius)"]
      if let remainder, case .success(let proven) = remainder.result {
        lines.append(
          "  |f - polynomial| <= \(Table.format(proven.bound)) for \(polynomial.variable) in "
            + "[\(Table.format(proven.range.lower)), \(Table.format(proven.range.upper))] (proven)")
      }
      return lines
    case .several(let polynomial):
      // Of a sparse series, its terms.
      let terms = polynomial.coefficients.indices.filter { $0 == 0 || polynomial.coefficients[$0] != 0 }
      let (shown, powers) = (terms.prefix(Self.lineLimit), polynomial.powers)
      var table = Table()
      for (position, name) in polynomial.variables.enumerated().prefix(Table.vectorLimit) {
        table.add(name, shown.map { String(powers[$0][position]) }, .right)
      }
      table.add("coefficient", numbers: shown.map { polynomial.coefficients[$0] })
      let rest = terms.count - shown.count
      return formula(polynomial.formatted(Table.format)) + table.lines
        + (rest > 0 ? ["  and \(rest) more; --json and --output give all"] : [])
    }
  }

  var csv: CSVDocument {
    switch polynomial {
    case .one(let polynomial):
      var csv = CSVDocument(header: ["order", "coefficient"])
      for (k, coefficient) in polynomial.coefficients.enumerated() {
        csv.append([.integer(k), .number(coefficient)])
      }
      return csv
    case .several(let polynomial):
      var csv = CSVDocument(header: polynomial.variables + ["coefficient"])
      for (powers, coefficient) in zip(polynomial.powers, polynomial.coefficients) {
        csv.append(powers.map(CSVDocument.Cell.integer) + [.number(coefficient)])
      }
      return csv
    }
  }

  var array: NPYArray? { NPYArray(shape: [coefficients.count], scalars: coefficients) }
  var picture: String? { plot?.svg }
}
