/// The quadratic model m(p) = gᵀp + ½ pᵀHp around a point, in the basis of the Hessian's eigenvectors, and
/// its exact minimiser in a ball.
///
/// Moré and Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4 (1983): p minimises m
/// on ‖p‖ ≤ Δ exactly where (H + σI)p = −g for some σ ≥ 0 with H + σI positive semidefinite and
/// σ(Δ − ‖p‖) = 0. With the eigenvalues at hand σ is the root of a function of one variable.
struct TrustRegionModel {
  /// Ascending.
  let eigenvalues: [Double]
  private let vectors: [Double]
  /// The gradient's components along the eigenvectors.
  private let slopes: [Double]

  init(gradient: [Double], solver: SymmetricEigensolver) {
    let n = gradient.count
    eigenvalues = solver.values
    vectors = solver.vectors
    slopes = (0..<n).map { k in
      (0..<n).reduce(0) { $0 + solver.vectors[k * n + $1] * gradient[$1] }
    }
  }

  var isPositiveDefinite: Bool { eigenvalues[0] > 0 }

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
    let n = p.count
    var change = 0.0
    for k in 0..<n { change += p[k] * (slopes[k] + 0.5 * eigenvalues[k] * p[k]) }
    let step = (0..<n).map { j in (0..<n).reduce(0) { $0 + p[$1] * vectors[$1 * n + j] } }
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

/// The Euclidean norm, without overflow.
func length(_ vector: [Double]) -> Double {
  let largest = vector.reduce(0) { $1.isNaN ? .nan : Swift.max($0, Swift.abs($1)) }
  guard largest > 0, largest.isFinite else { return largest }
  return largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}
