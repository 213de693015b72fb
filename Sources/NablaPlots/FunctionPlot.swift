public import NablaCalculus
public import NablaCriticalPoints
public import NablaOptimization
internal import NablaTensors

/// A picture of a function of one or two variables over a box, as SVG: the curve, or filled contours with level lines
/// and a colour bar; with critical points, a sign for each kind, and the paths of methods.
///
///     let box = try Box(lower: [-5, -5], upper: [5, 5])
///     let plot = FunctionPlot(f, in: box, points: f.criticalPoints(in: box).points)
///     try plot.svg.write(toFile: "himmelblau.svg", atomically: true, encoding: .utf8)
///
/// The document is self-contained and follows the surroundings' light or dark scheme. Places where the function is not
/// finite are left out. Levels are evenly spaced; or logarithmically above the smallest value, where most of the box lies
/// within a tenth of the range.
///
/// - Complexity: 640 evaluations for a curve, 25,921 for contours, in one batch.
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

  private let function: Function
  private let box: Box
  private let parameters: [Double]

  /// What stands above the picture.
  public var title: String

  /// Points to mark. Those outside the box are left out.
  public var points: [CriticalPoint]

  /// Lines to draw, of functions of two variables.
  public var paths: [Path]

  /// - Precondition: a scalar function of one or two variables, and a bounded box of as many ranges, none of width 0.
  public init(
    _ function: Function, in box: Box, parameters: [Double] = [], title: String = "",
    points: [CriticalPoint] = [], paths: [Path] = []
  ) {
    let n = function.variables.count
    precondition(
      n == 1 || n == 2, "a plot shows a function of one or two variables, and this one has \(n)")
    precondition(
      box.dimension == n && box.isBounded && box.widths.allSatisfy { $0 > 0 },
      "a plot of \(n) variables needs a bounded box of \(n) ranges of some width")
    self.function = function
    self.box = box
    self.parameters = parameters
    self.title = title
    self.points = points
    self.paths = paths
  }

  /// The picture.
  public var svg: String { function.variables.count == 1 ? curve() : contours() }

  private func values(at points: [[Double]]) -> [Double] {
    function.value(at: Tensor(points), parameters: parameters.isEmpty ? nil : Tensor(parameters)).scalars
  }

  private static func steps(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { low + (high - low) * (Double($0) / Double(count - 1)) }
  }

  // MARK: One variable

  private func curve() -> String {
    let x = Self.steps(box.lower[0], box.upper[0], 640)
    let y = values(at: x.map { [$0] })
    let marked = points.filter { box.contains($0.point) && $0.value.isFinite }
    // Poles would flatten everything else: what is shown goes a little beyond the middle 96 %, and to all points.
    let finite = y.filter(\.isFinite).sorted()
    var (low, high) = (-1.0, 1.0)
    if let first = finite.first, let last = finite.last {
      let (p2, p98) = (finite[finite.count / 50], finite[finite.count - 1 - finite.count / 50])
      let reach = p98 - p2
      low = Swift.max(first, p2 - reach)
      high = Swift.min(last, p98 + reach)
    }
    for point in marked { (low, high) = (Swift.min(low, point.value), Swift.max(high, point.value)) }
    let margin = high > low ? 0.05 * (high - low) : Swift.max(1, Swift.abs(low)) * 0.5
    let frame = Frame(
      x: (box.lower[0], box.upper[0]), y: (low - margin, high + margin), left: 76, top: 40, width: 540,
      height: 380)
    var svg = SVG(width: 640, height: 500)
    svg.text(title, 76, 26, ("class", "title"))
    frame.drawAxes(in: &svg, names: (function.variableNames[0], "f"), grid: true)
    svg.beginClip("frame", frame.left, frame.top, frame.width, frame.height)
    // A gap where the function is not finite, or leaves the picture.
    var lines: [[(x: Double, y: Double)]] = [[]]
    let reach = high - low + 2 * margin
    for (x, y) in zip(x, y) {
      if y.isFinite && y > low - margin - 2 * reach && y < high + margin + 2 * reach {
        lines[lines.count - 1].append(frame.place(x, y))
      } else if !lines[lines.count - 1].isEmpty {
        lines.append([])
      }
    }
    svg.path(lines, closed: false, ("class", "curve"))
    svg.endGroup()
    for point in marked { Marker.draw(point.kind, at: frame.place(point.point[0], point.value), in: &svg) }
    Marker.drawLegend(for: marked, x: 76, y: 484, in: &svg)
    return svg.document(title: title.isEmpty ? "a function of \(function.variableNames[0])" : title)
  }

  // MARK: Two variables

  private static let gridCount = 161

  private func contours() -> String {
    let x = Self.steps(box.lower[0], box.upper[0], Self.gridCount)
    let y = Self.steps(box.lower[1], box.upper[1], Self.gridCount)
    let grid = values(at: y.flatMap { y in x.map { [$0, y] } })
    let marked = points.filter { box.contains($0.point) }
    let frame = Frame(
      x: (box.lower[0], box.upper[0]), y: (box.lower[1], box.upper[1]), left: 66, top: 40, width: 460,
      height: 460)
    var svg = SVG(width: 640, height: 604)
    svg.text(title, 66, 26, ("class", "title"))
    let levels = Levels(of: grid)
    svg.beginClip("frame", frame.left, frame.top, frame.width, frame.height)
    let lines = ContourLines(x: x, y: y, values: grid)
    func placed(_ line: ContourLines.Line) -> [(x: Double, y: Double)] {
      line.map { frame.place($0.x, $0.y) }
    }
    for (k, level) in ([-Double.greatestFiniteMagnitude] + levels.values).enumerated() {
      svg.path(
        lines.areas(above: level).map(placed), closed: true,
        ("fill", Colormap.color(levels.colorPlace(k))), ("fill-rule", "evenodd"))
    }
    for level in levels.values {
      svg.path(lines.lines(at: level).map(placed), closed: false, ("class", "iso"))
    }
    for (k, path) in paths.enumerated() {
      let line = path.points.filter { $0.allSatisfy(\.isFinite) }.map { frame.place($0[0], $0[1]) }
      svg.path([line], closed: false, ("class", "halo"))
      svg.path([line], closed: false, ("class", "way"), ("stroke", Self.pathColor(k)))
    }
    svg.endGroup()
    frame.drawAxes(in: &svg, names: (function.variableNames[0], function.variableNames[1]), grid: false)
    levels.drawBar(in: &svg, x: 548, y: frame.top, width: 16, height: frame.height)
    for point in marked {
      Marker.draw(point.kind, at: frame.place(point.point[0], point.point[1]), in: &svg)
    }
    Marker.drawLegend(for: marked, x: 66, y: 566, in: &svg)
    var place = 66.0
    for (k, path) in paths.enumerated() {
      svg.path(
        [[(place, 584), (place + 22, 584)]], closed: false, ("class", "way"), ("stroke", Self.pathColor(k)))
      svg.text(path.name, place + 28, 588)
      place += 46 + 7.5 * Double(path.name.count)
    }
    return svg.document(
      title: title.isEmpty ? "a function of \(function.variableNames.joined(separator: " and "))" : title)
  }

  /// Colours that are told apart on all of the map's, for the first six paths.
  private static func pathColor(_ k: Int) -> String {
    ["#d62728", "#ff7f0e", "#e377c2", "#8c564b", "#1f77b4", "#111111"][k % 6]
  }
}
