// SPDX-License-Identifier: Apache-2.0

// Rules applied while an expression is built. Each keeps the value, up to the last bit of rounding and
// the sign of a zero, for every operand, infinities and NaN included. So x·0, x − x, x/x and sqrt(x²)
// are left alone. Only the logistic function as people write it overflows, or loses its digits, where its true
// value does not; it becomes the operation that is right there (Expr+Logistic.swift). The rules look at the
// operands only, never deeper than their operands, so building stays O(1) an operation.

extension Expr {
  /// A simpler expression for an operation on operands that are not all constants; nil if none is known.
  static func simplified(_ operation: Operation, _ operands: [Expr]) -> Expr? {
    switch operation {
    case .add: simplifiedSum(operands[0], operands[1])
    case .subtract: simplifiedDifference(operands[0], operands[1])
    case .multiply: simplifiedProduct(operands[0], operands[1])
    case .divide: simplifiedQuotient(operands[0], operands[1])
    case .negate: simplifiedNegation(operands[0])
    case .power: simplifiedPower(operands[0], operands[1])
    case .and, .or, .not: simplifiedCondition(operation, operands)
    case .select: operands[1] == operands[2] ? operands[1] : nil
    case .min, .max: operands[0] == operands[1] ? operands[0] : nil
    case .abs: operands[0].isNonNegative ? operands[0] : nil
    case .log: operands[0].logarithmOfLogistic
    case .log1p: operands[0].operation == .exp ? softplus(operands[0].operands[0]) : nil
    default: nil
    }
  }

  private static func simplifiedSum(_ a: Expr, _ b: Expr) -> Expr? {
    if a.isConstant(0) { return b }
    if b.isConstant(0) { return a }
    if let negated = b.negated { return a - negated }
    if let negated = a.negated { return b - negated }
    // One way to write a negative constant or factor: a + −c is a − c, to the last bit.
    if let opposite = b.oppositeOfNegative { return a - opposite }
    if let opposite = a.oppositeOfNegative { return b - opposite }
    if a == b { return 2 * a }
    return nil
  }

  private static func simplifiedDifference(_ a: Expr, _ b: Expr) -> Expr? {
    if b.isConstant(0) { return a }
    if a.isConstant(0) { return -b }
    if a.isConstant(1), b.operation == .sigmoid { return sigmoid(-b.operands[0]) }
    if let negated = b.negated { return a + negated }
    if let opposite = b.oppositeOfNegative { return a + opposite }
    return nil
  }

  private static func simplifiedProduct(_ a: Expr, _ b: Expr) -> Expr? {
    if let negated = b.negated { return -(a * negated) }
    if b.constantValue != nil { return b * a }
    if let c = a.constantValue {
      if c == 1 { return b }
      if c == -1 { return -b }
      // c·(d·x): one constant if the product of the two is exact.
      if let (d, x) = b.scaled, let product = exactProduct(c, d) { return Expr(product) * x }
      // c·(d/x)
      if b.operation == .divide, let d = b.operands[0].constantValue, let product = exactProduct(c, d) {
        return Expr(product) / b.operands[1]
      }
      return nil
    }
    if let negated = a.negated { return -(negated * b) }
    // Constants move out of a product, where they meet. One level only: constants that could not be
    // joined may be nested to any depth, and moving them all would recurse that deep.
    switch (a.scaled, b.scaled) {
    case (let (c, x)?, let (d, y)?) where x.scaled == nil && y.scaled == nil:
      if let product = exactProduct(c, d) { return Expr(product) * (x * y) }
    case (let (c, x)?, nil) where x.scaled == nil: if isExactScale(c) { return Expr(c) * (x * b) }
    case (nil, let (d, y)?) where y.scaled == nil: if isExactScale(d) { return Expr(d) * (a * y) }
    default: break
    }
    // xᵐ·xⁿ for positive m and n.
    let ((x, m), (y, n)) = (a.basis, b.basis)
    if x == y && m > 0 && n > 0 && m + n <= 1 << 20 { return pow(x, m + n) }
    return nil
  }

