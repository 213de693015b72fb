// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W3gmm, and W4 of chained Rosenbrock functions: derivatives of many variables at one point.
let largeFunctionWorkloads: [Workload] = [
  Workload(name: "W3gmm", n: 1650, batches: .only(1)) { _ in
    let data = MixtureData()
    return Trial {
      let mixture = GaussianMixture(data)
      var (value, slope) = (0.0, [Double]())
      return Run(
        { slope = mixture.gradient(at: data.parameters, data.x) },
        lesser: [{ value = mixture.value(at: data.parameters, data.x) }]
      ) { _ in
        mixture.split(slope).map { [$0] }
      }
    } reference: { _ in
      References.mixtureGradient(data).map { $0.map { [$0] } }
    }
  },
  Workload(name: "W4rosd", n: 1000, batches: .only(1)) { _ in
    let data = ChainData(n: 1000)
    return Trial {
      let function = Function(1000, chainedRosenbrock)
      var evaluation = Evaluation()
      return Run {
        function.evaluate(.hessian, at: data.x, into: &evaluation)
      } results: { _ in
        [[evaluation.hessian.scalars]]
      }
    } reference: { _ in
      let (diagonal, off) = data.hessian
      var dense = [Double](repeating: 0, count: 1_000_000)
      for i in 0..<1000 { dense[i * 1001] = diagonal[i] }
      for i in 0..<999 {
        dense[i * 1001 + 1] = off[i]
        dense[i * 1001 + 1000] = off[i]
      }
      return [[dense]]
    }
  },
  Workload(name: "W4ross", n: 1000, batches: .only(1)) { _ in
    let data = ChainData(n: 1000)
    return Trial {
      let function = Function(1000, chainedRosenbrock)
      var evaluation = Evaluation()
      return Run {
        function.evaluate(.compactHessian, at: data.x, into: &evaluation)
      } results: { _ in
        let entries = zip(function.hessianStructure, evaluation.compactHessian.scalars)
        return [
          [entries.filter { $0.0.row == $0.0.column }.map(\.1)],
          [entries.filter { $0.0.row != $0.0.column }.map(\.1)],
        ]
      }
    } reference: { _ in
      [[data.hessian.diagonal], [data.hessian.off]]
    }
  },
  rosenbrockWorkload("W4hvp", 10_000, hessianVectorProduct) { [[$0.product]] },
  rosenbrockWorkload("rosenbrock-hessian", 10_000) { function, data in
    var hessian: SparseMatrix<Double>?
    return Run {
      hessian = function.hessian(at: data.x)
    } results: { _ in
      let entries = hessian!.entries
      return [
        [entries.filter { $0.row == $0.column }.map(\.value)],
        [entries.filter { $0.row == $0.column + 1 }.map(\.value)],
      ]
    }
  } reference: { data in
    [[data.hessian.diagonal], [data.hessian.off]]
  },
  rosenbrockWorkload("rosenbrock-hvp", 1_000_000, hessianVectorProduct) { [[$0.product]] },
]

private func rosenbrockWorkload(
  _ name: String, _ n: Int,
  _ run: @escaping @Sendable (PartiallySeparableFunction, ChainData) -> Run,
  reference: @escaping @Sendable (ChainData) -> [Rows]
) -> Workload {
  Workload(name: name, n: n, batches: .only(1)) { _ in
    let data = ChainData(n: n)
    return Trial {
      run(PartiallySeparableFunction(of: rosenbrockLink, windowsOver: n), data)
    } reference: { _ in
      reference(data)
    }
  }
}

private func hessianVectorProduct(_ function: PartiallySeparableFunction, _ data: ChainData) -> Run {
  var product = data.v
  return Run {
    product = function.hessianVectorProduct(at: data.x, along: data.v)
  } results: { _ in
    [[product.scalars]]
  }
}

private let rosenbrockLink = Function { a, b in 100 * pow(b - a * a, 2) + pow(1 - a, 2) }

/// Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
private func chainedRosenbrock(_ x: [Expr]) -> Expr {
  zip(x, x.dropFirst()).reduce(0 as Expr) {
    $0 + (100 * pow($1.1 - $1.0 * $1.0, 2) + pow(1 - $1.0, 2))
  }
}

