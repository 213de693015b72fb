// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The expression of a command line with its variables.
struct Formula {
  /// The text as it was given; from a file, without the line ends that close it.
  let text: String
  /// The outputs, which semicolons separate in the text.
  let outputs: [Expr]
  /// The variables in the order of a point's coordinates.
  let variables: [String]

  /// The text, or its beginning, for a line above a picture.
  var title: String { text.oneLine().elided(to: 60) }

  /// The largest text accepted, in bytes.
  static let sizeLimit = 16 << 20

  /// The most variables of which a Hessian is made and decomposed.
  static let variableLimit = 1000

  /// The most operations of a gradient whose derivatives are taken once more: seconds and some 200 MB.
  static let gradientLimit = 400_000

  /// - Parameters:
  ///   - argument: a formula, `@FILE` or `-`.
  ///   - order: names separated by commas; nil for the order by name.
  ///   - constantVariables: the variables of an expression that uses none, if `order` is nil.
  init(
    _ argument: String, variables order: String?, constantVariables: [String] = []
  ) throws(CommandError) {
    let source: String?
    (text, source) = try Formula.read(argument)
    do {
      outputs = try Expr.list(parsing: text)
    } catch {
      throw .usage((source.map { $0 + ": " } ?? "") + error.description)
    }
    let used = VariableNames.used(in: text)
    guard let order else {
      variables = used.isEmpty ? constantVariables : used
      return
    }
    variables = try VariableNames.parse(order, option: "--variables")
    let named = Set(variables)
    if named.count < variables.count {
      let twice = variables.indices.filter { variables[..<$0].contains(variables[$0]) }.map { variables[$0] }
      throw .usage("--variables names \(VariableNames.list(twice)) twice")
    }
    let missing = used.filter { !named.contains($0) }
    if !missing.isEmpty {
      throw .usage("--variables does not name \(VariableNames.list(missing)), used by the expression")
    }
  }

  /// An expression that was read otherwise.
  init(text: String, outputs: [Expr], variables: [String]) {
    self.text = text
    self.outputs = outputs
    self.variables = variables
  }

  /// The formula as a function of other formulas' variables too, or of one of a given name if there are none.
  func adding(_ names: [String], orElse name: String) -> Formula {
    let all = Expr.variables(of: (variables + names).map(Expr.variable)).compactMap(\.variableName)
    let new = Set(names).subtracting(variables)
    let joined = new.isEmpty ? variables : all
    return Formula(text: text, outputs: outputs, variables: joined.isEmpty ? [name] : joined)
  }

  /// The function of one output.
  ///
  /// - Parameter command: the name of the command that takes no more than one.
  func scalarFunction(for command: String) throws(CommandError) -> Function {
    guard outputs.count == 1 else {
      throw .usage(
        "\(command) takes one expression; this one has \(outputs.count) outputs separated by \";\"")
    }
    if variables.isEmpty {
      throw .usage("the expression has no variables; --variables can name some")
    }
    if variables.count > Formula.variableLimit {
      throw .usage(
        "\(command) takes up to \(Formula.variableLimit) variables, whose Hessian is a full matrix; "
          + "this function has \(variables.count)")
    }
    let variables = variables.map(Expr.variable)
    let size = Expr.operationCount(of: outputs[0].gradient(by: variables))
    if size > Formula.gradientLimit {
      throw .usage(
        "\(command) takes a gradient of up to \(Formula.gradientLimit) operations, whose second derivatives "
          + "still fit the memory; this expression's has \(size)")
    }
    return Function(outputs[0], of: variables)
  }

  /// The function of all outputs: scalar if there is one.
  func function() -> Function {
    let variables = variables.map(Expr.variable)
    return outputs.count == 1 ? Function(outputs[0], of: variables) : Function(outputs, of: variables)
  }

  /// The text of an argument, and the name of the file it is from.
  private static func read(_ argument: String) throws(CommandError) -> (text: String, source: String?) {
    guard argument == "-" || argument.hasPrefix("@") else { return (argument, nil) }
    let path = argument == "-" ? argument : String(argument.dropFirst())
    if path.isEmpty { throw .usage("@ is followed by the name of a file") }
    let name = WholeFile.name(path)
    let bytes = try CommandError.wrapping { () throws(FileError) in try WholeFile.read(path, limit: sizeLimit)
    }
    guard let text = String(strictUTF8: bytes) else { throw .usage("\(name) is not text in UTF-8") }
    let trimmed = text.lastIndex { !$0.isNewline }.map { String(text[...$0]) } ?? ""
    if trimmed.isEmpty { throw .usage("\(name) is empty; it should hold an expression") }
    return (trimmed, name)
  }
}
