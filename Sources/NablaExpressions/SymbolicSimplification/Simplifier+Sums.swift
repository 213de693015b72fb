// SPDX-License-Identifier: Apache-2.0

// Sums of terms, and terms as expressions.

extension Simplifier {
  func negated(_ form: Polynomial) -> Polynomial {
    form.map { Term(coefficient: -$0.coefficient, monomial: $0.monomial) }
  }

  mutating func sum(_ p: Polynomial, _ q: Polynomial) -> Polynomial? {
    if p.isEmpty { return q }
    if q.isEmpty { return p }
    guard let a = takenApart(p), let b = takenApart(q) else { return nil }
    guard a.count + b.count <= Simplifier.limit else {
      let (large, small) = a.count > b.count ? (a, b) : (b, a)
      let part = Term(coefficient: .one, monomial: monomial(atom(expression(large))))
      return small.count < Simplifier.limit ? collected([part] + small) : nil
    }
    return collected(a + b)
  }

  /// With a number multiplied into a sum behind it.
  func takenApart(_ form: Polynomial) -> Polynomial? {
    guard form.count <= Simplifier.limit else { return form }
    var result: Polynomial = []
    for term in form {
      let factors = term.monomial.factors
      guard factors.count == 1, factors[0].exponent == 1, let sum = sums[factors[0].atom] else {
        result.append(term)
        continue
      }
      for part in sum {
        guard let coefficient = term.coefficient * part.coefficient else { return nil }
        result.append(Term(coefficient: coefficient, monomial: part.monomial))
      }
    }
    return result
  }

  /// Equal monomials as one; sin² + cos² is 1 and cosh² − sinh² too.
  func collected(_ terms: [Term]) -> Polynomial? {
    var result: Polynomial = []
    for term in terms.sorted(by: { $0.monomial.precedes($1.monomial) }) {
      if let last = result.last, last.monomial == term.monomial {
        guard let total = last.coefficient + term.coefficient else { return nil }
        result[result.count - 1].coefficient = total
      } else {
        result.append(term)
      }
    }
    result.removeAll { $0.coefficient.isZero }
    return hasPythagoreans ? withoutPythagoreans(result) : result
  }

  func withoutPythagoreans(_ form: Polynomial) -> Polynomial? {
    for term in form {
      for (position, factor) in term.monomial.factors.enumerated() where factor.exponent == 2 {
        let operation = atoms[factor.atom].operation
        guard operation == .sin || operation == .sinh else { continue }
        let partner = Expr.applying(operation == .sin ? .cos : .cosh, to: atoms[factor.atom].operands[0])
        guard let place = places[partner] else { continue }
        var rest = term.monomial.factors
        rest.remove(at: position)
        guard !rest.contains(where: { $0.atom == place }) else { continue }
        let twin = Monomial(
          (rest + [Factor(atom: place, exponent: 2)]).sorted { $0.atom < $1.atom },
          variableCount: variableCount)
        let wanted = operation == .sin ? term.coefficient : -term.coefficient
        guard let other = form.first(where: { $0.monomial == twin }), other.coefficient == wanted else {
          continue
        }
        let remaining = form.filter { $0.monomial != term.monomial && $0.monomial != twin }
        return collected(
          remaining + [Term(coefficient: wanted, monomial: Monomial(rest, variableCount: variableCount))])
      }
    }
    return form
  }
}

// MARK: - Expressions

extension Simplifier {
  mutating func expression(_ form: Polynomial) -> Expr {
    guard let first = form.first else { return 0 }
    // A sum does not begin with a minus if it need not.
    let start = form.firstIndex { !$0.coefficient.isNegative && !$0.monomial.factors.isEmpty } ?? 0
    var result = start == 0 ? expression(first) : expression(form[start])
    for (place, term) in form.enumerated() where place != start {
      let part = expression(Term(coefficient: term.coefficient.magnitude, monomial: term.monomial))
      result = term.coefficient.isNegative ? result - part : result + part
    }
    if form.count > 1 || form[0].monomial.factors.count > 0, result.constantValue == nil {
      if places[result] == nil { built[result] = form }
    }
    return result
  }

  func expression(_ term: Term) -> Expr {
    let magnitude = term.coefficient.magnitude
    let factors = term.monomial.factors.sorted { (rank($0.atom), $0.atom) < (rank($1.atom), $1.atom) }
    var above: Expr = Expr(magnitude.numerator)
    var below: Expr = Expr(magnitude.denominator)
    for factor in factors {
      let part = power(factor.atom, factor.exponent.magnitude)
      if factor.exponent > 0 { above = above * part } else { below = below * part }
    }
    let result = above / below
    return term.coefficient.isNegative ? -result : result
  }

  func power(_ atom: Int, _ exponent: Double) -> Expr {
    let base = atoms[atom]
    return exponent == 0.5 ? sqrt(base) : pow(base, Expr(exponent))
  }

  /// Variables, then functions, then sums.
  func rank(_ atom: Int) -> Int {
    if atom < variableCount { return 0 }
    let operation = atoms[atom].operation
    return operation == .add || operation == .subtract ? 2 : 1
  }
}
