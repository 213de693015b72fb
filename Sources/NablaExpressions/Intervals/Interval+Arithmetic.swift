// SPDX-License-Identifier: Apache-2.0

// Each bound is computed in round-to-nearest and moved to the next double outwards, which encloses the exact
// result since its rounding error is at most half a unit in the last place. A sum that is 0 is exact,
// and so is a product with 0; these stay, so that x³ over [0, 0] is [0, 0]. Lower bounds are never +∞ and upper
// ones never −∞: the next double inwards of an infinity is the largest finite number.

extension Interval {
  /// −x.
  @inline(__always)
  public static prefix func - (x: Interval) -> Interval { Interval(unchecked: -x.upper, -x.lower) }

  /// The interval sum.
  @inline(__always)
  public static func + (a: Interval, b: Interval) -> Interval {
    Interval(unchecked: sumDown(a.lower, b.lower), sumUp(a.upper, b.upper))
  }

  /// The interval difference.
  @inline(__always)
  public static func - (a: Interval, b: Interval) -> Interval {
    Interval(unchecked: sumDown(a.lower, -b.upper), sumUp(a.upper, -b.lower))
  }

  /// The interval product.
  @inline(__always)
  public static func * (a: Interval, b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    if a.lower >= 0 {
      if b.lower >= 0 {
        return Interval(unchecked: productDown(a.lower, b.lower), productUp(a.upper, b.upper))
      }
      if b.upper <= 0 {
        return Interval(unchecked: productDown(a.upper, b.lower), productUp(a.lower, b.upper))
      }
      return Interval(unchecked: productDown(a.upper, b.lower), productUp(a.upper, b.upper))
    }
    if a.upper <= 0 {
      if b.lower >= 0 {
        return Interval(unchecked: productDown(a.lower, b.upper), productUp(a.upper, b.lower))
      }
      if b.upper <= 0 {
        return Interval(unchecked: productDown(a.upper, b.upper), productUp(a.lower, b.lower))
      }
      return Interval(unchecked: productDown(a.lower, b.upper), productUp(a.lower, b.lower))
    }
    if b.lower >= 0 {
      return Interval(unchecked: productDown(a.lower, b.upper), productUp(a.upper, b.upper))
    }
    if b.upper <= 0 {
      return Interval(unchecked: productDown(a.upper, b.lower), productUp(a.lower, b.lower))
    }
    return Interval(
      unchecked: Swift.min(productDown(a.lower, b.upper), productDown(a.upper, b.lower)),
      Swift.max(productUp(a.lower, b.lower), productUp(a.upper, b.upper)))
  }

  /// The interval quotient; entire where the divisor contains 0 inside, empty where it is 0.
  public static func / (a: Interval, b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty || (b.lower == 0 && b.upper == 0) { return .empty }
    if b.lower >= 0 {
      // b > 0; a bound of 0 is approached, so that the quotient grows without bound unless a is 0 there.
      let low = a.lower >= 0 ? quotientDown(a.lower, b.upper) : quotientDown(a.lower, b.lower)
      let high = a.upper <= 0 ? quotientUp(a.upper, b.upper) : quotientUp(a.upper, b.lower)
      return Interval(unchecked: low, high)
    }
    if b.upper <= 0 { return (-a) / (-b) }
    return a.lower == 0 && a.upper == 0 ? Interval(unchecked: 0, 0) : .entire
  }

  /// The numbers x of `within` with x·b in `a`, up to the smallest interval around them: division as the
  /// inverse of multiplication, where 0/0 is every number, and a gap around 0 is used.
  package func divided(by b: Interval, within: Interval) -> Interval {
    if isEmpty || b.isEmpty || within.isEmpty { return .empty }
    if contains(0) && b.contains(0) { return within }
    guard b.straddlesZero else {
      return b.lower == 0 && b.upper == 0 ? .empty : within.intersection(self / b)
    }
    let below = within.intersection(self / Interval(unchecked: b.lower, 0))
    let above = within.intersection(self / Interval(unchecked: 0, b.upper))
    return below.hull(above)
  }
}

@inline(__always)
private func sumDown(_ a: Double, _ b: Double) -> Double {
  let s = a + b
  return s == 0 ? s : s.nextDown
}

@inline(__always)
private func sumUp(_ a: Double, _ b: Double) -> Double {
  let s = a + b
  return s == 0 ? s : s.nextUp
}

@inline(__always)
private func productDown(_ a: Double, _ b: Double) -> Double {
  let p = a * b
  return p < 0 || p > 0 ? p.nextDown : vanishingProductDown(a, b)
}

@inline(__always)
private func productUp(_ a: Double, _ b: Double) -> Double { -productDown(-a, b) }

/// Of a factor 0, which makes 0 with every number of an unbounded interval; or an underflow.
@inline(never)
private func vanishingProductDown(_ a: Double, _ b: Double) -> Double {
  a == 0 || b == 0 || (a > 0) == (b > 0) ? 0 : -.leastNonzeroMagnitude
}

/// With x/0 = ±∞ by the sign of x, 0/0 = 0, and finite/∞ = 0.
private func quotientDown(_ a: Double, _ b: Double) -> Double {
  if a == 0 || b == .infinity { return 0 }
  if b == 0 { return a > 0 ? .greatestFiniteMagnitude : -.infinity }
  let q = a / b
  return q == 0 ? (a > 0 ? 0 : -.leastNonzeroMagnitude) : q.nextDown
}

private func quotientUp(_ a: Double, _ b: Double) -> Double { -quotientDown(-a, b) }
