// SPDX-License-Identifier: Apache-2.0

public import RealModule

extension ForwardNumber {
  @inlinable public static func sinh(_ x: Self) -> Self {
    let y = Value.sinh(x.value)
    return x.chained(y, .cosh(x.value), y)
  }

  @inlinable public static func cosh(_ x: Self) -> Self {
    let y = Value.cosh(x.value)
    return x.chained(y, .sinh(x.value), y)
  }

  /// tanh′ = sech², not 1 − tanh², which is 0 from x = 19 on: tanh′(20) = 1.7e-17.
  @inlinable public static func tanh(_ x: Self) -> Self {
    let y = Value.tanh(x.value)
    let s = Value.sech(x.value)
    return x.chained(y, s * s, -2 * y * (s * s))
  }

  @inlinable public static func sech(_ x: Self) -> Self {
    let y = Value.sech(x.value)
    let t = Value.tanh(x.value)
    return x.chained(y, -(y * t), y * (t * t - y * y))
  }

  /// The slope is 1/hypot(1, x), as x² would overflow; the second derivative −x/(1+x²)^(3/2).
  @inlinable public static func asinh(_ x: Self) -> Self {
    let slope = 1 / Value.hypot(1, x.value)
    return x.chained(.asinh(x.value), slope, -(x.value * slope) * slope * slope)
  }

  /// Two roots for √(x²−1): exact near 1, and no overflow.
  @inlinable public static func acosh(_ x: Self) -> Self {
    let slope = 1 / (x.value - 1).squareRoot() / (x.value + 1).squareRoot()
    return x.chained(.acosh(x.value), slope, -(x.value * slope) * slope * slope)
  }

  /// The partial fractions of 1/(1−x²): exact near ±1.
  @inlinable public static func atanh(_ x: Self) -> Self {
    let slope = 0.5 / (1 - x.value) + 0.5 / (1 + x.value)
    return x.chained(.atanh(x.value), slope, 2 * (x.value * slope) * slope)
  }
}
