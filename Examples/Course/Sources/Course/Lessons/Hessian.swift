// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

extension Lesson {
  static let hessian = Lesson("hessian", "The Hessian and its eigenvalues: bowl, saddle, monkey saddle") {
    pictures in
    print(
      """
      The Hessian holds the second derivatives. Along a direction u of length 1 the function bends by
      uᵀ H u, which lies between the least and the largest eigenvalue of H. Where the gradient vanishes,
      their signs say what the point is, if none is zero:

      """)
    let functions = try ["x^2+x*y+y^2", "-x^2-2*y^2", "x^2-y^2", "x^3-3*x*y^2"].map {
      try Function(parsing: $0)
    }
    let names = ["bowl", "dome", "saddle", "monkey saddle"]
    var table = Table(["", "f", "H at (0, 0)", "eigenvalues", "the point is"], leading: 5)
    for (name, f) in zip(names, functions) {
      let point = f.classify(at: [0, 0])[0]
      let h = f.hessian(at: [0, 0])
      table.row([
        name, "\(f.outputs[0])",
        "[\(short(h[0, 0].item)) \(short(h[0, 1].item)); \(short(h[1, 0].item)) \(short(h[1, 1].item))]",
        point.eigenvalues.map { short($0) }.joined(separator: ", "),
        "a \(point.kind)\(point.isDegenerate ? ", degenerate" : "")",
      ])
    }
    print(table)
    let kinds = functions.map { $0.classify(at: [0, 0])[0].kind }
    expect(kinds == [.minimum, .maximum, .saddle, .saddle], "the kinds of the four points")

    print(
      """
      The eigenvectors are the directions of least and greatest bending. Of the bowl x² + xy + y²:

      """)
    let h = functions[0].hessian(at: [0, 0])
    let (curvatures, vectors) = try LinearAlgebra.symmetricEigen(h)
    for k in 0..<2 {
      let v = vectors[.all, k]
      print("  \(short(curvatures[k].item))  along (\(fixed(v[0].item, 4)), \(fixed(v[1].item, 4)))")
      expect(abs(dot(v, matmul(h, v)) - curvatures[k].item) < 1e-14, "vᵀHv is the eigenvalue")
    }

    print(
      """

      At the monkey saddle both eigenvalues are 0: second derivatives decide nothing, and the library goes on
      to the third ones. On a circle of radius 0.1 there are three ways up and three down, for two legs and
      a tail, f = r³ cos 3φ:

      """)
    let angles = stride(from: 0.0, to: 360, by: 60).map { $0 }
    let circle = Tensor(angles.map { [0.1 * cos($0 * .pi / 180), 0.1 * sin($0 * .pi / 180)] })
    let values = functions[3].value(at: circle).scalars
    var ways = Table(["φ", "f"], leading: 0)
    for (angle, value) in zip(angles, values) {
      ways.row(["\(short(angle))°", fixed(value, 6)])
      expect(abs(value - 1e-3 * cos(3 * angle * .pi / 180)) < 1e-15, "f is r³ cos 3φ at \(angle)°")
    }
    print(ways, terminator: "")

    for (name, f) in zip(["bowl", "dome", "saddle", "monkey-saddle"], functions) where name != "dome" {
      let plot = FunctionPlot(
        f, in: try Box(lower: [-1, -1], upper: [1, 1]), title: "\(f.outputs[0])",
        points: f.classify(at: [0, 0]))
      try pictures?.save(plot.svg, as: name)
    }
  }
}
