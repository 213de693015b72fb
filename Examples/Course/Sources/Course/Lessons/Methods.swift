// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let methods = Lesson("methods", "The table of methods, with measured costs") { pictures in
    print(
      """
      Methods differ in what they ask of a function and in how many steps they need. Rosenbrock's function
      of 10 variables from (−1.2, 1, −1.2, 1, …), until |∇f| ≤ 1e-6, in at most 3000 steps. The order is a rough
      estimate from the last steps. The time is measured in this run, and another one in the next.

      """)
    let f = Function(10) { (x: [Expr]) -> Expr in
      var sum: Expr = 0
      for k in 1..<10 { sum += 100 * pow(x[k] - pow(x[k - 1], 2), 2) + pow(1 - x[k - 1], 2) }
      return sum
    }
    var options = OptimizationOptions()
    options.gradientTolerance = 1e-6
    options.maxIterations = 3000
    let start = (0..<10).map { $0 % 2 == 0 ? -1.2 : 1 }
    let comparison = compareMethods(
      f, from: start,
      methods: [
        .gradientDescent(), .momentum(momentum: 0.99), .nesterov(momentum: 0.99), .adam(),
        .conjugateGradients(), .lbfgs(), .bfgs(),
        .newtonCG(), .newton(), .trustRegion(),
      ], options: options)
    print(comparison)
    print(
      """

      A step of Newton's method asks most and gains most; L-BFGS asks for gradients only. Where f is
      3.98658 at the end, that is the function's other local minimum, near (−1, 1, …, 1).
      """)
    for row in comparison.rows where row.result.converged {
      let value = row.result.value
      expect(value < 1e-12 || abs(value - 3.98658) < 1e-5, "\(row.method) ends in one of the two minima")
    }
    let drawn = ["gradient-descent", "nesterov", "conjugate-gradients", "lbfgs", "bfgs", "newton-cg"]
    let rows = comparison.rows.filter { drawn.contains($0.method) }
    let plot = ConvergencePlot(
      rows.map { ($0.method, Array($0.result.trace.prefix(300))) },
      title: "Rosenbrock's function of 10 variables")
    try pictures?.save(plot.svg, as: "methods")
  }
}
