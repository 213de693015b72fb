// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// A function of several variables over a finite box, in batches, with enclosures.
///
/// Unbounded sides are mapped: x = t/(1 − t²) for the line, x = a ± t/(1 − t) for half of it.
final class CubatureIntegrand {
  let lower: [Double]
  let upper: [Double]
  /// Of the variables of the finite box, times the derivative of the map.
  let function: Function
  /// Whether a side was mapped.
  let isMapped: Bool
  private let parameters: [Double]
  private let evaluator: IntervalEvaluator
  private var evaluation = Evaluation()
  private(set) var evaluations = 0
  private(set) var intervalEvaluations = 0

  var dimension: Int { lower.count }

  /// - Precondition: the function has one output; lower < upper on every side.
  init(_ function: Function, lower: [Double], upper: [Double], parameters: [Double]) {
    self.parameters = parameters
    var (low, high) = (lower, upper)
    var replacements: [Expr: Expr] = [:]
    var factor: Expr = 1
    for (j, x) in function.variables.enumerated() {
      switch (lower[j].isFinite, upper[j].isFinite) {
      case (true, true): continue
      case (false, false):
        replacements[x] = x / (1 - pow(x, 2))
        factor = factor * (1 + pow(x, 2)) / pow(1 - pow(x, 2), 2)
        (low[j], high[j]) = (-1, 1)
      case (true, false):
        replacements[x] = Expr(lower[j]) + x / (1 - x)
        factor = factor / pow(1 - x, 2)
        (low[j], high[j]) = (0, 1)
      case (false, true):
        replacements[x] = Expr(upper[j]) - x / (1 - x)
        factor = factor / pow(1 - x, 2)
        (low[j], high[j]) = (0, 1)
      }
    }
    isMapped = !replacements.isEmpty
    self.function =
      isMapped
      ? Function(
        function.outputs[0].substituting(replacements) * factor, of: function.variables,
        parameters: function.parameters)
      : Function(function.outputs[0], of: function.variables, parameters: function.parameters)
    (self.lower, self.upper) = (low, high)
    evaluator = IntervalEvaluator(
      IntervalTape(
        outputs: self.function.outputs, inputs: self.function.variables + self.function.parameters),
      parameters: parameters.map { $0.isFinite ? Interval($0) : .entire })
  }

  /// Values at points given row by row, [N, n].
  func values(at points: [Double]) -> [Double] {
    let count = points.count / dimension
    if count == 0 { return [] }
    evaluations += count
    function.evaluate(
      .value, at: Tensor(shape: [count, dimension], scalars: points),
      parameters: parameters.isEmpty ? nil : Tensor(parameters), layout: .columns, into: &evaluation)
    return evaluation.value.scalars
  }

  /// The enclosure of the values over a box, and whether the function is continuous there.
  func enclosure(_ lower: [Double], _ upper: [Double]) -> (value: Interval, isContinuous: Bool) {
    intervalEvaluations += 1
    for j in lower.indices { evaluator[input: j] = Interval(lower[j], upper[j]) }
    evaluator.run()
    return (evaluator[output: 0], evaluator.isContinuous)
  }

  /// Where operations that depend on one variable alone have kinks, jumps or poles: planes at which to cut the box.
  ///
  /// - Returns: for each variable the places between its bounds, ascending.
  func breakPlanes() -> [[Double]] {
    var planes = [[Double]](repeating: [], count: dimension)
    let variables = function.variables
    for kink in Self.roughOperations(of: function.outputs[0]) {
      let used = Set(kink.variables)
      if used.contains(where: function.parameters.contains) { continue }
      guard used.count == 1, let variable = used.first, let axis = variables.firstIndex(of: variable) else {
        continue
      }
      let part = Function(kink, of: [variable])
      let enclosures = Enclosures(part, parameters: [])
      let found = enclosures.breakPoints(from: lower[axis], to: upper[axis]) { points in
        part.value(at: Tensor(shape: [points.count, 1], scalars: points)).scalars
      }
      intervalEvaluations += enclosures.evaluations
      planes[axis] += found.interior
    }
    return planes.map { places in
      var kept: [Double] = []
      for place in places.sorted() where place - (kept.last ?? -.infinity) > 1e-13 * Swift.abs(place) {
        kept.append(place)
      }
      return kept
    }
  }

  /// The operations of an expression that somewhere are not smooth.
  private static func roughOperations(of expression: Expr) -> [Expr] {
    guard let graph = expression.graph else { return [] }
    let root = graph.id(of: expression)
    let nodes = graph.nodes()
    let needed = reachable(from: [root], in: nodes)
    return nodes.indices.compactMap { id in
      guard needed[id], nodes[id].operation != .constant, nodes[id].operation != .variable else { return nil }
      let operation = nodes[id].operation
      let isRough = operation.hasDiscontinuities || operation.definition.kink != nil
      return isRough ? graph.expression(NodeID(id)) : nil
    }
  }
}
