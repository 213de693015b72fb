internal import NablaCalculus
internal import NablaExpressions

/// Enclosures of a function of one variable and of its derivative over intervals.
final class Enclosures {
  private let evaluator: IntervalEvaluator
  /// Whether the derivative is among the outputs: not of very large functions.
  private let hasSlope: Bool
  private(set) var evaluations = 0

  /// The most operations of a function whose derivative is enclosed too.
  private static let slopeLimit = 2000

  convenience init(_ function: Function, parameters: [Double]) {
    self.init(function, parameterRanges: parameters.map { $0.isFinite ? Interval($0) : .entire })
  }

  /// - Parameter parameterRanges: what holds for all of them is asked for.
  init(_ function: Function, parameterRanges: [Interval]) {
    let output = function.outputs[0]
    hasSlope = Expr.operationCount(of: [output]) <= Self.slopeLimit
    let outputs = hasSlope ? [output, output.derivative(by: function.variables[0])] : [output]
    evaluator = IntervalEvaluator(
      IntervalTape(outputs: outputs, inputs: function.variables + function.parameters),
      parameters: parameterRanges)
  }

  struct Enclosure {
    /// Of the values; empty where the function is undefined throughout.
    var value: Interval
    /// Of the derivative; entire where nothing is known.
    var slope: Interval
    /// Whether function and derivative are defined and continuous at every point.
    var isSmooth: Bool

    /// The largest magnitude of the derivative; infinite where nothing is known.
    var steepness: Double { slope.isEmpty ? .infinity : slope.magnitude }
  }

  func callAsFunction(_ lower: Double, _ upper: Double) -> Enclosure {
    evaluations += 1
    let range = Interval(lower, upper)
    evaluator[input: 0] = range
    evaluator.run()
    var value = evaluator[output: 0]
    let slope = hasSlope ? evaluator[output: 1] : .entire
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
    return Enclosure(value: value, slope: slope, isSmooth: isSmooth)
  }
}
