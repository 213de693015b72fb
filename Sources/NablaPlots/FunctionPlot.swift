// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaCriticalPoints
public import NablaOptimization
internal import NablaTensors

/// A picture of a function of one or two variables over a box, as SVG: the curve, or filled contours with level lines
/// and a colour bar; with critical points, a sign for each kind, the paths of methods with a dot for each step, and the
/// gradient as arrows.
///
///     let box = try Box(lower: [-5, -5], upper: [5, 5])
///     let plot = FunctionPlot(f, in: box, points: f.criticalPoints(in: box).points)
///     try plot.svg.write(toFile: "himmelblau.svg", atomically: true, encoding: .utf8)
///
/// The document is self-contained and follows the surroundings' light or dark scheme. Places where the function is not
/// finite are left out, and where a curve grows without bound its picture ends half beyond the middle 80 % of the
/// values. Levels are evenly spaced; or at round numbers in a geometric progression above the smallest value, where half
/// of the box lies within the lowest third of the range and its lowest hundredth within a fiftieth; or so below the
/// largest.
///
/// - Complexity: some 1000 evaluations for a curve, and at most 16,000; 25,921 for contours, in one batch; 196 gradients
///   for the arrows.
public struct FunctionPlot: Sendable {
  /// A line through points, with a name for the legend: the path of a method.
  public struct Path: Sendable {
    /// What the legend calls it.
    public var name: String
    /// Pairs of coordinates, in order.
    public var points: [[Double]]

    /// A line of a name through points.
    public init(name: String, points: [[Double]]) {
      self.name = name
      self.points = points
    }
  }

  /// A range of the variable over which the area between the curve and 0 is shaded, with a name for the legend.
  public struct Area: Sendable {
    /// What the legend says of it.
    public var name: String
    /// The range of the variable.
    public var range: ClosedRange<Double>

    /// A shaded area.
    public init(name: String, range: ClosedRange<Double>) {
      self.name = name
      self.range = range
    }
  }

  private let function: Function
  private let box: Box
  private let parameters: Tensor<Double>?

  /// What stands above the picture.
  public var title: String

  /// Points to mark. Those outside the box are left out.
  public var points: [CriticalPoint]

  /// Lines to draw, of functions of two variables.
  public var paths: [Path]

  /// Whether arrows show the gradient, of functions of two variables. They point where the function rises fastest;
  /// their lengths go with the square root of the gradient's norm, and the longest twentieth are cut to one length.
  public var showsGradient: Bool

  /// An area to shade, of functions of one variable.
  public var area: Area?

  /// - Precondition: a scalar function of one or two variables, and a bounded box of as many ranges, none of width 0.
  public init(
    _ function: Function, in box: Box, parameters: [Double] = [], title: String = "",
    points: [CriticalPoint] = [], paths: [Path] = [], showsGradient: Bool = false, area: Area? = nil
  ) {
    let n = function.variables.count
    precondition(
      n == 1 || n == 2, "a plot shows a function of one or two variables, and this one has \(n)")
    precondition(
      box.dimension == n && box.isBounded && box.widths.allSatisfy { $0 > 0 },
      "a plot of \(n) variables needs a bounded box of \(n) ranges of some width")
    self.function = function
    self.box = box
    self.parameters = parameters.isEmpty ? nil : Tensor(parameters)
    self.title = title
    self.points = points
    self.paths = paths
    self.showsGradient = showsGradient
    self.area = area
  }

  /// The picture.
  public var svg: String { function.variables.count == 1 ? curve() : contours() }

  private func values(at points: [[Double]]) -> [Double] {
    function.value(at: Tensor(points), parameters: parameters).scalars
  }

  // MARK: One variable

