// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// A polynomial in powers of x − a, known to an order: Σ cₖ (x − a)ᵏ for k = 0 … K.
///
///     let sine = try Function(parsing: "sin(x)").taylorPolynomial(at: 0, order: 5)
///     print(sine)                // x - 0.16666666666666666*x^3 + 0.008333333333333333*x^5
///     sine(0.1)                  // 0.09983341666666667
///     try sine.inverse()         // that of asin: x + 0.16666666666666666*x^3 + 0.075*x^5
///
/// Results of arithmetic are truncated to the lower order of the operands. Arithmetic is that of doubles.
public struct TaylorPolynomial: Sendable, Equatable {
  /// c₀ … c; at least c₀.
  public var coefficients: [Double]
  /// a.
  public var center: Double
  /// What the variable is called when the polynomial is printed.
  public var variable: String

  /// - Precondition: at least one coefficient.
  public init(_ coefficients: [Double], at center: Double, variable: String = "x") {
    precondition(!coefficients.isEmpty, "a Taylor polynomial has at least the coefficient of order 0")
    self.coefficients = coefficients
    self.center = center
    self.variable = variable
  }

  /// K.
  public var order: Int { coefficients.count - 1 }

  /// The value at x, by Horner's scheme.
  public func callAsFunction(_ x: Double) -> Double {
    let t = x - center
    return coefficients.reversed().reduce(0) { $0 * t + $1 }
  }

  /// The polynomial of a lower order; the same where `order` is not lower.
  public func truncated(to order: Int) -> TaylorPolynomial {
    with(Array(coefficients.prefix(Swift.max(0, order) + 1)))
  }

  private func with(_ coefficients: [Double]) -> TaylorPolynomial {
    TaylorPolynomial(coefficients, at: center, variable: variable)
  }

  private func checkCenter(_ other: TaylorPolynomial) {
    precondition(
      center == other.center,
      "Taylor polynomials about \(center) and \(other.center) have no common powers: expand both about one point"
    )
  }
}

// MARK: - Arithmetic

extension TaylorPolynomial {
  public static prefix func - (a: TaylorPolynomial) -> TaylorPolynomial { a.with(a.coefficients.map { -$0 }) }

  /// The sum, to the lower order.
  ///
  /// - Precondition: one center, as for all of two operands.
  public static func + (a: TaylorPolynomial, b: TaylorPolynomial) -> TaylorPolynomial {
    a.checkCenter(b)
    return a.with(zip(a.coefficients, b.coefficients).map { $0 + $1 })
  }

  public static func - (a: TaylorPolynomial, b: TaylorPolynomial) -> TaylorPolynomial { a + -b }

  /// The product, to the lower order.
  ///
  /// - Complexity: O(K²).
  public static func * (a: TaylorPolynomial, b: TaylorPolynomial) -> TaylorPolynomial {
    a.checkCenter(b)
    return a.with(
      (0...Swift.min(a.order, b.order)).map { k in
        (0...k).reduce(0) { $0 + a.coefficients[$1] * b.coefficients[k - $1] }
      })
  }

  public static func * (factor: Double, a: TaylorPolynomial) -> TaylorPolynomial {
    a.with(a.coefficients.map { factor * $0 })
  }

  /// The quotient of power series, to the lower order.
  ///
  /// - Precondition: the divisor's c₀ is not 0.
  /// - Complexity: O(K²).
  public static func / (a: TaylorPolynomial, b: TaylorPolynomial) -> TaylorPolynomial {
    a.checkCenter(b)
    precondition(b.coefficients[0] != 0, "a power series that vanishes at its center divides none")
    var quotient: [Double] = []
    for k in 0...Swift.min(a.order, b.order) {
      let sum = (0..<k).reduce(0) { $0 + quotient[$1] * b.coefficients[k - $1] }
      quotient.append((a.coefficients[k] - sum) / b.coefficients[0])
    }
    return a.with(quotient)
  }

  /// The derivative, of an order less; 0 of a constant.
  public var derivative: TaylorPolynomial {
    with(order == 0 ? [0] : coefficients.enumerated().dropFirst().map { Double($0.offset) * $0.element })
  }

  /// The antiderivative with the value `constant` at the center, of an order more.
  public func integral(constant: Double = 0) -> TaylorPolynomial {
    with([constant] + coefficients.enumerated().map { $0.element / Double($0.offset + 1) })
  }

  /// f(g(x)) of this polynomial f, to the lower order: a polynomial about the center of g.
  ///
  /// It is a Taylor polynomial of the composed function if the value of g at its center, c₀, is the center of f;
  /// otherwise the terms of f that were cut off count too.
  ///
  /// - Complexity: O(K³).
  public func composed(with inner: TaylorPolynomial) -> TaylorPolynomial {
    let order = Swift.min(order, inner.order)
    var shift = inner.truncated(to: order)
    shift.coefficients[0] -= center
    var result = shift.with([Double](repeating: 0, count: order + 1))
    for coefficient in coefficients.reversed() {
      result = result * shift
      result.coefficients[0] += coefficient
    }
    return result
  }

  /// The series of the inverse function about c₀, to the same order: reversion.
  ///
  /// Lagrange's inversion: with f(a + t) = c₀ + t/h(t), the coefficient of order k of the inverse is 1/k times that
  /// of order k − 1 of hᵏ.
  ///
  /// - Throws: ``TaylorError`` of the reason `branchPoint` where c₁ is 0 or the order is.
  /// - Complexity: O(K³).
  public func inverse() throws(TaylorError) -> TaylorPolynomial {
    guard order > 0, coefficients[1] != 0 else {
      throw TaylorError(.branchPoint, nil, "a series without a linear term has no inverse series")
    }
    let one = TaylorPolynomial([1] + Array(repeating: 0, count: order - 1), at: 0)
    let h = one / TaylorPolynomial(Array(coefficients.dropFirst()), at: 0)
    var (power, inverse) = (one, [center])
    for k in 1...order {
      power = power * h
      inverse.append(power.coefficients[k - 1] / Double(k))
    }
    return TaylorPolynomial(inverse, at: coefficients[0], variable: variable)
  }
}

// MARK: - Printing

extension TaylorPolynomial: CustomStringConvertible {
  /// As a formula in the language of expressions: `1 - 0.5*(x - 1)^2`, without the terms that are 0.
  public var description: String { formatted(Self.number) }

  /// The shortest text that reads back as the number, `2` for 2.0.
  static func number(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The formula with numbers as a closure writes them, which are never negative.
  public func formatted(_ number: (Double) -> String) -> String {
    Self.formula(
      coefficients.enumerated().map { ($0.element, [($0.offset, variable, center)]) }, number: number)
  }

  /// A sum of coefficients times products of powers (x − a)ᵏ.
  static func formula(
    _ terms: [(coefficient: Double, powers: [(power: Int, variable: String, center: Double)])],
    number: (Double) -> String
  ) -> String {
    var text = ""
    for (coefficient, powers) in terms where coefficient != 0 {
      let factors = powers.filter { $0.power > 0 }.map { power, variable, center in
        let base =
          center == 0 ? variable : "(\(variable) \(center < 0 ? "+" : "-") \(number(center.magnitude)))"
        return power == 1 ? base : "\(base)^\(power)"
      }
      let magnitude = coefficient.magnitude
      let numbers = magnitude == 1 && !factors.isEmpty ? [] : [number(magnitude)]
      let sign = coefficient < 0 ? (text.isEmpty ? "-" : " - ") : (text.isEmpty ? "" : " + ")
      text += sign + (numbers + factors).joined(separator: "*")
    }
    return text.isEmpty ? "0" : text
  }
}
