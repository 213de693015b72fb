// SPDX-License-Identifier: Apache-2.0

/// A step that satisfies the strong Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁ α φ′(0),   |φ′(α)| ≤ c₂ |φ′(0)|
///
/// by safeguarded cubic and quadratic interpolation in an interval that shrinks around one.
///
/// Source: Moré, Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20 (1994), in the
/// form of MINPACK-2's dcsrch and dcstep.
struct MoreThuente: LineSearchRule {
  let decrease: Double
  let curvature: Double

  /// An end of the interval: a step, φ there and φ′.
  private struct End {
    var step: Double
    var value: Double
    var slope: Double
  }

  func search(_ line: Line, from guess: Double) -> Line.Step? {
    let test = decrease * line.startSlope
    var low = End(step: 0, value: line.startValue, slope: line.startSlope)
    var high = low
    var isBracketed = false
    var isFirstStage = true
    // The last two widths of the interval.
    var (width, oldWidth) = (Double.infinity, Double.infinity)
    var upper = Double.infinity
    var length = guess
    var best: Line.Step?
    for _ in 0..<Line.limit {
      guard line.point(length) != line.start.point, line.run.budgetTest() == nil else { break }
      let step = line(length)
      if step.value == -.infinity { return step }
      guard step.isFinite else {
        upper = length
        length = low.step + 0.2 * (length - low.step)
        continue
      }
      if line.isFlatEnough(step, decrease: decrease) { return step }
      let bound = line.startValue + length * test
      if step.value <= bound && Swift.abs(step.slope) <= curvature * -line.startSlope { return step }
      if step.value <= bound && step.value < best?.value ?? .infinity { best = step }
      if isFirstStage && step.value <= bound && step.slope >= 0 { isFirstStage = false }
      // As long as the auxiliary function φ(α) − φ(0) − c₁ α φ′(0) has no negative value with a positive slope, the
      // interval is updated for that.
      let shift = isFirstStage && step.value <= low.value && step.value > bound ? test : 0
      var trial = End(step: length, value: step.value - length * shift, slope: step.slope - shift)
      low.value -= low.step * shift
      low.slope -= shift
      high.value -= high.step * shift
      high.slope -= shift
      let range =
        isBracketed
        ? Swift.min(low.step, high.step)...Swift.max(low.step, high.step)
        : (length + 1.1 * Swift.abs(length - low.step))...(length + 4 * Swift.abs(length - low.step))
      Self.update(&low, &high, &trial, &isBracketed, in: range)
      low.value += low.step * shift
      low.slope += shift
      high.value += high.step * shift
      high.slope += shift
      var next = trial.step
      if isBracketed {
        let newWidth = Swift.abs(high.step - low.step)
        if newWidth >= 0.66 * oldWidth { next = low.step + 0.5 * (high.step - low.step) }
        (oldWidth, width) = (width, newWidth)
        if newWidth <= 0x1p-52 * Swift.max(low.step, high.step) { break }
      }
      if next >= upper { next = 0.5 * (low.step + upper) }
      length = next
    }
    return best
  }

