// SPDX-License-Identifier: Apache-2.0

internal import LibC

// Powers and roots. The square root is correctly rounded (IEEE 754), so that one step outwards encloses it; the
// C library's cbrt and pow are enclosed by `widened`.

extension Interval {
  /// √x of the part of x that is not negative.
  package var squareRoot: Interval {
    let x = intersection(.nonNegative)
    if x.isEmpty { return .empty }
    return Interval(
      unchecked: x.lower == 0 ? 0 : x.lower.squareRoot().nextDown,
      x.upper == 0 ? 0 : x.upper.squareRoot().nextUp)
  }

  /// x², which is never negative.
  @inline(__always)
  package var squared: Interval {
    if lower >= 0 { return self * self }
    if upper <= 0 { return -self * -self }
    let m = magnitude
    if isEmpty { return .empty }
    return Interval(unchecked: 0, (m * m).nextUp)
  }

  /// xⁿ, tight for even n over intervals around 0; of x ≠ 0 for n < 0.
  package func raised(to n: Int) -> Interval {
    if isEmpty { return .empty }
    if n == 2 { return squared }
    if n == 1 { return self }
    if n == 0 { return Interval(unchecked: 1, 1) }
    if n < 0 { return Interval(unchecked: 1, 1) / raised(to: n == .min ? .max : -n) }
    if n % 2 == 0 {
      let (least, most) = (mignitude, magnitude)
      return Interval(unchecked: boundedPower(least, n).lower, boundedPower(most, n).upper)
    }
    return Interval(unchecked: boundedPower(lower, n).lower, boundedPower(upper, n).upper)
  }

  /// The numbers x of `within` with xⁿ in this interval, up to the smallest interval around them.
  package func root(_ n: Int, within: Interval) -> Interval {
    if isEmpty || within.isEmpty { return .empty }
    if n == 0 { return contains(1) ? within : .empty }
    // 1/y, of which 0 is no value.
    if n < 0 {
      return Interval(unchecked: 1, 1).divided(by: self, within: .entire).root(
        n == .min ? .max : -n, within: within)
    }
    if n % 2 == 1 { return within.intersection(oddRoot(n)) }
    let root = intersection(.nonNegative).oddRoot(n)
    if root.isEmpty { return .empty }
    return within.intersection(root).hull(within.intersection(-root))
  }

  /// The monotonic root sign(y) |y|^(1/n).
  private func oddRoot(_ n: Int) -> Interval {
    if isEmpty || n == 1 { return self }
    func magnitude(_ y: Double) -> Interval {
      if y == 0 || y == .infinity { return Interval(unchecked: y, y) }
      if n == 2 { return Interval(unchecked: y.squareRoot().nextDown, y.squareRoot().nextUp) }
      // 1/n is off by up to 2⁻⁵⁴ (1/n), which changes y^(1/n) by the factor 1 ± 2⁻⁵⁴ |log y|/n.
      let root = LibC.pow(y, 1 / Double(n))
      let margin = 0x1p-52 * (8 + Swift.abs(LibC.log(y)) / Double(n)) * root
      return Interval(unchecked: Swift.max(0, root - margin), root + margin)
    }
    return Interval(
      unchecked: lower < 0 ? -magnitude(-lower).upper : magnitude(lower).lower,
      upper < 0 ? -magnitude(-upper).lower : magnitude(upper).upper)
  }

  /// ∛x.
  package var cubeRoot: Interval { increasing { LibC.cbrt($0) } }

  /// x^y of numbers x ≥ 0; and of x < 0 where y is an integer.
  package static func power(_ x: Interval, _ y: Interval) -> Interval {
    if x.isEmpty || y.isEmpty { return .empty }
    if y.lower == y.upper, let n = Int(exactly: y.lower), n.magnitude < 1 << 20 { return x.raised(to: n) }
    func corners(_ x: Interval) -> Interval {
      guard !x.isEmpty else { return .empty }
      let values = [
        LibC.pow(x.lower, y.lower), LibC.pow(x.lower, y.upper), LibC.pow(x.upper, y.lower),
        LibC.pow(x.upper, y.upper),
      ]
      return Interval(unchecked: values.min()!, values.max()!).widened.intersection(.nonNegative)
    }
    let positive = corners(x.intersection(.nonNegative))
    // For x < 0 the value is defined at the integers of y only.
    guard x.lower < 0, y.upper.rounded(.down) >= y.lower else { return positive }
    let size = corners((-x).intersection(.nonNegative))
    return positive.hull(size).hull(-size)
  }
}

/// xⁿ of a number, n > 0, by products that are rounded outwards.
private func boundedPower(_ x: Double, _ n: Int) -> Interval {
  var factor = Interval(unchecked: x, x)
  // The sign is put back at the end, so that all products are of one sign.
  let isNegative = x < 0 && n % 2 == 1
  if x < 0 { factor = Interval(unchecked: -x, -x) }
  if x.isInfinite { return Interval(unchecked: isNegative ? x : .infinity, isNegative ? x : .infinity) }
  var result = Interval(unchecked: 1, 1)
  var isFirst = true
  var left = n
  while true {
    if left & 1 == 1 {
      result = isFirst ? factor : result * factor
      isFirst = false
    }
    left >>= 1
    if left == 0 { break }
    factor = factor * factor
  }
  return isNegative ? -result : result
}
