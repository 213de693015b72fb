import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
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
    let picture = try SVGElements(of: plot("1/x", [-2], [2]).svg)
    let curve = try #require(picture.all.first { $0.attributes["class"] == "curve" })
    // In two pieces.
    #expect(curve.attributes["d"]?.count { $0 == "M" } == 2)
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
    #expect(Ticks(from: 0, to: 3e6, count: 3).labels == ["0", "1e6", "2e6", "3e6"])
    #expect(Ticks(from: 1e-9, to: 3e-9, count: 2).labels == ["1e−9", "2e−9", "3e−9"])
    #expect(Ticks(from: 2, to: 2, count: 5).values == [2])
  }
}
