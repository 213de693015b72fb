// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// `nabla differentiate`: derivatives as formulas.
struct DifferentiateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "differentiate",
    abstract: "Print the derivatives of an expression as formulas.",
    discussion: """
      Examples:
        nabla differentiate "x^2*sin(y)"                all first derivatives
        nabla differentiate "x^2*sin(y)" --order 2   all second ones
        nabla differentiate "x^2*sin(y)" --by x,y       the mixed one, by x and then by y
        nabla differentiate "x^5" --by x --order 3      the third one by x
        nabla differentiate "x*cos(y); x*sin(y)"        of several outputs

      The formulas are in the language of the input, so they can be given back to nabla. --output writes \
      .json or .csv.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "The order of the derivatives.")
  var order: Int?

  @Option(
    help: ArgumentHelp(
      "Print only the derivative by these variables, one after the other; a single one is repeated "
        + "--order times.",
      valueName: "names"))
  var by: Text?

  /// More derivatives than anybody reads.
  private static let countLimit = 1_000_000

  func run() throws {
    let file = try common.outputFile(
      formats: [.json, .csv], reason: "formulas are written to .json or .csv, not to .npy")
    if let order, order < 1 { throw CommandError.usage("--order \(order): the order is at least 1") }
    let formula = try common.formula()
    let sequences = try sequences(formula.variables)
    var report = DifferentiationReport(hasSeveralOutputs: formula.outputs.count > 1)
    for (output, expression) in formula.outputs.enumerated() {
      var derivatives = PartialDerivatives(of: expression, variables: formula.variables)
      for sequence in sequences {
        let derivative = derivatives[sequence]
        report.derivatives.append(
          DifferentiationReport.Derivative(
            output: output, by: sequence.map { formula.variables[$0] }, expression: derivative.description))
      }
    }
    try common.deliver(report, of: "differentiate", formula, to: file)
  }

  /// The variables by which to derive, as positions: one list for each derivative.
  private func sequences(_ variables: [String]) throws(CommandError) -> [[Int]] {
    guard let by else {
      let order = order ?? 1
      let sequences = multisets(of: variables.count, size: order, limit: Self.countLimit)
      guard let sequences else {
        throw .usage(
          "there are more than \(Self.countLimit) derivatives of order \(order); choose some with --by")
      }
      return sequences
    }
    let names = try VariableNames.parse(by.string, option: "--by")
    var positions: [Int] = []
    for name in names {
      guard let position = variables.firstIndex(of: name) else {
        throw .usage(
          "--by names \"\(name.elided())\", which is no variable of the function "
            + "(\(VariableNames.list(variables))); --variables can add it")
      }
      positions.append(position)
    }
    guard let order, order != positions.count else { return [positions] }
    guard positions.count == 1 else {
      throw .usage("--order is \(order), and --by names \(positions.count) variables")
    }
    guard order <= Self.countLimit else { throw .usage("--order \(order) is too high") }
    return [Array(repeating: positions[0], count: order)]
  }
}

/// All ways to choose `size` of `count` things with repetition, each ascending, in lexicographic order; nil
/// if their sizes add up to more than `limit`.
private func multisets(of count: Int, size: Int, limit: Int) -> [[Int]]? {
  if count == 0 { return [] }
  if size > limit { return nil }
  var result: [[Int]] = []
  var current = Array(repeating: 0, count: size)
  while true {
    if (result.count + 1) * size > limit { return nil }
    result.append(current)
    guard let place = current.lastIndex(where: { $0 < count - 1 }) else { return result }
    let next = current[place] + 1
    for index in place..<size { current[index] = next }
  }
}

/// The partial derivatives of an expression; lower ones are shared by higher ones.
private struct PartialDerivatives {
  private let variables: [Expr]
  private var known: [[Int]: Expr]

  init(of expression: Expr, variables: [String]) {
    self.variables = variables.map(Expr.variable)
    known = [[]: expression]
  }

  /// The derivative by the variables at these positions, one after the other.
  subscript(sequence: [Int]) -> Expr {
    mutating get {
      var length = sequence.count
      while length > 0, known[Array(sequence[..<length])] == nil { length -= 1 }
      var expression = known[Array(sequence[..<length])] ?? 0
      while length < sequence.count {
        if variables.count > 1, length == 0 {
          for (position, derivative) in expression.gradient(by: variables).enumerated() {
            known[[position]] = derivative
          }
          expression = known[[sequence[0]]] ?? 0
        } else {
          expression = expression.derivative(by: variables[sequence[length]])
          known[Array(sequence[...length])] = expression
        }
        length += 1
      }
      return expression
    }
  }
}

private struct DifferentiationReport: Report {
  struct Derivative {
    let output: Int
    let by: [String]
    let expression: String
  }

  let hasSeveralOutputs: Bool
  var derivatives: [Derivative] = []

  init(hasSeveralOutputs: Bool) { self.hasSeveralOutputs = hasSeveralOutputs }

  var json: [(String, JSON)] {
    let list = derivatives.map { derivative -> JSON in
      let output: [(String, JSON)] = hasSeveralOutputs ? [("output", .integer(derivative.output))] : []
      return .object(
        output + [("by", .strings(derivative.by)), ("expression", .string(derivative.expression))])
    }
    return [("derivatives", .array(list))]
  }

  var lines: [String] {
    if derivatives.isEmpty { return ["  The expression has no variables, so there are no derivatives."] }
    let names = derivatives.map { derivative in
      let order = derivative.by.count == 1 ? "" : "^\(derivative.by.count)"
      let output = hasSeveralOutputs ? String(derivative.output + 1) : ""
      return "d\(order)f\(output)/" + derivative.by.map { "d\($0)" }.joined(separator: " ")
    }
    let width = names.map(\.count).max() ?? 0
    return zip(names, derivatives).map { name, derivative in
      "  \(name)\(String(repeating: " ", count: width - name.count)) = \(derivative.expression)"
    }
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: (hasSeveralOutputs ? ["output"] : []) + ["by", "expression"])
    for derivative in derivatives {
      let output: [CSVDocument.Cell] = hasSeveralOutputs ? [.integer(derivative.output)] : []
      csv.append(
        output + [.text(derivative.by.joined(separator: " ")), .text(derivative.expression)])
    }
    return csv
  }

  var array: NPYArray? { nil }
}
