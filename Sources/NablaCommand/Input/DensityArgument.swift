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
    let formula = formula!.outputs[0]
    if let place = Self.negativePlace(of: Function(formula, of: names), in: box) {
      let point = zip(variables, place).map { "\($0) = \(Float($1))" }.joined(separator: ", ")
      throw .usage(
        "\(option): \(text.elided()) is negative, as at \(point); a density is not: choose --over within where it is"
      )
    }
    return Density(formula, of: names, support: box)
  }

  /// One of some hundred points, spread over the box, at which a function is negative.
  private static func negativePlace(of f: Function, in box: Box) -> [Double]? {
    let n = box.dimension
    guard let unit = try? Box(lower: Array(repeating: -1, count: n), upper: Array(repeating: 1, count: n))
    else {
      return nil
    }
    let points = unit.latinHypercube(200, seed: 1)
    let places = (0..<200).map { row in
      zip(points.row(row).scalars, zip(box.lower, box.upper)).map { t, ends in
        switch (ends.0.isFinite, ends.1.isFinite) {
        case (true, true): 0.5 * (1 - t) * ends.0 + 0.5 * (1 + t) * ends.1
        case (true, false): ends.0 + (1 + t) / (1 - t)
        case (false, true): ends.1 - (1 - t) / (1 + t)
        case (false, false): t / (1 - t * t)
        }
      }
    }
    let values = f.value(at: Tensor(places)).scalars
    return zip(places, values).first { $0.1 < 0 }?.0
  }
}
