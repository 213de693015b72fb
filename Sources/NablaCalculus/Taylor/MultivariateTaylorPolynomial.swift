// SPDX-License-Identifier: Apache-2.0

/// A polynomial in powers of x − a in several variables, known to a total order: Σ c_α (x − a)^α over |α| ≤ K.
///
///     let f = try Function(parsing: "exp(x)*sin(y)")
///     let p = try f.taylorPolynomial(at: [0, 0], order: 3)
///     print(p)                     // y + x*y + 0.5*x^2*y - 0.16666666666666666*y^3
///     p[1, 1]                      // 1, the coefficient of x*y
///     p.derivative(by: 1)          // of order 2
///
/// The multi-indices are in graded order: by total order, and within it the first variable's powers descend, 1, x, y,
/// x², xy, y². Results of arithmetic are truncated to the lower order of the operands.
public struct MultivariateTaylorPolynomial: Sendable, Equatable {
  /// The coefficients in graded order, C(n+K, K) of them.
  public private(set) var coefficients: [Double]
  /// a.
  public let center: [Double]
  /// What the variables are called when the polynomial is printed.
  public let variables: [String]

  private let basis: MonomialBasis

  init(_ coefficients: [Double], basis: MonomialBasis, center: [Double], variables: [String]) {
    self.coefficients = coefficients
    self.basis = basis
    self.center = center
    self.variables = variables
  }

  /// K.
  public var order: Int { basis.degree }

  /// The multi-indices α, in the order of ``coefficients``.
  public var powers: [[Int]] { basis.powers.flatMap { $0 } }

  /// The coefficient of a multi-index; 0 beyond the order.
  ///
  /// - Precondition: a power of at least 0 for each variable.
  public subscript(powers: Int...) -> Double { coefficient(of: powers) }

  /// The coefficient of a multi-index; 0 beyond the order.
  ///
  /// - Precondition: a power of at least 0 for each variable.
  public func coefficient(of powers: [Int]) -> Double {
    precondition(
      powers.count == variables.count && powers.allSatisfy { $0 >= 0 },
      "a multi-index has a power of at least 0 for each of the \(variables.count) variables, not \(powers)")
    let degree = powers.reduce(0, +)
    return degree > order ? 0 : coefficients[start(degree) + basis.place(powers)]
  }

  private func start(_ degree: Int) -> Int { (0..<degree).reduce(0) { $0 + basis.count($1) } }

  /// The value at a point.
  ///
  /// - Complexity: O(n · number of coefficients).
  public func callAsFunction(_ point: [Double]) -> Double {
    precondition(
      point.count == variables.count,
      "a point has a coordinate for each of the \(variables.count) variables, not \(point.count)")
    let powers = zip(point, center).map { x, a in
      (0..<order).reduce(into: [1.0]) { list, _ in list.append(list.last! * (x - a)) }
    }
    // The high orders first, which are the small terms.
    return zip(self.powers, coefficients).reversed().reduce(0) { sum, term in
      sum + term.1 * zip(powers, term.0).reduce(1) { $0 * $1.0[$1.1] }
    }
  }

  public static func == (a: MultivariateTaylorPolynomial, b: MultivariateTaylorPolynomial) -> Bool {
    a.coefficients == b.coefficients && a.center == b.center && a.order == b.order
      && a.variables == b.variables
  }
}

// MARK: - Arithmetic

extension MultivariateTaylorPolynomial {
  private func checkCenter(_ other: MultivariateTaylorPolynomial) {
    precondition(
      center == other.center,
      "Taylor polynomials about \(center) and \(other.center) have no common powers: expand both about one point"
    )
  }

  /// The polynomial of a lower order; the same where `order` is not lower.
  public func truncated(to order: Int) -> MultivariateTaylorPolynomial {
    guard order < self.order, let basis = MonomialBasis(variableCount: variables.count, degree: order)
    else { return self }
    return MultivariateTaylorPolynomial(
      Array(coefficients[..<start(order + 1)]), basis: basis, center: center, variables: variables)
  }

  private func map(_ coefficients: [Double]) -> MultivariateTaylorPolynomial {
    MultivariateTaylorPolynomial(coefficients, basis: basis, center: center, variables: variables)
  }

  public static prefix func - (a: MultivariateTaylorPolynomial) -> MultivariateTaylorPolynomial {
    a.map(a.coefficients.map { -$0 })
  }

  /// The sum, to the lower order.
  ///
  /// - Precondition: one center, as for all of two operands.
  public static func + (
    a: MultivariateTaylorPolynomial, b: MultivariateTaylorPolynomial
  ) -> MultivariateTaylorPolynomial {
    a.checkCenter(b)
    let lower = a.truncated(to: b.order)
    return lower.map(zip(lower.coefficients, b.coefficients).map { $0 + $1 })
  }

  public static func - (
    a: MultivariateTaylorPolynomial, b: MultivariateTaylorPolynomial
  ) -> MultivariateTaylorPolynomial { a + -b }

  public static func * (factor: Double, a: MultivariateTaylorPolynomial) -> MultivariateTaylorPolynomial {
    a.map(a.coefficients.map { factor * $0 })
  }

  /// The product, to the lower order.
  ///
  /// - Complexity: O(C(2n+K, K)).
  public static func * (
    a: MultivariateTaylorPolynomial, b: MultivariateTaylorPolynomial
  ) -> MultivariateTaylorPolynomial {
    a.checkCenter(b)
    let (a, b) = (a.truncated(to: b.order), b.truncated(to: a.order))
    let basis = a.basis
    let starts = (0...a.order).map(a.start)
    var product = [Double](repeating: 0, count: a.coefficients.count)
    for d in 0...a.order {
      for e in 0...(a.order - d) {
        for i in 0..<basis.count(d) where a.coefficients[starts[d] + i] != 0 {
          for j in 0..<basis.count(e) {
            // A factor of degree 0 has one place, which changes no other.
            let place = d == 0 ? j : e == 0 ? i : basis.product(d, i, e, j)
            product[starts[d + e] + place] += a.coefficients[starts[d] + i] * b.coefficients[starts[e] + j]
          }
        }
      }
    }
    return a.map(product)
  }

  /// The partial derivative by a variable, of an order less; 0 of a constant.
  ///
  /// - Parameter variable: its position.
  public func derivative(by variable: Int) -> MultivariateTaylorPolynomial {
    precondition(
      variables.indices.contains(variable), "there are \(variables.count) variables, and none at \(variable)")
    guard order > 0 else { return map([0]) }
    let lower = truncated(to: order - 1)
    return lower.map(
      lower.powers.map { powers in
        var raised = powers
        raised[variable] += 1
        return Double(raised[variable]) * coefficient(of: raised)
      })
  }
}

extension MultivariateTaylorPolynomial: CustomStringConvertible {
  /// As a formula in the language of expressions: `1 + 2*(x - 1)*y`, without the terms that are 0.
  public var description: String { formatted(TaylorPolynomial.number) }

  /// The formula with numbers as a closure writes them, which are never negative.
  public func formatted(_ number: (Double) -> String) -> String {
    let terms = zip(coefficients, powers).map { coefficient, powers in
      (coefficient, zip(powers, zip(variables, center)).map { ($0, $1.0, $1.1) })
    }
    return TaylorPolynomial.formula(terms, number: number)
  }
}
