// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// What a transition of a chain says of itself.
struct TransitionStatistics {
  var logDensity: Double
  var energy: Double
  var acceptance: Double
  var treeDepth: Int
  var leapfrogs: Int
  var isDivergent: Bool
}

/// Where one chain writes its draws: its rows of the tensors of all chains, which no other chain touches.
struct DrawRecord {
  private let n: Int
  private let points: UnsafeMutablePointer<Double>
  private let columns: [UnsafeMutablePointer<Double>]

  /// - Parameters:
  ///   - points: unconstrained, [chains, draws, n], in row-major memory of its own.
  ///   - statistics: so are these, [chains, draws].
  init(chain: Int, points: Tensor<Double>, statistics: SamplerStatistics) {
    let draws = points.shape[1]
    n = points.shape[2]
    self.points = points.storage.base + chain * draws * n
    columns = statistics.tensors.map { $0.storage.base + chain * draws }
  }

  func add(_ draw: Int, point: UnsafePointer<Double>, _ statistics: TransitionStatistics) {
    (points + draw * n).update(from: point, count: n)
    columns[0][draw] = statistics.logDensity
    columns[1][draw] = statistics.energy
    columns[2][draw] = statistics.acceptance
    columns[3][draw] = Double(statistics.treeDepth)
    columns[4][draw] = Double(statistics.leapfrogs)
    columns[5][draw] = statistics.isDivergent ? 1 : 0
  }
}
