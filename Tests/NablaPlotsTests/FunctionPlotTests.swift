// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import RealModule
import Testing

@testable import NablaPlots

/// The structure of pictures: what is in them and where, not their bytes.
struct FunctionPlotTests {
  private func plot(
    _ text: String, _ lower: [Double], _ upper: [Double], paths: [FunctionPlot.Path] = []
  ) throws -> FunctionPlot {
    let expression = try Expr(parsing: text)
    let f = Function(expression, of: expression.variables)
    let box = try Box(lower: lower, upper: upper)
    return FunctionPlot(
      f, in: box, title: "\(text) <&>", points: f.criticalPoints(in: box).points, paths: paths)
  }

  @Test func contoursWithTheirPoints() throws {
    let plot = try plot("(x^2+y-11)^2+(x+y^2-7)^2", [-5, -5], [5, 5])
    let picture = try SVGElements(of: plot.svg)
    #expect(picture.text.contains("4 minima") && picture.text.contains("1 maximum"))
    #expect(picture.text.contains("4 saddles") && picture.text.contains("<&>"))
    // A sign for each point and one for each kind in the legend.
    #expect(picture.all.count { $0.attributes["class"] == "sign" } == 9 + 3)
    #expect(picture.all.count { $0.attributes["fill-rule"] == "evenodd" } > 5)
    #expect(picture.all.contains { $0.name == "clipPath" })
    // Self-contained, and of a size to be read on a phone.
    #expect(!plot.svg.contains("href") && plot.svg.utf8.count < 150_000)
    #expect(plot.svg.contains("prefers-color-scheme: dark"))
  }

  @Test func aCurveWithAPole() throws {
    let pole = try plot("1/x", [-2], [2]).svg
    let picture = try SVGElements(of: pole)
    let curve = try #require(picture.all.first { $0.attributes["class"] == "curve" })
    // In two pieces.
    #expect(curve.attributes["d"]?.count { $0 == "M" } == 2)
    // What is shown goes to some units, not to the largest sample.
    #expect(pole.contains(">−5<") && !pole.contains(">20<"))
    let quartic = try SVGElements(of: plot("x^4-3*x^2+x", [-2], [2]).svg)
    #expect(quartic.text.contains("2 minima") && quartic.text.contains("1 maximum"))
  }

  @Test(arguments: ["5+0*x", "x/0", "1e300*x", "1e-300*x^2", "floor(x)", "sqrt(x-5)", "tan(x)"])
  func oddCurves(_ text: String) throws {
    let svg = try plot(text, [-2], [2]).svg
    #expect(try SVGElements(of: svg).all.count > 5)
    #expect(!svg.contains("nan") && !svg.contains("inf "), "\(text)")
  }

  @Test(arguments: [
    "5+0*x*y", "x/0+y", "1e300*x*y", "floor(x+y)", "sqrt(x-5)*y", "1/(x*y)", "where(x<y,0,1)",
  ])
  func oddSurfaces(_ text: String) throws {
    let svg = try plot(text, [-2, -1], [2, 3]).svg
    #expect(try SVGElements(of: svg).all.count > 5)
    #expect(!svg.contains("nan") && !svg.contains("inf "), "\(text)")
  }

  @Test func pathsHaveNames() throws {
    let path = FunctionPlot.Path(name: "by hand", points: [[0, 0], [1, 1], [1, .nan], [0.5, 2]])
    let picture = try SVGElements(of: plot("x^2+y^2", [-2, -2], [2, 2], paths: [path]).svg)
    #expect(picture.text.contains("by hand"))
    // A dot for the start, and one for each step.
    #expect(picture.all.count { $0.name == "circle" } == 3)
    #expect(picture.all.count { $0.attributes["class"] == "way" } == 2)
  }

  // MARK: Level lines

  @Test func linesOfACircleAreClosedAndRound() {
    let steps = (0..<41).map { -2 + 0.1 * Double($0) }
    let values = steps.flatMap { y in steps.map { x in x * x + y * y } }
    let lines = ContourLines(x: steps, y: steps, values: values)
    let circle = lines.lines(at: 1)
    #expect(circle.count == 1 && circle[0].first! == circle[0].last!)
    // Linear interpolation over cells of 0.1 is off by at most h²/8 of the radius' second derivative.
    #expect(circle[0].allSatisfy { abs(($0.x * $0.x + $0.y * $0.y).squareRoot() - 1) < 0.0026 })
    // Cut by the border: four arcs.
    #expect(lines.lines(at: 5).count == 4)
    #expect(lines.lines(at: 9).isEmpty && lines.lines(at: -1).isEmpty)
  }

