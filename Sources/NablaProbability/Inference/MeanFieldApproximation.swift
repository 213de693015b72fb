// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
public import NablaOptimization
public import NablaTensors
internal import RealModule

/// The best approximation of a distribution by independent normal distributions N(μⱼ, σⱼ²) of its unconstrained
/// coordinates u: that of the largest evidence lower bound
///
///     ELBO(μ, σ) = E[log p(μ + σ z)] + Σ log σⱼ + n/2 (1 + log 2π) ≤ log ∫ p,   z ~ N(0, I).
///
/// The difference from log ∫ p is the Kullback–Leibler divergence from the approximation to p. Variances come out too
/// small where variables are correlated: of a normal distribution of precision matrix Λ, σⱼ = Λⱼⱼ^(−½).
///
/// The gradient goes through the draws μ + σz (reparametrisation). The expectation is one over fixed draws z, so that
/// what is maximised is a smooth function with exact Hessians, by a method that knows when it has converged; the
/// draws come in pairs ±z, and have the identity as their second moments, which makes the result exact where log p is
/// quadratic. The ``elbo`` is an estimate from other draws.
///
/// Sources: Kucukelbir, Tran, Ranganath, Gelman, Blei, "Automatic differentiation variational inference", JMLR 18 (2017);
/// Giordano, Ingram, Broderick, "Black box variational inference with a deterministic objective", JMLR 25 (2024).
public struct MeanFieldApproximation: Sendable {
  /// μ, the means of the unconstrained coordinates; without constraints, of the variables.
  public let means: [Double]

  /// σ, the standard deviations of the unconstrained coordinates; without constraints, of the variables.
  public let standardDeviations: [Double]

  /// The evidence lower bound, by draws that the search has not seen; log p with all the constants it is given with.
  public let elbo: Double

  /// The standard error of ``elbo``.
  public let elboError: Double

  /// How μ and log σ were found.
  public let search: OptimizationResult

  private let density: LogDensity

  /// Whether the search found a maximum.
  public var converged: Bool { search.converged }

  /// Why the search ended. `unbounded`: the density cannot be normalised.
  public var reason: StoppingReason { search.reason }

  fileprivate init(
    _ density: LogDensity, from start: [Double], draws: Int, seed: UInt64, options: OptimizationOptions
  ) throws(InferenceError) {
    let n = density.dimension
    let center = try density.unconstrained(start)
    let first = density.evaluate([.value, .hessian], at: center)
    guard first.value.item.isFinite else {
      throw .nonFiniteStart(point: start, logDensity: first.value.item)
    }
    // The curvature at the start says the scale of each coordinate, where it says any.
    let curvatures = first.hessian.diagonal().scalars
    let scales = curvatures.map { -$0 > 0 && $0.isFinite ? -0.5 * Double.log(-$0) : 0 }
    var generator = SeededGenerator(seed: seed)
    let z = Self.standardizedNormals(draws, n, using: &generator)
    search = minimize(
      Self.negatedBound(density, z), from: center + scales,
      method: 2 * n <= Objective.largestClassified ? .trustRegion() : .trustRegion(.steihaug),
      options: options)
    if search.reason == .nonFiniteStart || search.reason == .nonFiniteDerivatives {
      throw .nonFiniteStart(point: start, logDensity: -search.value)
    }
    let (means, logScales) = (Array(search.point.prefix(n)), Array(search.point.suffix(n)))
    self.means = means
    self.density = density
    standardDeviations = logScales.map { Double.exp($0) }

    let fresh = Self.points(means, standardDeviations, 1000, &generator)
    let values = density.values(at: fresh)
    let entropy = logScales.reduce(0, +) + 0.5 * Double(n) * (1 + .log(2 * .pi))
    elbo = values.mean() + entropy
    elboError = values.standardDeviation(correction: 1) / Double(values.count).squareRoot()
  }

  /// The logarithm of the approximation's density at a point of the density's own variables, normalised.
  ///
  /// - Throws: ``InferenceError/outsideConstraint(variable:value:constraint:)``.
  public func logDensity(at point: [Double]) throws(InferenceError) -> Double {
    let coordinates = try density.unconstrained(point)
    var result = -density.logJacobian(at: coordinates)
    for j in coordinates.indices {
      let z = (coordinates[j] - means[j]) / standardDeviations[j]
      result -= 0.5 * z * z + .log(standardDeviations[j]) + 0.5 * .log(2 * .pi)
    }
    return result
  }

  /// Independent draws from the approximation, in the density's own variables, [count, n].
  public func sample(_ count: Int, seed: UInt64 = 0) -> Tensor<Double> {
    precondition(count >= 0, "the number of draws is 0 or more, not \(count)")
    var generator = SeededGenerator(seed: seed)
    return density.constrained(Self.points(means, standardDeviations, count, &generator))
  }

