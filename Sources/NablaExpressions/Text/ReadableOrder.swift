// SPDX-License-Identifier: Apache-2.0

// The order in which the operands of a sum or a product are written. Neither depends on it; the graph's
// order is that in which the operands were made.

extension Expr {
  /// Whether this expression should stand behind `other` in a sum of the two: powers go down, then
  /// variables by name, `x^2 + x + y`.
  func isWrittenAfterAsSummand(_ other: Expr) -> Bool {
    guard let own = monomial, let another = other.monomial else { return false }
    if own.degree != another.degree { return own.degree < another.degree }
    guard let first = own.first, let otherFirst = another.first else { return false }
    return otherFirst.precedes(first)
  }

  /// Whether this expression should stand behind `other` in a product of the two: variables by name, then
  /// functions, then sums, `x*y*sin(x)*(x + 1)`.
  func isWrittenAfterAsFactor(_ other: Expr) -> Bool {
    let (rank, otherRank) = (rankAsFactor, other.rankAsFactor)
    if rank != otherRank { return otherRank < rank }
    guard rank == 1, let symbol = baseSymbol, let otherSymbol = other.baseSymbol else { return false }
    return otherSymbol.precedes(symbol)
  }

  /// The degree of a product of powers of variables with a constant, and its first variable by name; nil for
  /// anything else, and for long products.
  private var monomial: (degree: Int, first: Symbol?)? {
    var degree = 0
    var first: Symbol?
    var rest = [self]
    for _ in 0..<16 {
      guard let next = rest.popLast() else { return (degree, first) }
      switch next.operation {
      case .constant: break
      case .negate, .multiply: rest += next.operands
      default:
        guard next.operation == .variable || next.operation == .integerPower, let symbol = next.baseSymbol
        else { return nil }
        degree += next.index ?? 1
        if first.map({ symbol.precedes($0) }) ?? true { first = symbol }
      }
    }
    return rest.isEmpty ? (degree, first) : nil
  }

  private var rankAsFactor: Int {
    switch operation {
    case .constant: 0
    case .variable: 1
    case .integerPower, .power: operands.allSatisfy { $0.isLeaf } ? 1 : 2
    case .add, .subtract, .multiply, .divide, .negate, .sech, .asinSlope, .directionCosine: 3
    default: 2
    }
  }

  private var isLeaf: Bool { operation == .variable || operation == .constant }

  /// The variable of x or of a power of x.
  private var baseSymbol: Symbol? {
    switch operation {
    case .variable: graph?.symbol(graph!.node(id))
    case .integerPower, .power: operands[0].operation == .variable ? operands[0].baseSymbol : nil
    default: nil
    }
  }
}
