// SPDX-License-Identifier: Apache-2.0

/// d = −g, and a first step length by the last decrease.
private struct SteepestDescent: DescentDirection {
  let isSteepest = true
  private var lastSlope: Double?
  private var lastLength = 0.0

  func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]? {
    scaled(gradient, by: -1)
  }

  /// α g ᵀg as at the last step (Nocedal, Wright, "Numerical Optimization", 2nd ed., section 3.5).
  mutating func firstLength(_ run: Minimization, _ line: Line) -> Double {
    defer { lastSlope = line.startSlope }
    guard let lastSlope, lastLength > 0 else { return Line.cautiousLength(run, line.direction) }
    let length = lastLength * lastSlope / line.startSlope
    return length.isFinite && length > 0 ? Swift.min(length, 10 * lastLength) : lastLength
  }

  mutating func learn(step: [Double], change: [Double]) {
    let slope = Swift.abs(lastSlope ?? 0).squareRoot()
    lastLength = slope > 0 ? length(step) / slope : 0
  }

  mutating func reset() { lastSlope = nil }
}

extension MinimizationMethod {
  /// Steepest descent, x ← x − α g, with α from a line search.
  ///
  /// Linear convergence with the factor ((κ − 1) / (κ + 1))² in f, κ the Hessian's condition: a teacher's method.
  ///
  /// Source: Cauchy 1847; Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006), section 3.3.
  public static func gradientDescent(
    lineSearch: LineSearch = .moreThuente(curvature: 0.1)
  ) -> MinimizationMethod {
    MinimizationMethod(
      "gradient-descent", LineSearchDescent(makeRule: { _ in SteepestDescent() }, search: lineSearch))
  }

  /// Gradient descent with steps of a given rate, x ← x − η g.
  ///
  /// Converges for a constant η < 2/λ, λ the largest eigenvalue of the Hessian; from 2/λ on it diverges, and the
  /// result says so. Nothing but a trial that is not finite shrinks the rate.
  public static func gradientDescent(rate: LearningRate) -> MinimizationMethod {
    MinimizationMethod("gradient-descent", UpdateRuleDescent(rate: rate) { SGD(rate: $0) })
  }
}
