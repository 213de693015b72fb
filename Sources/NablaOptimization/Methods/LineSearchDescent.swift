// SPDX-License-Identifier: Apache-2.0

/// A descent direction and a search along it, again and again: what all methods without a trust region are.
///
/// With bounds, variables that a bound holds stay where they are, the direction is made for the others alone, and
/// the search goes along the path projected into the box (Bertsekas 1982, as in ``ProjectedBacktracking``).
struct LineSearchDescent: Minimizer {
  let makeRule: @Sendable (Minimization) -> any DescentDirection
  let search: LineSearch

  func minimize(_ run: Minimization) -> StoppingReason {
    var rule = makeRule(run)
    var held: [Int] = []
    while true {
      let newlyHeld = run.heldVariables
      if newlyHeld != held {
        rule.reset()
        held = newlyHeld
      }
      var gradient = run.current.gradient
      for j in held { gradient[j] = 0 }
      if gradient.allSatisfy({ $0 == 0 }) { return run.noProgress() }
      guard let line = line(run, gradient, held, &rule) else { return run.noProgress() }
      if let reason = rule.end(run, line.direction) { return reason }
      var step = search(run, line, from: rule.firstLength(run, line))
      var isBlocked = line.isBlocked
      if step == nil && !rule.isSteepest && run.budgetTest() == nil {
        // The direction may be worth nothing at the level of rounding: the gradient's own is the last to try.
        rule.reset()
        let steepest = Line(run, along: scaled(gradient, by: -1))
        step = search(run, steepest, from: 1 / length(gradient) * Swift.min(1, length(line.direction)))
        isBlocked = isBlocked && steepest.isBlocked
      }
      guard let step else { return run.budgetTest() ?? run.noProgress(isBlocked: isBlocked) }
      if step.value == -.infinity { return .unbounded }
      let before = run.current
      let reason = run.accept(step.trial)
      if let reason { return reason }
      var (s, y) = (
        difference(run.current.point, before.point), difference(run.current.gradient, before.gradient)
      )
      for j in held {
        s[j] = 0
        y[j] = 0
      }
      rule.learn(step: s, change: y)
    }
  }

  /// A line that leads downwards; nil if even the gradient's does not.
  private func line(
    _ run: Minimization, _ gradient: [Double], _ held: [Int], _ rule: inout any DescentDirection
  ) -> Line? {
    for _ in 0..<2 {
      if var direction = rule.direction(run, gradient, held), isFinite(direction) {
        for j in held { direction[j] = 0 }
        let line = Line(run, along: direction)
        if line.startSlope < 0 { return line }
      }
      rule.reset()
    }
    let line = Line(run, along: scaled(gradient, by: -1))
    return line.startSlope < 0 && line.startSlope.isFinite ? line : nil
  }

  private func search(_ run: Minimization, _ line: Line, from length: Double) -> Line.Step? {
    guard let bounds = run.bounds else { return search.rule.search(line, from: length) }
    return ProjectedBacktracking().search(line, bounds: bounds, from: length)
  }
}

/// Where a method goes from a point.
protocol DescentDirection {
  /// Whether it has learned nothing yet, so that the direction is the gradient's.
  var isSteepest: Bool { get }

  /// The direction, nil if there is none.
  ///
  /// - Parameters:
  ///   - gradient: zero where a variable is held.
  ///   - held: the variables that a bound holds.
  mutating func direction(_ run: Minimization, _ gradient: [Double], _ held: [Int]) -> [Double]?

  /// Why the run ends before a step along the direction, by what the direction says; nil if it goes on.
  mutating func end(_ run: Minimization, _ direction: [Double]) -> StoppingReason?

  /// The first step length to try.
  mutating func firstLength(_ run: Minimization, _ line: Line) -> Double

  /// Takes what the step and the gradient's change along it say about the function.
  mutating func learn(step: [Double], change: [Double])

  /// Forgets what was learned.
  mutating func reset()
}

extension DescentDirection {
  func end(_ run: Minimization, _ direction: [Double]) -> StoppingReason? { nil }

  /// A step as long as the last one's decrease suggests is for methods that know no scale; the others try 1.
  func firstLength(_ run: Minimization, _ line: Line) -> Double {
    isSteepest ? Line.cautiousLength(run, line.direction) : 1
  }
}

extension Line {
  /// A first step of methods that know no scale yet: of length 1 or a hundredth of ‖x‖.
  static func cautiousLength(_ run: Minimization, _ direction: [Double]) -> Double {
    let norm = NablaOptimization.length(direction)
    guard norm > 0 else { return 1 }
    return Swift.min(1, Swift.max(1, 0.01 * NablaOptimization.length(run.current.point)) / norm)
  }
}
