internal import Foundation

/// The levels of a contour plot and their colours.
struct Levels {
  /// Ascending.
  let values: [Double]
  private let labels: [String]

  private static let count = 12

  /// Levels for values on a grid, of which those that are not finite do not count.
  init(of grid: [Double]) {
    let finite = grid.filter(\.isFinite).sorted()
    guard let low = finite.first, let top = finite.last, top > low else {
      values = []
      labels = []
      return
    }
    // Poles and far corners would use up the levels.
    let high = finite[finite.count - 1 - finite.count / 50]
    let bottom = finite[finite.count / 50]
    let median = finite[finite.count / 2]
    // What a hundredth of the box lies below; a plain at the bottom has no levels above it to show.
    let floorValue = finite[finite.count / 100] - low
    if median - low < 0.1 * (high - low) && floorValue > 1e-6 * (high - low) {
      // Logarithmic above the least value.
      let (first, last) = (log(floorValue), log(high - low))
      values = (0..<Self.count).map {
        low + exp(first + (last - first) * Double($0) / Double(Self.count - 1))
      }
      // Three digits: as if neighbours were a hundredth of each apart.
      labels = values.map {
        Ticks.label($0, step: pow(10, floor(log10(Swift.max(Swift.abs($0), 1e-300))) - 2))
      }
    } else {
      let ticks = Ticks(from: bottom, to: high > bottom ? high : top, count: Self.count)
      values = ticks.values
      labels = ticks.labels
    }
  }

  /// The place in the map of colours of what is between level k − 1 and level k.
  func colorPlace(_ k: Int) -> Double { values.isEmpty ? 0.5 : Double(k) / Double(values.count) }

  /// The colours one above the other, with the levels between them.
  func drawBar(in svg: inout SVG, x: Double, y: Double, width: Double, height: Double) {
    let part = height / Double(values.count + 1)
    for k in 0...values.count {
      svg.rectangle(
        x, y + height - Double(k + 1) * part, width, part + 0.5, ("fill", Colormap.color(colorPlace(k))))
    }
    svg.rectangle(x, y, width, height, ("class", "axis"))
    for (k, label) in labels.enumerated() {
      svg.text(label, x + width + 6, y + height - Double(k + 1) * part + 4.5)
    }
  }
}
