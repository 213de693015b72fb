// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@testable import NablaPlots

struct HistogramPlotTests {
  @Test func binsOfFreedmanAndDiaconis() {
    // Quartiles at 249 and 749, 2 · 500 / ∛1000 = 100 wide: ten bins of nearly equal numbers.
    let even = HistogramBars(Tensor((0..<1000).map(Double.init)))
    #expect(even.edges.count == 11 && even.count == 1000 && even.outside == 0)
    let area = zip(even.heights, zip(even.edges, even.edges.dropFirst())).reduce(0) {
      $0 + $1.0 * ($1.1.1 - $1.1.0)
    }
    #expect(abs(area - 1) < 1e-12)
  }

  @Test func oddSamples() throws {
    #expect(HistogramBars(Tensor([2, 2, 2])).edges.count == 2)
    #expect(HistogramBars(.zeros([0])).count == 0)
    // What is not finite does not count; what is far outside is not shown.
    let tail = HistogramBars(Tensor((0..<100).map(Double.init) + [1e9, .nan, .infinity]))
    #expect(tail.count == 101 && tail.outside == 1)
    #expect(try #require(tail.edges.last) < 1000)
    for samples in [Tensor<Double>.zeros([0]), Tensor([.nan]), Tensor([1e300, -1e300]), Tensor([5])] {
      _ = try SVGElements(of: HistogramPlot([.init(name: "x", samples: samples)]).svg)
    }
  }

  @Test func framesAndDensity() throws {
    var generator = SeededGenerator(seed: 1)
    let x = Tensor<Double>.normal([500], using: &generator)
    let plot = HistogramPlot(
      [
        .init(name: "first", samples: x, density: { 1 / (1 + $0 * $0) }),
        .init(name: "second", samples: x * x),
      ],
      title: "two")
    let picture = try SVGElements(of: plot.svg)
    #expect(picture.all.count { $0.attributes["class"] == "area bar" } == 2)
    #expect(picture.all.count { $0.name == "clipPath" } == 2)
    // In the first frame and in the legend.
    #expect(picture.all.count { $0.attributes["class"] == "curve" } == 2)
    for name in ["two", "first", "second", "500 samples", "density"] { #expect(picture.text.contains(name)) }
  }
}
