// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The levels of a contour plot and their colours.
struct Levels {
  private let ticks: Ticks
  /// Ascending.
  var values: [Double] { isConstant ? [] : ticks.values }
  private let isConstant: Bool

  private static let count = 16

  /// Levels for values on a grid, of which those that are not finite do not count.
  init(of grid: [Double]) {
    // Such that differences are finite.
    let finite = grid.filter(\.isFinite).map { Swift.max(-4e307, Swift.min(4e307, $0)) }.sorted()
    guard let low = finite.first, let top = finite.last, top > low else {
      ticks = Ticks(finite.first.map { [$0] } ?? [])
      isConstant = true
      return
    }
    isConstant = false
    func quantile(_ share: Double) -> Double { finite[Int(share * Double(finite.count - 1))] }
    let (bottom, high) = (quantile(0.02), quantile(0.98))
    if let heights = Self.roundHeights(
      from: quantile(0.01) - low, median: quantile(0.5) - low, most: high - low, to: top - low)
    {
      // From 0, if the least value is 0 but for what levels do not show, or above it and below all levels.
      let isFromZero = Swift.abs(low) < (low > 0 ? 1 : 0.01) * heights[0]
      ticks = Ticks(heights, offset: isFromZero ? 0 : low)
    } else if let depths = Self.roundHeights(
      from: top - quantile(0.99), median: top - quantile(0.5), most: top - bottom, to: top - low)
    {
      let isFromZero = Swift.abs(top) < (top < 0 ? 1 : 0.01) * depths[0]
      ticks = Ticks(depths.reversed().map { -$0 }, offset: isFromZero ? 0 : top)
    } else {
      // Poles and far corners would use up the levels.
      let reach = (high - bottom) / 2
      let from = bottom - low <= reach ? low : bottom
      let to = top - high <= reach || high == bottom ? top : high
      ticks = Ticks(from: from, to: to, count: Self.count).between(low, top)
    }
  }

  /// Heights above the least value, or depths below the largest, at round numbers that are evenly spaced in their
  /// logarithms but for the rounding; nil where even steps show as much: unless half of the box lies in the lowest third
  /// of what most of it does, and its lowest hundredth in the lowest fiftieth. A plain at the bottom has no levels above
  /// it to show.
  private static func roundHeights(
    from first: Double, median: Double, most: Double, to top: Double
  ) -> [Double]? {
    guard median < 0.36 * most, first < 0.02 * most, first > 1e-5 * most else { return nil }
    let last = Swift.min(top, 10 * most)
    let decades = log10(last / first)
    let digits = decades < 2.6 ? [1, 1.5, 2, 3, 5, 7] : [1.0, 2, 5]
    let powers = Int(floor(log10(first)))...Int(floor(log10(last)))
    // By decimal notation, because products of powers are not the numbers nearest to 0.05 and the like.
    return powers.flatMap { power in digits.compactMap { Double("\($0)e\(power)") } }
      .filter { $0 >= 0.9 * first && $0 < last }
  }

  /// The place in the map of colours of what is between level k − 1 and level k.
  func colorPlace(_ k: Int) -> Double { values.isEmpty ? 0.5 : Double(k) / Double(values.count) }

  /// The colours one above the other, with the levels between them, and above them what they are levels of.
  func drawBar(in svg: inout SVG, name: String, x: Double, y: Double, width: Double, height: Double) {
    let part = height / Double(values.count + 1)
    for k in 0...values.count {
      svg.rectangle(
        x, y + height - Double(k + 1) * part, width, part + 0.5,
        ("fill", Colormap.color(colorPlace(k))))
    }
    svg.rectangle(x, y, width, height, ("class", "axis"))
    for (k, label) in ticks.labels.enumerated() {
      let at = isConstant ? height / 2 : height - Double(k + 1) * part
      svg.text(label, x + width + 6, y + at + 5)
    }
    let heading = ticks.named(name)
    let middle = Swift.min(x + width / 2, Style.width - 8 - TextWidth.of(heading) / 2)
    svg.text(heading, middle, y - 9, ("text-anchor", "middle"))
  }
}
