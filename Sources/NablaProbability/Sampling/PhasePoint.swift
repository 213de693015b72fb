// SPDX-License-Identifier: Apache-2.0

/// A place of a trajectory: position, momentum, velocity Σ p, and the gradient of the log density at the position.
///
/// A leapfrog step is ``kickAndDrift(_:_:)``, the gradient at the new position, and ``kick(_:_:)``. It is reversible, and
/// keeps volumes in phase space; over a given time the error of the energy is of second order in the step.
struct PhasePoint {
  let q, p, v, g: Blocks
  /// The number of blocks of a vector.
  let width: Int

  /// Half a step of the momentum and one of the position, whose gradient is then no longer ``g``.
  func kickAndDrift(_ step: Double, _ metric: Metric) {
    let half = 0.5 * step
    for k in 0..<width { p[k] += half * g[k] }
    metric.velocity(of: p, into: v)
    for k in 0..<width { q[k] += step * v[k] }
  }

  /// The other half of the step of the momentum, with the gradient at the new position.
  func kick(_ step: Double, _ metric: Metric) {
    let half = 0.5 * step
    for k in 0..<width { p[k] += half * g[k] }
    metric.velocity(of: p, into: v)
  }

  /// ½ pᵀ Σ p.
  var kineticEnergy: Double {
    var sum = Block.zero
    for k in 0..<width { sum += p[k] * v[k] }
    return 0.5 * sum.sum()
  }

  func copy(from other: PhasePoint) {
    for k in 0..<width {
      q[k] = other.q[k]
      p[k] = other.p[k]
      v[k] = other.v[k]
      g[k] = other.g[k]
    }
  }
}
