// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// log(1 + x) − x without cancellation near 0.
///
/// With r = x/(2 + x), log(1 + x) = 2 artanh r and x = 2r/(1 − r), so that the difference is
/// −rx + 2r³(1/3 + r²/5 + r⁴/7 + …).
func log1pMinus(_ x: Double) -> Double {
  guard Swift.abs(x) < 0.4 else { return .log(onePlus: x) - x }
  let r = x / (2 + x)
  let square = r * r
  // |r| ≤ 1/4: the terms fall by 16 and more.
  var sum = 0.0
  var power = 1.0
  var n = 3.0
  while true {
    let next = sum + power / n
    if next == sum { break }
    sum = next
    power *= square
    n += 2
  }
  return 2 * r * square * sum - r * x
}

/// log r − (r − 1) for a ratio r > 0 and its distance from 1, each given with all its digits.
func logRatioMinus(_ ratio: Double, _ distance: Double) -> Double {
  Swift.abs(distance) < 0.4 ? log1pMinus(distance) : .log(ratio) - distance
}

/// log Γ(a) − ((a − ½) log a − a + ½ log 2π) for a > 0, the error of Stirling's formula.
///
/// The asymptotic series Σ B₂ₖ/(2k(2k − 1)a²ᵏ⁻¹) from 10 on, where its first term left out is below 10⁻¹⁷; from
/// 1 on recurrence: the error at a is that at a + 1 plus (a + ½) log(1 + 1/a) − 1; below by log Γ(1 + a), which is small.
func stirlingError(_ a: Double) -> Double {
  if a < 1 { return .logGamma(1 + a) - (a + 0.5) * .log(a) + a - 0.5 * .log(2 * .pi) }
  var a = a
  var sum = 0.0
  while a < 10 {
    // (a + ½) log(1 + 1/a) − 1, without cancellation for large a.
    let t = 1 / a
    sum += (a + 0.5) * log1pMinus(t) + 0.5 * t
    a += 1
  }
  let t = 1 / (a * a)
  let series =
    1.0 / 12 - t
    * (1.0 / 360 - t * (1.0 / 1260 - t * (1.0 / 1680 - t * (1.0 / 1188 - t * (691.0 / 360_360)))))
  return sum + series / a
}
