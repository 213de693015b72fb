// SPDX-License-Identifier: Apache-2.0

/// d = −g + β d with Hager and Zhang's β, which makes every direction one of descent:
///
///     β = (y − 2 d ‖y‖² / dᵀy)ᵀ g / dᵀy,   β ≥ −1 / (‖d‖ min(0.01, ‖g‖))
///
/// Source: Hager, Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search",
/// SIAM J. Optim. 16 (2005), equations 1.3–1.6.
private struct ConjugateGradients: DescentDirection {
  private var last: (direction: [Double], gradient: [Double])?
  private var change: [Double]?
  private var steps = 0
  private var lastLength = 0.0

  var isSteepest: Bool { change == nil }

  mutating func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    var direction = scaled(gradient, by: -1)
    if let (d, g) = last, let y = change {
      let curvature = dot(d, y)
      if curvature > 0 {
        let factor = 2 * dot(y, y) / curvature
        let beta = (dot(y, gradient) - factor * dot(d, gradient)) / curvature
        let floor = -1 / (length(d) * Swift.min(0.01, length(g)))
        direction = sum(direction, Swift.max(beta, floor), d)
      }
    }
    last = (direction, gradient)
    return direction
  }

  /// As long as the last step.
  func firstLength(_ run: Minimization, _ line: Line) -> Double {
    guard !isSteepest, lastLength > 0 else { return Line.cautiousLength(run, line.direction) }
    return lastLength / length(line.direction)
  }

  mutating func learn(step: [Double], change: [Double]) {
    self.change = change
    lastLength = length(step)
    steps += 1
    // After n steps or so conjugacy is lost.
    if steps % Swift.max(10, 6 * step.count) == 0 { self.change = nil }
  }

  mutating func reset() { change = nil }
}

extension MinimizationMethod {
  /// Nonlinear conjugate gradients (CG_DESCENT): memory and work of a few vectors, n steps for a quadratic function
  /// of n variables.
  ///
  /// Source: Hager, Zhang, "Algorithm 851: CG_DESCENT", ACM TOMS 32 (2006).
  public static func conjugateGradients(lineSearch: LineSearch = .hagerZhang()) -> MinimizationMethod {
    MinimizationMethod(
      "conjugate-gradients", LineSearchDescent(makeRule: { _ in ConjugateGradients() }, search: lineSearch))
  }
}
