// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
public import NablaTensors
internal import RealModule

/// The normal distribution of several variables, of density exp(−½ (x−μ)ᵀ Σ⁻¹ (x−μ))/√((2π)ⁿ det Σ).
public struct MultivariateNormalDistribution: Sendable {
  /// μ, shape [n].
  public let mean: Tensor<Double>
  /// Σ, shape [n, n].
  public let covariance: Tensor<Double>
  /// The lower triangular L with Σ = L Lᵀ.
  public let factor: Tensor<Double>

  /// n, the number of variables.
  public var dimension: Int { mean.shape[0] }

  /// - Throws: ``DistributionError/covariance(shape:)`` unless the covariance is a symmetric (to a relative 10⁻¹²)
  ///   and positive definite matrix with a row for each coordinate of the mean.
  public init(mean: [Double], covariance: Tensor<Double>) throws(DistributionError) {
    let n = mean.count
    let error = DistributionError.covariance(shape: covariance.shape)
    guard covariance.shape == [n, n], n > 0 else { throw error }
    let entries = covariance.scalars
    for i in 0..<n {
      for j in 0..<i {
        let scale = (entries[i * n + i] * entries[j * n + j]).magnitude.squareRoot()
        // Negated, so that NaN is refused too.
        if !(Swift.abs(entries[i * n + j] - entries[j * n + i]) <= 1e-12 * scale) { throw error }
      }
    }
    guard let factor = try? LinearAlgebra.cholesky(covariance) else { throw error }
    self.mean = Tensor(mean)
    self.covariance = covariance
    self.factor = factor
  }

  /// log det Σ.
  public var logDeterminant: Double { 2 * (0..<dimension).reduce(0) { $0 + .log(factor[$1, $1].item) } }

  /// ½ log((2πe)ⁿ det Σ), in nats.
  public var entropy: Double { 0.5 * Double(dimension) * (1 + .log(2 * .pi)) + 0.5 * logDeterminant }

  /// The logarithm of the density.
  ///
  /// - Complexity: a graph of O(n²) operations, of those entries of L⁻¹ that are not 0.
  public func logDensity(of x: [Expr]) -> Expr {
    precondition(x.count == dimension, "\(x.count) variables, for a distribution of \(dimension)")
    let n = dimension
    let rows = factor.scalars
    let center = mean.scalars
    // L z = x − μ, by forward substitution.
    var z: [Expr] = []
    for i in 0..<n {
      var rest = x[i] - Expr(center[i])
      for j in 0..<i where rows[i * n + j] != 0 { rest = rest - Expr(rows[i * n + j]) * z[j] }
      z.append(rest / Expr(rows[i * n + i]))
    }
    let constant = -0.5 * Double(n) * .log(2 * .pi) - 0.5 * logDeterminant
    return -0.5 * z.reduce(0) { $0 + pow($1, 2) } + Expr(constant)
  }

  /// Independent points from the distribution, μ + L z with z standard normal; shape [`count`, n].
  public func samples(_ count: Int, using generator: inout some RandomNumberGenerator) -> Tensor<Double> {
    let z = Tensor<Double>.normal([count, dimension], using: &generator)
    return matmul(z, factor.transposed()) + mean
  }

  /// The Kullback–Leibler divergence ½ (tr(Σq⁻¹ Σp) − n + (μq − μp)ᵀ Σq⁻¹ (μq − μp) + log det Σq − log det Σp).
  ///
  /// - Precondition: both have the same number of variables.
  public func klDivergence(to q: MultivariateNormalDistribution) -> Double {
    precondition(dimension == q.dimension, "distributions of \(dimension) and \(q.dimension) variables")
    let n = dimension
    let (p, l) = (factor.scalars, q.factor.scalars)
    let shift = zip(mean.scalars, q.mean.scalars).map { $0 - $1 }
    // tr(Σq⁻¹ Σp) is the sum of squares of Lq⁻¹ Lp, whose diagonal is that of the quotients.
    var result = 0.0
    for column in 0...n {
      var z = [Double](repeating: 0, count: n)
      for i in 0..<n {
        var rest = column == n ? shift[i] : column <= i ? p[i * n + column] : 0
        for j in 0..<i { rest -= l[i * n + j] * z[j] }
        z[i] = rest / l[i * n + i]
        if i == column {
          // r² − 1 − log r², of second order in r − 1.
          result -= log1pMinus((z[i] - 1) * (z[i] + 1))
        } else {
          result += z[i] * z[i]
        }
      }
    }
    return 0.5 * result
  }
}
