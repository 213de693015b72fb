// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// Looks at a box that a pole, a kink or an open comparison runs through one side at a time. Not for use by two
/// threads at once.
///
/// 1/x over [−1, 1] can be anything, and so can its slope −1/x²; for x > 0 and for x < 0 alone the slope is below
/// −1, and at 0 it is not defined: there is no critical point. Each side is a restriction of an intermediate value,
/// and the closures of the sides cover the box.
final class CaseAnalysis {
  private let evaluator: IntervalEvaluator
  private let system: GradientSystem
  private static let largestCount = 4

  init(_ system: GradientSystem) {
    self.system = system
    evaluator = IntervalEvaluator(system.equations, parameters: system.parameters)
  }

  /// The hull of what each case leaves of the box; nil if that is nothing.
  func contracted(_ box: [Interval]) -> [Interval]? {
    let n = system.n
    let signs = evaluator.openSigns(over: box)
    guard !signs.isEmpty, signs.count <= Self.largestCount else { return box }
    var hull: [Interval]?
    for choice in 0..<(1 << signs.count) {
      for j in 0..<n { evaluator[input: j] = box[j] }
      evaluator.run(
        restricting: signs.enumerated().flatMap { k, sign in choice >> k & 1 == 0 ? sign.low : sign.high })
      guard evaluator.contract(to: system.targets) else { continue }
      let rest = (0..<n).map { evaluator[input: $0] }
      hull = hull.map { zip($0, rest).map { $0.hull($1) } } ?? rest
    }
    return hull
  }
}
