// SPDX-License-Identifier: Apache-2.0

// Products, powers and roots of sums of terms.

extension Simplifier {
  mutating func product(_ p: Polynomial, _ q: Polynomial) -> Polynomial? {
    if p.isEmpty || q.isEmpty { return [] }
    if let value = number(p), value.magnitude == 1 { return value < 0 ? negated(q) : q }
    if let value = number(q), value.magnitude == 1 { return value < 0 ? negated(p) : p }
    let (a, b) = (term(p), term(q))
    guard a.monomial.factors.count + b.monomial.factors.count <= Simplifier.limit else { return nil }
    return product(a, b).map { form($0) }
  }

  /// A term as a form; a sum on its own is that sum.
  func form(_ term: Term) -> Polynomial {
    if let factor = single(term), factor.exponent == 1, let sum = sums[factor.atom] { return sum }
    return [term]
  }

  /// A form as one product: what the terms of a sum share, times the rest of the sum.
  mutating func term(_ form: Polynomial) -> Term {
    if form.count == 1 { return form[0] }
    // The largest number and the largest powers that divide every term.
    var shared = form[0].monomial.factors.filter { $0.exponent > 0 }
    var divisor: Double? = form.count > 0 ? 0 : nil
    for term in form {
      shared = shared.compactMap { factor in
        guard let own = term.monomial.factors.first(where: { $0.atom == factor.atom }) else { return nil }
        let exponent = Swift.min(own.exponent, factor.exponent)
        return exponent > 0 ? Factor(atom: factor.atom, exponent: exponent) : nil
      }
      divisor = divisor.flatMap { d in term.coefficient.whole.map { Coefficient.gcd($0.magnitude, d) } }
    }
    let sign: Double = form.allSatisfy { $0.coefficient.isNegative } ? -1 : 1
    var coefficient = Coefficient(sign * (divisor ?? 1))
    let inverse = coefficient.inverse ?? .one
    let rest = form.compactMap { term -> Term? in
      let factors = term.monomial.factors.compactMap { factor -> Factor? in
        let exponent = factor.exponent - (shared.first { $0.atom == factor.atom }?.exponent ?? 0)
        return exponent == 0 ? nil : Factor(atom: factor.atom, exponent: exponent)
      }
      return (term.coefficient * inverse).map {
        Term(coefficient: $0, monomial: Monomial(factors, variableCount: variableCount))
      }
    }.sorted { $0.monomial.precedes($1.monomial) }
    guard rest.count == form.count else { return sumTerm(form, .one, []) }
    // a − b where b − a has been met.
    let opposite = negated(rest)
    if places[expression(rest)] == nil, let place = places[expression(opposite)], sums[place] != nil {
      coefficient = -coefficient
      return sumTerm(opposite, coefficient, shared)
    }
    return sumTerm(rest, coefficient, shared)
  }

  mutating func sumTerm(_ sum: Polynomial, _ coefficient: Coefficient, _ shared: [Factor]) -> Term {
    let place = atom(expression(sum))
    sums[place] = sum
    let factors = (shared + [Factor(atom: place, exponent: 1)]).sorted { $0.atom < $1.atom }
    return Term(coefficient: coefficient, monomial: Monomial(factors, variableCount: variableCount))
  }

  mutating func product(_ a: Term, _ b: Term) -> Term? {
    guard let coefficient = a.coefficient * b.coefficient else { return nil }
    var factors: [Factor] = []
    for factor in (a.monomial.factors + b.monomial.factors).sorted(by: { $0.atom < $1.atom }) {
      if factors.last?.atom == factor.atom {
        factors[factors.count - 1].exponent += factor.exponent
      } else {
        factors.append(factor)
      }
    }
    factors.removeAll { $0.exponent == 0 }
    return withRules(coefficient, factors)
  }

