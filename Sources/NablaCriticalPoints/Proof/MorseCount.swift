// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// A check of a list of nondegenerate critical points by topology: Σ (−1)^index over all of them is the Euler
/// characteristic of the box, which is 1, where the gradient points outwards everywhere on the box's boundary, and (−1)ⁿ
/// where it points inwards (Poincaré–Hopf; Milnor, "Topology from the Differentiable Viewpoint", 1965, §6).
public struct MorseCount: Hashable, Sendable {
  /// Σ (−1)^index over the listed points.
  public let sum: Int

  /// What the sum is for a list that lacks nothing; nil where the gradient is not proven to point one way.
  public let expected: Int?

  /// A count of a list, and what it should be.
  public init(sum: Int, expected: Int?) {
    self.sum = sum
    self.expected = expected
  }

  /// False where points are missing, or listed in excess, for certain.
  public var fits: Bool { expected == nil || expected == sum }
}

/// Which way a gradient points on the boundary of a box, by interval arithmetic on its faces.
struct BoundaryFlow {
  private let evaluators: [IntervalEvaluator]
  private let box: [Interval]
  private static let largestCount = 2_000

  /// - Parameter box: bounded.
  init(_ function: Function, gradient: [Expr], box: Box, parameters: [Double]) {
    let inputs = function.variables + function.parameters
    evaluators = gradient.map {
      IntervalEvaluator(
        IntervalTape(outputs: [$0] + function.outputs, inputs: inputs),
        parameters: parameters.map { Interval($0) })
    }
    self.box = zip(box.lower, box.upper).map { Interval($0, $1) }
  }

  private func isContinuous(_ evaluator: IntervalEvaluator) -> Bool {
    for k in box.indices { evaluator[input: k] = box[k] }
    evaluator.run()
    return evaluator.isContinuous
  }

  /// 1 where the gradient points outwards all around, −1 where inwards; nil where neither is proven, or the gradient is
  /// not proven to be continuous in the box: |x| has its minimum at a kink, and 1/x² a pole for a maximum.
  func direction() -> Int? {
    guard box.allSatisfy({ $0.width > 0 }), evaluators.allSatisfy({ isContinuous($0) }) else { return nil }
    var direction: Int?
    var count = 0
    for j in box.indices {
      for outwards in [-1, 1] {
        var face = box
        face[j] = Interval(outwards < 0 ? box[j].lower : box[j].upper)
        var parts = [face]
        while let part = parts.popLast() {
          count += 1
          guard count <= Self.largestCount else { return nil }
          let evaluator = evaluators[j]
          for k in part.indices { evaluator[input: k] = part[k] }
          evaluator.run()
          let slope = evaluator[output: 0]
          if slope.lower > 0 || slope.upper < 0 {
            let sign = (slope.lower > 0 ? 1 : -1) * outwards
            guard direction ?? sign == sign else { return nil }
            direction = sign
            continue
          }
          let widest = part.indices.max { part[$0].width / box[$0].width < part[$1].width / box[$1].width }!
          let cut = part[widest].midpoint
          guard part[widest].width > 1e-6 * box[widest].width, cut > part[widest].lower,
            cut < part[widest].upper
          else { return nil }
          var (low, high) = (part, part)
          low[widest] = Interval(part[widest].lower, cut)
          high[widest] = Interval(cut, part[widest].upper)
          parts += [low, high]
        }
      }
    }
    return direction
  }
}
