// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Where a function of one variable is not smooth.
struct BreakPoints {
  /// Between the ends, in ascending order.
  var interior: [Double] = []
  var isLowerEndSingular = false
  var isUpperEndSingular = false
}

extension Enclosures {
  /// The most enclosures of a search.
  private static let searchLimit = 20_000

  /// The places at which the function or its derivative is undefined or not continuous, as far as enclosures over
  /// smaller and smaller intervals show: poles, kinks, jumps, ends of the domain.
  ///
  /// - Parameters:
  ///   - lower, upper: may be infinite. What lies beyond 2⁴⁰ of an unbounded side is not looked at.
  ///   - values: the function, to find the very number at which it is singular among those that rounding allows.
  func breakPoints(
    from lower: Double, to upper: Double, values: ([Double]) -> [Double]
  ) -> BreakPoints {
    var result = BreakPoints()
    guard !callAsFunction(lower, upper).isSmooth else { return result }
    let width = upper - lower
    let smallest = (width.isFinite ? width : 1) * 0x1p-58
    // Where even single numbers are not smooth, nothing can be located: an operation of which nothing is known.
    let reach = Interval(Swift.max(lower, -1e6), Swift.min(upper, 1e6))
    let isOpaque = [0.31830988, 0.70710678, 0.91596559].allSatisfy {
      let x = reach.lower + $0 * reach.width
      return !callAsFunction(x, x).isSmooth
    }
    if isOpaque { return result }
    var stack = [(lower, upper)]
    var hulls: [(lower: Double, upper: Double)] = []
    let first = evaluations
    while let (low, high) = stack.popLast() {
      if evaluations - first > Self.searchLimit { break }
      if callAsFunction(low, high).isSmooth { continue }
      let middle = Interval(low, high).midpoint
      let size = Swift.max(Swift.abs(low), Swift.abs(high))
      let isLeaf = high - low <= Swift.max(4 * size.ulp, smallest) || middle <= low || middle >= high
      if isLeaf || low > 0x1p40 || high < -0x1p40 {
        if high - low > 1e-9 * Swift.max(1, size) { continue }
        if let last = hulls.last, low <= last.upper {
          hulls[hulls.count - 1].upper = high
        } else {
          hulls.append((low, high))
        }
        continue
      }
      stack.append((middle, high))
      stack.append((low, middle))
    }
    for hull in hulls where hull.upper - hull.lower <= 1e-9 * Swift.max(1, Swift.abs(hull.upper)) {
      if hull.lower <= lower {
        result.isLowerEndSingular = true
      } else if hull.upper >= upper {
        result.isUpperEndSingular = true
      } else {
        result.interior.append(position(in: hull, values))
      }
    }
    return result
  }

  /// The number of an interval of some units in the last place at which the function is infinite or undefined, or else
  /// its middle.
  private func position(
    in hull: (lower: Double, upper: Double), _ values: ([Double]) -> [Double]
  ) -> Double {
    if hull.lower <= 0 && hull.upper >= 0 { return 0 }
    var numbers = [hull.lower]
    while numbers.count < 64, let last = numbers.last, last < hull.upper { numbers.append(last.nextUp) }
    let found = zip(numbers, values(numbers)).first { !$0.1.isFinite }
    return found?.0 ?? 0.5 * hull.lower + 0.5 * hull.upper
  }
}
