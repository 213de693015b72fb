// SPDX-License-Identifier: Apache-2.0

public import RealModule

extension ForwardNumber {
  @inlinable public static func erf(_ x: Self) -> Self {
    let slope = twoOverRootPi * Value.exp(-(x.value * x.value))
    return x.chained(.erf(x.value), slope, -2 * (x.value * slope))
  }

  @inlinable public static func erfc(_ x: Self) -> Self {
    let slope = -twoOverRootPi * Value.exp(-(x.value * x.value))
    return x.chained(.erfc(x.value), slope, -2 * (x.value * slope))
  }

  /// Γ′ = Γ ψ, Γ″ = Γ (ψ² + ψ′) with the digamma function ψ.
  @inlinable public static func gamma(_ x: Self) -> Self {
    let y = Value.gamma(x.value)
    if x.isConstant { return Self(y) }
    let digamma = Value.polygamma(0, x.value)
    return x.chained(y, y * digamma, y * (digamma * digamma + .polygamma(1, x.value)))
  }

  /// log |Γ(x)|, whose derivative is the digamma function.
  @inlinable public static func logGamma(_ x: Self) -> Self {
    let y = Value.logGamma(x.value)
    return x.isConstant ? Self(y) : x.chained(y, .polygamma(0, x.value), .polygamma(1, x.value))
  }

  @inlinable public static func signGamma(_ x: Self) -> FloatingPointSign { Value.signGamma(x.value) }

  @inlinable public static func polygamma(_ n: Int, _ x: Self) -> Self {
    let y = Value.polygamma(n, x.value)
    if x.isConstant { return Self(y) }
    return x.chained(y, .polygamma(n + 1, x.value), .polygamma(n + 2, x.value))
  }

  /// √(x²+y²) without overflow. Its partials are the direction's cosines, 0 at the origin by convention.
  @inlinable public static func hypot(_ x: Self, _ y: Self) -> Self {
    let r = Value.hypot(x.value, y.value)
    let (c, s) = (Value.directionCosine(x.value, y.value), Value.directionCosine(y.value, x.value))
    return chained(x, y, r, (c, s), (s * (s / r), -(c * (s / r)), c * (c / r)))
  }

  /// c = x/√(x²+y²). Its partials s²/r and −c s/r, with s the other cosine, do not cancel where y ≪ x.
  @inlinable public static func directionCosine(_ x: Self, _ y: Self) -> Self {
    let r = Value.hypot(x.value, y.value)
    let (c, s) = (Value.directionCosine(x.value, y.value), Value.directionCosine(y.value, x.value))
    return chained(
      x, y, c, (s * (s / r), -(c * (s / r))),
      (
        -3 * c * (s / r) * (s / r), (s / r) * ((3 * c * c - 1) / r), (c / r) * ((3 * s * s - 1) / r)
      ))
  }

  /// 2/√π (mpmath, 50 digits).
  @inlinable static var twoOverRootPi: Value { 1.1283791670955125738961589031215451716881012586580 }
}
