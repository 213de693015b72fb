// SPDX-License-Identifier: Apache-2.0

import Nabla

// 100 points around y = 3x − 1, with noise of standard deviation 0.2.
var generator = SeededGenerator(seed: 2026)
let x = Tensor<Double>.uniform([100, 1], in: -1..<1, using: &generator)
let y = x[.all, 0] * 3 - 1 + Tensor.normal([100], standardDeviation: 0.2, using: &generator)

// Linear regression at once, by QR.
let line = try LinearRegression(x, y)
print("slope     \(line.coefficients[0]) ± \(line.standardErrors[0])")
print("intercept \(line.intercept) ± \(line.interceptStandardError)")

// The same by gradients, as one teaches it.
var (slope, intercept) = (Tensor(0.0), Tensor(0.0))
for _ in 0..<200 {
  let gradient = gradient(
    of: { p in meanSquaredError(p[0] * x[.all, 0] + p[1], y) }, at: [slope, intercept])
  slope -= gradient[0] * 0.5
  intercept -= gradient[1] * 0.5
}
print("by 200 steps of gradient descent: \(slope.item), \(intercept.item)")

// Backpropagation made visible, for one point.
let graph = ComputationGraph(
  of: { p in square(p["slope"]! * x[0, 0] + p["intercept"]! - y[0]) },
  at: ["slope": Tensor(1.0), "intercept": Tensor(0.0)])
print("\n\(graph)\n")

// Logistic regression: was y above 0?
let classes = y .> 0
let fit = try LogisticRegression(x, classes)
print("P(y > 0) = σ(\(fit.coefficients[0]) x + \(fit.intercept)), \(fit.reason)")