  private func curve() -> String {
    let curve = Curve(from: box.lower[0], to: box.upper[0]) { x in values(at: x.map { [$0] }) }
    let marked = points.filter { box.contains($0.point) && $0.value.isFinite }
    var (low, high) = curve.heights ?? (-1, 1)
    for point in marked { (low, high) = (Swift.min(low, point.value), Swift.max(high, point.value)) }
    if area != nil { (low, high) = (Swift.min(low, 0), Swift.max(high, 0)) }
    let margin = high > low ? 0.05 * (high - low) : Swift.max(1, Swift.abs(low)) * 0.5
    let frame = Frame(
      x: (box.lower[0], box.upper[0]), y: (low - margin, high + margin), height: 320)
    var legend = Legend()
    if let area { legend.add(.area, area.name) }
    legend.add(marked)
    let legendTop = frame.bottom + Style.axisHeight
    var svg = SVG(width: Style.width, height: legendTop + legend.height)
    svg.title(title, frame.left)
    frame.drawAxes(in: &svg, names: (function.variableNames[0], "f"), grid: true)
    svg.beginClip("frame", frame.left, frame.top, frame.width, frame.height)
    let pieces = curve.pieces(in: frame)
    if let area {
      let (left, right) = (frame.place(area.range.lowerBound, 0), frame.place(area.range.upperBound, 0))
      svg.beginClip("range", left.x, frame.top, right.x - left.x, frame.height)
      svg.path(
        pieces.map { [($0[0].x, left.y)] + $0 + [($0[$0.count - 1].x, left.y)] }, closed: true,
        ("class", "area"))
      svg.endGroup()
      svg.path(
        [[frame.place(frame.x.low, 0), frame.place(frame.x.high, 0)]], closed: false, ("class", "axis"))
    }
    svg.path(pieces, closed: false, ("class", "curve"))
    svg.endGroup()
    for point in marked { Marker.draw(point.kind, at: frame.place(point.point[0], point.value), in: &svg) }
    legend.draw(in: &svg, top: legendTop)
    return svg.document(title: title.isEmpty ? "a function of \(function.variableNames[0])" : title)
  }

  // MARK: Two variables

  private static let gridCount = 161

  private static func steps(_ low: Double, _ high: Double) -> [Double] {
    (0..<gridCount).map { low + (high - low) * (Double($0) / Double(gridCount - 1)) }
  }

  private func contours() -> String {
    let x = Self.steps(box.lower[0], box.upper[0])
    let y = Self.steps(box.lower[1], box.upper[1])
    let surface = ContourSurface(x: x, y: y, values: values(at: y.flatMap { y in x.map { [$0, y] } }))
    let frame = surface.frame
    let marked = points.filter { box.contains($0.point) }
    var legend = Legend()
    legend.add(marked)
    for (k, path) in paths.enumerated() {
      legend.add(.path(Style.pathColor(k)), path.name, startsRow: k == 0)
    }
    if showsGradient { legend.add(.none, "arrows: ∇f, lengths as √|∇f|", startsRow: true) }
    return surface.document(
      title: title, fallbackTitle: "a function of \(function.variableNames.joined(separator: " and "))",
      names: (function.variableNames[0], function.variableNames[1]), valueName: "f", legend: legend
    ) { svg in
      if showsGradient {
        GradientField(of: function, parameters: parameters, in: frame).draw(in: &svg, frame: frame)
      }
      for (k, path) in paths.enumerated() {
        let line = path.points.filter { $0.allSatisfy(\.isFinite) }.map { frame.place($0[0], $0[1]) }
        Self.draw(line, color: Style.pathColor(k), in: &svg)
      }
    } signs: { svg in
      for point in marked {
        Marker.draw(point.kind, at: frame.place(point.point[0], point.point[1]), in: &svg)
      }
    }
  }

  /// A path, with dots where its steps are far enough apart to be seen.
  private static func draw(_ line: [(x: Double, y: Double)], color: String, in svg: inout SVG) {
    svg.path([line], closed: false, ("class", "halo"))
    svg.path([line], closed: false, ("class", "way"), ("stroke", color))
    guard var last = line.first else { return }
    svg.circle(last, radius: 4, ("fill", color), ("class", "sign"))
    for place in line.dropFirst() {
      let (dx, dy) = (place.x - last.x, place.y - last.y)
      if dx * dx + dy * dy >= 100 {
        svg.circle(place, radius: 3, ("fill", color))
        last = place
      }
    }
  }
}
