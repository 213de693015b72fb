// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

extension Piece {
  /// A place at which the integrand does what its samples do not show.
  typealias Suspicion = (lower: Double, upper: Double)

  /// How much larger than the samples around show derivatives may be between two of them.
  private static let tolerated = 6.0

  /// A gap is halved so often before it is blamed: the width of enclosures that comes from dependency goes away.
  private static let leastDepth = 4

  /// A part of the gap between two samples.
  private struct Cell {
    var lower: Double
    var upper: Double
    var gap: Int
    var depth: Int
    var enclosure: Enclosures.Enclosure
    /// What it may hide: how far the integral can be from that of a straight line.
    var hidden: Double
    /// As `hidden`, but no wider than 2⁶⁴: what is looked at first. Underflowing values over an astronomical width are not.
    var urgency: Double
  }

  /// Compares the samples with enclosures of the integrand between them.
  ///
  /// Between two neighbouring samples the first two derivatives must not be larger than a few times what the samples around
  /// show, unless what they may hide is negligible. Where the enclosure over a gap is too wide to say so, the gap is halved,
  /// until it is, or until the enclosure is tight: then the integrand really does something there. What may hide most is
  /// looked at first.
  ///
  /// - Parameters:
  ///   - negligible: a mass that does not matter.
  ///   - budget: how many enclosures may be computed; reduced by those that were.
  /// - Returns: where to cut the piece, in ascending order; empty if the samples can be trusted.
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
    let shown = Differences(points)
    var negligible = negligible
    var spent = 0
    func cell(_ lower: Double, _ upper: Double, gap: Int, depth: Int) -> Cell? {
      let before = enclosures.evaluations
      let f = enclosures(lower, upper)
      spent += enclosures.evaluations - before
      if f.value.isEmpty || f.value.width == 0 { return nil }
      let width = upper - lower
      let hidden = Swift.min(
        f.value.width * width, Swift.min(f.steepness * width * width, f.bend * width * width * width))
      if hidden <= negligible { return nil }
      let bounds = shown.bounds[gap]
      if f.bend.isFinite && f.steepness.isFinite {
        if f.bend <= Self.tolerated * bounds.bend && f.steepness <= Self.tolerated * bounds.slope {
          return nil
        }
      } else if f.steepness.isFinite {
        if f.steepness <= Self.tolerated * bounds.slope { return nil }
      } else if f.value.width <= Self.tolerated * bounds.variation {
        return nil
      }
      return Cell(
        lower: lower, upper: upper, gap: gap, depth: depth, enclosure: f, hidden: hidden,
        urgency: Swift.min(hidden, f.value.width * Swift.min(width, 0x1p64)))
    }
    var heap = Heap<Cell> { $0.urgency > $1.urgency }
    for (index, gap) in gaps(points).enumerated() where gap.lower < gap.upper {
      if let cell = cell(
        gap.lower, gap.upper, gap: Swift.min(Swift.max(index - 1, 0), points.count - 2), depth: 0)
      {
        heap.push(cell)
      }
    }
    var found: [Suspicion] = []
    var seen = 0.0
    while spent < budget, let worst = heap.pop() {
      // Against what has been found the rest does not count: the parts are looked at again.
      if worst.urgency <= Swift.max(negligible, 1e-6 * seen) { break }
      let middle = Interval(worst.lower, worst.upper).midpoint
      let width = worst.upper - worst.lower
      if middle <= worst.lower || middle >= worst.upper || width <= 16 * Swift.abs(middle).ulp { continue }
      let f = worst.enclosure
      let isTight =
        f.value.isBounded
        && (f.value.width <= 0.5 * f.value.magnitude || f.steepness * width <= 4 * f.value.magnitude)
        && (!f.bend.isFinite || f.curvature.width <= f.curvature.magnitude
          || f.bend * width * width <= 0.25 * f.value.magnitude)
      if isTight && worst.depth >= Self.leastDepth {
        found.append((worst.lower, worst.upper))
        seen = Swift.max(seen, worst.urgency)
        continue
      }
      for (low, high) in [(worst.lower, middle), (middle, worst.upper)] {
        if let part = cell(low, high, gap: worst.gap, depth: worst.depth + 1) { heap.push(part) }
      }
      // Enclosures of underflowing values: no less than the smallest numbers, whatever the width.
      negligible = Swift.max(negligible, 1e-300 * width)
    }
    budget -= spent
    return widened(found)
  }

  /// The gaps between samples, with those to the ends, where samples do not crowd.
  private func gaps(_ points: [(x: Double, value: Double)]) -> [Suspicion] {
    var gaps: [Suspicion] = [(lower, points[0].x)]
    for index in 1..<points.count { gaps.append((points[index - 1].x, points[index].x)) }
    gaps.append((points[points.count - 1].x, upper))
    guard doubleExponential != nil else { return gaps }
    if isLowerEndSingular || lower == -.infinity { gaps[0] = (0, 0) }
    if isUpperEndSingular || upper == .infinity { gaps[gaps.count - 1] = (0, 0) }
    return gaps
  }

  /// Neighbours joined, and twice as much on both sides: the foot of a peak belongs to it.
  private func widened(_ found: [Suspicion]) -> [Suspicion] {
    var joined: [Suspicion] = []
    for place in found.sorted(by: { $0.lower < $1.lower }) {
      if let last = joined.last, place.lower <= last.upper + (last.upper - last.lower) {
        joined[joined.count - 1].upper = Swift.max(last.upper, place.upper)
      } else {
        joined.append(place)
      }
    }
    var result: [Suspicion] = []
    for place in joined {
      let width = place.upper - place.lower
      let wide = (
        lower: Swift.max(lower, place.lower - 2 * width), upper: Swift.min(upper, place.upper + 2 * width)
      )
      if let last = result.last, wide.lower <= last.upper {
        result[result.count - 1].upper = wide.upper
      } else {
        result.append(wide)
      }
    }
    return result
  }
}

