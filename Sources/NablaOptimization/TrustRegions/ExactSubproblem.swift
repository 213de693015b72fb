// SPDX-License-Identifier: Apache-2.0

/// The quadratic model m(p) = gᵀp + ½ pᵀHp around a point, in the basis of the Hessian's eigenvectors, and
/// its exact minimiser in a ball.
///
/// Moré and Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4 (1983): p minimises m
/// on ‖p‖ ≤ Δ exactly where (H + σI)p = −g for some σ ≥ 0 with H + σI positive semidefinite and
/// σ(Δ − ‖p‖) = 0. With the eigenvalues at hand σ is the root of a function of one variable.
struct QuadraticModel {
  /// Ascending.
  let eigenvalues: [Double]
  /// Row-major, of `dimension` coordinates each.
  private let vectors: [Double]
  /// The gradient's components along the eigenvectors.
  private let slopes: [Double]
  private let dimension: Int

  /// A model by its eigenvalues, ascending; directions that are not among the eigenvectors do not count.
  init(eigenvalues: [Double], vectors: [Double], slopes: [Double], dimension: Int) {
    self.eigenvalues = eigenvalues
    self.vectors = vectors
    self.slopes = slopes
    self.dimension = dimension
  }

  init(gradient: [Double], solver: SymmetricEigensolver) {
    let n = gradient.count
    self.init(
      eigenvalues: solver.values, vectors: solver.vectors,
      slopes: (0..<n).map { k in (0..<n).reduce(0) { $0 + solver.vectors[k * n + $1] * gradient[$1] } },
      dimension: n)
  }

  var isPositiveDefinite: Bool { eigenvalues.first.map { $0 > 0 } ?? true }

  /// The largest eigenvalue in magnitude.
  var largest: Double { Swift.max(Swift.abs(eigenvalues[0]), Swift.abs(eigenvalues[eigenvalues.count - 1])) }

  /// −(H + σI)⁻¹g along the eigenvectors; a component without slope is 0 whatever its eigenvalue.
  private func coefficients(_ sigma: Double) -> [Double] {
    zip(slopes, eigenvalues).map { slope, eigenvalue in slope == 0 ? 0 : -slope / (eigenvalue + sigma) }
  }

  /// The Newton step's length; infinite where the Hessian is not positive definite.
  var newtonLength: Double { isPositiveDefinite ? length(coefficients(0)) : .infinity }

  /// The minimiser in the ball of this radius, in the coordinates of the point, and the model there.
  func minimizer(radius: Double) -> (step: [Double], change: Double) {
    var p = coefficients(0)
    if !isPositiveDefinite || !(length(p) <= radius) { p = boundaryMinimizer(radius) }
    var change = 0.0
    for k in p.indices { change += p[k] * (slopes[k] + 0.5 * eigenvalues[k] * p[k]) }
    let step = (0..<dimension).map { j in
      p.indices.reduce(0) { $0 + p[$1] * vectors[$1 * dimension + j] }
    }
    return (step, change)
  }

  /// The minimiser with ‖p‖ = Δ.
  private func boundaryMinimizer(_ radius: Double) -> [Double] {
    let lowest = eigenvalues[0]
    let slopeNorm = length(slopes)
    // ‖p(σ)‖ = Δ has its root between these: at the upper end ‖p‖ ≤ ‖g‖/(λ₁+σ) = Δ.
    var lower = Swift.max(0, -lowest)
    var upper = Swift.max(lower, slopeNorm / radius - lowest)
    if let hard = hardCase(lower, radius) { return hard }
    var sigma = upper
    for _ in 0..<200 {
      let p = coefficients(sigma)
      let norm = length(p)
      if Swift.abs(norm - radius) <= 1e-10 * radius { break }
      if norm > radius { lower = sigma } else { upper = sigma }
      // Newton's iteration for 1/‖p(σ)‖ = 1/Δ, inside the bracket.
      let curvature = zip(p, eigenvalues).reduce(0) { sum, entry in
        entry.0 == 0 ? sum : sum + (entry.0 / norm) * (entry.0 / norm) / (entry.1 + sigma)
      }
      var next = sigma + (norm / radius - 1) / curvature
      if !(next > lower && next < upper) { next = 0.5 * (lower + upper) }
      if next == sigma { break }
      sigma = next
    }
    let p = coefficients(sigma)
    let norm = length(p)
    guard norm > 0 && norm.isFinite else { return steepest(radius, slopeNorm) }
    return p.map { $0 * (radius / norm) }
  }

  /// The hard case: without the components of the lowest eigenvalue ‖p(−λ₁)‖ ≤ Δ, and the rest of the
  /// length goes along the eigenvector of λ₁, which is how a saddle or a maximum is left.
  private func hardCase(_ sigma: Double, _ radius: Double) -> [Double]? {
    guard eigenvalues[0] <= 0 else { return nil }
    let gap = Double(slopes.count) * 0x1p-52 * largest
    var p = slopes.map { _ in 0.0 }
    for k in slopes.indices {
      let isLowest = eigenvalues[k] - eigenvalues[0] <= gap
      if isLowest {
        // A slope there, however small, that would need more than the radius: not the hard case.
        if Swift.abs(slopes[k]) > gap * radius { return nil }
      } else {
        p[k] = -slopes[k] / (eigenvalues[k] + sigma)
      }
    }
    let norm = length(p)
    guard norm <= radius else { return nil }
    let rest = (radius - norm).squareRoot() * (radius + norm).squareRoot()
    p[0] = slopes[0] > 0 ? -rest : rest
    return p
  }

  private func steepest(_ radius: Double, _ slopeNorm: Double) -> [Double] {
    guard slopeNorm > 0 else { return slopes.map { _ in 0 } }
    return slopes.map { -$0 / slopeNorm * radius }
  }
}

/// The exact minimiser: see ``TrustRegionStep/exact``.
struct ExactSubproblem: TrustRegionSubproblem {
  private var solver: SymmetricEigensolver?
  private var model: DenseModel?
  private var quadratic: QuadraticModel?

  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool {
    guard let model = DenseModel(run, free: free) else { return false }
    let n = model.gradient.count
    let solver = self.solver.flatMap { $0.order == n ? $0 : nil } ?? SymmetricEigensolver(order: n)
    guard n > 0, solver.decompose(model.hessian) else { return false }
    (self.solver, self.model) = (solver, model)
    quadratic = QuadraticModel(gradient: model.gradient, solver: solver)
    return true
  }

  var newtonLength: Double? {
    quadratic.flatMap { $0.isPositiveDefinite ? $0.newtonLength : nil }
  }

  func minimizer(radius: Double) -> (step: [Double], change: Double) {
    quadratic?.minimizer(radius: radius) ?? ([], 0)
  }

  func change(_ step: [Double]) -> Double { model?.change(step) ?? 0 }
}
