// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// d = −H̃⁻¹ g with the Hessian made positive definite where it is not: of H = P L D Lᵀ Pᵀ the eigenvalues of the
/// blocks of D are replaced by their absolute values, and those below δ by δ = 32 n u ‖D‖.
///
/// Two things differ from Cheng and Higham: the absolute value instead of max(λ, δ), so that a direction of negative
/// curvature keeps its scale (Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006), section 3.4), and
/// a δ that is smaller than their √u, which would slow down the approach to minima with singular Hessians.
///
/// Source: Cheng, Higham, "A modified Cholesky algorithm based on a symmetric indefinite factorization", SIAM J. Matrix
/// Anal. Appl. 19 (1998).
private struct NewtonDirection: DescentDirection {
  let isSteepest = false
  /// Whether the Hessian is positive definite as it is.
  private var isDefinite = false

  mutating func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    let n = run.dimension
    guard let hessian = run.hessian() else { return nil }
    let isHeld = Set(held)
    let free = (0..<n).filter { !isHeld.contains($0) }
    var matrix = hessian.submatrix(held.isEmpty ? nil : free, order: n)
    let scales = equilibrate(&matrix, order: free.count)
    let k = free.count
    guard let factors = try? LinearAlgebra.ldlt(Tensor(shape: [k, k], scalars: matrix)) else { return nil }
    let (l, d, permutation) = factors.unpacked
    let lower = l.scalars
    // −Pᵀ S g, then L⁻¹, D̃⁻¹, L⁻ᵀ.
    var x = permutation.map { -scales[$0] * gradient[free[$0]] }
    for i in 0..<k {
      for j in 0..<i { x[i] -= lower[i * k + j] * x[j] }
    }
    isDefinite = divide(&x, by: d.scalars, order: k)
    for i in (0..<k).reversed() {
      for j in i + 1..<Swift.max(k, i + 1) { x[i] -= lower[j * k + i] * x[j] }
    }
    var direction = [Double](repeating: 0, count: n)
    for (i, place) in permutation.enumerated() { direction[free[place]] = scales[place] * x[i] }
    return direction
  }

  /// x ← D̃⁻¹ x for the blocks of order 1 and 2; whether all eigenvalues were above δ.
  private func divide(_ x: inout [Double], by d: [Double], order n: Int) -> Bool {
    let largest = d.reduce(0) { Swift.max($0, Swift.abs($1)) }
    let delta = largest > 0 ? Double(n) * 0x1p-48 * largest : 1
    var isDefinite = true
    func positive(_ eigenvalue: Double) -> Double {
      if eigenvalue < delta { isDefinite = false }
      return Swift.max(Swift.abs(eigenvalue), delta)
    }
    var i = 0
    while i < n {
      let q = i + 1 < n ? d[(i + 1) * n + i] : 0
      guard q != 0 else {
        x[i] /= positive(d[i * n + i])
        i += 1
        continue
      }
      // The rotation that makes [[p, q], [q, r]] diagonal.
      let (p, r) = (d[i * n + i], d[(i + 1) * n + i + 1])
      let tau = (r - p) / (2 * q)
      let t = (tau < 0 ? -1.0 : 1.0) / (Swift.abs(tau) + (1 + tau * tau).squareRoot())
      let c = 1 / (1 + t * t).squareRoot()
      let s = t * c
      let u = (c * x[i] - s * x[i + 1]) / positive(p - t * q)
      let v = (s * x[i] + c * x[i + 1]) / positive(r + t * q)
      (x[i], x[i + 1]) = (c * u + s * v, -s * u + c * v)
      i += 2
    }
    return isDefinite
  }

  /// A Newton step too short to matter is not taken.
  func end(_ run: Minimization, _ direction: [Double]) -> StoppingReason? {
    isDefinite ? run.stepTest(length(direction)) : nil
  }

  func firstLength(_ run: Minimization, _ line: Line) -> Double { 1 }
  mutating func learn(step: [Double], change: [Double]) {}
  mutating func reset() {}
}

extension MinimizationMethod {
  /// Newton's method with a modified Cholesky factorisation and a line search: quadratic convergence, O(n³) a step.
  ///
  /// Where the gradient is exactly zero at a saddle it stays there, and the result says so; ``trustRegion(_:initialRadius:)``
  /// goes on.
  public static func newton(lineSearch: LineSearch = .backtracking()) -> MinimizationMethod {
    MinimizationMethod(
      "newton", needs: .hessian, LineSearchDescent(makeRule: { _ in NewtonDirection() }, search: lineSearch))
  }
}
