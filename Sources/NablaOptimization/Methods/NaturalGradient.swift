// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// d = −G⁻¹ g with the metric G(x).
private struct NaturalDirection: DescentDirection {
  let isSteepest = false
  let metric: @Sendable ([Double]) -> [Double]
  let damping: Double

  init(metric: @escaping @Sendable ([Double]) -> [Double], damping: Double) {
    self.metric = metric
    self.damping = damping
  }

  func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    let n = run.dimension
    var matrix = metric(run.current.point)
    precondition(matrix.count == n * n, "a metric of \(n) variables has \(n)² elements, not \(matrix.count)")
    for i in 0..<n { matrix[i * n + i] += damping }
    // The variables that a bound holds take no part.
    for j in held {
      for i in 0..<n { (matrix[i * n + j], matrix[j * n + i]) = (0, 0) }
      matrix[j * n + j] = 1
    }
    let solution = try? LinearAlgebra.solvePositiveDefinite(
      Tensor(shape: [n, n], scalars: matrix), Tensor(gradient))
    return solution?.scalars.map { -$0 }
  }

  func firstLength(_ run: Minimization, _ line: Line) -> Double { 1 }
  mutating func learn(step: [Double], change: [Double]) {}
  mutating func reset() {}
}

extension MinimizationMethod {
  /// The natural gradient: x ← x − α (G(x) + λI)⁻¹ g, steepest descent as a metric measures it. With the Fisher matrix
  /// of a statistical model as G the path does not depend on how the model is parametrised, and for a
  /// log-likelihood it is Fisher scoring.
  ///
  /// - Parameters:
  ///   - damping: λ ≥ 0.
  ///   - lineSearch: how far to go along a direction.
  ///   - metric: G at a point, symmetric positive (semi)definite, row-major n².
  /// - Note: where G + λI is not positive definite, the step is along the gradient.
  ///
  /// Source: Amari, "Natural gradient works efficiently in learning", Neural Computation 10 (1998), equation 2.
  public static func naturalGradient(
    damping: Double = 0, lineSearch: LineSearch = .backtracking(),
    metric: @escaping @Sendable ([Double]) -> [Double]
  ) -> MinimizationMethod {
    precondition(damping >= 0, "a damping of \(damping) would make the metric indefinite")
    return MinimizationMethod(
      "natural-gradient",
      LineSearchDescent(
        makeRule: { _ in NaturalDirection(metric: metric, damping: damping) }, search: lineSearch))
  }
}
