// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import Testing

@testable import NablaPlots

struct LinePlotTests {
  @Test func linesWithGapsAndALegend() throws {
    let points = (0...20).map { k -> (x: Double, y: Double) in
      let x = Double(k) / 10 - 1
      return (x, x == 0 ? .nan : 1 / x)
    }
    let plot = LinePlot(
      [.init(name: "1/x", points: points), .init(name: "a < b", points: [(-1, 0), (1, 3)])],
      names: ("x", "y"),
      title: "two & more")
    let document = try SVGElements(of: plot.svg)
    let ways = document.all.filter { $0.attributes["class"] == "way" }
    // Each line once in the frame and once in the legend; that with a gap in two parts.
    #expect(ways.count == 4)
    #expect(ways[0].attributes["d"]?.filter { $0 == "M" }.count == 2)
    #expect(ways[1].attributes["d"]?.filter { $0 == "M" }.count == 1)
    #expect(Set(ways.compactMap { $0.attributes["stroke"] }).count == 2)
    #expect(document.text.contains("a < b") && document.text.contains("two & more"))
  }

  /// A line that falls by a power of ten a step is straight on a logarithmic axis: its first and last point only.
  @Test func logarithmicHeights() throws {
    let points = (0...12).map { (x: Double($0), y: Double(sign: .plus, exponent: -3 * $0, significand: 1)) }
    let plot = LinePlot(
      [.init(name: "", points: points + [(13, 0), (14, -1)])], names: ("steps", "error"),
      hasLogarithmicHeights: true)
    let document = try SVGElements(of: plot.svg)
    let way = try #require(document.all.first { $0.attributes["class"] == "way" }?.attributes["d"])
    #expect(way.filter { $0 == "L" }.count == 1 && !way.contains(","))
    #expect(way.split(separator: " ").count == 3, "\(way)")
    #expect(document.text.contains("10⁻¹⁰") && document.text.contains("10⁻²"))
  }

  @Test func nothingToShow() throws {
    for isLogarithmic in [false, true] {
      let empty = LinePlot(
        [.init(name: "none", points: []), .init(name: "nan", points: [(.nan, 1), (1, .infinity)])],
        names: ("x", "y"),
        hasLogarithmicHeights: isLogarithmic)
      #expect(try SVGElements(of: empty.svg).all.count > 10)
    }
  }

  @Test func convergence() throws {
    let f = Function { x, y in pow(1 - x, 2) + 100 * pow(y - pow(x, 2), 2) }
    var options = OptimizationOptions()
    options.keepsTrace = true
    let comparison = compareMethods(
      f, from: [-1.2, 1], methods: [.trustRegion(), .lbfgs()], options: options)
    let plot = ConvergencePlot(comparison.rows.map { ($0.method, $0.result.trace) }, title: "Rosenbrock")
    let document = try SVGElements(of: plot.svg)
    // Two lines in two frames, and the legend.
    #expect(document.all.count { $0.attributes["class"] == "way" } == 6)
    #expect(document.all.count { $0.name == "clipPath" } == 2)
    for word in ["|∇f|", "f − least f", "steps", "Rosenbrock", "lbfgs"] {
      #expect(document.text.contains(word), "\(word)")
    }
  }
}
