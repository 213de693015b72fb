// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// Values of expressions with bounds of their errors, by a running error analysis: each operation adds
/// its own rounding error to the errors that its operands bring along, to first order.
///
/// With u = 2⁻⁵³ and eₐ the bound of the operand a, for r = a + b the bound is eₐ + e_b + u|r|; for r = a b
/// it is |a|e_b + |b|eₐ + eₐe_b + u|r|; for a function r = f(a) it is
/// max(|f(a+eₐ) − f(a)|, |f(a−eₐ) − f(a)|) + 2u|r|. A result that underflowed adds the smallest number.
/// Errors of the inputs are given. A bound is infinite where nothing is known: where the function is
/// undefined within the operand's error.
///
/// Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., 2002, section 3.3.
///
/// - Complexity: an analysis costs some ten times an evaluation of the expressions one at a time.
package struct RunningError: Sendable {
  /// A value and the bound of its absolute error.
  package struct Bounded: Sendable {
    package var value: Double
    package var error: Double

    package init(value: Double, error: Double) {
      self.value = value
      self.error = error
    }
  }

  private struct Step: Sendable {
    var operation: Operation
    var a: Int
    var b: Int
    var c: Int
    var index: Int
  }

  private var steps: [Step] = []
  /// The place of each input, or nil where no output depends on it.
  private var inputs: [Int?]
  private var outputs: [Int]
  private var constants: [(place: Int, value: Double)] = []
  private let placeCount: Int

  /// The analysis of `outputs`, which consist of the variables `inputs`.
  package init(outputs: [Expr], inputs: [Expr]) {
    let graph = outputs.lazy.compactMap(\.graph).first ?? ExprGraph()
    let roots = outputs.map { graph.id(of: $0) }
    let variables = inputs.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    var places = [Int](repeating: -1, count: nodes.count)
    var count = 0
    for id in nodes.indices where needed[id] {
      places[id] = count
      count += 1
      let node = nodes[id]
      switch node.operation {
      case .constant: constants.append((places[id], graph.constant(node)))
      case .variable: break
      default:
        let operands = node.operation.definition.value.operandCount
        let index = operands == 2 ? node.c : node.b
        steps.append(
          Step(
            operation: node.operation, a: places[Int(node.a)], b: operands > 1 ? places[Int(node.b)] : 0,
            c: operands > 2 ? places[Int(node.c)] : 0, index: Int(index)))
        stepPlaces.append(places[id])
      }
    }
    self.inputs = variables.map { needed[Int($0)] ? places[Int($0)] : nil }
    self.outputs = roots.map { places[Int($0)] }
    placeCount = count
  }

  private var stepPlaces: [Int] = []

  /// The number of operations, by which the cost of an analysis can be judged.
  package var operationCount: Int { steps.count }

  /// The outputs' values and error bounds where the inputs are known to within `uncertainties`.
  ///
  /// - Parameter unitRoundoff: 2⁻⁵³; or 0 to see the effect of underflow (and of the inputs' errors) alone.
  package func callAsFunction(
    at point: [Double], uncertainties: [Double], unitRoundoff: Double = 0x1p-53
  ) -> [Bounded] {
    var values = [Bounded](repeating: Bounded(value: 0, error: 0), count: placeCount)
    for (place, value) in constants { values[place].value = value }
    for (input, place) in inputs.enumerated() {
      guard let place else { continue }
      values[place] = Bounded(value: point[input], error: uncertainties[input])
    }
    values.withUnsafeMutableBufferPointer { values in
      for (step, place) in zip(steps, stepPlaces) {
        values[place] = Self.bounded(step, values, unitRoundoff)
      }
    }
    return outputs.map { values[$0] }
  }
}

extension RunningError {
  private static let smallest = Double.leastNonzeroMagnitude

