// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
public import NablaTensors

extension Function {
  /// The operations that meet a kink, a jump or a tie at one point, where a convention gives their derivative
  /// (abs'(0) = 0): none means that the derivatives at the point are those of the formula.
  ///
  /// For a count at each of many points ask for ``Quantities/kinks``. An operation counts also where it does not
  /// reach the result, as in a branch that is not taken.
  ///
  /// - Precondition: one point [n], and parameters [p] if there are some.
  /// - Complexity: O(size of the function).
  public func kinks(at point: Tensor<Double>, parameters: Tensor<Double>? = nil) -> [Kink] {
    let kinks = Expr.kinks(of: outputs)
    if kinks.isEmpty { return [] }
    let conditions = Function(kinks.map(\.condition), of: variables, parameters: self.parameters)
    let met = conditions.value(at: point, parameters: parameters)
    precondition(met.rank == 1, "kinks(at:) takes one point [\(variables.count)], not \(point.shape)")
    return zip(kinks, met.scalars).filter { $0.1 != 0 }.map(\.0)
  }
}
