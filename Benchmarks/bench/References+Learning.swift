// SPDX-License-Identifier: Apache-2.0

internal import Nabla

extension References {
  /// 1/N Xᵀ(σ(Xw) − y).
  static func logisticGradient(_ data: LogisticData) -> [Double]? {
    guard hasWideNumbers else { return nil }
    let (rows, n) = (data.x.shape[0], data.x.shape[1])
    let (x, y) = (data.x.scalars, data.y.scalars)
    let probabilities = self.probabilities(data)
    var sums = [Wide](repeating: 0, count: n)
    for i in 0..<rows {
      let residual = probabilities[i] - Wide(y[i])
      for j in 0..<n { sums[j] += residual * Wide(x[i * n + j]) }
    }
    return sums.map { Double($0 / Wide(rows)) }
  }

  /// 1/N Xᵀ diag(p(1 − p)) X.
  static func logisticHessian(_ data: LogisticData) -> [Double]? {
    guard hasWideNumbers else { return nil }
    let (rows, n) = (data.x.shape[0], data.x.shape[1])
    let x = data.x.scalars
    let probabilities = self.probabilities(data)
    var sums = [Wide](repeating: 0, count: n * n)
    for i in 0..<rows {
      let weight = probabilities[i] * (1 - probabilities[i])
      for j in 0..<n {
        let product = weight * Wide(x[i * n + j])
        for k in 0...j { sums[j * n + k] += product * Wide(x[i * n + k]) }
      }
    }
    return (0..<n * n).map { Double(sums[max($0 / n, $0 % n) * n + min($0 / n, $0 % n)] / Wide(rows)) }
  }

  private static func probabilities(_ data: LogisticData) -> [Wide] {
    let n = data.x.shape[1]
    let (x, w) = (data.x.scalars, data.w.scalars.map { Wide($0) })
    return (0..<data.x.shape[0]).map { i in
      let z = (0..<n).reduce(Wide(0)) { $0 + Wide(x[i * n + $1]) * w[$1] }
      return 1 / (1 + exp(-z))
    }
  }

  /// By hand: G = (softmax(logits) − target) / N, D = (G W₂ᵀ) where the hidden layer is active; then Xᵀ D, Σ D,
  /// Aᵀ G, Σ G.
  static func networkGradient(_ data: NetworkData) -> [[Double]]? {
    guard hasWideNumbers else { return nil }
    let leaves = data.network.leaves.map { $0.scalars.map { Wide($0) } }
    let (inputs, hidden, outputs) = (784, 128, 10)
    var sums = leaves.map { [Wide](repeating: 0, count: $0.count) }
    for (row, label) in data.labels.enumerated() {
      let x = data.x.row(row).scalars.map { Wide($0) }
      var z = leaves[1]
      for i in 0..<inputs { for j in 0..<hidden { z[j] += x[i] * leaves[0][i * hidden + j] } }
      let active = z.map { $0 > 0 ? $0 : 0 }
      var logits = leaves[3]
      for j in 0..<hidden { for k in 0..<outputs { logits[k] += active[j] * leaves[2][j * outputs + k] } }
      let largest = logits.max()!
      let shares = logits.map { exp($0 - largest) }
      let total = shares.reduce(0, +)
      let g = shares.indices.map { (shares[$0] / total - ($0 == label ? 1 : 0)) / Wide(data.labels.count) }
      for j in 0..<hidden {
        var d: Wide = 0
        for k in 0..<outputs {
          sums[2][j * outputs + k] += active[j] * g[k]
          d += g[k] * leaves[2][j * outputs + k]
        }
        if z[j] <= 0 { continue }
        sums[1][j] += d
        for i in 0..<inputs { sums[0][i * hidden + j] += x[i] * d }
      }
      for k in 0..<outputs { sums[3][k] += g[k] }
    }
    return sums.map { $0.map { Double($0) } }
  }
}
