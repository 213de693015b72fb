// SPDX-License-Identifier: Apache-2.0

/// Brings expressions into sums of products of powers, node by node in the order of the graph.
///
/// Products of sums are not multiplied out, but a number in front of a sum is where that is added to
/// something else. A sum grows to ``limit`` terms and a product to as many factors; what is larger becomes
/// one part that is not looked into any more, so that the work stays linear in the number of nodes.
struct Simplifier {
  static let limit = 64

  let graph = ExprGraph()
  var variableCount = 0
  var atoms: [Expr] = []
  var places: [Expr: Int] = [:]
  /// The terms of an atom that is a sum and may be taken apart again.
  var sums: [Int: Polynomial] = [:]
  /// The operands of atoms whose powers have rules.
  var arguments: [Int: [Polynomial]] = [:]
  var built: [Expr: Polynomial] = [:]
  var hasPythagoreans = false
  /// How deep rules for powers are inside one another; no deeper than this costs no recursion to speak of.
  var ruleDepth = 0

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
        let index = Int(operands.count == 2 ? node.c : node.b)
        forms[id] = apply(node.operation, index, operands) ?? opaque(node.operation, index, operands)
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
  mutating func apply(_ operation: Operation, _ index: Int, _ x: [Polynomial]) -> Polynomial? {
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
  mutating func opaque(_ operation: Operation, _ index: Int, _ operands: [Polynomial]) -> Polynomial {
    let expressions = operands.map { expression($0) }
    if case .indexed = operation.definition.value {
      return form(of: .applying(operation, index: index, to: expressions[0]))
    }
    if case .indexedBinary = operation.definition.value {
      return form(of: .applying(operation, index: index, to: expressions[0], expressions[1]))
    }
    return form(of: .applying(operation, to: expressions))
  }

  /// A function whose powers or arguments have rules.
  mutating func function(_ operation: Operation, _ operands: [Polynomial]) -> Polynomial {
    let result = opaque(operation, 0, operands)
    if result.count == 1, let factor = single(result[0]), atoms[factor.atom].operation == operation {
      arguments[factor.atom] = operands
      if operation == .sin || operation == .sinh { hasPythagoreans = true }
    }
    return result
  }

  /// hypot(a, b) and hypot(b, a) as one.
  mutating func length(_ x: [Polynomial]) -> Polynomial {
    let isReversed = x[1].first.flatMap { b in x[0].first.map { b.monomial.precedes($0.monomial) } } ?? false
    return function(.hypot, isReversed ? x.reversed() : x)
  }

  mutating func form(of expression: Expr) -> Polynomial {
    if let value = expression.constantValue, value.isFinite { return constant(value) }
    return built[expression] ?? [Term(coefficient: .one, monomial: monomial(atom(expression)))]
  }

  func constant(_ value: Double) -> Polynomial {
    value == 0
      ? [] : [Term(coefficient: Coefficient(value), monomial: Monomial([], variableCount: variableCount))]
  }

  mutating func atom(_ expression: Expr) -> Int {
    if let place = places[expression] { return place }
    places[expression] = atoms.count
    atoms.append(expression)
    return atoms.count - 1
  }

  func monomial(_ atom: Int, _ exponent: Double = 1) -> Monomial {
    Monomial([Factor(atom: atom, exponent: exponent)], variableCount: variableCount)
  }

  func isNonFinite(_ atom: Int) -> Bool { atoms[atom].constantValue != nil }

  /// The value of a constant form.
  func number(_ form: Polynomial) -> Double? {
    guard let term = form.first else { return 0 }
    guard form.count == 1, term.monomial.factors.isEmpty else { return nil }
    return term.coefficient.numerator / term.coefficient.denominator
  }

  /// The only factor of a term without a number.
  func single(_ term: Term) -> Factor? {
    guard term.coefficient == .one, term.monomial.factors.count == 1 else { return nil }
    return term.monomial.factors[0]
  }

  func isNegative(_ form: Polynomial) -> Bool { form.count == 1 && form[0].coefficient.isNegative }

  /// u of a form that is `operation`(u).
  func argument(of form: Polynomial, _ operation: Operation) -> Polynomial? {
    guard form.count == 1, let factor = single(form[0]), factor.exponent == 1,
      atoms[factor.atom].operation == operation
    else { return nil }
    return arguments[factor.atom]?[0]
  }
}
