// SPDX-License-Identifier: Apache-2.0

import Nabla

/// The minimisers by the names of `--method`.
enum MethodList {
  /// A method; `rate` is that of `--rate`, for those that have one.
  struct Entry: Sendable {
    let name: String
    let hasRate: Bool
    let make: @Sendable (_ rate: LearningRate?) -> MinimizationMethod

    init(
      _ name: String, hasRate: Bool = false, _ make: @escaping @Sendable (LearningRate?) -> MinimizationMethod
    ) {
      (self.name, self.hasRate, self.make) = (name, hasRate, make)
    }
  }

  static let all: [Entry] = [
    Entry("trust-region") { _ in .trustRegion() },
    Entry("dogleg") { _ in .trustRegion(.dogleg) },
    Entry("steihaug") { _ in .trustRegion(.steihaug) },
    Entry("newton") { _ in .newton() },
    Entry("newton-cg") { _ in .newtonCG() },
    Entry("bfgs") { _ in .bfgs() },
    Entry("lbfgs") { _ in .lbfgs() },
    Entry("conjugate-gradients") { _ in .conjugateGradients() },
    Entry("gradient-descent", hasRate: true) {
      $0.map { .gradientDescent(rate: $0) } ?? .gradientDescent()
    },
    Entry("momentum", hasRate: true) { .momentum(rate: $0) },
    Entry("nesterov", hasRate: true) { .nesterov(rate: $0) },
    Entry("adagrad", hasRate: true) { .adaGrad(rate: $0) },
    Entry("rmsprop", hasRate: true) { .rmsProp(rate: $0) },
    Entry("adam", hasRate: true) { .adam(rate: $0) },
  ]

  /// The methods of a list separated by commas.
  ///
  /// `text` is that of `--rate`.
  static func parse(_ list: String, rate text: String?) throws(CommandError) -> [MinimizationMethod] {
    var rate: Double?
    if let text {
      let value = try ConstantParsing.number(text, "--rate")
      guard value > 0 else { throw .usage("--rate is \(text.elided()); a learning rate is positive") }
      rate = value
    }
    var entries: [Entry] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let name = part.trimmingBlanks()
      guard let entry = all.first(where: { $0.name == name }) else {
        throw .usage(
          "--method \"\(name.elided())\" is not known; these are: \(all.map(\.name).joined(separator: ", "))")
      }
      if entries.contains(where: { $0.name == name }) { throw .usage("--method names \(name) twice") }
      entries.append(entry)
    }
    if rate != nil, !entries.contains(where: \.hasRate) {
      throw .usage(
        "--rate is for methods with a fixed rate "
          + "(\(all.filter(\.hasRate).map(\.name).joined(separator: ", "))), not for \(list.elided())")
    }
    return entries.map { $0.make(rate.map(LearningRate.constant)) }
  }
}
