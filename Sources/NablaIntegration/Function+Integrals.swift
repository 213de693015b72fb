// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

extension Function {
  /// The definite integrals of a scalar function of one variable for many rows of parameters, ∫ₐᵇ f(x; pₖ) dx.
  ///
  ///     let f = try Function(parsing: "exp(-a*x^2)*cos(b*x)", variables: ["x"], parameters: ["a", "b"])
  ///     f.integrals(from: 0, to: .infinity, parameters: [[0.5, 1], [2, 5]])
  ///
  /// Where the function is smooth for all the parameters, one rule is shared: each of its nodes is evaluated for all rows in
  /// one run of the kernel, and enclosures that hold for all rows say whether the nodes are close enough. Rows for which that
  /// is not so, or which do not reach the tolerance, are integrated by themselves.
  ///
  /// - Parameters:
  ///   - a: one end, which may be infinite.
  ///   - b: the other end.
  ///   - parameters: one row for each integral, [K, p].
  ///   - options: as for one integral.
  /// - Returns: K results; see ``integral(from:to:parameters:options:)``.
  /// - Precondition: as for one integral.
  /// - Complexity: O(K) values for each node of the shared rule, some tens.
  public func integrals(
    from a: Double, to b: Double, parameters: Tensor<Double>,
    options: IntegrationOptions = IntegrationOptions()
  ) -> [Integral] {
    precondition(
      variables.count == 1 && outputs.count == 1,
      "integrals(from:to:parameters:) needs a function of one variable and one output, not \(self)")
    precondition(
      parameters.rank == 2 && parameters.shape[1] == parameterNames.count,
      "\(self) takes parameters of shape [K, \(parameterNames.count)], not \(parameters.shape)")
    precondition(!a.isNaN && !b.isNaN, "the ends of a range are numbers, not \(a) and \(b)")
    options.check()
    let count = parameters.shape[0]
    guard count > 0 else { return [] }
    var shared: BatchIntegrator.Result?
    if a != b {
      let batch = BatchIntegrator(self, parameters: parameters, options: options)
      shared = batch.run(from: Swift.min(a, b), to: Swift.max(a, b))
    }
    var results: [Integral] = []
    results.reserveCapacity(count)
    for row in 0..<count {
      guard let shared, shared.converged[row] else {
        results.append(
          integral(from: a, to: b, parameters: parameters[row].scalars, options: options))
        continue
      }
      results.append(
        Integral(
          value: a < b ? shared.values[row] : -shared.values[row], errorEstimate: shared.errors[row],
          evaluations: shared.evaluations[row],
          intervalEvaluations: row == 0 ? shared.intervalEvaluations : 0, reason: .converged,
          method: shared.method))
    }
    return results
  }
}
