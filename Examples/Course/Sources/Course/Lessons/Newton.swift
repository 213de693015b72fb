// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let newton = Lesson("newton", "Newton's method against gradient descent") { pictures in
    print(
      """
      Newton's method steps to the minimum of the Taylor polynomial of order 2: x ← x − H⁻¹ ∇f. Of
      x − log x, whose minimum is 1, a step from 1 + e leads to exactly 1 − e²: the number of correct
      digits doubles, the order is 2. Gradient descent at η = ½ comes to halve the error: order 1. From 0.4:

      """)
    let f = try Function(parsing: "x - log(x)")
    let (slope, curvature) = (f.partial(by: "x"), f.partial(by: "x", "x"))
    var table = Table(["step", "Newton, x", "error", "descent, x", "error"], leading: 0)
    var (x, z) = (0.4, 0.4)
    for step in 0...7 {
      table.row(["\(step)", fixed(x, 15), size(x - 1), fixed(z, 15), size(z - 1)])
      let next = x - slope(x) / curvature(x)
      expect(abs((next - 1) + (x - 1) * (x - 1)) < 1e-15, "Newton's step squares the error")
      x = next
      z -= 0.5 * slope(z)
    }
    print(table)

    print(
      """
      On Rosenbrock's function, a bent valley, from (−1.2, 1). The order, the q of |x₊ − x*| ≈ C |x − x*|^q,
      is estimated from the last steps above rounding, which are few with Newton's method:

      """)
    let rosenbrock = try Function(parsing: "100*(y-x^2)^2+(1-x)^2")
    let comparison = compareMethods(rosenbrock, from: [-1.2, 1], methods: [.newton(), .gradientDescent()])
    var methods = Table([
      "method", "iterations", "values", "gradients", "Hessians", "order", "|∇f| at the end",
    ])
    for row in comparison.rows {
      let (r, e) = (row.result, row.result.evaluations)
      methods.row([
        row.method, "\(r.iterations)", "\(e.values)", "\(e.gradients)", "\(e.hessians)",
        row.convergenceOrder.map { fixed($0, 1) } ?? "–", size(r.gradientNorm),
      ])
    }
    print(methods)
    let orders = comparison.rows.map { $0.convergenceOrder ?? 0 }
    expect(orders[0] > 1.5 && orders[1] < 1.5, "Newton's method is of higher order")

    print(
      """
      But bare Newton steps go to any critical point. On x⁴ − 3x² from 0.5 they end at the maximum 0; the
      library's method, which makes the Hessian positive definite and searches along the line, at a minimum:

      """)
    let g = try Function(parsing: "x^4 - 3*x^2")
    let bare = g.newtonIterates(from: [0.5], steps: 10).item
    let guarded = minimize(g, from: [0.5], method: .newton())
    print("  bare     x = \(fixed(bare, 6))  \(g.classify(at: Tensor([bare]))[0].kind)")
    print("  guarded  x = \(fixed(guarded.point[0], 6))  \(guarded.classification)")
    expect(abs(bare) < 1e-9 && abs(guarded.point[0] - 1.5.squareRoot()) < 1e-9, "where both end")

    try pictures?.save(
      ConvergencePlot(
        comparison.rows.map { ($0.method, Array($0.result.trace.prefix(200))) },
        title: "Rosenbrock's function"
      ).svg,
      as: "newton-convergence")
    let plot = FunctionPlot(
      rosenbrock, in: try Box(lower: [-1.6, -0.5], upper: [1.4, 1.6]), title: "Rosenbrock's function",
      points: rosenbrock.classify(at: [1, 1]),
      paths: comparison.rows.reversed().map { .init(name: $0.method, points: $0.result.trace.map(\.point)) })
    try pictures?.save(plot.svg, as: "newton-paths")
  }
}
