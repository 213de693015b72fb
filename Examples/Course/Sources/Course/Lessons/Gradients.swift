// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let gradients = Lesson("gradients", "Partial derivatives, gradient and steepest ascent") {
    pictures in
    print(
      """
      A partial derivative is a derivative along one variable, all others fixed. The gradient holds them all:

      """)
    let f = try Function(parsing: "x^2*y + y^3/3")
    print("  \(f)\n")
    let point: Tensor<Double> = [1, 2]
    let exact = f.gradient(at: point)
    let numerical = finiteDifferenceGradient(of: { f($0[0], $0[1]) }, at: point.scalars).value
    var table = Table(["", "formula", "at (1, 2)", "by differences"], leading: 2)
    for (k, name) in f.variableNames.enumerated() {
      let partial = f.partial(by: name)
      table.row([
        "∂f/∂\(name)", "\(partial.outputs[0].simplified())", short(exact[k].item),
        fixed(numerical[k].item, 9),
      ])
      expect(abs(exact[k].item - numerical[k].item) < 1e-9, "the partial derivative by \(name)")
    }
    print(table)

    print(
      """
      Along a direction u of length 1 the function rises by ∇f · u: most along the gradient, not at all
      across it. Directions by their angle to the gradient:

      """)
    let unit = exact / exact.norm()
    var slopes = Table(["angle", "direction", "∇f · u", "by differences"], leading: 0)
    for degrees in stride(from: 0.0, through: 180, by: 45) {
      let angle = degrees * .pi / 180
      let (c, s) = (cos(angle), sin(angle))
      let turn = Tensor([[c, -s], [s, c]])
      let direction = matmul(turn, unit)
      let along = f.jacobianVectorProduct(at: point, along: direction).item
      let difference = numericalDerivative(
        { t in f(1 + t * direction[0].item, 2 + t * direction[1].item) }, 0)
      slopes.row([
        "\(fixed(degrees, 0))°", "(\(fixed(direction[0].item, 4)), \(fixed(direction[1].item, 4)))",
        fixed(along, 6), fixed(difference, 6),
      ])
      expect(abs(along - exact.norm() * c) < 1e-12, "the slope is |∇f| times the cosine")
    }
    print(slopes)

    // All whole degrees, tried out.
    let angles = (0..<360).map { Double($0) * .pi / 180 }
    let around = Tensor(angles.map { [1 + 1e-4 * cos($0), 2 + 1e-4 * sin($0)] })
    let best = f.value(at: around).argmax()
    let steepest = atan2(exact[1].item, exact[0].item) * 180 / .pi
    print(
      """
      Of 360 points on a small circle around (1, 2) the highest lies at \(best)°; the gradient points to
      \(fixed(steepest, 2))°, and its length \(fixed(exact.norm(), 4)) is the slope there.
      """)
    expect(abs(Double(best) - steepest) < 1, "the highest point lies where the gradient points")

    // Small steps uphill and downhill; they cross the lines of equal height at right angles.
    let bowl = try Function(parsing: "x^2 + 3*y^2")
    func way(_ step: Double) -> [[Double]] {
      var x: Tensor<Double> = [0.8, 0.5]
      return (0..<400).map { _ in
        defer { x += bowl.gradient(at: x) * step }
        return x.scalars
      }
    }
    let plot = FunctionPlot(
      bowl, in: try Box(lower: [-2, -2], upper: [2, 2]),
      title: "x² + 3y²: ways along the gradient and against it",
      points: bowl.classify(at: [0, 0]),
      paths: [.init(name: "uphill", points: way(0.002)), .init(name: "downhill", points: way(-0.01))])
    try pictures?.save(plot.svg, as: "gradients")
  }
}
