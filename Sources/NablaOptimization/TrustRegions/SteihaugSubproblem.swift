// SPDX-License-Identifier: Apache-2.0

/// Conjugate gradients for H p = −g from p = 0, which end at the boundary of the ball, at negative curvature, whose
/// direction they follow to the boundary, or where ‖r‖ ≤ min(½, √(‖g‖/‖g₀‖)) ‖g‖.
///
/// Source: Steihaug 1983: see ``TrustRegionStep/steihaug``; Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006),
/// algorithm 7.2.
struct SteihaugSubproblem: TrustRegionSubproblem {
  private var run: Minimization?
  private var free: [Int]?
  private var gradient: [Double] = []
  let newtonLength: Double? = nil

  mutating func prepare(_ run: Minimization, free: [Int]?) -> Bool {
    (self.run, self.free) = (run, free)
    gradient = run.current.gradient.picked(free)
    return true
  }

  private func product(_ p: [Double]) -> [Double]? {
    guard let run else { return nil }
    return run.product(along: p.spread(to: free, of: run.dimension))?.picked(free)
  }

  mutating func minimizer(radius: Double) -> (step: [Double], change: Double) {
    let norm = length(gradient)
    var z = gradient.map { _ in 0.0 }
    guard let run, norm > 0 else { return (z, 0) }
    let forcing = Swift.min(0.5, (norm / run.startGradientNorm).squareRoot()) * norm
    var (r, d) = (gradient, scaled(gradient, by: -1))
    var rr = dot(r, r)
    // m(z) from the residuals: with H z = r − g it is ½ (gᵀz + rᵀz).
    func change() -> Double { 0.5 * (dot(gradient, z) + dot(r, z)) }
    for _ in 0..<Swift.max(20, 2 * gradient.count) {
      if run.budgetTest() == .timeLimit { break }
      guard let hd = product(d), isFinite(hd) else { return (z.map { _ in .nan }, .nan) }
      let curvature = dot(d, hd)
      let alpha = rr / curvature
      let next = sum(z, alpha, d)
      if curvature <= 0 || !(length(next) < radius) {
        let tau = boundary(z, d, radius)
        z = sum(z, tau, d)
        r = sum(r, tau, hd)
        return (z, change())
      }
      z = next
      r = sum(r, alpha, hd)
      let square = dot(r, r)
      if square.squareRoot() <= forcing { break }
      d = sum(scaled(r, by: -1), square / rr, d)
      rr = square
    }
    return (z, change())
  }

  /// τ ≥ 0 with ‖z + τd‖ = Δ.
  private func boundary(_ z: [Double], _ d: [Double], _ radius: Double) -> Double {
    let (dd, zd) = (dot(d, d), dot(z, d))
    let rest = (radius - length(z)) * (radius + length(z))
    let root = (zd * zd + dd * rest).squareRoot()
    return zd > 0 ? rest / (zd + root) : (root - zd) / dd
  }

  func change(_ step: [Double]) -> Double {
    guard let product = product(step) else { return .nan }
    return dot(gradient, step) + 0.5 * dot(step, product)
  }
}
