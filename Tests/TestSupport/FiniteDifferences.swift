// SPDX-License-Identifier: Apache-2.0

/// The derivative of a function of one variable by central differences and Richardson's extrapolation,
/// with an estimate of its error: an oracle that knows no rule of differentiation.
///
/// Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
public func ridders(_ f: (Double) -> Double, at x: Double, step: Double) -> (value: Double, error: Double) {
  let levels = 10
  let shrink = 1.6
  var table = Array(repeating: Array(repeating: 0.0, count: levels), count: levels)
  var h = step
  var best = (value: Double.nan, error: Double.infinity)
  for i in 0..<levels {
    table[0][i] = (f(x + h) - f(x - h)) / (2 * h)
    h /= shrink
    var factor = shrink * shrink
    for j in stride(from: 1, through: i, by: 1) {
      table[j][i] = (table[j - 1][i] * factor - table[j - 1][i - 1]) / (factor - 1)
      factor *= shrink * shrink
      let error = Swift.max(
        Swift.abs(table[j][i] - table[j - 1][i]), Swift.abs(table[j][i] - table[j - 1][i - 1]))
      if error <= best.error { best = (table[j][i], error) }
    }
    if i > 0, Swift.abs(table[i][i] - table[i - 1][i - 1]) >= 2 * best.error { break }
  }
  return best
}
