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
  /// The heights shown; nil for those of all points.
  public var heights: ClosedRange<Double>?

  /// A picture of lines; see the properties of the same names.
  public init(
    _ lines: [Line], names: (x: String, y: String), title: String = "", hasLogarithmicHeights: Bool = false,
    heights: ClosedRange<Double>? = nil
  ) {
    self.lines = lines
    self.names = names
    self.title = title
    self.hasLogarithmicHeights = hasLogarithmicHeights
    self.heights = heights
  }

  /// The picture.
  public var svg: String {
    var svg = SVG(width: 640, height: 504)
    svg.text(title, 76, 26, ("class", "title"))
    draw(in: &svg, id: "frame", left: 76, top: 40, width: 540, height: 380)
    Self.drawLegend(lines.map(\.name), x: 76, y: 488, in: &svg)
    return svg.document(title: title.isEmpty ? lines.map(\.name).joined(separator: ", ") : title)
  }

  /// The lines in their frame.
  func draw(in svg: inout SVG, id: String, left: Double, top: Double, width: Double, height: Double) {
    let shown = lines.map { line in line.points.filter(isShown) }
    let all = shown.flatMap { $0 }
    let (x, y) = (Self.range(all.map(\.x)), heightRange(all.map(\.y)))
    let frame = Frame(
      x: x, y: y, hasLogarithmicHeights: hasLogarithmicHeights, left: left, top: top, width: width,
      height: height)
    frame.drawAxes(in: &svg, names: (names.x, names.y), grid: true)
    svg.beginClip(id, left, top, width, height)
    for (k, line) in lines.enumerated() {
      let parts = line.points.split(omittingEmptySubsequences: true) { !isShown($0) }
      svg.path(
        parts.map { part in part.map { frame.place($0.x, $0.y) } }, closed: false, ("class", "way"),
        ("stroke", Self.color(k)))
      // A single point is no line.
      for part in parts where part.count == 1 {
        let place = frame.place(part.first!.x, part.first!.y)
        svg.path(
          [[(place.x - 3, place.y), (place.x + 3, place.y)]], closed: false, ("class", "way"),
          ("stroke", Self.color(k)))
      }
    }
    svg.endGroup()
  }

  private func isShown(_ point: (x: Double, y: Double)) -> Bool {
    point.x.isFinite && point.y.isFinite && (!hasLogarithmicHeights || point.y > 0)
  }

  private static func range(_ values: [Double]) -> (low: Double, high: Double) {
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    return low < high ? (low, high) : (low - 0.5, high + 0.5)
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

  /// Colours that are told apart on light and on dark paper, also by most who see fewer colours.
  static func color(_ k: Int) -> String {
    ["#1f77b4", "#e4572e", "#2a9d5c", "#a05ec9", "#c9930a", "#17a2b8", "#d6478f", "#7f7f7f"][k % 8]
  }

  /// Names beside strokes of the lines' colours, in rows of 540.
  static func drawLegend(_ names: [String], x: Double, y: Double, in svg: inout SVG) {
    var (place, row) = (x, y - 10)
    for (k, name) in names.enumerated() where !name.isEmpty {
      let width = 46 + 7.5 * Double(name.count)
      if place + width > x + 550, place > x { (place, row) = (x, row + 16) }
      svg.path(
        [[(place, row - 4), (place + 22, row - 4)]], closed: false, ("class", "way"), ("stroke", color(k)))
      svg.text(name, place + 28, row)
      place += width
    }
  }
}
