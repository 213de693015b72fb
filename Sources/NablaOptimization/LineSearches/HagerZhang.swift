// SPDX-License-Identifier: Apache-2.0

/// A step that satisfies the Wolfe conditions or, near the precision of f, the approximate ones
///
///     (2δ − 1) φ′(0) ≥ φ′(α) ≥ σ φ′(0),   φ(α) ≤ φ(0) + ε
///
/// by secant steps and bisection in an interval over which the slope changes its sign.
///
/// Source: Hager, Zhang, "Algorithm 851: CG_DESCENT, a conjugate gradient method with guaranteed descent", ACM
/// TOMS 32 (2006), sections 3 and 4, whose names the steps keep.
struct HagerZhang: LineSearchRule {
  /// δ.
  let decrease: Double
  /// σ.
  let curvature: Double

  func search(_ line: Line, from guess: Double) -> Line.Step? {
    guard let first = line.finiteStep(guess) else { return nil }
    if first.value == -.infinity { return first }
    var search = Search(line: line, decrease: decrease, curvature: curvature)
    return search.run(first)
  }

  private struct Search {
    let line: Line
    let decrease: Double
    let curvature: Double
    var trials = 0
    var best: Line.Step?
    var found: Line.Step?

    /// φ(0) + ε.
    var ceiling: Double { line.startValue + line.noise }

    mutating func run(_ first: Line.Step) -> Line.Step? {
      consider(first)
      if let found { return found }
      guard var (a, b) = bracket(first) else { return found ?? best }
      while found == nil && !isExhausted {
        let width = b.length - a.length
        guard width > 0x1p-52 * b.length else { break }
        (a, b) = secant2(a, b)
        if found != nil { break }
        if b.length - a.length > 0.66 * width {
          let middle = at(0.5 * (a.length + b.length))
          if found != nil { break }
          (a, b) = update(a, b, middle)
        }
      }
      return found ?? best
    }

    private var isExhausted: Bool { trials >= Line.limit || line.run.budgetTest() != nil }

    /// Remembers a step that decreases f, and whether it is good enough.
    private mutating func consider(_ step: Line.Step) {
      guard step.isFinite else { return }
      let slope = line.startSlope
      let isLower = step.value <= line.startValue + decrease * step.length * slope
      let isFlat = step.slope >= curvature * slope
      let isApproximate = step.value <= ceiling && (2 * decrease - 1) * slope >= step.slope
      if isFlat && (isLower || isApproximate) { found = step }
      if step.value < line.startValue && isLower && step.value < best?.value ?? .infinity { best = step }
    }

    private mutating func at(_ length: Double) -> Line.Step {
      trials += 1
      let step = line(length)
      consider(step)
      return step
    }

    private var origin: Line.Step {
      Line.Step(length: 0, trial: line.start, slope: line.startSlope)
    }

    /// B0–B3: an interval [a, b] with φ(a) ≤ φ(0) + ε, φ′(a) < 0 and φ′(b) ≥ 0.
    private mutating func bracket(_ first: Line.Step) -> (Line.Step, Line.Step)? {
      var (low, step) = (origin, first)
      var ceilingLength = Double.infinity
      while true {
        if step.slope >= 0 { return (low, step) }
        if step.value > ceiling { return bisect(origin, step) }
        low = step
        guard !isExhausted else { return nil }
        var length = Swift.min(5 * step.length, 0.5 * (low.length + ceilingLength))
        var next = at(length)
        while !next.isFinite && next.value != -.infinity && !isExhausted {
          ceilingLength = length
          length = low.length + 0.2 * (length - low.length)
          next = at(length)
        }
        if next.value == -.infinity { found = next }
        if found != nil || !next.isFinite || next.length <= low.length { return nil }
        step = next
      }
    }

    /// U3: bisects an interval whose right end lies too high until slopes have opposite signs.
    private mutating func bisect(_ a: Line.Step, _ b: Line.Step) -> (Line.Step, Line.Step)? {
      var (a, b) = (a, b)
      while !isExhausted && found == nil {
        let middle = at(0.5 * (a.length + b.length))
        if middle.isFinite && middle.slope >= 0 { return (a, middle) }
        if middle.isFinite && middle.value <= ceiling { a = middle } else { b = middle }
        if b.length - a.length <= 0x1p-52 * b.length { return nil }
      }
      return nil
    }

    /// U0–U3.
    private mutating func update(
      _ a: Line.Step, _ b: Line.Step, _ c: Line.Step
    ) -> (Line.Step, Line.Step) {
      guard c.length > a.length && c.length < b.length && c.isFinite else { return (a, b) }
      if c.slope >= 0 { return (a, c) }
      if c.value <= ceiling { return (c, b) }
      return bisect(a, c) ?? (a, b)
    }

    private func secant(_ a: Line.Step, _ b: Line.Step) -> Double {
      (a.length * b.slope - b.length * a.slope) / (b.slope - a.slope)
    }

    /// S1–S4.
    private mutating func secant2(_ a: Line.Step, _ b: Line.Step) -> (Line.Step, Line.Step) {
      let first = secant(a, b)
      guard first > a.length && first < b.length else { return (a, b) }
      let c = at(first)
      if found != nil { return (a, b) }
      let (A, B) = update(a, b, c)
      if found != nil { return (A, B) }
      var second: Double?
      if c.length == B.length { second = secant(b, B) }
      if c.length == A.length { second = secant(a, A) }
      guard let second, second > A.length && second < B.length else { return (A, B) }
      let d = at(second)
      if found != nil { return (A, B) }
      return update(A, B, d)
    }
  }
}

extension LineSearch {
  /// Hager and Zhang's search.
  ///
  /// - Parameters:
  ///   - decrease: δ of φ(α) ≤ φ(0) + δ α φ′(0).
  ///   - curvature: σ of φ′(α) ≥ σ φ′(0).
  /// - Precondition: 0 < `decrease` < ½, `decrease` ≤ `curvature` < 1.
  public static func hagerZhang(decrease: Double = 0.1, curvature: Double = 0.9) -> LineSearch {
    precondition(
      0 < decrease && decrease < 0.5 && decrease <= curvature && curvature < 1,
      "the conditions need 0 < δ < ½ and δ ≤ σ < 1, not \(decrease) and \(curvature)")
    return LineSearch(HagerZhang(decrease: decrease, curvature: curvature))
  }
}
