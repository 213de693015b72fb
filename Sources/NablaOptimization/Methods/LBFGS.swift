// SPDX-License-Identifier: Apache-2.0

/// ``BFGS`` from the last m pairs of steps and gradient changes, by the two-loop recursion.
///
/// Source: Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980); Nocedal, Wright,
/// "Numerical Optimization", 2nd ed. (2006), algorithm 7.4 with the scale 7.20.
private struct LBFGS: DescentDirection {
  let memory: Int
  private var pairs: [(s: [Double], y: [Double], rho: Double)] = []

  init(memory: Int) { self.memory = memory }

  var isSteepest: Bool { pairs.isEmpty }

  func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    var q = scaled(gradient, by: -1)
    guard let newest = pairs.last else { return q }
    var alphas: [Double] = []
    for pair in pairs.reversed() {
      let alpha = pair.rho * dot(pair.s, q)
      alphas.append(alpha)
      q = sum(q, -alpha, pair.y)
    }
    q = scaled(q, by: 1 / (newest.rho * dot(newest.y, newest.y)))
    for (pair, alpha) in zip(pairs, alphas.reversed()) {
      q = sum(q, alpha - pair.rho * dot(pair.y, q), pair.s)
    }
    return q
  }

  mutating func learn(step s: [Double], change y: [Double]) {
    let curvature = dot(s, y)
    guard curvature > 0x1p-52 * length(s) * length(y) else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((s, y, 1 / curvature))
  }

  mutating func reset() { pairs = [] }
}

extension MinimizationMethod {
  /// Limited-memory BFGS: superlinear in practice from gradients alone, O(m n) work and memory, for up to millions of
  /// variables. With bounds it works on the variables that are free, along projected paths.
  ///
  /// - Parameters:
  ///   - memory: m, the number of steps remembered.
  ///   - lineSearch: how far to go along a direction.
  /// - Precondition: m ≥ 1.
  public static func lbfgs(memory: Int = 20, lineSearch: LineSearch = .moreThuente()) -> MinimizationMethod {
    precondition(memory > 0, "L-BFGS remembers one step or more, not \(memory)")
    return MinimizationMethod(
      "lbfgs", LineSearchDescent(makeRule: { _ in LBFGS(memory: memory) }, search: lineSearch))
  }
}
