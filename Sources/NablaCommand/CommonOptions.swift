// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Nabla

/// The arguments that every command takes.
struct CommonOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The function: a formula, @FILE to read it from a file, or - for standard input.",
      valueName: "expression"))
  var expression: Text

  @Option(
    help: ArgumentHelp(
      "The order of the variables, perhaps with some that the expression does not use. "
        + "By default they are ordered by name, x2 before x10.",
      valueName: "names"))
  var variables: Text?

  @Flag(help: "Print one JSON document instead of a table.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write the result to a file ending in .json, .csv or .npy, or, of commands that draw, .svg. It appears "
        + "whole or not at all.",
      valueName: "file"))
  var output: Text?

  /// Reads the expression.
  ///
  /// - Parameter text: a point or box, `x=…,y=…`, whose names are the variables of a constant expression.
  func formula(named text: Text? = nil) throws(CommandError) -> Formula {
    let names = text.map { Entry.list($0.string).compactMap(\.name).filter(Expr.isVariableName) } ?? []
    let isDistinct = Set(names).count == names.count
    return try Formula(
      expression.string, variables: variables?.string, constantVariables: isDistinct ? names : [])
  }

  /// The file to write to; nil for standard output only.
  func outputFile(
    formats: [OutputFile.Format] = OutputFile.Format.data,
    reason: String = "a picture is drawn by classify --in, integrate, minimize, plot, sample and taylor; "
      + "write .json or .csv"
  ) throws(CommandError) -> OutputFile? {
    guard let output else { return nil }
    return try OutputFile(output.string, formats: formats, reason: reason)
  }

  /// Gives the result in the forms that were asked for. The file is written first, so that a failure to do
  /// so leaves nothing on standard output.
  ///
  /// `symbol` is what the function is called in the line above a table.
  func deliver(
    _ report: some Report, of command: String, _ formula: Formula, to file: OutputFile?, symbol: String = "f"
  ) throws(CommandError) {
    let head: [(String, JSON)] = [
      ("command", .string(command)), ("expression", .string(formula.text)),
      ("variables", .strings(formula.variables)),
    ]
    let document = JSON.object(head + report.json)
    try file?.write(report, document: document)
    if json {
      try Console.write(document.bytes)
    } else if let file {
      try Console.write("wrote \(file.path)\n")
    } else {
      let names = formula.variables.isEmpty ? "" : "(\(VariableNames.list(formula.variables)))"
      let lines = ["\(symbol)\(names) = \(formula.text.oneLine().elided(to: 200))", ""] + report.lines
      try Console.write(lines.joined(separator: "\n") + "\n")
    }
  }
}

extension String {
  /// The start of a text with its line breaks as blanks.
  func oneLine() -> String {
    String(prefix(300).map { $0.isNewline ? " " : $0 })
  }
}
