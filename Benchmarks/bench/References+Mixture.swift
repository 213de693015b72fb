// SPDX-License-Identifier: Apache-2.0

internal import Nabla

extension References {
  /// The gradient by hand, in three parts: with responsibilities r (the softmax of the exponents over the
  /// components), y = Q(x − μ) and N = Σ r over the points: ∂α = N − n softmax(α), ∂μ = Σ r Qᵀy, and of Q
  /// −Σ r y(x − μ)ᵀ with the prior's terms.
  static func mixtureGradient(_ data: MixtureData) -> [[Double]]? {
    guard hasWideNumbers else { return nil }
    let (d, k, n, size) = (MixtureData.d, MixtureData.k, MixtureData.n, data.icf.shape[1])
    let (x, alpha) = (data.x.scalars.map { Wide($0) }, data.alpha.scalars.map { Wide($0) })
    let (mu, icf) = (data.mu.scalars.map { Wide($0) }, data.icf.scalars.map { Wide($0) })
    var places: [(row: Int, column: Int)] = []
    for j in 0..<d { for i in j + 1..<d { places.append((i, j)) } }
    let scales = (0..<k * d).map { exp(icf[$0 / d * size + $0 % d]) }

    var slopes = (
      alpha: [Wide](repeating: 0, count: k), mu: [Wide](repeating: 0, count: k * d),
      icf: [Wide](repeating: 0, count: k * size)
    )
    for point in 0..<n {
      var (exponents, products, differences): ([Wide], [Wide], [Wide]) = ([], [], [])
      for c in 0..<k {
        let difference = (0..<d).map { x[point * d + $0] - mu[c * d + $0] }
        var y = (0..<d).map { scales[c * d + $0] * difference[$0] }
        for (i, place) in places.enumerated() {
          y[place.row] += icf[c * size + d + i] * difference[place.column]
        }
        let logScale = (0..<d).reduce(Wide(0)) { $0 + icf[c * size + $1] }
        exponents.append(alpha[c] + logScale - y.reduce(0) { $0 + $1 * $1 } / 2)
        products += y
        differences += difference
      }
      let largest = exponents.max()!
      let total = exponents.reduce(Wide(0)) { $0 + exp($1 - largest) }
      for c in 0..<k {
        let r = exp(exponents[c] - largest) / total
        slopes.alpha[c] += r
        for i in 0..<d {
          let y = products[c * d + i]
          slopes.mu[c * d + i] += r * scales[c * d + i] * y
          slopes.icf[c * size + i] += r * (1 - y * differences[c * d + i] * scales[c * d + i])
        }
        for (i, place) in places.enumerated() {
          let y = products[c * d + place.row]
          slopes.mu[c * d + place.column] += r * icf[c * size + d + i] * y
          slopes.icf[c * size + d + i] -= r * y * differences[c * d + place.column]
        }
      }
    }
    let total = alpha.reduce(Wide(0)) { $0 + exp($1) }
    for c in 0..<k {
      slopes.alpha[c] -= Wide(n) * exp(alpha[c]) / total
      for i in 0..<d { slopes.icf[c * size + i] += scales[c * d + i] * scales[c * d + i] }
      for i in d..<size { slopes.icf[c * size + i] += icf[c * size + i] }
    }
    return [slopes.alpha, slopes.mu, slopes.icf].map { $0.map { Double($0) } }
  }
}
