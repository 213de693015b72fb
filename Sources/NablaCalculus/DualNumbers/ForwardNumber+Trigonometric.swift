// SPDX-License-Identifier: Apache-2.0

public import RealModule

extension ForwardNumber {
  @inlinable public static func sin(_ x: Self) -> Self {
    let y = Value.sin(x.value)
    return x.chained(y, .cos(x.value), -y)
  }

  @inlinable public static func cos(_ x: Self) -> Self {
    let y = Value.cos(x.value)
    return x.chained(y, -.sin(x.value), -y)
  }

  @inlinable public static func tan(_ x: Self) -> Self {
    let y = Value.tan(x.value)
    let slope = 1 + y * y
    return x.chained(y, slope, 2 * y * slope)
  }

  @inlinable public static func asin(_ x: Self) -> Self {
    let slope = Value.asinSlope(x.value)
    return x.chained(.asin(x.value), slope, x.value * slope * slope * slope)
  }

  @inlinable public static func acos(_ x: Self) -> Self {
    let slope = Value.asinSlope(x.value)
    return x.chained(.acos(x.value), -slope, -(x.value * slope * slope * slope))
  }

  @inlinable public static func atan(_ x: Self) -> Self {
    let slope = 1 / (1 + x.value * x.value)
    return x.chained(.atan(x.value), slope, -2 * (x.value * slope) * slope)
  }

  /// The angle of (x, y). Its partials x/r² and −y/r² are written with the cosines of the direction, so that
  /// no square overflows or underflows; NaN at the origin.
  @inlinable public static func atan2(y: Self, x: Self) -> Self {
    let (c, s) = (Value.directionCosine(x.value, y.value), Value.directionCosine(y.value, x.value))
    let r = Value.hypot(x.value, y.value)
    return chained(
      y, x, .atan2(y: y.value, x: x.value), (c / r, -(s / r)),
      (-2 * (c / r) * (s / r), (s - c) / r * ((s + c) / r), 2 * (c / r) * (s / r)))
  }

  /// Its own function because its derivative x s³ is finite or of the right infinite sign up to x = ±1.
  @inlinable public static func asinSlope(_ x: Self) -> Self {
    let s = Value.asinSlope(x.value)
    let cube = s * s * s
    return x.chained(s, x.value * cube, cube * s * s * (1 + 2 * x.value * x.value))
  }
}
