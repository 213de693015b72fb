// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// A sum as the product of the factors that all its terms share and of what remains, without the factors that are
/// positive everywhere: neither moves a zero.
///
/// The gradient of exp(−x²) is −2x·exp(−x²). Where the exponential underflows its enclosure contains 0, and so
/// does the product's, for all x beyond 27; without the factor, x = 0 remains. The enclosure of y − 2xyx over a large
/// box is large too; that of y·(1 − 2x²) says that y or 1 − 2x² is 0.
enum CommonFactors {
  /// More terms, or factors of a term, are not looked at: what has very many shares none, and looking takes time.
  private static let largestCount = 64

  /// An expression with the same zeros.
  static func extracted(from expression: Expr) -> Expr {
    guard let terms = summands(of: expression) else { return expression }
    var factored: [Factors] = []
    for term in terms {
      guard let factors = factors(of: term.term) else { return expression }
      factored.append(factors)
    }
    guard let first = factored.first else { return expression }
    let positive = first.positive.shared(with: factored.map(\.positive))
    let common = first.numerator.shared(with: factored.map(\.numerator))
    guard !positive.isEmpty || !common.isEmpty && terms.count > 1 else { return expression }
    var sum: Expr = 0
    for (term, factors) in zip(terms, factored) {
      let numerator =
        factors.numerator.divided(by: common).product * factors.positive.divided(by: positive).product
      let rest = Expr(factors.constant) * numerator / factors.denominator.product
      sum = term.sign > 0 ? sum + rest : sum - rest
    }
    return common.product * sum
  }

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

  /// Powers of expressions, in the order of their first appearance.
  private struct Monomial {
    private var powers: [(base: Expr, exponent: Int)] = []

    var isEmpty: Bool { powers.isEmpty }
    var count: Int { powers.count }
    var product: Expr { powers.reduce(1) { $0 * ($1.exponent == 1 ? $1.base : pow($1.base, $1.exponent)) } }

    func exponent(of base: Expr) -> Int { powers.first { $0.base == base }?.exponent ?? 0 }

    mutating func multiply(by base: Expr, power: Int = 1) {
      if let place = powers.firstIndex(where: { $0.base == base }) {
        powers[place].exponent += power
      } else {
        powers.append((base, power))
      }
    }

    /// The greatest common divisor of this and others.
    func shared(with others: [Monomial]) -> Monomial {
      var result = Monomial()
      for (base, exponent) in powers {
        let least = others.reduce(exponent) { Swift.min($0, $1.exponent(of: base)) }
        if least > 0 { result.powers.append((base, least)) }
      }
      return result
    }

    func divided(by divisor: Monomial) -> Monomial {
      var result = Monomial()
      for (base, exponent) in powers where exponent > divisor.exponent(of: base) {
        result.powers.append((base, exponent - divisor.exponent(of: base)))
      }
      return result
    }
  }

  private struct Factors {
    var constant = 1.0
    var positive = Monomial()
    var numerator = Monomial()
    var denominator = Monomial()
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
        result.denominator.multiply(by: operands[1])
      case .negate:
        result.constant.negate()
        left.append(operands[0])
      case .integerPower where (1...8).contains(factor.index ?? 0):
        if isPositive(operands[0]) {
          result.positive.multiply(by: operands[0], power: factor.index!)
        } else {
          result.numerator.multiply(by: operands[0], power: factor.index!)
        }
      default:
        if isPositive(factor) {
          result.positive.multiply(by: factor)
        } else if let constant = factor.constantValue, isExact(result.constant, times: constant) {
          result.constant *= constant
        } else {
          result.numerator.multiply(by: factor)
        }
      }
    }
    return result
  }

  /// Whether a product of constants is exact and stands for the same decimals: both are integers.
  private static func isExact(_ a: Double, times b: Double) -> Bool {
    a == a.rounded() && b == b.rounded() && b != 0 && Swift.abs(a * b) <= 0x1p53
  }

  /// Whether an operation has positive values only, and may underflow.
  private static func isPositive(_ expression: Expr) -> Bool {
    switch expression.operation {
    case .exp, .exp2, .sech, .sigmoid, .erfc: true
    default: false
    }
  }
}