  /// The areas above a level, by the shoelace formula with the sign that goes with the direction.
  @Test func areasHaveTheirSize() {
    let steps = (0..<81).map { -2 + 0.05 * Double($0) }
    func area(_ f: (Double, Double) -> Double, above level: Double) -> Double {
      let values = steps.flatMap { y in steps.map { x in f(x, y) } }
      let lines = ContourLines(x: steps, y: steps, values: values).areas(above: level)
      let sum = lines.reduce(0) { total, line in
        total
          + zip(line, line.dropFirst()).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
      }
      return abs(sum)
    }
    #expect(abs(area({ x, y in x * x + y * y }, above: 1) - (16 - Double.pi)) < 0.01)
    #expect(abs(area({ x, y in -x * x - y * y }, above: -1) - Double.pi) < 0.01)
    #expect(abs(area({ x, _ in x }, above: 1) - 4) < 1e-9)
    #expect(abs(area({ x, _ in x }, above: -5) - 16) < 1e-9 && area({ x, _ in x }, above: 5) == 0)
    // What is not a number is not above.
    #expect(abs(area({ x, _ in x < 0 ? .nan : 1 }, above: 0) - 8) < 1e-9)
  }

  @Test func diagonalsThatDisagree() {
    // A saddle in one cell: two lines, that do not cross.
    let lines = ContourLines(x: [0, 1], y: [0, 1], values: [1, 0, 0, 1]).lines(at: 0.4)
    #expect(lines.count == 2 && lines.allSatisfy { $0.count == 2 })
    #expect(lines.allSatisfy { abs($0[0].x - $0[1].x) < 0.5 && abs($0[0].y - $0[1].y) < 0.5 })
  }

  @Test func ticksAreRound() {
    #expect(Ticks(from: -5, to: 5, count: 6).labels == ["−4", "−2", "0", "2", "4"])
    #expect(Ticks(from: 0, to: 1, count: 5).labels == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(Ticks(from: 2, to: 2, count: 5).values == [2])
    #expect(Ticks(from: 1, to: 1.nextUp, count: 5).values.count <= 2)
    #expect(Ticks(powersOfTenFrom: 0.05, to: 2e3, count: 5).labels == ["10⁻¹", "1", "10", "10²", "10³"])
  }

  @Test func longLabelsAreShortened() {
    let millions = Ticks(from: 0, to: 3e6, count: 3)
    #expect(millions.labels == ["0", "1", "2", "3"] && millions.named("f") == "f / 10⁶")
    let small = Ticks(from: 1e-9, to: 3e-9, count: 2)
    #expect(small.labels == ["1", "2", "3"] && small.named("f") == "f / 10⁻⁹")
    let narrow = Ticks(from: -1, to: -1 + 1e-9, count: 5)
    #expect(
      narrow.labels == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"] && narrow.named("x") == "(x + 1) / 10⁻⁹")
    #expect(narrow.values.first == -1)
  }