  /// dcstep: a safeguarded step from the interval's ends and the trial, and the new interval.
  private static func update(
    _ low: inout End, _ high: inout End, _ trial: inout End, _ isBracketed: inout Bool,
    in range: ClosedRange<Double>
  ) {
    let sign = trial.slope * (low.slope < 0 ? -1 : 1)
    let isBeyond = trial.step > low.step
    var next: Double
    // The minimiser of the cubic through both, scaled against overflow.
    func cubic(_ a: End, _ b: End, _ isClamped: Bool) -> (theta: Double, gamma: Double) {
      let theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope
      let scale = Swift.max(Swift.abs(theta), Swift.abs(a.slope), Swift.abs(b.slope))
      let square = (theta / scale) * (theta / scale) - (a.slope / scale) * (b.slope / scale)
      return (theta, scale * (isClamped ? Swift.max(0, square) : square).squareRoot())
    }
    if trial.value > low.value {
      // A higher value: the minimum is bracketed.
      let (theta, root) = cubic(low, trial, false)
      let gamma = isBeyond ? root : -root
      let r = (gamma - low.slope + theta) / (gamma - low.slope + gamma + trial.slope)
      let cubicStep = low.step + r * (trial.step - low.step)
      let slope = (low.value - trial.value) / (trial.step - low.step) + low.slope
      let quadratic = low.step + low.slope / slope / 2 * (trial.step - low.step)
      next =
        Swift.abs(cubicStep - low.step) < Swift.abs(quadratic - low.step)
        ? cubicStep : cubicStep + (quadratic - cubicStep) / 2
      isBracketed = true
    } else if sign < 0 {
      // A lower value and slopes of opposite signs: bracketed too.
      let (theta, root) = cubic(low, trial, false)
      let gamma = isBeyond ? -root : root
      let r = (gamma - trial.slope + theta) / (gamma - trial.slope + gamma + low.slope)
      let cubicStep = trial.step + r * (low.step - trial.step)
      let secant = trial.step + trial.slope / (trial.slope - low.slope) * (low.step - trial.step)
      next =
        Swift.abs(cubicStep - trial.step) > Swift.abs(secant - trial.step) ? cubicStep : secant
      isBracketed = true
    } else if Swift.abs(trial.slope) < Swift.abs(low.slope) {
      // A lower value, and the slope flattens.
      let (theta, root) = cubic(low, trial, true)
      let gamma = isBeyond ? -root : root
      let r = (gamma - trial.slope + theta) / (gamma + (low.slope - trial.slope) + gamma)
      let cubicStep: Double =
        if r < 0 && gamma != 0 {
          trial.step + r * (low.step - trial.step)
        } else {
          isBeyond ? range.upperBound : range.lowerBound
        }
      let secant = trial.step + trial.slope / (trial.slope - low.slope) * (low.step - trial.step)
      let isCubicNearer = Swift.abs(cubicStep - trial.step) < Swift.abs(secant - trial.step)
      if isBracketed {
        next = isCubicNearer ? cubicStep : secant
        let limit = trial.step + 0.66 * (high.step - trial.step)
        next = isBeyond ? Swift.min(limit, next) : Swift.max(limit, next)
      } else {
        next = isCubicNearer ? secant : cubicStep
        next = Swift.max(range.lowerBound, Swift.min(range.upperBound, next))
      }
    } else if isBracketed {
      // A lower value, and the slope does not flatten.
      let (theta, root) = cubic(trial, high, false)
      let gamma = trial.step > high.step ? -root : root
      let r = (gamma - trial.slope + theta) / (gamma - trial.slope + gamma + high.slope)
      next = trial.step + r * (high.step - trial.step)
    } else {
      next = isBeyond ? range.upperBound : range.lowerBound
    }
    if trial.value > low.value {
      high = trial
    } else {
      if sign < 0 { high = low }
      low = trial
    }
    trial.step = next.isFinite ? next : 0.5 * (low.step + high.step)
  }
}

extension LineSearch {
  /// Moré and Thuente's search for the strong Wolfe conditions.
  ///
  /// - Parameters:
  ///   - decrease: c₁ of φ(α) ≤ φ(0) + c₁ α φ′(0).
  ///   - curvature: c₂ of |φ′(α)| ≤ c₂ |φ′(0)|.
  /// - Precondition: 0 < `decrease` < `curvature` < 1.
  public static func moreThuente(decrease: Double = 1e-4, curvature: Double = 0.9) -> LineSearch {
    precondition(
      0 < decrease && decrease < curvature && curvature < 1,
      "the Wolfe conditions need 0 < c₁ < c₂ < 1, not \(decrease) and \(curvature)")
    return LineSearch(MoreThuente(decrease: decrease, curvature: curvature))
  }
}
