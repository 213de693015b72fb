// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaOptimization
internal import NablaTensors

extension DegenerateAnalysis {
  /// A degenerate point moved along its null space to where the Hessian vanishes there, if that succeeds.
  ///
  /// The gradient of x³ + x⁴ is zero to rounding as far as 10⁻⁸ from 0, but its second derivative 6x crosses
  /// zero at a slope of 6: where the gradient no longer tells, NᵀHN = 0 does. With N the null vectors and
  /// the third derivatives Tᵢ = ∂(NᵀHN)/∂zᵢ by central differences, z solves min ‖NᵀHN + Σ zᵢTᵢ‖; a Newton
  /// step in the other directions follows. A step is kept only if it makes NᵀHN smaller and the gradient
  /// still vanishes.
  func refined(_ verdict: Classifier.Verdict) -> Classifier.Verdict {
    var best = verdict
    for _ in 0..<5 {
      guard !best.nullVectors.isEmpty, let system = curvatureSystem(best) else { break }
      let moved = zip(best.point.point, system.move).map { $0 + $1 }
      var next = inspector.classify([moved])[0]
      if !next.step.isEmpty { next = inspector.classify([zip(moved, next.step).map { $0 + $1 }])[0] }
      guard next.point.isDegenerate, next.vanishes, next.nullVectors.count == best.nullVectors.count,
        inspector.box.contains(next.point.point), let after = curvatureSystem(next),
        after.residual < 0.7 * system.residual
      else { break }
      best = next
    }
    return best
  }

  /// ‖NᵀHN‖ and the move along the null space that makes it zero to first order; nil where that is longer
  /// than a probe or nothing is to gain.
  private func curvatureSystem(_ verdict: Classifier.Verdict) -> (residual: Double, move: [Double])? {
    let (x, basis, n) = (verdict.point.point, verdict.nullVectors, inspector.box.dimension)
    let k = basis.count
    let lengths = basis.map { 1e-4 / inspector.distance($0, $0.map { _ in 0 }) }
    var points = [x]
    for (vector, h) in zip(basis, lengths) {
      points.append(zip(x, vector).map { $0 + h * $1 })
      points.append(zip(x, vector).map { $0 - h * $1 })
    }
    let hessians = inspector.function.hessian(at: Tensor(points), parameters: inspector.parameterTensor)
      .scalars
    guard hessians.allSatisfy(\.isFinite) else { return nil }
    func projected(_ row: Int) -> [Double] {
      var result: [Double] = []
      for a in 0..<k {
        for b in 0..<k {
          var sum = 0.0
          for i in 0..<n {
            for j in 0..<n { sum += basis[a][i] * hessians[row * n * n + i * n + j] * basis[b][j] }
          }
          result.append(sum)
        }
      }
      return result
    }
    let value = projected(0)
    let thirds = (0..<k).map { i in
      zip(projected(1 + 2 * i), projected(2 + 2 * i)).map { ($0 - $1) / (2 * lengths[i]) }
    }
    let residual = value.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let solver = SymmetricEigensolver(order: k)
    let normal = (0..<k * k).map { ij in zip(thirds[ij / k], thirds[ij % k]).reduce(0) { $0 + $1.0 * $1.1 } }
    guard residual > 0, solver.decompose(normal) else { return nil }
    let right = thirds.map { third in -zip(third, value).reduce(0) { $0 + $1.0 * $1.1 } }
    var move = [Double](repeating: 0, count: n)
    for m in 0..<k where solver.values[m] > 1e-12 * solver.values[k - 1] {
      let weight = (0..<k).reduce(0) { $0 + solver.vectors[m * k + $1] * right[$1] } / solver.values[m]
      for i in 0..<k {
        for j in 0..<n { move[j] += weight * solver.vectors[m * k + i] * basis[i][j] }
      }
    }
    return inspector.distance(move, move.map { _ in 0 }) <= Self.probeLength ? (residual, move) : nil
  }
}