  @Test func levelsFollowTheRange() {
    func levels(_ f: (Double, Double) -> Double) -> [Double] {
      let steps = (0..<81).map { -2 + 0.05 * Double($0) }
      return Levels(of: steps.flatMap { y in steps.map { x in f(x, y) } }).values
    }
    #expect(levels { x, y in x + y } == (-7...7).map { Double($0) / 2 })
    #expect(levels { _, _ in 3 }.isEmpty && levels { _, _ in .nan }.isEmpty)
    let valley = levels { x, y in 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x) }
    #expect(valley == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000])
    let hill = levels { x, y in -100 * (y - x * x) * (y - x * x) - (1 - x) * (1 - x) }
    #expect(hill == valley.reversed().map { -$0 })
    // Above a least value that is not 0.
    let raised = levels { x, y in 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x) + 7 }
    #expect(raised.count == valley.count && zip(raised, valley).allSatisfy { abs($0 - $1 - 7) < 1e-9 })
  }

  // MARK: Pieces of curves

  private func pieces(_ low: Double, _ high: Double, _ f: @escaping (Double) -> Double) -> Int {
    let curve = Curve(from: low, to: high) { $0.map(f) }
    let heights = curve.heights ?? (0, 1)
    return curve.pieces(in: Frame(x: (low, high), y: heights, height: 300)).count
  }

  @Test func curvesHaveGapsWhereTheFunctionHas() {
    #expect(pieces(-4, 4) { $0 * $0 } == 1)
    #expect(pieces(-5, 5) { Double.tan($0) } == 5)
    #expect(pieces(0.6, 3.4) { $0.rounded() } == 3)
    // Steep, but without a jump.
    #expect(pieces(-1, 1) { Double.tanh(1e5 * $0) } == 1)
    #expect(pieces(-1, 1) { ($0 * $0 - 0.25).squareRoot() } == 2)
  }

  /// The cusp of √|x| lies between two samples of equal height, 12 pixels above it.
  @Test func curvesReachTheirCusps() throws {
    let curve = Curve(from: -1, to: 1) { $0.map { $0.magnitude.squareRoot() } }
    let frame = Frame(x: (-1, 1), y: (0, 1), height: 300)
    let lowest = try #require(curve.pieces(in: frame).first?.map(\.y).max())
    #expect(abs(lowest - frame.bottom) < 2)
  }

  @Test func heightsOfPeaksAndPoles() throws {
    func heights(_ f: @escaping (Double) -> Double) throws -> (low: Double, high: Double) {
      try #require(Curve(from: -2, to: 2) { $0.map(f) }.heights)
    }
    // A peak much narrower than the distance of the samples, 0.006, but not missed by all of them.
    #expect(try abs(heights { Double.exp(-1e5 * $0 * $0) }.high - 1) < 1e-3)
    #expect(try heights { $0 * $0 * $0 } == (-8, 8))
    let pole = try heights { 1 / ($0 - 0.3) }
    #expect(pole.high < 20 && pole.low > -20)
    // A logarithm has an end, not a pole: its smallest sample.
    #expect(try heights { Double.log($0) }.low < -5)
  }

  // MARK: The gradient

  @Test func arrowsPointUphill() throws {
    var plot = try plot("x+2*y", [-1, -1], [1, 1])
    #expect(!plot.svg.contains("class=\"arrow\""))
    plot.showsGradient = true
    let arrow = try #require(
      SVGElements(of: plot.svg).all.first { $0.attributes["class"] == "arrow" }?.attributes["d"])
    // A shaft and a head each.
    #expect(arrow.count { $0 == "M" } == 2 * 14 * 14)
    let shaft = arrow.dropFirst().prefix { $0 != "M" }.split { " L".contains($0) }.compactMap { Double($0) }
    let (dx, dy) = (shaft[2] - shaft[0], shaft[1] - shaft[3])
    // To a hundredth of a pixel of 25.
    #expect(dx > 0 && abs(dy / dx - 2) < 0.01)
    // Of a function without a slope there are none.
    var flat = try self.plot("3+0*x*y", [-1, -1], [1, 1])
    flat.showsGradient = true
    #expect(!flat.svg.contains("class=\"arrow\""))
  }

  // MARK: Integrals

  private func integral(
    _ text: String, _ ranges: [(lower: Double, upper: Double)]
  ) throws -> SVGElements {
    let expression = try Expr(parsing: text)
    let f = Function(expression, of: expression.variables)
    return try SVGElements(of: FunctionPlot(integrand: f, over: ranges, areaName: "area").svg)
  }

  @Test func areasOfIntegrals() throws {
    // The window finds a peak that is far away and narrow.
    let peak = try integral("exp(-(x-800)^2/2)", [(-.infinity, .infinity)])
    #expect(peak.text.contains("798") && peak.text.contains("802") && peak.text.contains("area"))
    // The range itself is clipped: it begins after a tenth of its width.
    let half = try integral("exp(-x)", [(.infinity, 0)])
    let range = try #require(half.all.firstIndex { $0.attributes["id"] == "range" })
    let clip = half.all[range + 1].attributes
    let width = Style.width - Style.left - Style.right
    #expect(abs(try #require(clip["x"].flatMap(Double.init)) - (Style.left + width / 11)) < 0.1)
    #expect(abs(try #require(clip["width"].flatMap(Double.init)) - width * 10 / 11) < 0.1)
    let square = try integral("x*y^2", [(0, 1), (0, 2)])
    #expect(square.all.count { $0.attributes["fill-rule"] == "evenodd" } > 5)
    #expect(!square.all.contains { $0.attributes["class"] == "area" })
    // Nothing to find.
    for text in ["1+0*x", "0*x", "log(-1-x^2)", "exp(x)"] {
      _ = try integral(text, [(-.infinity, .infinity)])
    }
    _ = try integral("1+0*x*y", [(0, .infinity), (-.infinity, 0)])
    _ = try integral("x", [(1e300, .infinity)])
    _ = try integral("x", [(-1e300, 1e300)])
  }
}
