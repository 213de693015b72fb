// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Distributions by name on the command line: `normal(0,1)`, or a mixture `0.3*normal(0,1)+0.7*laplace(4,2)`.
enum DistributionParsing {
  private struct Family: Sendable {
    let name: String
    let parameters: [String]
    /// The values of the last parameters where they are left out.
    let defaults: [Double]
    let make: @Sendable ([Double]) throws(DistributionError) -> any ContinuousDistribution
  }

  private static let families: [Family] = [
    Family(name: "normal", parameters: ["mean", "standard deviation"], defaults: [0, 1]) {
      values throws(DistributionError) in
      try NormalDistribution(mean: values[0], standardDeviation: values[1])
    },
    Family(name: "uniform", parameters: ["lower bound", "upper bound"], defaults: [0, 1]) {
      values throws(DistributionError) in try UniformDistribution(lower: values[0], upper: values[1])
    },
    Family(name: "exponential", parameters: ["rate"], defaults: [1]) { values throws(DistributionError) in
      try ExponentialDistribution(rate: values[0])
    },
    Family(name: "laplace", parameters: ["location", "scale"], defaults: [0, 1]) {
      values throws(DistributionError) in try LaplaceDistribution(location: values[0], scale: values[1])
    },
    Family(name: "gamma", parameters: ["shape", "rate"], defaults: [1]) { values throws(DistributionError) in
      try GammaDistribution(shape: values[0], rate: values[1])
    },
    Family(name: "beta", parameters: ["alpha", "beta"], defaults: []) { values throws(DistributionError) in
      try BetaDistribution(alpha: values[0], beta: values[1])
    },
    Family(name: "student", parameters: ["degrees of freedom", "location", "scale"], defaults: [0, 1]) {
      values throws(DistributionError) in
      try StudentTDistribution(degreesOfFreedom: values[0], location: values[1], scale: values[2])
    },
  ]

  /// How they are written, for help texts.
  static var forms: String {
    families.map { "\($0.name)(\($0.parameters.joined(separator: ", ")))" }.joined(separator: ", ")
  }

  /// The distribution that a text names, nil where it names none; `option` is what gives the text, for messages.
  static func distribution(
    _ text: String, option: String
  ) throws(CommandError) -> (any ContinuousDistribution)? {
    let terms = splitOutsideParentheses(text, at: "+").map { Term($0) }
    guard terms.contains(where: { term in families.contains { $0.name == term.name } }) else { return nil }
    var components: [any ContinuousDistribution] = []
    var weights: [Double] = []
    for term in terms {
      components.append(try component(term, option))
      weights.append(
        try term.weight.map { weight throws(CommandError) in
          try ConstantParsing.number(weight, "\(option): a weight")
        } ?? 1)
    }
    if terms.count == 1, terms[0].weight == nil { return components[0] }
    do {
      return try MixtureDistribution(components, weights: weights)
    } catch {
      throw .usage("\(option): \(error)")
    }
  }

  private static func component(_ term: Term, _ option: String) throws(CommandError)
    -> any ContinuousDistribution
  {
    guard let family = families.first(where: { $0.name == term.name }), let arguments = term.arguments else {
      throw .usage("\(option): \"\(term.text.elided())\" is no distribution; these are: \(forms)")
    }
    let given = arguments.trimmingBlanks().isEmpty ? [] : splitOutsideParentheses(arguments, at: ",")
    let required = family.parameters.count - family.defaults.count
    guard (required...family.parameters.count).contains(given.count) else {
      throw .usage(
        "\(option): \"\(term.text.elided())\" has \(counted(given.count, "parameters")); "
          + "it is \(family.name)(\(family.parameters.joined(separator: ", ")))")
    }
    var values: [Double] = []
    for (name, value) in zip(family.parameters, given) {
      values.append(try ConstantParsing.number(value, "\(option): \(family.name): the \(name)"))
    }
    values += family.defaults.dropFirst(given.count - required)
    do {
      return try family.make(values)
    } catch {
      throw .usage("\(option): \(error)")
    }
  }

  /// `weight*name(arguments)`.
  private struct Term {
    let text: String
    let weight: String?
    let name: String
    let arguments: String?

    init(_ text: String) {
      let trimmed = text.trimmingBlanks()
      self.text = trimmed
      let factors = splitOutsideParentheses(trimmed, at: "*")
      weight = factors.count > 1 ? factors.dropLast().joined(separator: "*") : nil
      let call = factors[factors.count - 1].trimmingBlanks()
      guard let open = call.firstIndex(of: "("), call.hasSuffix(")") else {
        (name, arguments) = (call, nil)
        return
      }
      name = String(call[..<open]).trimmingBlanks()
      arguments = String(call[call.index(after: open)...].dropLast())
    }
  }
}
