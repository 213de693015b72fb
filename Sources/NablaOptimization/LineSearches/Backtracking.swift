// SPDX-License-Identifier: Apache-2.0

/// Steps that shrink until f(x + α d) ≤ f(x) + c₁ α gᵀd (Armijo), by the minimiser of the parabola through
/// φ(0), φ′(0) and φ(α), kept between a tenth and a half of α.
///
/// Source: Nocedal, Wright, "Numerical Optimization", 2nd ed. (2006), algorithm 3.1 and section 3.5.
struct Backtracking: LineSearchRule {
  let decrease: Double

  func search(_ line: Line, from guess: Double) -> Line.Step? {
    var length = guess
    for _ in 0..<Line.limit {
      guard line.point(length) != line.start.point, line.run.budgetTest() == nil else { return nil }
      let step = line(length)
      if step.value == -.infinity { return step }
      if step.isFinite {
        if step.value <= line.startValue + decrease * length * line.startSlope { return step }
        if line.isFlatEnough(step, decrease: decrease) { return step }
        let curvature = step.value - line.startValue - length * line.startSlope
        let minimizer = -0.5 * line.startSlope * length * length / curvature
        length = Swift.min(0.5 * length, Swift.max(0.1 * length, minimizer))
      } else {
        length *= 0.2
      }
    }
    return nil
  }
}

/// The same along the path P(x + α d) within bounds: f(x(α)) ≤ f(x) + c₁ gᵀ(x(α) − x).
///
/// Source: Bertsekas, "Projected Newton methods for optimization problems with simple constraints", SIAM J. Control
/// Optim. 20 (1982).
struct ProjectedBacktracking {
  var decrease = 1e-4

  func search(_ line: Line, bounds: Bounds, from guess: Double) -> Line.Step? {
    var length = guess
    for _ in 0..<Line.limit {
      let point = bounds.project(line.point(length))
      guard point != line.start.point, line.run.budgetTest() == nil else { return nil }
      let trial = line.run.evaluate(at: point)
      if trial.value == -.infinity { return Line.Step(length: length, trial: trial, slope: 0) }
      if trial.isFinite {
        let displacement = difference(point, line.start.point)
        let (slope, predicted) = (
          dot(displacement, trial.gradient), dot(displacement, line.start.gradient)
        )
        let step = Line.Step(length: length, trial: trial, slope: slope / length)
        if trial.value <= line.startValue + decrease * predicted { return step }
        let isLost = Swift.abs(trial.value - line.startValue) <= line.noise
        if isLost && predicted < 0 && slope <= (2 * decrease - 1) * predicted { return step }
        let curvature = trial.value - line.startValue - predicted
        let minimizer = -0.5 * predicted / curvature
        length *= Swift.min(0.5, Swift.max(0.1, minimizer.isFinite ? minimizer : 0.1))
      } else {
        length *= 0.2
      }
    }
    return nil
  }
}

extension LineSearch {
  /// Backtracking until f decreases enough.
  ///
  /// - Parameter decrease: c₁ of f(x + α d) ≤ f(x) + c₁ α gᵀd.
  /// - Precondition: 0 < `decrease` < 1.
  public static func backtracking(decrease: Double = 1e-4) -> LineSearch {
    precondition(decrease > 0 && decrease < 1, "the fraction of the decrease lies in (0, 1)")
    return LineSearch(Backtracking(decrease: decrease))
  }
}
