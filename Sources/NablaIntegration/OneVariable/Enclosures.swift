// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions

/// Enclosures of a function of one variable and of its first two derivatives over intervals.
final class Enclosures {
  private let evaluator: IntervalEvaluator
  private let order: Int
  private(set) var evaluations = 0

  convenience init(_ function: Function, parameters: [Double]) {
    self.init(function, parameterRanges: parameters.map { $0.isFinite ? Interval($0) : .entire })
  }

  /// - Parameter parameterRanges: what holds for all of them is asked for.
  init(_ function: Function, parameterRanges: [Interval]) {
    let known = function.enclosureTape
    order = known.order
    evaluator = IntervalEvaluator(known.tape, parameters: parameterRanges)
  }

  struct Enclosure {
    /// Of the values; empty where the function is undefined throughout.
    var value: Interval
    /// Of the derivative; entire where nothing is known.
    var slope: Interval
    /// Of the second derivative; entire where nothing is known.
    var curvature: Interval
    /// Whether function and derivatives are defined and continuous at every point.
    var isSmooth: Bool

    /// The largest magnitudes of the derivatives; infinite where nothing is known.
    var steepness: Double { slope.isEmpty ? .infinity : slope.magnitude }
    var bend: Double { curvature.isEmpty ? .infinity : curvature.magnitude }
  }

  func callAsFunction(_ lower: Double, _ upper: Double) -> Enclosure {
    evaluations += 1
    let range = Interval(lower, upper)
    evaluator[input: 0] = range
    evaluator.run()
    var value = evaluator[output: 0]
    let slope = order > 0 ? evaluator[output: 1] : .entire
    let curvature = order > 1 ? evaluator[output: 2] : .entire
    let isSmooth = evaluator.isContinuous
    if isSmooth && range.isBounded && slope.isBounded && !value.isEmpty {
      // The mean-value form: f(x) ∈ f(m) + f'(X)(x − m), quadratically close.
      let middle = range.midpoint
      evaluator[input: 0] = Interval(middle)
      evaluations += 1
      evaluator.run()
      let centred = evaluator[output: 0] + slope * (range - Interval(middle))
      let both = value.intersection(centred)
      if !both.isEmpty { value = both }
    }
    return Enclosure(value: value, slope: slope, curvature: curvature, isSmooth: isSmooth)
  }
}
