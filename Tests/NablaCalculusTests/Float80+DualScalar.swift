// SPDX-License-Identifier: Apache-2.0

#if arch(x86_64)
  public import NablaCalculus
  public import RealModule

  /// Eleven more bits than `Double`, for differences.
  extension Float80: TangentVector, DualScalar {
    public typealias Scalar = Float80

    /// By the recurrence up to where the asymptotic series has all digits (Abramowitz & Stegun 6.4.6, 6.4.11).
    public static func polygamma(_ n: Int, _ x: Float80) -> Float80 {
      if !(x > -100) || x <= 0 && x == x.rounded() { return .nan }
      func factorial(_ n: Int) -> Float80 { (0..<n).reduce(1) { $0 * Float80($1 + 1) } }
      let sign: Float80 = n % 2 == 0 ? -1 : 1
      var (sum, z) = (Float80(0), x)
      while z < 30 {
        // ψ⁽ⁿ⁾(z) = ψ⁽ⁿ⁾(z+1) − (−1)ⁿ n! / zⁿ⁺¹
        sum += sign * factorial(n) / pow(z, n + 1)
        z += 1
      }
      // (−1)ⁿ⁺¹ [(n−1)!/zⁿ + n!/2zⁿ⁺¹ + Σ B₂ₖ (2k+n−1)!/((2k)! z²ᵏ⁺ⁿ)]; of n = 0, log z − 1/2z − Σ B₂ₖ/(2k z²ᵏ).
      let bernoulli: [Float80] = [
        1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
      ]
      var series = n == 0 ? -log(z) : factorial(n - 1) / pow(z, n)
      series += factorial(n) / (2 * pow(z, n + 1))
      for (k, b) in zip(1..., bernoulli) {
        series += b * factorial(2 * k + n - 1) / factorial(2 * k) / pow(z, 2 * k + n)
      }
      return sum + sign * series
    }
  }
#endif
