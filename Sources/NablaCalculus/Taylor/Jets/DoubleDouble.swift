// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// A number as the unevaluated sum of two doubles, high + low with |low| ≤ ½ ulp(high), some 31 decimal digits, with
/// an estimate of its error.
///
/// Taylor coefficients are computed in it, because their recurrences cancel: those of sin(x)/x at 1 fall like 1/k!,
/// while rounding errors of the division do not fall at all, so that doubles would leave six digits at order 12.
///
/// The error of an operation is at most some 2⁻¹⁰⁴, relative, as long as no low part is subnormal (results above
/// 10⁻²⁹⁰); beyond the range the high part is an infinity or NaN, and the low part is 0. Errors are carried along to
/// first order: what is not larger than its error counts as the zero that it would be in exact arithmetic.
///
/// Hida, Li and Bailey, "Library for double-double and quad-double arithmetic" (2007); Joldes, Muller and Popescu,
/// "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", ACM TOMS 44 (2017).
struct DoubleDouble: Sendable {
  var high: Double
  var low: Double
  /// Some bound of |error|.
  var error: Double

  init(_ high: Double, _ low: Double = 0, error: Double = 0) {
    self.high = high
    self.low = low
    self.error = error
  }

  /// The relative error of an operation.
  static let roundoff = 0x1p-104

  /// high + low for |low| ≤ |high| (Dekker's FastTwoSum).
  @inline(__always)
  static func normalized(_ a: Double, _ b: Double, error: Double = 0) -> DoubleDouble {
    let sum = a + b
    return sum.isFinite ? DoubleDouble(sum, b - (sum - a), error: error) : DoubleDouble(sum)
  }

  /// a + b exactly (Knuth's TwoSum).
  @inline(__always)
  static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    guard sum.isFinite else { return DoubleDouble(sum) }
    let part = sum - a
    return DoubleDouble(sum, (a - (sum - part)) + (b - part))
  }

  /// a·b exactly.
  @inline(__always)
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let product = a * b
    return product.isFinite ? DoubleDouble(product, (-product).addingProduct(a, b)) : DoubleDouble(product)
  }

  /// A value of double precision, right to an ulp or two.
  static func approximation(_ value: Double) -> DoubleDouble {
    DoubleDouble(value, error: value.magnitude * 0x1p-51)
  }
}

extension DoubleDouble {
  var isFinite: Bool { high.isFinite }

  static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low, error: a.error) }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let (s, t) = (sum(a.high, b.high), sum(a.low, b.low))
    let v = normalized(s.high, s.low + t.high)
    // A sum of which nothing is left is exact.
    return normalized(v.high, t.low + v.low, error: a.error + b.error + v.high.magnitude * roundoff)
  }

  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = product(a.high, b.high)
    guard p.high.isFinite else { return p }
    return normalized(
      p.high, p.low + (a.high * b.low + a.low * b.high),
      error: a.high.magnitude * b.error + b.high.magnitude * a.error + p.high.magnitude * roundoff)
  }

  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let q = a.high / b.high
    guard q.isFinite, b.high.isFinite else { return DoubleDouble(q) }
    let r = a - b * q
    let next = r.high / b.high
    let rest = r - b * next
    let head = normalized(q, next)
    return normalized(
      head.high, head.low + rest.high / b.high,
      error: (a.error + q.magnitude * b.error) / b.high.magnitude + q.magnitude * roundoff)
  }

  static func * (a: DoubleDouble, b: Double) -> DoubleDouble {
    let p = product(a.high, b)
    guard p.high.isFinite else { return p }
    return normalized(
      p.high, p.low + a.low * b, error: a.error * b.magnitude + p.high.magnitude * roundoff)
  }

  static func / (a: DoubleDouble, b: Double) -> DoubleDouble { a / DoubleDouble(b) }

  static func + (a: DoubleDouble, b: Double) -> DoubleDouble {
    let s = sum(a.high, b)
    return normalized(s.high, s.low + a.low, error: a.error + s.high.magnitude * roundoff)
  }

  static func < (a: DoubleDouble, b: DoubleDouble) -> Bool {
    a.high < b.high || (a.high == b.high && a.low < b.low)
  }

  static func == (a: DoubleDouble, b: DoubleDouble) -> Bool { a.high == b.high && a.low == b.low }

  var magnitude: DoubleDouble { high < 0 ? -self : self }

  /// a·2ⁿ, exact while nothing is subnormal.
  func scaled(byPowerOfTwo n: Int) -> DoubleDouble {
    // In two steps: 2ⁿ itself may be out of range where the product is not.
    let first = Double(sign: .plus, exponent: n / 2, significand: 1)
    let second = Double(sign: .plus, exponent: n - n / 2, significand: 1)
    return DoubleDouble(high * first * second, low * first * second, error: error * first * second)
  }

  var floor: DoubleDouble {
    let h = high.rounded(.down)
    return h == high ? DoubleDouble.normalized(h, low.rounded(.down)) : DoubleDouble(h)
  }

  /// aⁿ by squaring.
  func raised(to n: Int) -> DoubleDouble {
    var (result, base, bits) = (DoubleDouble(1), self, n.magnitude)
    while bits > 0 {
      if bits & 1 == 1 { result = result * base }
      bits >>= 1
      if bits > 0 { base = base * base }
    }
    return n < 0 ? DoubleDouble(1) / result : result
  }

  // Constants: mpmath, 50 digits, in two doubles.
  static let ln2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17, error: 0x1p-107)
  static let ln10 = DoubleDouble(2.302585092994046, -2.1707562233822494e-16, error: 0x1p-104)
  static let twoOverRootPi = DoubleDouble(1.1283791670955126, 1.533545961316588e-17, error: 0x1p-107)
}