  private static func simplifiedQuotient(_ a: Expr, _ b: Expr) -> Expr? {
    if b.isConstant(1) { return a }
    if b.isConstant(-1) { return -a }
    if let negated = b.negated { return -(a / negated) }
    if let negated = a.negated { return -(negated / b) }
    return logisticQuotient(a, b)
  }

  private static func simplifiedNegation(_ x: Expr) -> Expr? {
    if let negated = x.negated { return negated }
    if let (c, y) = x.scaled { return Expr(-c) * y }
    if x.operation == .subtract { return x.operands[1] - x.operands[0] }
    if x.operation == .divide, let c = x.operands[0].constantValue { return Expr(-c) / x.operands[1] }
    return nil
  }

  /// x^c with an integer c is an operation of its own; 1^x and x^0 are 1 in IEEE 754, NaN included.
  private static func simplifiedPower(_ x: Expr, _ y: Expr) -> Expr? {
    if x.isConstant(1) { return 1 }
    if let c = y.constantValue, let n = Int32(exactly: c) { return pow(x, Int(n)) }
    return nil
  }

  /// A simpler expression for an operation with a fixed integer.
  static func simplified(_ operation: Operation, index n: Int, _ x: Expr) -> Expr? {
    guard operation == .integerPower else { return nil }
    switch n {
    case 0: return 1
    case 1: return x
    case -1: return 1 / x
    default: break
    }
    // sqrt(u)² is u where u ≥ 0 and NaN elsewhere. Left alone, its derivative at u = 0 would be inf·0:
    // the squared norm of a vector at the origin.
    if n == 2 && x.operation == .sqrt {
      let u = x.operands[0]
      return u.isNonNegative ? u : select(u .>= 0, u, Expr(.nan))
    }
    if n % 2 == 0, x.operation == .abs { return pow(x.operands[0], n) }
    if let negated = x.negated { return n % 2 == 0 ? pow(negated, n) : -pow(negated, n) }
    return nil
  }

  private static func simplifiedCondition(_ operation: Operation, _ operands: [Expr]) -> Expr? {
    if operation == .not {
      let x = operands[0]
      return x.operation == .not && x.operands[0].isCondition ? x.operands[0] : nil
    }
    let (a, b) = (operands[0], operands[1])
    guard a.isCondition && b.isCondition else { return nil }
    // `neutral` leaves the other operand as it is; its opposite decides alone.
    let neutral = operation == .and
    for (x, y) in [(a, b), (b, a)] {
      if let value = x.constantValue { return (value != 0) == neutral ? y : x }
    }
    return a == b ? a : nil
  }
}

extension Expr {
  package func isConstant(_ value: Double) -> Bool { constantValue == value }

  /// x of −x.
  private var negated: Expr? { operation == .negate ? operands[0] : nil }

  /// c and x of c·x with a constant c.
  private var scaled: (Double, Expr)? {
    guard operation == .multiply else { return nil }
    let operands = operands
    guard let c = operands[0].constantValue else { return nil }
    return (c, operands[1])
  }

  /// c of a constant −c < 0, c·x of a product −c·x.
  private var oppositeOfNegative: Expr? {
    if let c = constantValue { return c < 0 ? Expr(-c) : nil }
    guard let (c, x) = scaled, c < 0 else { return nil }
    return Expr(-c) * x
  }

  /// x and n of xⁿ, or x and 1.
  private var basis: (Expr, Int) {
    if operation == .integerPower, let index { (operands[0], index) } else { (self, 1) }
  }

  /// Whether the value is always 0 or 1.
  private var isCondition: Bool {
    switch operation {
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: true
    case .constant: isConstant(0) || isConstant(1)
    default: false
    }
  }
}

/// Whether multiplying by c before or after another product gives the same up to rounding: small integers
/// and their halves move the point where a product overflows or loses digits to underflow by no more than
/// themselves.
func isExactScale(_ c: Double) -> Bool {
  (2 * c).rounded() == 2 * c && Swift.abs(c) >= 0.5 && Swift.abs(c) <= 0x1p20
}

/// c·d if both are small integers or halves, so that the product is exact.
private func exactProduct(_ c: Double, _ d: Double) -> Double? {
  isExactScale(c) && isExactScale(d) && Swift.abs(c * d) <= 0x1p20 ? c * d : nil
}
