/// Brings expressions into sums of products of powers, node by node in the order of the graph.
///
/// Products of sums are not multiplied out, but a number in front of a sum is where that is added to
/// something else. A sum grows to ``limit`` terms and a product to as many factors; what is larger becomes
/// one part that is not looked into any more, so that the work stays linear in the number of nodes.
struct Simplifier {
  static let limit = 64

  private let graph = ExprGraph()
  private var variableCount = 0
  private var atoms: [Expr] = []
  private var places: [Expr: Int] = [:]
  /// The terms of an atom that is a sum and may be taken apart again.
  private var sums: [Int: Polynomial] = [:]
  /// The operands of atoms whose powers have rules.
  private var arguments: [Int: [Polynomial]] = [:]
  private var built: [Expr: Polynomial] = [:]
  private var hasPythagoreans = false
  /// How deep rules for powers are inside one another; no deeper than this costs no recursion to speak of.
  private var ruleDepth = 0

  static func simplified(_ expressions: [Expr]) -> [Expr] {
    var simplifier = Simplifier()
    return simplifier.run(expressions)
  }

  private mutating func run(_ expressions: [Expr]) -> [Expr] {
    let source = ExprGraph()
    let roots = source.copies(of: expressions)
    let inputs = Expr.variables(of: expressions)
    variableCount = inputs.count
    for variable in inputs {
      places[variable] = atoms.count
      atoms.append(graph.expression(graph.id(of: variable)))
    }
    let nodes = source.nodes()
    // A form is let go of after its last use.
    var lastUse = [Int](repeating: -1, count: nodes.count)
    for (id, node) in nodes.enumerated() {
      for operand in 0..<node.operation.definition.value.operandCount { lastUse[Int(node[operand])] = id }
    }
    for root in roots { lastUse[Int(root)] = nodes.count }
    var forms = [Polynomial](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() {
      switch node.operation {
      case .constant: forms[id] = form(of: Expr(source.constant(node)))
      case .variable: forms[id] = form(of: source.expression(NodeID(id)))
      default:
        let operands = (0..<node.operation.definition.value.operandCount).map { forms[Int(node[$0])] }
        forms[id] =
          apply(node.operation, Int(node.b), operands) ?? opaque(node.operation, Int(node.b), operands)
        for operand in 0..<operands.count where lastUse[Int(node[operand])] == id {
          forms[Int(node[operand])] = []
        }
      }
    }
    return roots.map { expression(forms[Int($0)]) }
  }
}

// MARK: - Operations

extension Simplifier {
  /// The form of an operation that is looked into; nil for others, and where a number overflows.
  private mutating func apply(_ operation: Operation, _ index: Int, _ x: [Polynomial]) -> Polynomial? {
    // Infinities and NaN are no numbers to calculate with.
    for form in x where form.contains(where: { $0.monomial.factors.contains { isNonFinite($0.atom) } }) {
      return nil
    }
    switch operation {
    case .add: return sum(x[0], x[1])
    case .subtract: return sum(x[0], negated(x[1]))
    case .negate: return negated(x[0])
    case .multiply: return product(x[0], x[1])
    case .divide: return power(x[1], -1).flatMap { product(x[0], $0) }
    case .integerPower: return power(x[0], index)
    case .power: return number(x[1]).flatMap { realPower(x[0], $0) }
    case .sqrt: return root(x[0])
    case .sech: return power(function(.cosh, [x[0]]), -1)
    case .asinSlope:
      return power(x[0], 2).flatMap { sum(constant(1), negated($0)) }.flatMap { realPower($0, -0.5) }
    case .directionCosine:
      return power(length(x), -1).flatMap { product(x[0], $0) }
    case .exp:
      // exp(log u) = u.
      if let argument = argument(of: x[0], .log) { return argument }
      return function(.exp, x)
    case .log:
      if let argument = argument(of: x[0], .exp) { return argument }
      return function(.log, x)
    case .sin, .tan, .asin, .atan, .sinh, .tanh, .asinh, .atanh, .erf, .cbrt, .sign:
      guard isNegative(x[0]) else { return function(operation, x) }
      return negated(function(operation, [negated(x[0])]))
    case .cos, .cosh, .abs: return function(operation, [isNegative(x[0]) ? negated(x[0]) : x[0]])
    case .hypot: return length(x)
    default: return nil
    }
  }

  /// An operation on operands that are simplified for themselves.
  private mutating func opaque(_ operation: Operation, _ index: Int, _ operands: [Polynomial]) -> Polynomial {
    let expressions = operands.map { expression($0) }
    if case .indexed = operation.definition.value {
      return form(of: .applying(operation, index: index, to: expressions[0]))
    }
    return form(of: .applying(operation, to: expressions))
  }

  /// A function whose powers or arguments have rules.
  private mutating func function(_ operation: Operation, _ operands: [Polynomial]) -> Polynomial {
    let result = opaque(operation, 0, operands)
    if result.count == 1, let factor = single(result[0]), atoms[factor.atom].operation == operation {
      arguments[factor.atom] = operands
      if operation == .sin || operation == .sinh { hasPythagoreans = true }
    }
    return result
  }

  /// hypot(a, b) and hypot(b, a) as one.
  private mutating func length(_ x: [Polynomial]) -> Polynomial {
    let isReversed = x[1].first.flatMap { b in x[0].first.map { b.monomial.precedes($0.monomial) } } ?? false
    return function(.hypot, isReversed ? x.reversed() : x)
  }

