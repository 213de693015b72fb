// SPDX-License-Identifier: Apache-2.0

import Nabla

extension Lesson {
  static let regression = Lesson("regression", "Linear regression") { pictures in
    print(
      """
      100 points around y = 3x − 1, with noise of standard deviation 0.2. The line w x + b with the least
      mean squared error is found at once, by the QR factorisation of the matrix with columns x and 1:

      """)
    var generator = SeededGenerator(seed: 2026)
    let x = Tensor<Double>.uniform([100], in: 0..<2, using: &generator)
    let y = x * 3 - 1 + Tensor.normal([100], standardDeviation: 0.2, using: &generator)
    let line = try LinearRegression(x.reshaped([100, 1]), y)
    let slope = line.coefficients[0].item
    print("  w = \(fixed(slope, 4)) ± \(fixed(line.standardErrors[0].item, 4))")
    print("  b = \(fixed(line.intercept, 4)) ± \(fixed(line.interceptStandardError, 4))")
    print(
      "  R² = \(fixed(line.rSquared, 4)), noise estimated as \(fixed(line.residualStandardDeviation, 4))\n")
    expect(abs(slope - 3) < 3 * line.standardErrors[0].item, "3 is within three standard errors of w")

    print(
      """
      Or step by step, by the gradient of the mean squared error. Its Hessian does not depend on w and b;
      the largest eigenvalue bounds the rate, the ratio of the two says how slow it will be:

      """)
    let loss = { (p: [TracedTensor<Double>]) in meanSquaredError(p[0] * x + p[1], y) }
    // The same as a function of two variables, to be looked at as a whole.
    let (w, b) = (Expr.variable("w"), Expr.variable("b"))
    let squares = zip(x.scalars, y.scalars).map { x, y in pow(w * Expr(x) + b - Expr(y), 2) }
    let surface = Function(squares.reduce(0, +) / 100, of: [w, b])
    let eigenvalues = try surface.hessianEigenvalues(at: [0, 0]).scalars
    let bound = 2 / eigenvalues[1]
    print(
      "  eigenvalues \(eigenvalues.map { fixed($0, 4) }.joined(separator: ", ")): η < \(fixed(bound, 4))\n")

    var table = Table(["step", "w", "b", "mean squared error"], leading: 0)
    var p = [Tensor(0.0), Tensor(0.0)]
    var path: [[Double]] = []
    for step in 0...200 {
      let (value, slope) = valueAndGradient(of: loss, at: p)
      path.append(p.map(\.item))
      if [0, 1, 2, 5, 10, 50, 100, 200].contains(step) {
        table.row(["\(step)", fixed(p[0].item, 6), fixed(p[1].item, 6), fixed(value, 8)])
      }
      p[0] -= slope[0] * (0.9 * bound)
      p[1] -= slope[1] * (0.9 * bound)
    }
    table.row([
      "QR", fixed(slope, 6), fixed(line.intercept, 6), fixed(line.residualSumOfSquares / 100, 8),
    ])
    print(table)
    expect(
      abs(p[0].item - slope) < 1e-6 && abs(p[1].item - line.intercept) < 1e-6,
      "both ways lead to the same line")

    print("QR needs no rate and no patience, gradient descent no formula for the answer.")

    let plot = FunctionPlot(
      surface, in: try Box(lower: [-0.5, -2.5], upper: [4.5, 2.5]), title: "Mean squared error of w x + b",
      points: surface.classify(at: Tensor([slope, line.intercept])),
      paths: [.init(name: "gradient descent", points: path)])
    try pictures?.save(plot.svg, as: "regression")
  }
}
