// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import Testing

@testable import NablaPlots

struct TaylorPlotTests {
  private let sine = Function { x in sin(x) }

  @Test func polynomialsBesideTheirFunction() throws {
    let plot = try TaylorPlot(sine, at: 0, orders: [1, 5, 3], over: -6...6, title: "sin")
    let picture = try SVGElements(of: plot.svg)
    // Each once in the frame and once in the legend.
    #expect(picture.all.count { $0.attributes["class"] == "way" } == 6)
    #expect(picture.all.count { $0.attributes["class"] == "reference" } == 2)
    for name in ["sin", "order 1", "order 3", "order 5"] { #expect(picture.text.contains(name), "\(name)") }
    // The heights are the function's and half of their range more, not the polynomials', which reach 34.
    #expect(plot.svg.contains(">−2<") && !plot.svg.contains(">20<"))
    #expect(throws: TaylorError.self) {
      try TaylorPlot(Function { x in log(x) }, at: 0, orders: [2], over: -1...1)
    }
    // Poles of the function, and no finite value at all.
    for text in ["1/(x-1)", "sqrt(-1-x^2)"] {
      let f = try Function(parsing: text)
      let polynomial = TaylorPolynomial([-1, -1], at: 0)
      _ = try SVGElements(of: TaylorPlot(f, polynomial, orders: [1], over: -2...2).svg)
    }
  }

  @Test func ordersAndRangesForPictures() throws {
    let ninth = try sine.taylorPolynomial(at: 0, order: 9)
    #expect(ninth.typicalOrders == [1, 3, 5, 7, 9])
    let twentieth = try Function { x in exp(x) }.taylorPolynomial(at: 1, order: 20)
    #expect(twentieth.typicalOrders.count == 5)
    #expect(twentieth.typicalOrders.first == 1 && twentieth.typicalOrders.last == 20)
    #expect(TaylorPolynomial([3, 0, 0], at: 2).typicalOrders == [0])
    // 5/4 · 9!^⅛, and a tenth of it for sin(10x), whatever its factor.
    #expect(abs(ninth.typicalRange.upperBound - 6.193) < 1e-3 && ninth.typicalRange.lowerBound < -6)
    let faster = try Function { x in 1e6 * sin(10 * x) }.taylorPolynomial(at: 0, order: 9)
    #expect(abs(faster.typicalRange.upperBound - 0.6193) < 1e-4)
    #expect(TaylorPolynomial([3], at: 1e300).typicalRange.contains(1e300))
  }
}