  private mutating func form(of expression: Expr) -> Polynomial {
    if let value = expression.constantValue, value.isFinite { return constant(value) }
    return built[expression] ?? [Term(coefficient: .one, monomial: monomial(atom(expression)))]
  }

  private func constant(_ value: Double) -> Polynomial {
    value == 0
      ? [] : [Term(coefficient: Coefficient(value), monomial: Monomial([], variableCount: variableCount))]
  }

  private mutating func atom(_ expression: Expr) -> Int {
    if let place = places[expression] { return place }
    places[expression] = atoms.count
    atoms.append(expression)
    return atoms.count - 1
  }

  private func monomial(_ atom: Int, _ exponent: Double = 1) -> Monomial {
    Monomial([Factor(atom: atom, exponent: exponent)], variableCount: variableCount)
  }

  private func isNonFinite(_ atom: Int) -> Bool { atoms[atom].constantValue != nil }

  /// The value of a constant form.
  private func number(_ form: Polynomial) -> Double? {
    guard let term = form.first else { return 0 }
    guard form.count == 1, term.monomial.factors.isEmpty else { return nil }
    return term.coefficient.numerator / term.coefficient.denominator
  }

  /// The only factor of a term without a number.
  private func single(_ term: Term) -> Factor? {
    guard term.coefficient == .one, term.monomial.factors.count == 1 else { return nil }
    return term.monomial.factors[0]
  }

  private func isNegative(_ form: Polynomial) -> Bool { form.count == 1 && form[0].coefficient.isNegative }

  /// u of a form that is `operation`(u).
  private func argument(of form: Polynomial, _ operation: Operation) -> Polynomial? {
    guard form.count == 1, let factor = single(form[0]), factor.exponent == 1,
      atoms[factor.atom].operation == operation
    else { return nil }
    return arguments[factor.atom]?[0]
  }
}

// MARK: - Sums

extension Simplifier {
  private func negated(_ form: Polynomial) -> Polynomial {
    form.map { Term(coefficient: -$0.coefficient, monomial: $0.monomial) }
  }

  private mutating func sum(_ p: Polynomial, _ q: Polynomial) -> Polynomial? {
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
  private func takenApart(_ form: Polynomial) -> Polynomial? {
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
  private func collected(_ terms: [Term]) -> Polynomial? {
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

  private func withoutPythagoreans(_ form: Polynomial) -> Polynomial? {
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

// MARK: - Products

extension Simplifier {
  private mutating func product(_ p: Polynomial, _ q: Polynomial) -> Polynomial? {
    if p.isEmpty || q.isEmpty { return [] }
    if let value = number(p), value.magnitude == 1 { return value < 0 ? negated(q) : q }
    if let value = number(q), value.magnitude == 1 { return value < 0 ? negated(p) : p }
    let (a, b) = (term(p), term(q))
    guard a.monomial.factors.count + b.monomial.factors.count <= Simplifier.limit else { return nil }
    return product(a, b).map { form($0) }
  }

  /// A term as a form; a sum on its own is that sum.
  private func form(_ term: Term) -> Polynomial {
    if let factor = single(term), factor.exponent == 1, let sum = sums[factor.atom] { return sum }
    return [term]
  }

  /// A form as one product: what the terms of a sum share, times the rest of the sum.
  private mutating func term(_ form: Polynomial) -> Term {
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

  private mutating func sumTerm(_ sum: Polynomial, _ coefficient: Coefficient, _ shared: [Factor]) -> Term {
    let place = atom(expression(sum))
    sums[place] = sum
    let factors = (shared + [Factor(atom: place, exponent: 1)]).sorted { $0.atom < $1.atom }
    return Term(coefficient: coefficient, monomial: Monomial(factors, variableCount: variableCount))
  }

  private mutating func product(_ a: Term, _ b: Term) -> Term? {
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
  private mutating func withRules(_ coefficient: Coefficient, _ factors: [Factor]) -> Term? {
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

  private func isMultiple(_ n: Double, of divisor: Double) -> Bool {
    n.magnitude < 0x1p20 && n.truncatingRemainder(dividingBy: divisor) == 0
  }

  private mutating func power(_ form: Polynomial, _ n: Int) -> Polynomial? {
    if n == 0 { return constant(1) }
    guard !form.isEmpty else { return n > 0 ? [] : nil }
    let base = term(form)
    guard let coefficient = base.coefficient.power(n), n.magnitude <= 1 << 20 else { return nil }
    let factors = base.monomial.factors.map { Factor(atom: $0.atom, exponent: $0.exponent * Double(n)) }
    return withRules(coefficient, factors).map { self.form($0) }
  }

  /// u^c for a c that is not whole: u is not negative where it is defined.
  private mutating func realPower(_ form: Polynomial, _ c: Double) -> Polynomial? {
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

  private mutating func root(_ form: Polynomial) -> Polynomial? {
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

// MARK: - Expressions

extension Simplifier {
  private mutating func expression(_ form: Polynomial) -> Expr {
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

  private func expression(_ term: Term) -> Expr {
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

  private func power(_ atom: Int, _ exponent: Double) -> Expr {
    let base = atoms[atom]
    return exponent == 0.5 ? sqrt(base) : pow(base, Expr(exponent))
  }

  /// Variables, then functions, then sums.
  private func rank(_ atom: Int) -> Int {
    if atom < variableCount { return 0 }
    let operation = atoms[atom].operation
    return operation == .add || operation == .subtract ? 2 : 1
  }
}
