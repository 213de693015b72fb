// SPDX-License-Identifier: Apache-2.0

import Testing
import NablaCalculus
import NablaExpressions

/// A smooth problem with its standard start and the value of the minimum that Newton's method reaches.
struct MinimizationProblem: Sendable, CustomTestStringConvertible {
  let name: String
  let function: Function
  let start: [Double]
  /// The values of all minima that count as success.
  let minima: [Double]

  var testDescription: String { name }

  init(_ name: String, from start: [Double], minima: [Double] = [0], _ body: ([Expr]) -> Expr) {
    self.name = name
    self.start = start
    self.minima = minima
    function = Function(start.count, body)
  }
}

private func squares(_ residuals: [Expr]) -> Expr { residuals.reduce(0) { $0 + pow($1, 2) } }

/// Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981), by number;
/// Himmelblau (1972).
let problems: [MinimizationProblem] = [
  .init("Rosenbrock (1)", from: [-1.2, 1]) { x in squares([10 * (x[1] - x[0] * x[0]), 1 - x[0]]) },
  .init("Freudenstein and Roth (2)", from: [0.5, -2], minima: [0, 48.98425367924]) { x in
    squares([
      -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1],
    ])
  },
  .init("Powell badly scaled (3)", from: [0, 1]) { x in
    squares([1e4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001])
  },
  .init("Brown badly scaled (4)", from: [1, 1]) { x in
    squares([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2])
  },
  .init("Beale (5)", from: [1, 1]) { x in
    let y = x[1]
    return squares([1.5 - x[0] * (1 - y), 2.25 - x[0] * (1 - y * y), 2.625 - x[0] * (1 - y * y * y)])
  },
  // The published angle is 1/(2π) atan(x₂/x₁), shifted for x₁ < 0; atan2 has another branch cut.
  .init("Helical valley (7), with hypot and atan2", from: [-1, 0, 0]) { x in
    let angle = atan2(x[1], x[0]) / Expr(2 * Double.pi)
    return squares([10 * (x[2] - 10 * angle), 10 * (hypot(x[0], x[1]) - 1), x[2]])
  },
  .init("Powell singular (13)", from: [3, -1, 0, 1]) { x in
    pow(x[0] + 10 * x[1], 2) + 5 * pow(x[2] - x[3], 2) + pow(x[1] - 2 * x[2], 4) + 10 * pow(x[0] - x[3], 4)
  },
  .init("Wood (14)", from: [-3, -1, -3, -1]) { x in
    100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2) + 90 * pow(x[3] - x[2] * x[2], 2)
      + pow(1 - x[2], 2) + 10.1 * (pow(x[1] - 1, 2) + pow(x[3] - 1, 2)) + 19.8 * (x[1] - 1) * (x[3] - 1)
  },
  .init("Himmelblau", from: [0, 0]) { x in
    pow(x[0] * x[0] + x[1] - 11, 2) + pow(x[0] + x[1] * x[1] - 7, 2)
  },
  .init("x − log x, which Newton's step leaves", from: [20, 5], minima: [1]) { x in
    x[0] - log(x[0]) + 10 * pow(x[1] - 1, 2)
  },
  .init("Rosenbrock in 10 variables", from: (0..<10).map { $0 % 2 == 0 ? -1.2 : 1 }, minima: [0, 3.98657911])
  {
    x in
    (0..<9).reduce(0) { $0 + 100 * pow(x[$1 + 1] - x[$1] * x[$1], 2) + pow(1 - x[$1], 2) }
  },
]
