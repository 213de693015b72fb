// SPDX-License-Identifier: Apache-2.0

/// A homogeneous polynomial: all Taylor coefficients of one degree, in several variables.
///
/// Of f(a + t·h) = Σ tᵏ fₖ(h) the coefficient fₖ is such a form in the direction h. So every rule for series in one
/// variable t is one for series in several: with forms for coefficients it computes all partial derivatives at once,
/// and needs no interpolation from directions (Griewank and Walther, ch. 13.4).
struct HomogeneousForm<Scalar: TaylorScalar>: Sendable {
  let degree: Int
  /// By place in the basis; empty of the zero form, which has no particular degree.
  private(set) var coefficients: [Scalar]
  /// Nil of a scalar.
  let basis: MonomialBasis?

  private init(degree: Int, coefficients: [Scalar], basis: MonomialBasis?) {
    self.degree = degree
    self.coefficients = coefficients
    self.basis = basis
  }

  /// Σ vᵢ hᵢ.
  init(linear coefficients: [Scalar], basis: MonomialBasis) {
    self.init(degree: 1, coefficients: coefficients, basis: basis)
  }

  /// The coefficient at a place, zero of the zero form.
  subscript(place: Int) -> Scalar { coefficients.isEmpty ? .zero : coefficients[place] }

  private func map(_ transform: (Scalar) -> Scalar) -> HomogeneousForm {
    HomogeneousForm(degree: degree, coefficients: coefficients.map(transform), basis: basis)
  }

  private func combined(_ other: HomogeneousForm, _ combine: (Scalar, Scalar) -> Scalar) -> HomogeneousForm {
    HomogeneousForm(
      degree: degree, coefficients: zip(coefficients, other.coefficients).map(combine),
      basis: basis ?? other.basis)
  }
}

extension HomogeneousForm: TaylorCoefficient {
  static var zero: HomogeneousForm { HomogeneousForm(degree: 0, coefficients: [], basis: nil) }

  init(scalar: Scalar) {
    self.init(degree: 0, coefficients: scalar.isZero ? [] : [scalar], basis: nil)
  }

  static prefix func - (a: HomogeneousForm) -> HomogeneousForm { a.map { -$0 } }

  static func + (a: HomogeneousForm, b: HomogeneousForm) -> HomogeneousForm {
    a.coefficients.isEmpty ? b : b.coefficients.isEmpty ? a : a.combined(b) { $0 + $1 }
  }

  static func - (a: HomogeneousForm, b: HomogeneousForm) -> HomogeneousForm {
    a.coefficients.isEmpty ? -b : b.coefficients.isEmpty ? a : a.combined(b) { $0 - $1 }
  }

  static func * (a: HomogeneousForm, b: HomogeneousForm) -> HomogeneousForm {
    if a.coefficients.isEmpty || b.coefficients.isEmpty { return .zero }
    if a.degree == 0 { return b.times(a.coefficients[0]) }
    if b.degree == 0 { return a.times(b.coefficients[0]) }
    let basis = a.basis!
    var product = [Scalar](repeating: .zero, count: basis.count(a.degree + b.degree))
    let others = b.coefficients.indices.filter { !b.coefficients[$0].isZero }
    for (i, factor) in a.coefficients.enumerated() where !factor.isZero {
      for j in others {
        let place = basis.product(a.degree, i, b.degree, j)
        product[place] = product[place] + factor * b.coefficients[j]
      }
    }
    return HomogeneousForm(degree: a.degree + b.degree, coefficients: product, basis: basis)
  }

  var squared: HomogeneousForm {
    degree == 0
      ? (coefficients.isEmpty ? self : HomogeneousForm(scalar: coefficients[0].squared)) : self * self
  }

  func times(_ factor: Scalar) -> HomogeneousForm {
    factor.isZero ? .zero : map { $0.isZero ? .zero : $0 * factor }
  }

  func divided(by divisor: Scalar) -> HomogeneousForm { map { $0.isZero ? .zero : $0.divided(by: divisor) } }

  var isZero: Bool { coefficients.allSatisfy(\.isZero) }

  var scalar: Scalar? { coefficients.isEmpty ? .zero : degree == 0 ? coefficients[0] : nil }

  var elements: [Scalar] { coefficients }

  /// Definite as far as can be seen: every variable has a power, only even powers occur, and all of one sign.
  var definiteSign: Sign {
    if isZero { return .zero }
    guard degree > 0, let basis else { return coefficients[0].sign }
    var (isPositive, isNegative, pure) = (true, true, 0)
    for (powers, coefficient) in zip(basis.powers[degree], coefficients) where !coefficient.isZero {
      guard powers.allSatisfy({ $0 % 2 == 0 }) else { return .open }
      if powers.contains(degree) { pure += 1 }
      if coefficient.sign != .positive { isPositive = false }
      if coefficient.sign != .negative { isNegative = false }
    }
    guard pure == basis.variableCount else { return .open }
    return isPositive ? .positive : isNegative ? .negative : .open
  }

  /// Division of polynomials, which leaves no remainder but one of rounding.
  func divided(byLeading divisor: HomogeneousForm) -> HomogeneousForm? {
    if divisor.degree == 0 { return divided(by: divisor[0]) }
    if isZero { return .zero }
    guard let basis, degree >= divisor.degree else { return nil }
    let negligible = 0x1p-80 * coefficients.reduce(0) { Swift.max($0, $1.size) }
    let leading = divisor.coefficients.firstIndex { !$0.isZero }!
    let leadingPowers = basis.powers[divisor.degree][leading]
    var rest = coefficients
    var quotient = [Scalar](repeating: .zero, count: basis.count(degree - divisor.degree))
    for (place, powers) in basis.powers[degree].enumerated() where rest[place].size > negligible {
      let difference = zip(powers, leadingPowers).map { $0 - $1 }
      guard difference.allSatisfy({ $0 >= 0 }) else { return nil }
      let target = basis.place(difference)
      let factor = rest[place] / divisor.coefficients[leading]
      quotient[target] = factor
      for (j, coefficient) in divisor.coefficients.enumerated() where !coefficient.isZero {
        let place =
          difference.allSatisfy { $0 == 0 }
          ? j : basis.product(degree - divisor.degree, target, divisor.degree, j)
        rest[place] = rest[place] - factor * coefficient
      }
    }
    return HomogeneousForm(
      degree: degree - divisor.degree, coefficients: quotient, basis: degree == divisor.degree ? nil : basis)
  }

  static func select(_ condition: Scalar, _ a: HomogeneousForm, _ b: HomogeneousForm) -> HomogeneousForm {
    guard !(a.coefficients.isEmpty && b.coefficients.isEmpty) else { return .zero }
    let shape = a.coefficients.isEmpty ? b : a
    return HomogeneousForm(
      degree: shape.degree,
      coefficients: shape.coefficients.indices.map { Scalar.select(condition, a[$0], b[$0]) },
      basis: a.basis ?? b.basis)
  }
}
