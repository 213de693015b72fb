// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// The derivatives of sinc(x) = sin(x)/x.
///
/// Differentiating x·s(x) = sin(x) n times gives x sₙ + n sₙ₋₁ = sin⁽ⁿ⁾(x), a recurrence that damps errors upwards
/// in n while n < |x|, and downwards while n > |x|, as that of the spherical Bessel functions does (NIST DLMF
/// 10.51, 3.6). Near 0 the series Σ (−1)ᵏ x²ᵏ⁻ⁿ / ((2k + 1)(2k − n)!) has no cancellation.
enum Sinc {
  /// The derivative of order n at x; NaN of infinities, and where n is negative.
  ///
  /// - Complexity: O(n + |x|) where |x| < n, else O(n).
  static func derivative(order n: Int, at x: Double) -> Double {
    if n < 0 { return .nan }
    let magnitude = Swift.abs(x)
    let value: Double
    if magnitude < 1.5 {
      value = series(n, magnitude)
    } else if magnitude > Double(n) {
      let sines = Sines(magnitude)
      var s = sines[0] / magnitude
      for m in stride(from: 1, through: n, by: 1) { s = (sines[m] - Double(m) * s) / magnitude }
      value = s
    } else {
      // So far up that an error of 1/N, from starting with zero, is damped below half an ulp.
      var (start, damping) = (n, 1.0)
      while damping > 0x1p-60 {
        start += 1
        damping *= magnitude / Double(start)
      }
      let sines = Sines(magnitude)
      var s = 0.0
      for m in stride(from: start, to: n, by: -1) { s = (sines[m] - magnitude * s) / Double(m) }
      value = s
    }
    // sₙ(−x) = (−1)ⁿ sₙ(x)
    return x < 0 && n % 2 == 1 ? -value : value
  }

  private static func series(_ n: Int, _ x: Double) -> Double {
    var k = (n + 1) / 2
    // x²ᵏ⁻ⁿ/(2k − n)! of the first term: 1 or x.
    var power = 2 * k == n ? 1 : x
    var sum = 0.0
    while true {
      let signed = k % 2 == 0 ? power : -power
      let term = signed / Double(2 * k + 1)
      sum += term
      if Swift.abs(term) <= 0x1p-60 * Swift.abs(sum) { return sum }
      let exponent = 2 * k - n
      power *= x * x / Double((exponent + 1) * (exponent + 2))
      k += 1
    }
  }

  /// The derivatives of the sine at a place.
  private struct Sines {
    let sine: Double
    let cosine: Double

    init(_ x: Double) { (sine, cosine) = (sin(x), cos(x)) }

    subscript(order: Int) -> Double {
      switch order % 4 {
      case 0: sine
      case 1: cosine
      case 2: -sine
      default: -cosine
      }
    }
  }
}
