// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Nabla

/// `nabla evaluate`: values and derivatives at points.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compute values and derivatives at points.",
    discussion: """
      Examples:
        nabla evaluate "x^2+3*x*y+y^2" --at 1,2
        nabla evaluate "x^2*y" --at x=1,y=2 --outputs value,gradient,hessian
        nabla evaluate "r*cos(t); r*sin(t)" --at r=1,t=pi/3 --outputs value,jacobian
        nabla evaluate "exp(-x^2)" --points points.csv --output values.csv
        nabla evaluate "x*exp(-y)" --explain

      Several outputs are separated by ";"; they have values and a Jacobian, with a row for each output. A \
      place where the function is undefined has the value nan. --output writes .json, .csv or, for a single one of \
      --outputs, its array as .npy.

      --explain takes no point. It shows how the --outputs are computed: the graph of their subexpressions \
      n0, n1, …, the program of operations on vectors of points v0, v1, …, and the machine code, which objdump \
      disassembles if it is installed. In the program `a * b + c` is one operation with one rounding, \
      comparisons make masks, `m ? a : b` chooses by one, and int(a) are the bits of a as an integer. Where the \
      interpreter runs (NABLA_ISA=portable, or a graph too large) it shows its tape of slots s0, s1, … instead. \
      With --json: outputs (name, node), graph (name, operation, fused: part of another operation), kernel; of \
      machine code program (name, operation, node that it is part of, hoisted: done once) and machineCode \
      (instructionSet, pointsPerVector, vectorsPerTurn of the loop, operationsPerVector, instructionBytes, \
      constantBytes, vectorRegisters, residents: what stays in registers, frameBytes of the stack, spilledBytes \
      of those for values without a register, code in hexadecimal, instructions: address, bytes, text; null \
      without objdump); of the interpreter reason, tape (name, operation), slots, outputSlots.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var points: PointOptions

  @Option(
    help: ArgumentHelp(
      "What to compute, of value, gradient, jacobian and hessian, separated by commas. "
        + "(default: value,gradient; for several outputs value,jacobian)",
      valueName: "names"))
  var outputs: Text?

  @Flag(help: "Show how the outputs are computed, down to machine code, instead of computing them.")
  var explain = false

  func run() throws {
    let file =
      explain
      ? try common.outputFile(formats: [.json], reason: "an explanation is written as .json")
      : try common.outputFile()
    try points.check(common)
    if explain, !points.isEmpty {
      throw CommandError.usage("--explain shows how any point is computed, so it takes none")
    }
    let formula = try common.formula()
    let quantities = try quantities(isScalar: formula.outputs.count == 1)
    if explain { return try explain(quantities, formula, file) }
    if file?.format == .npy, quantities.count != 1 {
      throw CommandError.usage(
        "an .npy file holds one array; choose one with --outputs, as in --outputs \(quantities[0].rawValue)")
    }
    if points.isEmpty, !formula.variables.isEmpty {
      throw CommandError.usage("where to evaluate is missing; give a point by --at or points by --points")
    }
    // Without variables there is one point, which needs no mention.
    let isConstant = formula.variables.isEmpty
    let at =
      isConstant ? Tensor<Double>(shape: [1, 0], scalars: []) : try points.tensor(for: formula)
    if isConstant, !points.isEmpty {
      throw CommandError.usage(
        "the expression has no variables, so it takes no point; --variables can name some")
    }
    try checkSize(quantities, formula, pointCount: at.shape[0])
    let evaluation = formula.function().evaluate(Quantity.set(quantities), at: at)
    let report = EvaluationReport(
      formula: formula, quantities: quantities, points: at, evaluation: evaluation)
    try common.deliver(report, of: "evaluate", formula, to: file)
  }

  private func explain(_ quantities: [Quantity], _ formula: Formula, _ file: OutputFile?) throws {
    let explanation = formula.function().explanation(of: Quantity.set(quantities))
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let report = ExplanationReport(explanation, disassembler: Disassembler(path: path))
    if let note = report.note { Console.note("note: " + note) }
    try common.deliver(report, of: "evaluate", formula, to: file)
  }

  /// The most numbers that a result may have; more would not fit the memory of many a machine.
  private static let sizeLimit = 1 << 27

  private func checkSize(
    _ quantities: [Quantity], _ formula: Formula, pointCount: Int
  ) throws(CommandError) {
    let (n, m) = (formula.variables.count, formula.outputs.count)
    let perPoint = quantities.reduce(0) { $0 + $1.count(variables: n, outputs: m) }
    // No overflow: all three come from texts and files of less than 2³¹ bytes.
    guard Double(perPoint) * Double(pointCount) <= Double(Self.sizeLimit) else {
      throw .usage(
        "\(counted(pointCount, "points")) with \(counted(perPoint, "numbers")) each is more than \(Self.sizeLimit); "
          + "ask for fewer --outputs or give fewer points")
    }
  }

  private func quantities(isScalar: Bool) throws(CommandError) -> [Quantity] {
    guard let outputs else { return isScalar ? [.value, .gradient] : [.value, .jacobian] }
    var chosen: Set<Quantity> = []
    for part in outputs.string.split(separator: ",", omittingEmptySubsequences: false) {
      let name = part.trimmingBlanks()
      guard let quantity = Quantity(rawValue: name) else {
        let known = Quantity.allCases.map(\.rawValue).joined(separator: ", ")
        throw .usage("--outputs \"\(name.elided())\" is none of \(known)")
      }
      if !isScalar, quantity == .gradient || quantity == .hessian {
        throw .usage("--outputs \(name) needs an expression of one output; several have value and jacobian")
      }
      chosen.insert(quantity)
    }
    return Quantity.allCases.filter(chosen.contains)
  }
}

/// What `--outputs` names.
private enum Quantity: String, CaseIterable {
  case value, gradient, jacobian, hessian

  static func set(_ quantities: [Quantity]) -> Function.Quantities {
    quantities.reduce(into: []) { set, quantity in
      switch quantity {
      case .value: set.insert(.value)
      case .gradient: set.insert(.gradient)
      case .jacobian: set.insert(.jacobian)
      case .hessian: set.insert(.hessian)
      }
    }
  }

  /// How many numbers it has at one point.
  func count(variables: Int, outputs: Int) -> Int {
    switch self {
    case .value: outputs
    case .gradient: variables
    case .jacobian: outputs * variables
    case .hessian: variables * variables
    }
  }

  func tensor(_ evaluation: Evaluation) -> Tensor<Double> {
    switch self {
    case .value: evaluation.value
    case .gradient: evaluation.gradient
    case .jacobian: evaluation.jacobian
    case .hessian: evaluation.hessian
    }
  }
}

private struct EvaluationReport: Report {
  /// A quantity at all points; each has `width` numbers.
  private struct Column {
    let quantity: Quantity
    let shape: [Int]
    let scalars: [Double]
    let width: Int

    func at(_ row: Int) -> ArraySlice<Double> { scalars[row * width..<(row + 1) * width] }
  }

  private let variables: [String]
  private let outputCount: Int
  private let points: [Double]
  private let pointCount: Int
  private let columns: [Column]

  init(formula: Formula, quantities: [Quantity], points: Tensor<Double>, evaluation: Evaluation) {
    variables = formula.variables
    outputCount = formula.outputs.count
    self.points = points.scalars
    pointCount = points.shape[0]
    columns = quantities.map { quantity in
      let tensor = quantity.tensor(evaluation)
      return Column(
        quantity: quantity, shape: tensor.shape, scalars: tensor.scalars,
        width: tensor.shape.dropFirst().reduce(1, *))
    }
  }

  private func point(_ row: Int) -> ArraySlice<Double> {
    points[row * variables.count..<(row + 1) * variables.count]
  }

  var json: [(String, JSON)] {
    let list = JSON.sequence(count: pointCount) { row in
      .object([("point", .numbers(point(row)))] + columns.map { ($0.quantity.rawValue, json($0, row)) })
    }
    return [("points", list)]
  }

  private func json(_ column: Column, _ row: Int) -> JSON {
    let scalars = column.at(row)
    switch column.quantity {
    case .value where outputCount == 1: return .number(scalars[scalars.startIndex])
    case .value, .gradient: return .numbers(scalars)
    case .jacobian where variables.isEmpty: return .array((0..<outputCount).map { _ in .array([]) })
    case .jacobian, .hessian: return .rows(scalars, columns: variables.count)
    }
  }

  var lines: [String] {
    if pointCount == 0 { return ["  no points"] }
    let hasMatrix = columns.contains { $0.quantity == .jacobian || $0.quantity == .hessian }
    return hasMatrix ? (0..<pointCount).flatMap(block) : tableLines
  }

  private var tableLines: [String] {
    var table = Table()
    if !variables.isEmpty {
      table.add("", vectors: (0..<pointCount).map { Array(point($0)) }, titles: variables)
    }
    for column in columns {
      let titles =
        column.quantity == .gradient
        ? variables.map { "df/d\($0)" } : outputCount == 1 ? ["f"] : (1...outputCount).map { "f\($0)" }
      if titles.isEmpty { continue }
      table.add("", vectors: (0..<pointCount).map { Array(column.at($0)) }, titles: titles)
    }
    return table.lines
  }

  /// One point with all its quantities below one another.
  private func block(_ row: Int) -> [String] {
    let place = zip(variables, point(row)).prefix(Table.vectorLimit)
      .map { "\($0) = \(Table.format($1))" }.joined(separator: ", ")
    var lines = row == 0 ? [] : [""]
    if !variables.isEmpty {
      lines.append("at " + place + (variables.count > Table.vectorLimit ? ", …" : ""))
    }
    for column in columns {
      let isMatrix = column.quantity == .jacobian || column.quantity == .hessian
      let rows = Table.matrix(column.at(row), columns: isMatrix ? variables.count : max(column.width, 1))
      let name = column.quantity.rawValue
      for (index, line) in rows.enumerated() {
        let label = index == 0 ? name : ""
        lines.append("  " + label + String(repeating: " ", count: 8 - label.count) + line)
      }
    }
    return lines
  }

  var csv: CSVDocument {
    var csv = CSVDocument(header: variables + columns.flatMap(names))
    for row in 0..<pointCount {
      csv.append((Array(point(row)) + columns.flatMap { $0.at(row) }).map(CSVDocument.Cell.number))
    }
    return csv
  }

  /// The names of a quantity's columns: value, gradient_x, hessian_x_y; of output 2 value_2, jacobian_2_x.
  private func names(_ column: Column) -> [String] {
    let name = column.quantity.rawValue
    switch column.quantity {
    case .value: return outputCount == 1 ? [name] : (1...outputCount).map { "\(name)_\($0)" }
    case .gradient: return variables.map { "\(name)_\($0)" }
    case .jacobian: return (1...outputCount).flatMap { output in variables.map { "\(name)_\(output)_\($0)" } }
    case .hessian: return variables.flatMap { row in variables.map { "\(name)_\(row)_\($0)" } }
    }
  }

  var array: NPYArray? {
    columns.count == 1 ? NPYArray(shape: columns[0].shape, scalars: columns[0].scalars) : nil
  }
}
