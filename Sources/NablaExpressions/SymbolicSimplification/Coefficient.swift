// SPDX-License-Identifier: Apache-2.0

/// A number as a quotient n/d with a whole d ≥ 1, so that a third stays one; reduced where n is whole too.
struct Coefficient: Equatable {
  private(set) var numerator: Double
  private(set) var denominator: Double

  static let one = Coefficient(1)

  init(_ value: Double) {
    numerator = value
    denominator = 1
  }

  /// Nil unless the quotient is finite.
  private init?(_ numerator: Double, _ denominator: Double) {
    guard numerator.isFinite, denominator.isFinite, denominator != 0 else { return nil }
    let sign: Double = denominator < 0 ? -1 : 1
    let (n, d) = (sign * numerator, sign * denominator)
    guard Self.isWhole(d) else {
      guard (n / d).isFinite else { return nil }
      (self.numerator, self.denominator) = (n / d, 1)
      return
    }
    let divisor = Self.isWhole(n) ? Self.gcd(n.magnitude, d) : 1
    self.numerator = n / divisor
    self.denominator = d / divisor
  }

  var isZero: Bool { numerator == 0 }
  var isNegative: Bool { numerator < 0 }
  /// The whole number, if it is one.
  var whole: Double? { denominator == 1 && Self.isWhole(numerator) ? numerator : nil }
  var magnitude: Coefficient { isNegative ? -self : self }
  var inverse: Coefficient? { Coefficient(denominator, numerator) }

  static prefix func - (a: Coefficient) -> Coefficient {
    var result = a
    result.numerator = -a.numerator
    return result
  }

  static func + (a: Coefficient, b: Coefficient) -> Coefficient? {
    a.denominator == b.denominator
      ? Coefficient(a.numerator + b.numerator, a.denominator)
      : Coefficient(
        a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }

  static func * (a: Coefficient, b: Coefficient) -> Coefficient? {
    Coefficient(a.numerator * b.numerator, a.denominator * b.denominator)
  }

  /// The power with a whole exponent, if no digits are lost or the number is not whole anyway.
  func power(_ n: Int) -> Coefficient? {
    if self == .one { return self }
    guard n.magnitude <= 64, !isZero else { return nil }
    var result: Coefficient? = .one
    for _ in 0..<n.magnitude { result = result.flatMap { $0 * self } }
    guard let result, !result.isZero else { return nil }
    return n < 0 ? result.inverse : result
  }

  static func isWhole(_ x: Double) -> Bool { x.rounded() == x && x.magnitude <= 0x1p53 }

  static func gcd(_ a: Double, _ b: Double) -> Double {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a.truncatingRemainder(dividingBy: b)) }
    return a == 0 ? 1 : a
  }
}
