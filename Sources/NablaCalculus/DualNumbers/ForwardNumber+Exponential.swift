// SPDX-License-Identifier: Apache-2.0

public import RealModule

// One row for a function: its value, its first derivative and its second, in a form that neither overflows
// nor cancels before the derivative itself does. `y` is the value.

extension ForwardNumber {
  @inlinable public static func exp(_ x: Self) -> Self {
    let y = Value.exp(x.value)
    return x.chained(y, y, y)
  }

  @inlinable public static func exp2(_ x: Self) -> Self {
    let y = Value.exp2(x.value)
    return x.chained(y, ln2 * y, ln2 * ln2 * y)
  }

  @inlinable public static func exp10(_ x: Self) -> Self {
    let y = Value.exp10(x.value)
    return x.chained(y, ln10 * y, ln10 * ln10 * y)
  }

  /// eˣ − 1. The derivative is eˣ by itself: y + 1 cancels for x ≪ 0.
  @inlinable public static func expMinusOne(_ x: Self) -> Self {
    let slope = Value.exp(x.value)
    return x.chained(.expMinusOne(x.value), slope, slope)
  }

  /// log x. The slope is 1/x also for x < 0, where the value is NaN.
  @inlinable public static func log(_ x: Self) -> Self {
    let slope = 1 / x.value
    return x.chained(.log(x.value), slope, -(slope / x.value))
  }

  @inlinable public static func log2(_ x: Self) -> Self {
    let slope = 1 / (ln2 * x.value)
    return x.chained(.log2(x.value), slope, -(slope / x.value))
  }

  @inlinable public static func log10(_ x: Self) -> Self {
    let slope = 1 / (ln10 * x.value)
    return x.chained(.log10(x.value), slope, -(slope / x.value))
  }

  @inlinable public static func log(onePlus x: Self) -> Self {
    let slope = 1 / (1 + x.value)
    return x.chained(.log(onePlus: x.value), slope, -(slope * slope))
  }

  /// log 2 and log 10 (mpmath, 50 digits).
  @inlinable static var ln2: Value { 0.69314718055994530941723212145817656807550013436026 }
  @inlinable static var ln10: Value { 2.3025850929940456840179914546843642076011014886288 }
}
