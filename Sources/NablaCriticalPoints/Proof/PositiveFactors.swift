internal import NablaExpressions

/// Divides an expression by factors that are positive everywhere, which moves none of its zeros.
///
/// The gradient of exp(−x²) is −2x·exp(−x²). Where the exponential underflows its enclosure contains 0, and so
/// does the product's, for all x beyond 27; without the factor, x = 0 remains. A sum is divided by the factors
/// that all its terms share.
enum PositiveFactors {
  /// More terms, or factors of a term, are not looked at: what has very many shares none, and looking takes time.
  private static let largestCount = 64

  static func removed(from expression: Expr) -> Expr {
    guard let terms = summands(of: expression) else { return expression }
    var factored: [Factors] = []
    for term in terms {
      guard let factors = factors(of: term.term) else { return expression }
      factored.append(factors)
    }
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

  private static func summands(of expression: Expr) -> [(term: Expr, sign: Int)]? {
    var terms: [(term: Expr, sign: Int)] = []
    var left = [(term: expression, sign: 1)]
    while let (term, sign) = left.popLast() {
      guard terms.count + left.count < largestCount else { return nil }
      let operands = term.operands
      switch term.operation {
      case .add: left += [(operands[1], sign), (operands[0], sign)]
      case .subtract: left += [(operands[1], -sign), (operands[0], sign)]
      case .negate: left.append((operands[0], -sign))
      default: terms.append((term, sign))
      }
    }
    return terms
  }

  private struct Factors {
    var positive: [Expr] = []
    var numerator: [Expr] = []
    var denominator: [Expr] = []
  }

  private static func factors(of term: Expr) -> Factors? {
    var result = Factors()
    var left = [term]
    while let factor = left.popLast() {
      guard result.positive.count + result.numerator.count + left.count < largestCount else { return nil }
      let operands = factor.operands
      switch factor.operation {
      case .multiply: left += [operands[1], operands[0]]
      case .divide:
        left.append(operands[0])
        result.denominator.append(operands[1])
      case .negate:
        result.numerator.append(-1)
        left.append(operands[0])
      case .integerPower where (1...8).contains(factor.index ?? 0) && isPositive(operands[0]):
        result.positive += Array(repeating: operands[0], count: factor.index!)
      default:
        if isPositive(factor) { result.positive.append(factor) } else { result.numerator.append(factor) }
      }
    }
    return result
  }

  /// Whether an operation has positive values only, and may underflow.
  private static func isPositive(_ expression: Expr) -> Bool {
    switch expression.operation {
    case .exp, .exp2, .sech, .sigmoid, .erfc: true
    default: false
    }
  }
}
