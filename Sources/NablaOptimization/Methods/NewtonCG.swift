// SPDX-License-Identifier: Apache-2.0

/// d from H d = −g by conjugate gradients, which end at negative curvature or where ‖r‖ ≤ η ‖g‖ with
/// η = min(½, √‖g‖ relative to the start's): a Newton step from products alone.
///
/// Source: Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006), algorithm 7.1; Dembo, Steihaug, "Truncated-Newton
/// algorithms for large-scale unconstrained optimization", Math. Prog. 26 (1983).
private struct TruncatedNewton: DescentDirection {
  let isSteepest = false
  private var isSolved = false
  private var isNegative = false

  mutating func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    let norm = length(gradient)
    let forcing = Swift.min(0.5, (norm / run.startGradientNorm).squareRoot())
    var z = gradient.map { _ in 0.0 }
    var r = gradient
    var d = scaled(gradient, by: -1)
    var rr = dot(r, r)
    (isSolved, isNegative) = (false, false)
    for j in 0..<Swift.max(20, 2 * run.dimension) {
      if run.budgetTest() == .timeLimit { break }
      guard var hd = run.product(along: d), isFinite(hd) else { return nil }
      for k in held { hd[k] = 0 }
      let curvature = dot(d, hd)
      if curvature <= 0x1p-52 * dot(d, d).squareRoot() * length(hd) {
        isNegative = curvature < 0
        return j == 0 ? d : z
      }
      let alpha = rr / curvature
      z = sum(z, alpha, d)
      r = sum(r, alpha, hd)
      let next = dot(r, r)
      if next.squareRoot() <= forcing * norm {
        isSolved = true
        break
      }
      d = sum(scaled(r, by: -1), next / rr, d)
      rr = next
    }
    return z
  }

  func end(_ run: Minimization, _ direction: [Double]) -> StoppingReason? {
    isSolved ? run.stepTest(length(direction)) : nil
  }

  func firstLength(_ run: Minimization, _ line: Line) -> Double {
    isNegative ? Line.cautiousLength(run, line.direction) : 1
  }

  mutating func learn(step: [Double], change: [Double]) {}
  mutating func reset() {}
}

extension MinimizationMethod {
  /// Newton's method whose steps come from conjugate gradients on Hessian–vector products, with a line search:
  /// superlinear convergence for up to millions of variables.
  public static func newtonCG(lineSearch: LineSearch = .moreThuente()) -> MinimizationMethod {
    MinimizationMethod(
      "newton-cg", needs: .products,
      LineSearchDescent(makeRule: { _ in TruncatedNewton() }, search: lineSearch))
  }
}