  private static func bounded(
    _ step: Step, _ values: UnsafeMutableBufferPointer<Bounded>, _ u: Double
  ) -> Bounded {
    let a = values[step.a]
    switch step.operation.definition.value {
    case .leaf: return a
    case .select: return a.value != 0 ? values[step.b] : values[step.c]
    case .unary(let f): return bounded(step.operation, f, a, u)
    case .indexed(let f):
      // xⁿ is up to 2 log₂ n products.
      let products = Double(2 * (Int.bitWidth - step.index.magnitude.leadingZeroBitCount))
      return bounded(step.operation, { f($0, step.index) }, a, Swift.max(1, products / 2) * u)
    case .binary(let f): return bounded(step.operation, f, a, values[step.b], u)
    case .indexedBinary(let f):
      return bounded(step.operation, { f($0, $1, step.index) }, a, values[step.b], u)
    }
  }

  private static func bounded(
    _ operation: Operation, _ f: (Double) -> Double, _ a: Bounded, _ u: Double
  ) -> Bounded {
    let r = f(a.value)
    switch operation {
    case .negate, .abs, .relu: return Bounded(value: r, error: a.error)
    case .not: return Bounded(value: r, error: 0)
    default: break
    }
    var error = 0.0
    if a.error != 0 {
      error = larger(f(a.value + a.error) - r, f(a.value - a.error) - r)
    }
    switch operation {
    case .floor, .ceil, .sign: break
    default:
      error += 2 * u * Swift.abs(r)
      // An underflow: a tiny result that is not the function's exact zero.
      if Swift.abs(r) < .leastNormalMagnitude && a.value != 0 {
        if r != 0 || (f(a.value.nextUp) == 0 && f(a.value.nextDown) == 0) { error += smallest }
      }
    }
    return Bounded(value: r, error: error.isNaN ? .infinity : error)
  }

  private static func bounded(
    _ operation: Operation, _ f: (Double, Double) -> Double, _ a: Bounded, _ b: Bounded, _ u: Double
  ) -> Bounded {
    let r = f(a.value, b.value)
    let rounding = u * Swift.abs(r)
    var error: Double
    switch operation {
    case .add, .subtract: error = a.error + b.error + rounding
    case .multiply:
      error = product(a.value, b.error) + product(b.value, a.error) + product(a.error, b.error) + rounding
      if Swift.abs(r) < .leastNormalMagnitude && a.value != 0 && b.value != 0 { error += smallest }
    case .divide:
      let divisor = Swift.abs(b.value) - b.error
      error = a.error + product(r, b.error)
      // 0/0 and the like are the value's own NaN; a divisor that may be zero leaves nothing known.
      if error != 0 { error = divisor > 0 ? error / divisor : .infinity }
      error += rounding
      if Swift.abs(r) < .leastNormalMagnitude && a.value != 0 && b.value.isFinite { error += smallest }
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or: error = 0
    case .min, .max:
      let isTie = Swift.abs(a.value - b.value) <= a.error + b.error
      error = isTie ? Swift.max(a.error, b.error) : r == a.value ? a.error : b.error
    default:
      error = 2 * rounding
      if a.error != 0 {
        error += larger(f(a.value + a.error, b.value) - r, f(a.value - a.error, b.value) - r)
      }
      if b.error != 0 {
        error += larger(f(a.value, b.value + b.error) - r, f(a.value, b.value - b.error) - r)
      }
      if Swift.abs(r) < .leastNormalMagnitude && r != 0 { error += smallest }
    }
    return Bounded(value: r, error: error.isNaN ? .infinity : error)
  }

  /// The larger magnitude; NaN if either is NaN.
  private static func larger(_ x: Double, _ y: Double) -> Double {
    x.isNaN || y.isNaN ? .nan : Swift.max(Swift.abs(x), Swift.abs(y))
  }

  /// |x| e, where an error of zero stays zero.
  private static func product(_ x: Double, _ e: Double) -> Double { e == 0 ? 0 : Swift.abs(x) * e }
}
