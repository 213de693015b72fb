// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import NablaTensors

/// Histograms of samples, one below the other, each with a density if one is known, as SVG.
///
///     let plot = HistogramPlot([.init(name: "x", samples: draws["x"], density: { exp(p.logDensity(at: $0)) })])
///
/// Heights are densities: the area of all bars is the share of samples that are shown, 1 if all are. The bins' width is
/// that of Freedman and Diaconis, 2 · interquartile range / ∛n (Zeitschrift für Wahrscheinlichkeitstheorie 57, 1981), in
/// the range of the samples, but no more than 100 bins, and one where all samples are equal or half of them are. NaN and
/// infinities are left out. Samples beyond ten interquartile ranges from the quartiles are not shown, which a heavy tail
/// would otherwise leave no room, and the legend says how many.
///
/// - Complexity: O(n log n).
public struct HistogramPlot: Sendable {
  /// Samples of one quantity.
  public struct Variable: Sendable {
    /// The axis' name.
    public var name: String
    /// The samples, of any shape.
    public var samples: Tensor<Double>
    /// The density they are expected to have, drawn as a curve.
    public var density: (@Sendable (Double) -> Double)?

    /// Samples with the density they are expected to have, if it is known.
    public init(name: String, samples: Tensor<Double>, density: (@Sendable (Double) -> Double)? = nil) {
      self.name = name
      self.samples = samples
      self.density = density
    }
  }

  /// What is drawn, from top to bottom.
  public var variables: [Variable]
  /// What stands above the picture.
  public var title: String

  /// A picture of one quantity or several.
  public init(_ variables: [Variable], title: String = "") {
    self.variables = variables
    self.title = title
  }

  /// The picture.
  public var svg: String {
    let bars = variables.map { HistogramBars($0.samples) }
    let height = variables.count == 1 ? 320.0 : 170.0
    let distance = height + Style.axisHeight + 14
    var legend = Legend()
    let counts = Set(bars.map { $0.count }).sorted()
    if let least = counts.first, let most = counts.last {
      legend.add(.area, least == most ? "\(most) samples" : "\(least) to \(most) samples")
    }
    if variables.contains(where: { $0.density != nil }) { legend.add(.curve, "density") }
    let outside = bars.reduce(0) { $0 + $1.outside }
    if outside > 0 { legend.add(.none, "\(outside) not shown, far outside") }
    let legendTop = Style.top + Double(variables.count) * distance - 14
    var svg = SVG(width: Style.width, height: legendTop + legend.height)
    svg.title(title, Style.left)
    for (k, (variable, bars)) in zip(variables, bars).enumerated() {
      draw(
        variable, bars, id: "frame\(k)", top: Style.top + Double(k) * distance, height: height, in: &svg)
    }
    legend.draw(in: &svg, top: legendTop)
    return svg.document(
      title: title.isEmpty ? "histogram of \(variables.map(\.name).joined(separator: ", "))" : title)
  }

  private func draw(
    _ variable: Variable, _ bars: HistogramBars, id: String, top: Double, height: Double, in svg: inout SVG
  ) {
    let (low, high) = (bars.edges[0], bars.edges[bars.edges.count - 1])
    let curve = variable.density.map { density in Curve(from: low, to: high) { $0.map(density) } }
    let highest = Swift.max(bars.heights.max() ?? 0, curve?.heights?.high ?? 0)
    let frame = Frame(
      x: (low, high), y: (0, highest > 0 ? 1.05 * highest : 1), top: top, height: height)
    frame.drawAxes(in: &svg, names: (variable.name, "density"), grid: true)
    svg.beginClip(id, frame.left, frame.top, frame.width, frame.height)
    let outlines = zip(bars.heights, zip(bars.edges, bars.edges.dropFirst())).map { height, edges in
      [
        frame.place(edges.0, 0), frame.place(edges.0, height), frame.place(edges.1, height),
        frame.place(edges.1, 0),
      ]
    }
    svg.path(outlines, closed: true, ("class", "area bar"))
    if let curve { svg.path(curve.pieces(in: frame), closed: false, ("class", "curve")) }
    svg.endGroup()
  }
}

/// Samples in bins.
struct HistogramBars {
  /// Of finite samples.
  let count: Int
  let outside: Int
  let edges: [Double]
  let heights: [Double]

  init(_ samples: Tensor<Double>) {
    // In a range whose width is finite.
    let sorted = samples.scalars.filter { Swift.abs($0) < 4e307 }.sorted()
    count = sorted.count
    guard let first = sorted.first, let last = sorted.last else {
      (outside, edges, heights) = (0, [0, 1], [0])
      return
    }
    let (lower, upper) = (sorted[(sorted.count - 1) / 4], sorted[(sorted.count - 1) * 3 / 4])
    let spread = upper - lower
    let near = sorted.filter { $0 >= lower - 10 * spread && $0 <= upper + 10 * spread }
    let range = spread > 0 ? near[0]...near[near.count - 1] : first...last
    let width = 2 * spread / cbrt(Double(sorted.count))
    let bins =
      width > 0
      ? Swift.max(1, Int(Swift.min(100, ((range.upperBound - range.lowerBound) / width).rounded(.up)))) : 1
    let (counts, edges) = samples.histogram(bins: bins, in: range)
    outside = sorted.count - counts.reduce(0, +)
    self.edges = edges.scalars
    heights = counts.indices.map { k in
      Double(counts[k]) / Double(sorted.count) / (edges.scalars[k + 1] - edges.scalars[k])
    }
  }
}
