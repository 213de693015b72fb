internal import NablaExpressions

extension Piece {
  /// A place at which the integrand does what its samples do not show.
  typealias Suspicion = (lower: Double, upper: Double)

  /// How much steeper than beside it the integrand may be between two samples.
  private static let tolerated = 6.0

  /// A gap is halved so often before it is blamed: the width of enclosures that comes from dependency goes away.
  private static let leastDepth = 4

  /// Compares the samples with enclosures of the integrand between them.
  ///
  /// Between two neighbouring samples the derivative must not be larger than a few times the slopes that the samples
  /// around show, unless what it may hide is negligible. Where the enclosure over a gap is too wide to say so, the gap
  /// is halved, until it is, or until the enclosure is tight: then the integrand really does something there.
  ///
  /// - Parameters:
  ///   - negligible: a mass that does not matter.
  ///   - budget: how many enclosures may be computed; reduced by those that were.
  /// - Returns: where to cut the piece; empty if the samples can be trusted.
  func suspicions(
    _ enclosures: Enclosures, negligible: Double, budget: inout Int
  ) -> [Suspicion] {
    var points = samples
    // The same abscissa twice has no slope.
    var last = -Double.infinity
    points.removeAll { point in
      defer { last = Swift.max(last, point.x) }
      return point.x <= last
    }
    guard points.count >= 3 else { return [] }
    let slopes = (0..<points.count - 1).map {
      Swift.abs((points[$0 + 1].value - points[$0].value) / (points[$0 + 1].x - points[$0].x))
    }
    var found: [Suspicion] = []
    func check(_ gap: Suspicion, near index: Int) {
      let range = Swift.max(0, index - 2)..<Swift.min(slopes.count, index + 3)
      let slope = slopes[range].max() ?? 0
      let nearby = points[range.lowerBound...range.upperBound].map(\.value)
      let variation = (nearby.max() ?? 0) - (nearby.min() ?? 0)
      var stack = [(gap.lower, gap.upper, 0)]
      while let (low, high, depth) = stack.popLast() {
        let cell = (lower: low, upper: high)
        if budget <= 0 { return }
        let before = enclosures.evaluations
        let f = enclosures(cell.lower, cell.upper)
        budget -= enclosures.evaluations - before
        if f.value.isEmpty { continue }
        let width = cell.upper - cell.lower
        let height = f.value.width
        // 0·∞ at the far end of an unbounded range.
        if height * width <= negligible || height == 0 { continue }
        if f.steepness <= Self.tolerated * slope { continue }
        if f.steepness == .infinity && height <= Self.tolerated * variation { continue }
        let isTight =
          f.value.isBounded
          && (f.steepness * width <= 4 * f.value.magnitude || height <= 0.5 * f.value.magnitude)
        let middle = Interval(cell.lower, cell.upper).midpoint
        let isSmallest = middle <= cell.lower || middle >= cell.upper || width <= 16 * Swift.abs(middle).ulp
        if isSmallest { continue }
        if isTight && depth >= Self.leastDepth {
          if let end = found.last, end.upper == cell.lower {
            found[found.count - 1].upper = cell.upper
          } else {
            found.append(cell)
          }
          continue
        }
        stack.append((middle, high, depth + 1))
        stack.append((low, middle, depth + 1))
      }
    }
    if doubleExponential == nil || (!isLowerEndSingular && lower.isFinite) {
      if lower < points[0].x { check((lower, points[0].x), near: 0) }
    }
    for index in slopes.indices { check((points[index].x, points[index + 1].x), near: index) }
    if doubleExponential == nil || (!isUpperEndSingular && upper.isFinite) {
      if points[points.count - 1].x < upper {
        check((points[points.count - 1].x, upper), near: slopes.count - 1)
      }
    }
    return found
  }
}