/// What samples show of derivatives around each gap between two of them.
private struct Differences {
  struct Bounds {
    var slope = 0.0
    var bend = 0.0
    var variation = 0.0
  }

  /// For each gap the largest divided differences among itself and two gaps on either side.
  let bounds: [Bounds]

  init(_ points: [(x: Double, value: Double)]) {
    var slopes: [Double] = []
    for (a, b) in zip(points, points.dropFirst()) { slopes.append((b.value - a.value) / (b.x - a.x)) }
    var bends: [Double] = []
    for index in 1..<slopes.count {
      let width = points[index + 1].x - points[index - 1].x
      bends.append(2 * (slopes[index] - slopes[index - 1]) / width)
    }
    bounds = slopes.indices.map { gap -> Bounds in
      var bounds = Bounds()
      let near = Swift.max(0, gap - 2)...Swift.min(slopes.count - 1, gap + 2)
      for index in near { bounds.slope = Swift.max(bounds.slope, Swift.abs(slopes[index])) }
      for index in Swift.max(0, gap - 3)...Swift.min(bends.count - 1, gap + 2) where index < bends.count {
        bounds.bend = Swift.max(bounds.bend, Swift.abs(bends[index]))
      }
      var (low, high) = (Double.infinity, -Double.infinity)
      for index in near.lowerBound...near.upperBound + 1 {
        low = Swift.min(low, points[index].value)
        high = Swift.max(high, points[index].value)
      }
      bounds.variation = high - low
      return bounds
    }
  }
}

/// A binary heap.
private struct Heap<Element> {
  private var elements: [Element] = []
  private let isBefore: (Element, Element) -> Bool

  init(_ isBefore: @escaping (Element, Element) -> Bool) { self.isBefore = isBefore }

  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, isBefore(elements[child], elements[(child - 1) / 2]) {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count {
        if isBefore(elements[child], elements[best]) { best = child }
      }
      if best == parent { return first }
      elements.swapAt(parent, best)
      parent = best
    }
  }
}
