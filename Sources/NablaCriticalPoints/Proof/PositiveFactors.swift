internal import NablaExpressions

/// Divides an expression by factors that are positive everywhere, which moves none of its zeros.
///
/// The gradient of exp(−x²) is −2x·exp(−x²). Where the exponential underflows its enclosure contains 0, and so
/// does the product's, for all x beyond 27; without the factor, x = 0 remains. A sum is divided by the factors
/// that all its terms share.
enum PositiveFactors {
  static func removed(from expression: Expr) -> Expr {
    let terms = summands(of: expression, sign: 1)
    // What has very many terms shares no factor, and to look for one takes time.
    guard terms.count <= 64 else { return expression }
    let factored = terms.map { factors(of: $0.term) }
    guard var common = factored.first?.positive, !common.isEmpty else { return expression }
    for other in factored.dropFirst() {
      var left = other.positive
      common = common.filter { factor in
        guard let place = left.firstIndex(of: factor) else { return false }
        left.remove(at: place)
        return true
      }
    }
    guard !common.isEmpty else { return expression }
    var result: Expr = 0
    for (term, parts) in zip(terms, factored) {
      var positive = parts.positive
      for factor in common { positive.remove(at: positive.firstIndex(of: factor)!) }
      let rest = product(parts.numerator + positive) / product(parts.denominator)
      result = term.sign > 0 ? result + rest : result - rest
    }
    return result
  }

  private static func product(_ factors: [Expr]) -> Expr { factors.reduce(1, *) }

  private static func summands(of expression: Expr, sign: Int) -> [(term: Expr, sign: Int)] {
    let operands = expression.operands
    switch expression.operation {
    case .add: return summands(of: operands[0], sign: sign) + summands(of: operands[1], sign: sign)
    case .subtract: return summands(of: operands[0], sign: sign) + summands(of: operands[1], sign: -sign)
    case .negate: return summands(of: operands[0], sign: -sign)
    // −(a + b)·c with c a positive factor is two terms with that factor.
    default: return [(expression, sign)]
    }
  }

  private struct Factors {
    var positive: [Expr] = []
    var numerator: [Expr] = []
    var denominator: [Expr] = []
  }

  private static func factors(of term: Expr) -> Factors {
    let operands = term.operands
    switch term.operation {
    case .multiply:
      let (a, b) = (factors(of: operands[0]), factors(of: operands[1]))
      return Factors(
        positive: a.positive + b.positive, numerator: a.numerator + b.numerator,
        denominator: a.denominator + b.denominator)
    case .divide:
      var a = factors(of: operands[0])
      a.denominator.append(operands[1])
      return a
    case .negate:
      var a = factors(of: operands[0])
      a.numerator.append(-1)
      return a
    case .integerPower where (1...8).contains(term.index ?? 0) && isPositive(operands[0]):
      return Factors(positive: Array(repeating: operands[0], count: term.index!))
    default: return isPositive(term) ? Factors(positive: [term]) : Factors(numerator: [term])
    }
  }

  /// Whether an operation has positive values only, and may underflow.
  private static func isPositive(_ expression: Expr) -> Bool {
    switch expression.operation {
    case .exp, .exp2, .sech, .sigmoid, .erfc: true
    default: false
    }
  }
}
