// SPDX-License-Identifier: Apache-2.0

import Nabla

/// A density on the command line: a distribution by its name, or a formula, which need not be normalised.
struct DensityArgument {
  let text: String
  /// The variables that the formula uses; none of a distribution, which is of any one variable.
  let variables: [String]
  let distribution: (any ContinuousDistribution)?
  private let formula: Formula?

  /// Reads an argument; `option` is what gives it, for messages.
  init(_ argument: String, option: String) throws(CommandError) {
    distribution = try DistributionParsing.distribution(argument, option: option)
    if distribution != nil {
      (text, variables, formula) = (argument, [], nil)
      return
    }
    let formula: Formula
    do {
      formula = try Formula(argument, variables: nil)
    } catch {
      guard error.message.contains("unknown function") else { throw error }
      throw CommandError(
        status: error.status,
        message: "\(error.message)\nA density is a formula, or a distribution: \(DistributionParsing.forms).")
    }
    guard formula.outputs.count == 1 else {
      throw .usage("\(option): a density is one formula, not \(formula.outputs.count) separated by \";\"")
    }
    self.formula = formula
    (text, variables) = (formula.text, formula.variables)
  }

  /// - Parameters:
  ///   - variables: those of all formulas of the command line, at least one.
  ///   - over: the ranges of the variables, which a formula needs; a distribution is restricted to them.
  ///   - option: what gives the text, for messages.
  func density(of variables: [String], over: Text?, option: String) throws(CommandError) -> Density {
    let box = try over.map { text throws(CommandError) in
      try BoxParsing.box(text.string, variables: variables, option: "--over")
    }
    let names = variables.map(Expr.variable)
    if let distribution {
      guard names.count == 1 else {
        throw .usage(
          "\(option): \(text.elided()) is a distribution of one variable; there are "
            + VariableNames.list(variables))
      }
      guard let box else { return Density(distribution, of: names[0]) }
      let (lower, upper) = distribution.support
      let (low, high) = (Swift.max(lower, box.lower[0]), Swift.min(upper, box.upper[0]))
      guard low < high, let part = try? Box(lower: [low], upper: [high]) else {
        throw .usage("--over: \(text.elided()) has no probability there; its support is \(lower):\(upper)")
      }
      return Density(logarithm: distribution.logDensity(of: names[0]), of: names, support: part)
    }
    guard let box else {
      throw .usage("the range of a density by formula is missing; give it by --over, as in --over x=-inf:inf")
    }
    guard zip(box.lower, box.upper).allSatisfy({ $0 < $1 }) else {
      throw .usage("--over: a density has some room; a range is empty")
    }
    let density = Density(formula!.outputs[0], of: names, support: box)
    if let place = density.negativePlace() {
      let point = zip(variables, place).map { "\($0) = \(Float($1))" }.joined(separator: ", ")
      throw .usage(
        "\(option): \(text.elided()) is negative, as at \(point); a density is not: choose --over within where it is"
      )
    }
    return density
  }
}
