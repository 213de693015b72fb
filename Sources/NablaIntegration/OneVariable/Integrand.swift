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

  func values(at points: [Double]) -> [Double] {
    if points.isEmpty { return [] }
    evaluations += points.count
    return body(points)
  }

  /// Values at end + distance, or end − distance, with more digits than the sum has, if the formula allows it.
  ///
  /// x = c + t is put into the graph, and simplified: (1 − x)^p becomes (−t)^p at c = 1. What is simplified must agree
  /// with the formula itself at moderate distances.
  func values(atDistances distances: [Double], from end: Double, isRight: Bool) -> [Double]? {
    if end == 0 { return values(at: isRight ? distances : distances.map(-)) }
    guard let function else { return nil }
    let shift = Shift(end: end, isRight: isRight)
    let known = shifted[shift] ?? makeShifted(function, shift)
    shifted[shift] = .some(known)
    guard let known else { return nil }
    evaluations += distances.count
    let row = parameters.isEmpty ? nil : Tensor(parameters)
    return known.value(
      at: Tensor(shape: [distances.count, 1], scalars: distances), parameters: row
    ).scalars
  }

  private func makeShifted(_ function: Function, _ shift: Shift) -> Function? {
    let variable = function.variables[0]
    let distance = Expr.traced("t", 1)[0]
    let place = shift.isRight ? Expr(shift.end) + distance : Expr(shift.end) - distance
    let output = function.outputs[0].substituting(variable, by: place).simplified()
    let result = Function(output, of: [distance], parameters: function.parameters)
    // Distances that are added exactly.
    let unit = Double(sign: .plus, exponent: shift.end.exponent, significand: 1)
    let probes = [0x1p-8, 0x1p-12, 0x1p-16].map { $0 * unit }
    let row = parameters.isEmpty ? nil : Tensor(parameters)
    let direct = values(at: probes.map { shift.isRight ? shift.end + $0 : shift.end - $0 })
    let near = result.value(at: Tensor(shape: [3, 1], scalars: probes), parameters: row).scalars
    evaluations += 3
    // The last probe has lost 16 + 8 bits of 53 at most.
    let agrees = zip(direct, near).allSatisfy { Swift.abs($0 - $1) <= 1e-7 * Swift.abs($0) }
    guard agrees else { return nil }
    // Worth having only if it is still itself where the sum has no digits left.
    let tiny = result.value(
      at: Tensor(shape: [2, 1], scalars: [0x1p-80 * unit, 0x1p-100 * unit]), parameters: row
    )
    .scalars
    evaluations += 2
    return tiny.allSatisfy(\.isFinite) && tiny[0] != tiny[1] ? result : nil
  }
}
