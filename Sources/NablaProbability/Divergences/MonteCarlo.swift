// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions
internal import NablaIntegration
public import NablaTensors

extension Function {
  /// The mean of the function over independent draws, an estimate of its expectation in any number of dimensions.
  ///
  /// - Parameter draws: points, shape [N, n].
  /// - Returns: the mean and its standard error s/√N, with s² the unbiased variance of the values; of fewer than two draws the error is
  ///   infinite. A value that is not finite makes of both what IEEE 754 does.
  /// - Precondition: the function has one output.
  /// - Complexity: O(N), in one batch.
  public func monteCarloExpectation(over draws: Tensor<Double>) -> Estimate {
    precondition(outputs.count == 1, "an expectation is of a function of one output, not of \(outputs.count)")
    let values = value(at: draws).scalars
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return Estimate(
      value: mean, errorEstimate: values.count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity,
      evaluations: values.count, method: .monteCarlo, reason: .converged)
  }
}

extension Density {
  /// The Kullback–Leibler divergence as the mean of log p − log q over draws from this density, with its standard
  /// error: for many dimensions, where quadrature ends.
  ///
  /// - Parameters:
  ///   - q: the other density.
  ///   - draws: independent points from this density, shape [N, n].
  /// - Precondition: both densities are normalised, and of the same variables.
  public func klDivergence(to q: Density, draws: Tensor<Double>) -> Estimate {
    precondition(
      isNormalized && q.isNormalized && variables == q.variables,
      "draws compare two normalised densities of the same variables")
    return Function(logarithm - q.logarithm, of: variables).monteCarloExpectation(over: draws)
  }
}
