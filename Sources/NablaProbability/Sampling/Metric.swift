// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// The kinetic energy ½ pᵀ Σ p of a chain, and the estimate of Σ that a window of the warm-up makes: a covariance
/// of its points, shrunk towards a multiple of the identity.
///
/// Σ̂ = k/(k + 5) S + 10⁻³ · 5/(k + 5) I with S the covariance of k points.
///
/// Sources: Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4 (1962);
/// the shrinkage is Stan's.
final class Metric {
  private let n: Int
  private let isDense: Bool
  /// Σ: its diagonal, or its rows one after the other, each from a new block on.
  private let inverse: Blocks
  /// The roots of the inverse of Σ's diagonal, or its row-major Cholesky factor L, Σ = L Lᵀ.
  private var factor: [Double]

  private var count = 0.0
  private var mean: [Double]
  /// The sums of products of deviations: of each coordinate, or the lower triangle of a row-major matrix.
  private var products: [Double]
  private var deviation: [Double]

  init(_ n: Int, _ metric: SamplingMetric) {
    self.n = n
    isDense = metric == .dense
    let size = isDense ? n * n : n
    inverse = .zeros((isDense ? n : 1) * blockCount(n))
    factor = [Double](repeating: isDense ? 0 : 1, count: size)
    mean = [Double](repeating: 0, count: n)
    products = [Double](repeating: 0, count: size)
    deviation = mean
    for i in 0..<n {
      if isDense {
        (inverse + i * blockCount(n)).scalars[i] = 1
        factor[i * n + i] = 1
      } else {
        inverse.scalars[i] = 1
      }
    }
  }

  deinit { inverse.deallocate() }

  /// Σ p, the velocity of a momentum.
  func velocity(of momentum: Blocks, into velocity: Blocks) {
    let blocks = blockCount(n)
    if isDense {
      for i in 0..<n {
        let row = inverse + i * blocks
        var sum = Block.zero
        for k in 0..<blocks { sum += row[k] * momentum[k] }
        velocity.scalars[i] = sum.sum()
      }
    } else {
      for k in 0..<blocks { velocity[k] = inverse[k] * momentum[k] }
    }
  }

  /// A momentum from the normal distribution of covariance Σ⁻¹.
  func drawMomentum(_ generator: inout SeededGenerator, into momentum: Blocks) {
    let p = momentum.scalars
    for i in 0..<n { p[i] = generator.nextNormal() }
    if isDense {
      // Lᵀ p = z has the covariance (L Lᵀ)⁻¹.
      solveTransposed(factor, n, p)
    } else {
      for i in 0..<n { p[i] *= factor[i] }
    }
  }

  // MARK: Estimation

  func add(_ point: UnsafePointer<Double>) {
    count += 1
    for i in 0..<n {
      deviation[i] = point[i] - mean[i]
      mean[i] += deviation[i] / count
    }
    if isDense {
      for i in 0..<n {
        let rest = point[i] - mean[i]
        for j in 0...i { products[i * n + j] += rest * deviation[j] }
      }
    } else {
      for i in 0..<n { products[i] += deviation[i] * (point[i] - mean[i]) }
    }
  }

  /// Takes over the estimate from the points so far, and begins a new one. Points that are too far apart for their
  /// squares leave the metric as it is.
  func adapt() {
    defer {
      count = 0
      for i in mean.indices { mean[i] = 0 }
      for i in products.indices { products[i] = 0 }
    }
    guard count >= 2 else { return }
    let (share, floor) = (count / (count + 5), 1e-3 * 5 / (count + 5))
    var estimate = products.map { $0 / (count - 1) * share }
    for i in 0..<n { estimate[isDense ? i * n + i : i] += floor }
    guard estimate.allSatisfy(\.isFinite) else { return }
    if isDense {
      var lower = estimate
      let isFactored = lower.withUnsafeMutableBufferPointer {
        LinearAlgebra.choleskyFactor($0.baseAddress!, n: n) == 0
      }
      guard isFactored else { return }
      factor = lower
      for i in 0..<n {
        for j in 0...i {
          (inverse + i * blockCount(n)).scalars[j] = estimate[i * n + j]
          (inverse + j * blockCount(n)).scalars[i] = estimate[i * n + j]
        }
      }
    } else {
      for i in 0..<n {
        inverse.scalars[i] = estimate[i]
        factor[i] = 1 / estimate[i].squareRoot()
      }
    }
  }
}
