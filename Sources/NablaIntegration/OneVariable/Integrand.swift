// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaTensors

/// A function of one variable as the integrator sees it: values in batches, and, if it has a graph, enclosures and
/// values near a point with the distance as the variable.
final class Integrand {
  private let body: ([Double]) -> [Double]
  /// Nil for a closure.
  let enclosures: Enclosures?
  /// The graph's variable and output, and numbers for the parameters.
  private let function: Function?
  private let parameters: [Double]
  /// Functions of the distance from an end, by the end and the direction; nil where they are no better.
  private var shifted: [Shift: Function?] = [:]

  private struct Shift: Hashable {
    let end: Double
    let isRight: Bool
  }

  /// How many values were computed.
  private(set) var evaluations = 0

  init(_ body: @escaping (Double) -> Double) {
    self.body = { $0.map(body) }
    enclosures = nil
    function = nil
    parameters = []
  }

  /// - Precondition: the function has one variable and one output.
  init(_ function: Function, parameters: [Double]) {
    self.function = function
    self.parameters = parameters
    let row = parameters.isEmpty ? nil : Tensor(parameters)
    body = { points in
      let points = Tensor(shape: [points.count, 1], scalars: points)
      return function.value(at: points, parameters: row).scalars
    }
    enclosures = Enclosures(function, parameters: parameters)
  }

  /// The formula with numbers for the parameters, and its variable; nil for a closure.
  var graph: (output: Expr, variable: Expr)? {
    guard let function else { return nil }
    let numbers = Dictionary(uniqueKeysWithValues: zip(function.parameters, parameters.map { Expr($0) }))
    return (function.outputs[0].substituting(numbers), function.variables[0])
  }

  func values(at points: [Double]) -> [Double] {
    if points.isEmpty { return [] }
    evaluations += points.count
    return body(points)
  }

  /// Values at end + distance, or end − distance, with more digits than the sum has, if the formula allows it.
  ///
  /// See ``LocalForm``, which must agree with the formula itself where both have digits. At 0 every distance is exact.
  ///
  /// - Returns: nil if there is no such form.
  func values(atDistances distances: [Double], from end: Double, isRight: Bool) -> [Double]? {
    if end == 0 { return values(at: isRight ? distances : distances.map(-)) }
    let shift = Shift(end: end, isRight: isRight)
    let known = shifted[shift] ?? makeShifted(shift)
    shifted[shift] = .some(known)
    guard let known else { return nil }
    evaluations += distances.count
    return known.value(at: Tensor(shape: [distances.count, 1], scalars: distances)).scalars
  }

  private func makeShifted(_ shift: Shift) -> Function? {
    let distance = Expr.traced("t", 1)[0]
    guard let (output, variable) = graph,
      let output = LocalForm.expression(
        of: output, variable: variable, at: shift.end, isRight: shift.isRight, distance: distance)
    else { return nil }
    let result = Function(output, of: [distance])
    let probes = [0.5, 0.25, 0.125].map { $0 * LocalForm.reach * Swift.abs(shift.end) }
    let direct = values(at: probes.map { shift.isRight ? shift.end + $0 : shift.end - $0 })
    let near = result.value(at: Tensor(shape: [3, 1], scalars: probes)).scalars
    evaluations += 3
    // There the distance has lost 23 of 53 bits at most, and its power a few more.
    let agrees = zip(direct, near).allSatisfy { Swift.abs($0 - $1) <= 1e-6 * Swift.abs($0) }
    return agrees ? result : nil
  }
}
