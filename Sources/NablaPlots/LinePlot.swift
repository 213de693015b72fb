// SPDX-License-Identifier: Apache-2.0

/// Lines through points, with axes and a legend, as SVG.
///
///     let plot = LinePlot([.init(name: "sin", points: xs.map { ($0, sin($0)) })], names: ("x", "y"))
///
/// The document is self-contained and follows the surroundings' light or dark scheme. A line has a gap where a
/// coordinate is not finite, or not positive on a logarithmic axis.
///
/// - Complexity: O(number of points).
public struct LinePlot: Sendable {
  /// A line with its name for the legend.
  public struct Line: Sendable {
    /// What the legend calls it.
    public var name: String
    /// In order.
    public var points: [(x: Double, y: Double)]

    /// A line of a name through points.
    public init(name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  /// The lines, in the order of the legend.
  public var lines: [Line]
  /// The names of the axes.
  public var names: (x: String, y: String)
  /// What stands above the picture.
  public var title: String
  /// Whether the vertical axis is logarithmic.
  public var hasLogarithmicHeights: Bool
  /// Whether the horizontal axis is logarithmic.
  public var hasLogarithmicWidths: Bool
  /// The heights shown; nil for those of all points.
  public var heights: ClosedRange<Double>?

  /// A picture of lines; see the properties of the same names.
  public init(
    _ lines: [Line], names: (x: String, y: String), title: String = "", hasLogarithmicHeights: Bool = false,
    hasLogarithmicWidths: Bool = false, heights: ClosedRange<Double>? = nil
  ) {
    self.lines = lines
    self.names = names
    self.title = title
    self.hasLogarithmicHeights = hasLogarithmicHeights
    self.hasLogarithmicWidths = hasLogarithmicWidths
    self.heights = heights
  }

  /// The picture.
  public var svg: String {
    let legendTop = Style.top + 320 + Style.axisHeight
    var svg = SVG(width: Style.width, height: legendTop + legend.height)
    svg.title(title, Style.left)
    draw(in: &svg, id: "frame", top: Style.top, height: 320)
    legend.draw(in: &svg, top: legendTop)
    return svg.document(title: title.isEmpty ? lines.map(\.name).joined(separator: ", ") : title)
  }

  var legend: Legend {
    var legend = Legend()
    for (k, line) in lines.enumerated() { legend.add(.line(Style.lineColor(k)), line.name) }
    return legend
  }

  /// The lines in their frame.
  func draw(in svg: inout SVG, id: String, top: Double, height: Double) {
    let shown = lines.map { line in line.points.filter(isShown) }
    let all = shown.flatMap { $0 }
    let frame = Frame(
      x: widthRange(all.map(\.x)), y: heightRange(all.map(\.y)),
      isLogarithmic: (hasLogarithmicWidths, hasLogarithmicHeights), top: top, height: height)
    frame.drawAxes(in: &svg, names: (names.x, names.y), grid: true)
    svg.beginClip(id, frame.left, frame.top, frame.width, frame.height)
    for (k, line) in lines.enumerated() {
      let parts = line.points.split(omittingEmptySubsequences: true) { !isShown($0) }
      svg.path(
        parts.map { part in part.map { frame.place($0.x, $0.y) } }, closed: false, ("class", "way"),
        ("stroke", Style.lineColor(k)))
      // A single point is no line.
      for part in parts where part.count == 1 {
        svg.circle(frame.place(part.first!.x, part.first!.y), radius: 3, ("fill", Style.lineColor(k)))
      }
    }
    svg.endGroup()
  }

  private func isShown(_ point: (x: Double, y: Double)) -> Bool {
    point.x.isFinite && point.y.isFinite && (!hasLogarithmicHeights || point.y > 0)
      && (!hasLogarithmicWidths || point.x > 0)
  }

  private func widthRange(_ values: [Double]) -> (low: Double, high: Double) {
    guard let low = values.min(), let high = values.max() else {
      return hasLogarithmicWidths ? (1, 10) : (0, 1)
    }
    if low < high { return (low, high) }
    return hasLogarithmicWidths ? (low / 2, high * 2) : (low - 0.5, high + 0.5)
  }

  private func heightRange(_ values: [Double]) -> (low: Double, high: Double) {
    if let heights, heights.lowerBound < heights.upperBound {
      return (heights.lowerBound, heights.upperBound)
    }
    guard let low = values.min(), let high = values.max() else {
      return hasLogarithmicHeights ? (0.1, 1) : (0, 1)
    }
    if hasLogarithmicHeights { return (low / 1.5, high * 1.5) }
    let margin = high > low ? 0.05 * (high - low) : Swift.max(1, Swift.abs(low)) * 0.5
    return (low - margin, high + margin)
  }
}
