// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
public import NablaOptimization
public import NablaTensors
internal import RealModule

/// The normal distribution around the mode û of a density whose covariance is the inverse of −H, H the Hessian of
/// log p there; in the unconstrained coordinates u of a ``LogDensity``.
///
/// It is exact for a normal density, and good where data dominate: its relative errors fall with 1/N for N rows of data.
///
/// Source: Tierney, Kadane, "Accurate approximations for posterior moments and marginal densities", JASA 81 (1986).
public struct LaplaceApproximation: Sendable {
  /// The mode of the density of u, in the density's own variables x(û).
  ///
  /// The density of a constrained variable itself has another mode; the one of u is the same whatever the bounds are.
  public let mode: [Double]

  /// log p at the mode, with log |dx/du|.
  public let logDensityAtMode: Double

  /// (−H)⁻¹, the covariance of the unconstrained coordinates, [n, n].
  public let covariance: Tensor<Double>

  /// An approximation of log ∫ p(x) dx, the logarithm of the marginal likelihood where p is likelihood times prior, with
  /// all their constants: log p(û) + n/2 log 2π − ½ log det(−H).
  public let logMarginalLikelihood: Double

  /// How the mode was found.
  public let search: OptimizationResult

  private let density: LogDensity
  /// û.
  private let center: [Double]
  /// The lower Cholesky factor L of −H, row-major.
  private let factor: [Double]
  /// ½ log det(−H).
  private let logRootDeterminant: Double

  fileprivate init(
    _ density: LogDensity, from start: [Double], options: OptimizationOptions
  ) throws(InferenceError) {
    let n = density.dimension
    let first = try density.unconstrained(start)
    let negated = Function(
      -density.function.outputs[0], of: density.function.variables, parameters: density.function.parameters)
    let objective = density.rows.map { Objective(sum: negated, over: $0) } ?? Objective(negated)
    search = minimize(objective, from: first, options: options)
    center = search.point
    mode = density.constrained(Tensor(search.point)).scalars
    if search.reason == .nonFiniteStart || search.reason == .nonFiniteDerivatives {
      throw .nonFiniteStart(point: start, logDensity: -search.value)
    }
    // A flat direction is a mode as far as a search can tell, but none of a density that has a covariance.
    if search.classification == .degenerate { throw .degenerateMode(point: mode) }
    guard search.converged else { throw .modeNotFound(point: mode, reason: search.reason) }
    do {
      let lower = try Self.curvatureFactor(density, at: center)
      covariance = try LinearAlgebra.choleskySolve(lower, .identity(n))
      // At a mode of higher order, as of −x⁴, curvature falls with every step of Newton's method, and comes out as
      // whatever it was at the last one.
      let rest = try LinearAlgebra.choleskySolve(lower, Tensor(search.gradient))
      let next = try Self.curvatureFactor(density, at: zip(center, rest.scalars).map { $0 - $1 })
      guard abs(Self.logDiagonal(next) - Self.logDiagonal(lower)) < 0.01 else {
        throw LinearAlgebraError.notPositiveDefinite(leadingMinor: n)
      }
      factor = lower.scalars
      logRootDeterminant = Self.logDiagonal(lower)
    } catch {
      throw .degenerateMode(point: mode)
    }
    self.density = density
    logDensityAtMode = -search.value
    logMarginalLikelihood = logDensityAtMode + 0.5 * Double(n) * .log(2 * .pi) - logRootDeterminant
  }

  /// The lower Cholesky factor of −H.
  private static func curvatureFactor(
    _ density: LogDensity, at point: [Double]
  ) throws(LinearAlgebraError) -> Tensor<Double> {
    try LinearAlgebra.cholesky(density.evaluate(.hessian, at: point).hessian * -1)
  }

  private static func logDiagonal(_ lower: Tensor<Double>) -> Double {
    lower.diagonal().scalars.reduce(0) { $0 + .log($1) }
  }

  /// The logarithm of the approximation's density at a point of the density's own variables, normalised.
  ///
  /// - Throws: ``InferenceError/outsideConstraint(variable:value:constraint:)``.
  /// - Complexity: O(n²).
  public func logDensity(at point: [Double]) throws(InferenceError) -> Double {
    let coordinates = try density.unconstrained(point)
    let n = density.dimension
    // With −H = L Lᵀ the quadratic form is |Lᵀ d|².
    var form = 0.0
    for j in 0..<n {
      let component = (j..<n).reduce(0) { $0 + factor[$1 * n + j] * (coordinates[$1] - center[$1]) }
      form += component * component
    }
    return -0.5 * form - 0.5 * Double(n) * .log(2 * .pi) + logRootDeterminant
      - density.logJacobian(at: coordinates)
  }

  /// Independent draws from the approximation, in the density's own variables, [count, n].
  ///
  /// - Complexity: O(count n²).
  public func sample(_ count: Int, seed: UInt64 = 0) -> Tensor<Double> {
    precondition(count >= 0, "the number of draws is 0 or more, not \(count)")
    let n = density.dimension
    var generator = SeededGenerator(seed: seed)
    let draws = Tensor<Double>(shape: [count, n]) { buffer in
      for i in buffer.indices { buffer[i] = generator.nextNormal() }
      for draw in 0..<count {
        let row = buffer.baseAddress! + draw * n
        // Lᵀ d = z has the covariance (L Lᵀ)⁻¹.
        solveTransposed(factor, n, row)
        for i in 0..<n { row[i] += center[i] }
      }
    }
    return density.constrained(draws)
  }
}

extension LogDensity {
  /// The normal approximation of a distribution at its mode, and the marginal likelihood it gives.
  ///
  ///     let posterior = try LogDensity(f).laplaceApproximation(from: [0, 0])
  ///     posterior.mode; posterior.covariance; posterior.logMarginalLikelihood
  ///
  /// The mode is found by Newton's method in a trust region with exact Hessians.
  ///
  /// - Parameters:
  ///   - start: in the density's own variables. Of several modes the one that the search meets is taken.
  ///   - options: of the search.
  /// - Throws: ``InferenceError``: a start outside the support; no mode found, with the reason; a mode that is flat.
  /// - Complexity: O(n³) beside the derivatives.
  public func laplaceApproximation(
    from start: [Double], options: OptimizationOptions = OptimizationOptions()
  ) throws(InferenceError) -> LaplaceApproximation {
    try LaplaceApproximation(self, from: start, options: options)
  }

  /// log |dx/du| at unconstrained coordinates.
  func logJacobian(at coordinates: [Double]) -> Double {
    zip(constraints, coordinates).reduce(0) { sum, pair in
      sum + (pair.0.logJacobian(Expr(pair.1)).constantValue ?? .nan)
    }
  }
}

/// Overwrites z with the solution d of Lᵀ d = z for a row-major lower triangular L.
func solveTransposed(_ lower: [Double], _ n: Int, _ z: UnsafeMutablePointer<Double>) {
  lower.withUnsafeBufferPointer { lower in
    for i in stride(from: n - 1, through: 0, by: -1) {
      var sum = z[i]
      for j in i + 1..<n { sum -= lower[j * n + i] * z[j] }
      z[i] = sum / lower[i * n + i]
    }
  }
}
