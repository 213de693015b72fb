// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let secondDerivative = Lesson("second-derivative", "The second derivative, by differentiating twice")
  {
    pictures in
    print(
      """
      The derivative of a function is a function and can be differentiated again. By the rules:

      """)
    let f = try Function(parsing: "x^3")
    let slope = f.partial(by: "x")
    let curvature = slope.partial(by: "x")
    print("  f(x) = \(f.outputs[0])   f′(x) = \(slope.outputs[0])   f″(x) = \(curvature.outputs[0])")
    print(
      "  f(2) = \(short(f(2)))   f′(2) = \(short(slope(2)))   f″(2) = \(short(curvature(2)))\n")
    expect(curvature(2) == 12, "the second derivative of x³ at 2 is 12")

    print(
      """
      The same by the central quotient of the central quotient, with the same h in both. Rounding, about
      1e-16 |f|, is now divided by h twice, so that h has to be larger than for the first derivative:

      """)
    var table = Table(["h", "f′(2)", "error", "f″(2)", "error"], leading: 0)
    for h in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7] {
      let first = numericalDerivative({ f($0) }, h: h)
      let second = numericalDerivative(first, h: h)
      table.row([
        short(h), fixed(first(2), 9), size(first(2) - 12), fixed(second(2), 9), size(second(2) - 12),
      ])
    }
    print(table)
    print(
      """
      (The error of f′ is h², since f‴ = 6, down to where rounding is larger; that of f″ is rounding alone, since
      f⁗ = 0.)

      What the second derivative says: where f″ > 0 the curve bends upwards, where f″ < 0 downwards.

      """)
    var shapes = Table(["x", "f", "f′", "f″", "the curve bends"], leading: 0)
    for x in [-2.0, -1, 0, 1, 2] {
      let second = curvature(x)
      shapes.row([
        short(x), short(f(x)), short(slope(x)), short(second),
        second > 0 ? "upwards" : second < 0 ? "downwards" : "neither way",
      ])
    }
    print(shapes)
    let kind = f.classify(at: [0])[0].kind
    print("At 0 the slope vanishes too, and it is neither a minimum nor a maximum: an \(kind).")
    expect(kind == .inflection, "x³ has an inflection at 0")

    let x = Tensor.linspace(-2.0, 2, count: 81)
    let plot = LinePlot(
      [("x³", f), ("3x²", slope), ("6x", curvature)].map { name, g in
        LinePlot.Line(
          name: name, points: zip(x.scalars, g.value(at: x.reshaped([81, 1])).scalars).map { ($0, $1) })
      }, names: ("x", "value"), title: "x³ and its derivatives")
    try pictures?.save(plot.svg, as: "second-derivative")
  }
}