  // MARK: Parts

  /// μ + σ z with fresh z, [count, n].
  private static func points(
    _ means: [Double], _ deviations: [Double], _ count: Int, _ generator: inout SeededGenerator
  ) -> Tensor<Double> {
    let n = means.count
    return Tensor(shape: [count, n]) { buffer in
      for i in buffer.indices { buffer[i] = means[i % n] + deviations[i % n] * generator.nextNormal() }
    }
  }

  /// At least `count` normal draws in pairs ±z, transformed linearly so that Σ z zᵀ over them is their number times the
  /// identity, [M, n].
  private static func standardizedNormals(
    _ count: Int, _ n: Int, using generator: inout SeededGenerator
  ) -> Tensor<Double> {
    let half = Swift.max((count + 1) / 2, n)
    let raw = Tensor<Double>.normal([half, n], using: &generator)
    let moments = matmul(raw.transposed(), raw) * (1 / Double(half))
    // Half as many normal vectors as dimensions or more are independent with probability 1.
    guard let lower = try? LinearAlgebra.cholesky(moments),
      let white = try? LinearAlgebra.triangularSolve(lower, raw.transposed())
    else { return .concatenate([raw, raw * -1]) }
    return .concatenate([white.transposed(), white.transposed() * -1])
  }

  /// −ELBO over fixed draws, without its constant, as a function of μ and log σ: a sum over all pairs of a draw and a row
  /// of the data.
  private static func negatedBound(_ density: LogDensity, _ z: Tensor<Double>) -> Objective {
    let (n, function) = (density.dimension, density.function)
    let (location, logScale, noise) = (Expr.traced("m", n), Expr.traced("s", n), Expr.traced("z", n))
    let points = (0..<n).map { location[$0] + exp(logScale[$0]) * noise[$0] }
    let (draws, rowCount) = (z.shape[0], density.rows?.shape[0] ?? 1)
    let logDensity = function.outputs(at: points, parameters: function.parameters)[0]
    let entropy = logScale.reduce(0, +) / Expr(Double(rowCount))
    let term = Function(
      -(logDensity + entropy) / Expr(Double(draws)), of: location + logScale,
      parameters: noise + function.parameters)
    guard let rows = density.rows else { return Objective(sum: term, over: z) }
    let p = rows.shape[1]
    let pairs = Tensor<Double>.concatenate(
      [
        z.expanded(axis: 1).broadcast(to: [draws, rowCount, n]),
        rows.expanded(axis: 0).broadcast(to: [draws, rowCount, p]),
      ], axis: 2)
    return Objective(sum: term, over: pairs.reshaped([draws * rowCount, n + p]))
  }
}

extension LogDensity {
  /// The best approximation of a distribution by independent normal ones, and the lower bound of its marginal likelihood
  /// that it gives: mean-field variational inference.
  ///
  ///     let q = try LogDensity(f).meanFieldApproximation(from: [0, 0])
  ///     q.means; q.standardDeviations; q.elbo     // with q.elboError
  ///
  /// - Parameters:
  ///   - start: in the density's own variables.
  ///   - draws: the number M of fixed draws of the expectation, made even and at least 2n; nil takes max(200, 8n). What
  ///     comes out has an error of order 1/√M, except where log p is quadratic.
  ///   - seed: of all draws; equal seeds give equal results.
  ///   - options: of the search.
  /// - Returns: the approximation; whether the search ended at a maximum says ``MeanFieldApproximation/converged``.
  /// - Throws: ``InferenceError`` for a start outside the support, and where the density is not finite at the first
  ///   draws around it.
  /// - Complexity: O(M N) evaluations of the density's gradient and Hessian for each step, for N rows of data, and
  ///   memory for M N rows; O(n³) a step beside, up to 128 variables, and fewer for more by products with the Hessian.
  public func meanFieldApproximation(
    from start: [Double], draws: Int? = nil, seed: UInt64 = 0,
    options: OptimizationOptions = OptimizationOptions()
  ) throws(InferenceError) -> MeanFieldApproximation {
    precondition(draws.map { $0 >= 1 } ?? true, "the number of draws is 1 or more, not \(draws!)")
    return try MeanFieldApproximation(
      self, from: start, draws: draws ?? Swift.max(200, 8 * dimension), seed: seed, options: options)
  }

  /// log p(x(u)) + log |dx/du| at points u [N, n], summed over the rows; [N].
  fileprivate func values(at coordinates: Tensor<Double>) -> Tensor<Double> {
    guard let rows else { return function.value(at: coordinates) }
    return Tensor(
      (0..<coordinates.shape[0]).map {
        function.evaluateSum(.value, at: coordinates.row($0), parameters: rows).value.item
      })
  }
}
