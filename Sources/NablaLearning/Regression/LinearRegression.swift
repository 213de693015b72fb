// SPDX-License-Identifier: Apache-2.0

public import NablaTensors
internal import RealModule

/// Linear regression by least squares, y ≈ X w + b, with standard errors, by QR factorisation.
public struct LinearRegression: Sendable {
  /// The coefficients of the columns, [n].
  public let coefficients: Tensor<Double>
  /// The intercept; 0 if there is none.
  public let intercept: Double
  /// Of the coefficients: √(s² (XᵀX)⁻¹ⱼⱼ) with s² = Σr² / (N − rank); NaN without degrees of freedom or where columns
  /// depend on others.
  public let standardErrors: Tensor<Double>
  /// Of the intercept; 0 if there is none.
  public let interceptStandardError: Double
  /// Σ (y − X w − b)².
  public let residualSumOfSquares: Double
  /// √(Σr² / (N − rank)); NaN without degrees of freedom.
  public let residualStandardDeviation: Double
  /// 1 − Σr² / Σ(y − ȳ)², without an intercept 1 − Σr² / Σy².
  public let rSquared: Double
  /// The number of independent columns, the intercept's included.
  public let rank: Int
  /// Whether all columns are independent. Otherwise many coefficients fit equally well; those given are the shortest, and
  /// predictions for the rows of the data do not depend on the choice.
  public let hasFullRank: Bool

  /// Fits rows of data [N, n] to targets [N].
  ///
  /// - Throws: `LinearAlgebraError.notFinite` if a number of the data is not finite.
  /// - Complexity: O(N n²).
  /// - Source: `LinearAlgebra.leastSquares(_:_:tolerance:)`.
  public init(
    _ x: Tensor<Double>, _ y: Tensor<Double>, intercept hasIntercept: Bool = true
  ) throws(LinearAlgebraError) {
    precondition(
      x.rank == 2 && y.shape == [x.shape[0]] && x.shape[0] > 0,
      "Linear regression needs X [N, n] and y [N] with N ≥ 1; the shapes are \(x.shape) and \(y.shape).")
    let (rows, n) = (x.shape[0], x.shape[1])
    let design = hasIntercept ? Tensor.concatenate([x, .ones([rows, 1])], axis: 1) : x
    let fit = try LinearAlgebra.leastSquares(design, y)
    coefficients = fit.solution[0..<n].contiguous()
    intercept = hasIntercept ? fit.solution[n] : 0
    rank = fit.rank
    hasFullRank = fit.hasFullRank
    let errors = fit.hasFullRank ? fit.standardErrors : Tensor(shape: [design.shape[1]], repeating: .nan)
    standardErrors = errors[0..<n].contiguous()
    interceptStandardError = hasIntercept ? errors[n] : 0
    residualSumOfSquares = fit.residualSumsOfSquares.item
    residualStandardDeviation =
      fit.degreesOfFreedom > 0
      ? Double.sqrt(residualSumOfSquares / Double(fit.degreesOfFreedom)) : .nan
    let centred = hasIntercept ? y - y.mean() : y
    rSquared = 1 - residualSumOfSquares / (centred * centred).sum()
  }

  /// X w + b for rows [N, n].
  public func predictions(_ x: Tensor<Double>) -> Tensor<Double> {
    precondition(
      x.rank == 2 && x.shape[1] == coefficients.count,
      "Rows of \(coefficients.count) numbers are needed; the shape is \(x.shape).")
    return matmul(x, coefficients) + intercept
  }
}
