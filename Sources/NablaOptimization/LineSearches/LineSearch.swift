// SPDX-License-Identifier: Apache-2.0

/// How far to go along a descent direction. φ(α) = f(x + α d) is searched for a step that decreases f enough
/// and, for searches that look at slopes, flattens it enough.
///
/// A trial that is not finite is rejected and the step shrinks. Where decreases are lost in the rounding of f, all
/// searches accept by slopes instead: φ(α) ≤ φ(0) + ε and (2c₁ − 1) φ′(0) ≥ φ′(α), the approximate Wolfe
/// condition of Hager and Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line
/// search", SIAM J. Optim. 16 (2005), equation 4.1.
public struct LineSearch: Sendable {
  let rule: any LineSearchRule
  init(_ rule: any LineSearchRule) { self.rule = rule }
}

protocol LineSearchRule: Sendable {
  /// A step along the line, from a first guess; nil where none is found.
  func search(_ line: Line, from guess: Double) -> Line.Step?
}

/// φ(α) = f(x + α d) with its trials counted.
final class Line {
  struct Step {
    var length: Double
    var trial: Minimization.Trial
    /// φ′.
    var slope: Double

    var value: Double { trial.value }
    var isFinite: Bool { trial.isFinite && slope.isFinite }
  }

  let run: Minimization
  let direction: [Double]
  let start: Minimization.Trial
  let startSlope: Double
  /// Whether no trial so far was finite.
  private(set) var isBlocked = true

  /// The largest number of trials.
  static let limit = 60

  init(_ run: Minimization, along direction: [Double]) {
    self.run = run
    self.direction = direction
    start = run.current
    startSlope = dot(direction, run.current.gradient)
  }

  var startValue: Double { start.value }

  /// What values may differ by because of rounding.
  var noise: Double { 0x1p-50 * Swift.abs(startValue) }

  func point(_ length: Double) -> [Double] { sum(start.point, length, direction) }

  func callAsFunction(_ length: Double) -> Step {
    let trial = run.evaluate(at: point(length))
    if trial.isFinite { isBlocked = false }
    return Step(length: length, trial: trial, slope: dot(direction, trial.gradient))
  }

  /// The first finite step at `length`, or at a fraction of it; nil where all down to rounding are not finite.
  func finiteStep(_ length: Double) -> Step? {
    var length = length
    for _ in 0..<Self.limit {
      let step = self(length)
      if step.isFinite || step.value == -.infinity { return step }
      length *= 0.2
      if point(length) == start.point { return nil }
    }
    return nil
  }

  /// The approximate condition, for where values say nothing any more.
  func isFlatEnough(_ step: Step, decrease c1: Double) -> Bool {
    step.value <= startValue + noise && step.slope <= (2 * c1 - 1) * startSlope
      && Swift.abs(step.value - startValue) <= 100 * noise
  }
}