  /// Powers of exp as one, and powers of hypot, abs and cbrt that need no root.
  mutating func withRules(_ coefficient: Coefficient, _ factors: [Factor]) -> Term? {
    ruleDepth += 1
    defer { ruleDepth -= 1 }
    var plain: [Factor] = []
    var replaced: [Term] = []
    var exponents: [(argument: Polynomial, factor: Factor)] = []
    for factor in factors {
      guard let operands = arguments[factor.atom], ruleDepth < 5 else {
        plain.append(factor)
        continue
      }
      let n = factor.exponent
      switch atoms[factor.atom].operation {
      case .exp: exponents.append((operands[0], factor))
      case .hypot where isMultiple(n, of: 2):
        guard let a = power(operands[0], 2), let b = power(operands[1], 2), let square = sum(a, b),
          let part = power(square, Int(n) / 2)
        else { return nil }
        replaced.append(term(part))
      case .abs where isMultiple(n, of: 2):
        guard let part = power(operands[0], Int(n)) else { return nil }
        replaced.append(term(part))
      case .cbrt where isMultiple(n, of: 3):
        guard let part = power(operands[0], Int(n) / 3) else { return nil }
        replaced.append(term(part))
      default: plain.append(factor)
      }
    }
    if exponents.count == 1, exponents[0].factor.exponent == 1 {
      plain.append(exponents[0].factor)
    } else if !exponents.isEmpty {
      var total: Polynomial = []
      for (argument, factor) in exponents {
        guard let part = product(constant(factor.exponent), argument), let next = sum(total, part) else {
          return nil
        }
        total = next
      }
      let result = function(.exp, [total])
      guard result.count == 1 else { return nil }
      if single(result[0])?.exponent == 1, let factor = single(result[0]) {
        plain.append(factor)
      } else {
        replaced.append(result[0])
      }
    }
    var result = Term(
      coefficient: coefficient,
      monomial: Monomial(plain.sorted { $0.atom < $1.atom }, variableCount: variableCount))
    for part in replaced {
      guard let next = product(result, part) else { return nil }
      result = next
    }
    return result
  }

  func isMultiple(_ n: Double, of divisor: Double) -> Bool {
    n.magnitude < 0x1p20 && n.truncatingRemainder(dividingBy: divisor) == 0
  }

  mutating func power(_ form: Polynomial, _ n: Int) -> Polynomial? {
    if n == 0 { return constant(1) }
    guard !form.isEmpty else { return n > 0 ? [] : nil }
    let base = term(form)
    guard let coefficient = base.coefficient.power(n), n.magnitude <= 1 << 20 else { return nil }
    let factors = base.monomial.factors.map { Factor(atom: $0.atom, exponent: $0.exponent * Double(n)) }
    return withRules(coefficient, factors).map { self.form($0) }
  }

  /// u^c for a c that is not whole: u is not negative where it is defined.
  mutating func realPower(_ form: Polynomial, _ c: Double) -> Polynomial? {
    guard c.isFinite, number(form) == nil else { return nil }
    if form.count == 1, let factor = single(form[0]) {
      let isWhole = factor.exponent.rounded() == factor.exponent
      if factor.exponent == 1 || !isWhole {
        return [Term(coefficient: .one, monomial: monomial(factor.atom, factor.exponent * c))]
      }
    }
    let place = atom(expression(form))
    if form.count > 1 { sums[place] = form }
    return [Term(coefficient: .one, monomial: monomial(place, c))]
  }

  mutating func root(_ form: Polynomial) -> Polynomial? {
    guard !form.isEmpty, number(form) == nil else { return nil }
    let base = term(form)
    // √(r²u) = r√u, √(u²) = |u|.
    guard let square = base.coefficient.whole, square > 0, let factor = base.monomial.factors.first,
      base.monomial.factors.count == 1, square.squareRoot().rounded() == square.squareRoot()
    else { return realPower(form, 0.5) }
    let part: Polynomial?
    if isMultiple(factor.exponent, of: 2) {
      let unit = [Term(coefficient: .one, monomial: monomial(factor.atom))]
      part = power(function(.abs, [unit]), Int(factor.exponent) / 2)
    } else {
      part = realPower([Term(coefficient: .one, monomial: base.monomial)], 0.5)
    }
    return part.flatMap { product(constant(square.squareRoot()), $0) }
  }
}