struct ChainData: Sendable {
  let x: Tensor<Double>
  let v: Tensor<Double>

  init(n: Int) {
    let stream = n == 10_000 ? 1100 : 1000
    x = uniformTensor([n], stream: stream, -2, 2)
    v = uniformTensor([n], stream: stream + 1, -1, 1)
  }

  /// By hand: 1200xᵢ² − 400xᵢ₊₁ + 2 but for the last, 200 more but for the first; −400xᵢ beside the diagonal.
  var hessian: (diagonal: [Double], off: [Double]) {
    let x = x.scalars
    var diagonal = x.indices.map { i in
      i + 1 < x.count ? Double(1200 * Wide(x[i]) * Wide(x[i]) - 400 * Wide(x[i + 1]) + 2) : 0
    }
    for i in x.indices.dropFirst() { diagonal[i] += 200 }
    return (diagonal, x.dropLast().map { -400 * $0 })
  }

  /// H v
  var product: [Double] {
    let ((diagonal, off), v) = (hessian, v.scalars)
    return v.indices.map { i in
      let below = i > 0 ? off[i - 1] * v[i - 1] : 0
      let above = i + 1 < v.count ? off[i] * v[i + 1] : 0
      return diagonal[i] * v[i] + (below + above)
    }
  }
}

/// ADBench's Gaussian mixture: 25 components in 10 dimensions, 1000 points; a Wishart prior (γ = 1, m = 0).
struct MixtureData: Sendable {
  static let (d, k, n) = (10, 25, 1000)
  let x = uniformTensor([n, d], stream: 900, -1, 1)
  let alpha = uniformTensor([k], stream: 901, -1, 1)
  let mu = uniformTensor([k, d], stream: 902, -1, 1)
  /// Of each component the logarithms of the diagonal of Q, and its lower triangle column by column.
  let icf = uniformTensor([k, d * (d + 1) / 2], stream: 903, -0.5, 0.5)

  /// All parameters in one row.
  var parameters: Tensor<Double> { Tensor(alpha.scalars + mu.scalars + icf.scalars) }
}

/// The negative log-likelihood but for constants: a sum over points, and what does not depend on them.
private struct GaussianMixture {
  private let term: Function
  private let rest: Function

  init(_ data: MixtureData) {
    let (d, k, n) = (MixtureData.d, MixtureData.k, MixtureData.n)
    let (muStart, icfStart, size) = (k, k + k * d, d * (d + 1) / 2)
    let count = icfStart + k * size
    term = Function(count, parameters: d) { p, x in
      let exponents = (0..<k).map { c -> Expr in
        let icf = Array(p[icfStart + c * size..<icfStart + (c + 1) * size])
        let difference = (0..<d).map { x[$0] - p[muStart + c * d + $0] }
        var rows = (0..<d).map { exp(icf[$0]) * difference[$0] }
        var place = d
        for j in 0..<d {
          for i in j + 1..<d {
            rows[i] += icf[place] * difference[j]
            place += 1
          }
        }
        let squares = rows.reduce(0 as Expr) { $0 + $1 * $1 }
        return p[c] + icf[..<d].reduce(0, +) - 0.5 * squares
      }
      return logsumexp(exponents)
    }
    rest = Function(count) { p in
      var squares: Expr = 0
      for c in 0..<k {
        for (i, q) in p[icfStart + c * size..<icfStart + (c + 1) * size].enumerated() {
          squares += i < d ? exp(2 * q) : q * q
        }
      }
      return 0.5 * squares - Expr(Double(n)) * logsumexp(Array(p[..<k]))
    }
  }

  func value(at parameters: Tensor<Double>, _ x: Tensor<Double>) -> Double {
    term.evaluateSum(.value, at: parameters, parameters: x).value.item + rest.value(at: parameters).item
  }

  func gradient(at parameters: Tensor<Double>, _ x: Tensor<Double>) -> [Double] {
    let sum = term.evaluateSum(.gradient, at: parameters, parameters: x).gradient
    return (sum + rest.gradient(at: parameters)).scalars
  }

  func split(_ slope: [Double]) -> [[Double]] {
    let (d, k) = (MixtureData.d, MixtureData.k)
    return [Array(slope[..<k]), Array(slope[k..<k + k * d]), Array(slope[(k + k * d)...])]
  }
}
