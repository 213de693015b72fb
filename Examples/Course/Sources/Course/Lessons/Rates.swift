// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let rates = Lesson("rates", "Learning rates: too small, right, too large") { pictures in
    print(
      """
      On (x² + 10 y²) / 2 a step of gradient descent multiplies x by 1 − η and y by 1 − 10 η. Both shrink
      if and only if η < 2 / L, where L = 10 is the largest eigenvalue of the Hessian. From (1, 1):

      """)
    let f = try Function(parsing: "(x^2 + 10*y^2)/2")
    let largest = try f.hessianEigenvalues(at: [0, 0])[1].item
    var options = OptimizationOptions()
    options.gradientTolerance = 1e-6
    options.maxIterations = 1000
    options.keepsTrace = true
    var table = Table(
      ["η", "η L", "1 − η", "1 − 10 η", "steps", "f at the last one", "why it ended"], leading: 0)
    var lines: [LinePlot.Line] = []
    var converged: [Bool] = []
    for rate in [0.001, 0.02, 0.1, 2.0 / 11, 0.19, 0.2, 0.21] {
      let result = minimize(
        f, from: [1, 1], method: .gradientDescent(rate: .constant(rate)), options: options)
      let last = result.trace[result.trace.count - 1]
      table.row([
        short(rate, 4), short(rate * largest, 4), fixed(1 - rate, 3), fixed(1 - 10 * rate, 3),
        "\(last.iteration)",
        short(last.value, 3), "\(result.reason)",
      ])
      converged.append(result.converged)
      lines.append(
        .init(
          name: "η = \(short(rate, 3))",
          points: result.trace.prefix(101).map { (Double($0.iteration), $0.value) }))
    }
    print(table)
    print(
      """
      Too small a rate is slow. The best one, 2 / (1 + 10), makes both factors equally large. Beyond it y
      changes its sign at every step and dies away ever more slowly; at 2 / L it swings for ever; beyond it
      grows without end, until the library gives up.

      """)
    expect(largest == 10, "the largest eigenvalue is 10")
    expect(
      converged == [false, true, true, true, true, false, false], "descent converges below 2/L, given time")

    print(
      """
      Where f is not quadratic, the Hessian at the minimum decides. x⁴ − 3x² has a minimum at √1.5, where
      f″ = 12, so that the bound is 1/6 = 0.1667. From 1.2:

      """)
    let g = try Function(parsing: "x^4 - 3*x^2")
    var ends = Table(["η", "steps", "after them", "one step later", "why it ended"], leading: 0)
    for rate in [0.160, 0.165, 0.168, 0.170] {
      options.maxIterations = 4000
      let result = minimize(g, from: [1.2], method: .gradientDescent(rate: .constant(rate)), options: options)
      let x = result.trace[result.trace.count - 1].point[0]
      let next = x - rate * g.partial(by: "x")(x)
      ends.row([short(rate), "\(result.trace.count - 1)", fixed(x, 6), fixed(next, 6), "\(result.reason)"])
      expect(result.converged == (rate < 1.0 / 6), "at the rate \(rate) descent converges if it is below 1/6")
    }
    print(ends)
    print("Beyond the bound it swings between two points on either side of \(fixed(1.5.squareRoot(), 6)).")

    let plot = LinePlot(
      lines, names: ("steps", "f"), title: "Gradient descent on (x² + 10 y²)/2", hasLogarithmicHeights: true,
      heights: 1e-12...1e6)
    try pictures?.save(plot.svg, as: "rates")
  }
}
