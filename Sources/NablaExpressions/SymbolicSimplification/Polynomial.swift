// SPDX-License-Identifier: Apache-2.0

/// A power of a part that is not looked into: a variable, a function's value, a sum in a product.
struct Factor: Hashable {
  /// The position in the simplifier's list of such parts; variables come first, by name.
  var atom: Int
  var exponent: Double
}

/// A product of powers, by ascending atom, no exponent 0.
struct Monomial: Hashable {
  private(set) var factors: [Factor]
  /// The degree if it is a product of positive powers of variables.
  private(set) var degree: Double?

  init(_ factors: [Factor], variableCount: Int) {
    self.factors = factors
    let isPolynomial = factors.allSatisfy {
      $0.atom < variableCount && $0.exponent > 0 && $0.exponent.rounded() == $0.exponent
    }
    degree = isPolynomial ? factors.reduce(0) { $0 + $1.exponent } : nil
  }

  /// The order in a sum: powers of variables by descending degree, then the others, the constant last.
  func precedes(_ other: Monomial) -> Bool {
    if factors.isEmpty || other.factors.isEmpty { return !factors.isEmpty && other.factors.isEmpty }
    switch (degree, other.degree) {
    case (let a?, let b?) where a != b: return a > b
    case (_?, nil): return true
    case (nil, _?): return false
    default: break
    }
    for (a, b) in zip(factors, other.factors) where a != b {
      return a.atom != b.atom ? a.atom < b.atom : a.exponent > b.exponent
    }
    return factors.count > other.factors.count
  }
}

/// A monomial with a coefficient, which is not 0.
struct Term {
  var coefficient: Coefficient
  var monomial: Monomial
}

/// A sum of terms with distinct monomials in their order; empty for 0.
typealias Polynomial = [Term]
