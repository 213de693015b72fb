// SPDX-License-Identifier: Apache-2.0

/// Writes a node as a formula with as few parentheses as the precedences allow.
///
/// It keeps what is still to be written on a stack of its own, so depth costs no recursion, and it stops
/// at a length, because a graph with shared parts can be exponentially longer as a formula.
///
/// Only what is bit-identical is rearranged: a + b to b + a, a + −c to a − c, −(a·b) to (−a)·b.
struct FormulaPrinter {
  /// How tightly a formula holds together; a looser one needs parentheses where a tighter one is asked.
  private enum Level: Int {
    case any, or, and, comparison, sum, product, power, atom
  }

  /// A node and the graph that holds it. Helpers of derivative rules print as formulas of other
  /// operations; these are small graphs of their own whose variables stand for the operands.
  private struct Item {
    var expression: Expr
    /// The template the expression belongs to: a position in `templates`, or −1.
    var template: Int
  }

  private enum Work {
    case text(String)
    case item(Item, atLeast: Level, mayHaveSign: Bool, isCondition: Bool, isNegated: Bool)
  }

  private let maximumLength: Int
  private var output = ""
  private var length = 0
  private var work: [Work] = []
  private var templates: [[Item]] = []

  init(maximumLength: Int) { self.maximumLength = maximumLength }

  /// The formula, cut where it becomes longer than the maximum.
  mutating func print(_ expression: Expr) -> (formula: String, isComplete: Bool) {
    push(Item(expression: expression, template: -1), .any, isCondition: expression.isComparison)
    while let next = work.popLast() {
      switch next {
      case .text(let text):
        output += text
        length += text.utf8.count
        if length > maximumLength { return (output, false) }
      case .item(let item, let level, let mayHaveSign, let isCondition, let isNegated):
        write(item, level, mayHaveSign: mayHaveSign, isCondition: isCondition, isNegated: isNegated)
      }
    }
    return (output, true)
  }
}

// MARK: - The stack

extension FormulaPrinter {
  private mutating func push(
    _ item: Item, _ level: Level, mayHaveSign: Bool = true, isCondition: Bool = false, isNegated: Bool = false
  ) {
    work.append(
      .item(
        item, atLeast: level, mayHaveSign: mayHaveSign, isCondition: isCondition, isNegated: isNegated))
  }

  private mutating func push(_ text: String) { work.append(.text(text)) }

  /// The operand of an item, in the same template.
  private func operands(_ item: Item) -> [Item] {
    item.expression.operands.map { resolved(Item(expression: $0, template: item.template)) }
  }

  /// A template's variable stands for an operand outside of it.
  private func resolved(_ item: Item) -> Item {
    var item = item
    while item.template >= 0, let name = item.expression.variableName, name.first == "#" {
      item = templates[item.template][Int(name.dropFirst())!]
    }
    return item
  }
}

// MARK: - Writing one node

extension FormulaPrinter {
  private mutating func write(
    _ item: Item, _ level: Level, mayHaveSign: Bool, isCondition: Bool, isNegated: Bool
  ) {
    let expression = item.expression
    // Comparisons and numbers are of two kinds in the language; here one stands for the other.
    if expression.isComparison && !isCondition {
      push(", 1, 0)")
      push(item, .any, isCondition: true)
      return push("where(")
    }
    if !expression.isComparison && isCondition {
      if level.rawValue > Level.comparison.rawValue { push(")") }
      push(" != 0")
      push(item, .sum)
      if level.rawValue > Level.comparison.rawValue { push("(") }
      return
    }
    if case .formula(let build) = expression.operation.definition.notation {
      let placeholders = expression.operands.indices.map { Expr.variable("#\($0)") }
      templates.append(operands(item))
      let formula = Item(expression: build(placeholders), template: templates.count - 1)
      return write(formula, level, mayHaveSign: mayHaveSign, isCondition: false, isNegated: isNegated)
    }
    let ownLevel = FormulaPrinter.level(of: expression)
    let isSigned = !isNegated && hasSign(item)
    let needsParentheses = ownLevel.rawValue < level.rawValue || isSigned && !mayHaveSign
    if needsParentheses { push(")") }
    writeBare(item, mayHaveSign: mayHaveSign || needsParentheses, isNegated: isNegated)
    if needsParentheses { push("(") }
  }

  private mutating func writeBare(_ item: Item, mayHaveSign: Bool, isNegated: Bool) {
    let expression = item.expression
    switch expression.operation {
    case .constant:
      let value = expression.constantValue ?? .nan
      push(FormulaPrinter.text(isNegated ? -value : value))
    case .variable: push(expression.variableName ?? "")
    case .add, .subtract: writeSum(item, mayHaveSign: mayHaveSign)
    case .multiply, .divide: writeProduct(item, mayHaveSign: mayHaveSign, isNegated: isNegated)
    case .negate:
      let operand = operands(item)[0]
      push(operand, mayBeginWithDifference(operand) ? .atom : .product, mayHaveSign: false)
      if !isNegated { push("-") }
    case .integerPower:
      push("^\(expression.index ?? 1)")
      push(operands(item)[0], .atom, mayHaveSign: false)
    case .power:
      let parts = operands(item)
      let isConstant = parts[1].expression.constantValue.map { !$0.isNaN } ?? false
      push(parts[1], isConstant ? .any : .atom, mayHaveSign: isConstant)
      push("^")
      push(parts[0], .atom, mayHaveSign: false)
    case .and: writeInfix(item, " && ", .and, .comparison, isCondition: true)
    case .or: writeInfix(item, " || ", .or, .and, isCondition: true)
    case .not:
      push(operands(item)[0], .atom, isCondition: true)
      push("!")
    case .less, .lessOrEqual, .equal, .notEqual: writeComparison(item)
    default: writeCall(item)
    }
  }

  private mutating func writeInfix(
    _ item: Item, _ symbol: String, _ left: Level, _ right: Level, isCondition: Bool = false
  ) {
    let parts = operands(item)
    push(parts[1], right, isCondition: isCondition)
    push(symbol)
    push(parts[0], left, isCondition: isCondition)
  }

  /// `x > 0`, not `0 < x`.
  private mutating func writeComparison(_ item: Item) {
    let parts = operands(item)
    let spelling = item.expression.operation.definition.spelling
    guard parts[0].expression.constantValue != nil, item.expression.operation != .equal,
      item.expression.operation != .notEqual
    else { return writeInfix(item, " \(spelling) ", .sum, .sum) }
    push(parts[0], .sum)
    push(spelling == "<" ? " > " : " >= ")
    push(parts[1], .sum)
  }

  private mutating func writeCall(_ item: Item) {
    let operation = item.expression.operation
    push(")")
    for (position, operand) in operands(item).enumerated().reversed() {
      push(operand, .any, isCondition: operation == .select && position == 0)
      if position > 0 { push(", ") }
    }
    if let name = item.expression.customOperationName { return push(name + "(") }
    if let index = item.expression.index { push("\(index), ") }
    push(operation.definition.spelling + "(")
  }

  private mutating func writeSum(_ item: Item, mayHaveSign: Bool) {
    let parts = operands(item)
    var (left, right) = (parts[0], parts[1])
    var isDifference = item.expression.operation == .subtract
    // b + a for a sum or a sign in a + b that would stand better on the left, or to the right.
    if !isDifference {
      let isSumRight = FormulaPrinter.level(of: right.expression) == .sum
      let isSumLeft = FormulaPrinter.level(of: left.expression) == .sum
      let hasSameSign = hasSign(left) == hasSign(right)
      if isSumRight && !isSumLeft || hasSign(left) && !hasSign(right) && !isSumRight
        || !isSumRight && !isSumLeft && hasSameSign
          && left.expression.isWrittenAfterAsSummand(right.expression)
      {
        swap(&left, &right)
      }
    }
    let isNegated = hasSign(right) && FormulaPrinter.level(of: right.expression) != .sum
    if isNegated { isDifference.toggle() }
    push(right, .product, mayHaveSign: false, isNegated: isNegated)
    push(isDifference ? " - " : " + ")
    push(left, .sum, mayHaveSign: mayHaveSign)
  }

  private mutating func writeProduct(_ item: Item, mayHaveSign: Bool, isNegated: Bool) {
    let parts = operands(item)
    var (left, right) = (parts[0], parts[1])
    var rightLevel = Level.power
    if item.expression.operation == .multiply {
      if let scale = left.expression.constantValue {
        // c·(x·y) as c*x*y where reading it moves the constant out again.
        if isExactScale(scale), isPlainProduct(right) { rightLevel = .product }
      } else {
        let isRightProduct = right.expression.operation == .multiply
        let isLeftProduct = FormulaPrinter.level(of: left.expression) == .product
        if isRightProduct && !isLeftProduct
          || !isRightProduct && !isLeftProduct && left.expression.isWrittenAfterAsFactor(right.expression)
        {
          swap(&left, &right)
        }
      }
    }
    push(right, rightLevel, mayHaveSign: false)
    push(item.expression.operation == .multiply ? "*" : "/")
    push(left, .product, mayHaveSign: mayHaveSign || isNegated, isNegated: isNegated)
  }
}

// MARK: - What a node looks like

extension FormulaPrinter {
  /// Constants and negations hold as products do: `(-x)^2`, `-x*y`. Their sign asks for parentheses too.
  private static func level(of expression: Expr) -> Level {
    switch expression.operation {
    case .constant: expression.constantValue.map { $0.isNaN || $0.sign == .plus } == true ? .atom : .product
    case .add, .subtract: .sum
    case .multiply, .divide, .negate: .product
    case .integerPower, .power: .power
    case .less, .lessOrEqual, .equal, .notEqual: .comparison
    case .and: .and
    case .or: .or
    case .sech, .asinSlope: .product
    default: .atom
    }
  }

  /// Whether the formula begins with a minus that belongs to the whole of it.
  private func hasSign(_ item: Item) -> Bool { FormulaPrinter.hasSign(item.expression, depth: 4) }

  /// A product's sign is that of its first factor; a formula is no less right if one farther to the left
  /// than `depth` is not seen.
  private static func hasSign(_ expression: Expr, depth: Int) -> Bool {
    switch expression.operation {
    case .negate: return depth == 4  // Further down it is in parentheses.
    case .constant: return expression.constantValue.map { !$0.isNaN && $0.sign == .minus } ?? false
    case .multiply, .divide:
      let first = expression.operands[0]
      // `writeProduct` may put the other factor first; only a constant is sure to stay.
      if expression.operation == .multiply && first.constantValue == nil { return false }
      return depth > 1 && hasSign(first, depth: depth - 1)
    default: return false
    }
  }

  /// Whether the first factor of a product may be a difference a − b: read after a minus it would become
  /// b − a, whose zero has the other sign.
  private func mayBeginWithDifference(_ item: Item) -> Bool {
    var expression = item.expression
    guard expression.operation == .multiply || expression.operation == .divide else { return false }
    for _ in 0..<64 {
      let operands = expression.operands
      switch expression.operation {
      case .multiply:
        let parts = operands.map(\.operation)
        if parts.contains(.subtract) { return true }
        let isProduct = parts.map { $0 == .multiply || $0 == .divide }
        if isProduct[0] && isProduct[1] { return true }
        expression = operands[isProduct[0] ? 0 : 1]
      case .divide: expression = operands[0]
      case .subtract: return true
      default: return false
      }
    }
    return true
  }

  /// Whether it is a product of factors that stay as they are under a constant factor.
  private func isPlainProduct(_ item: Item) -> Bool {
    guard item.expression.operation == .multiply else { return false }
    var item = item
    for _ in 0..<64 where item.expression.operation == .multiply {
      let parts = operands(item)
      if parts.contains(where: { $0.expression.constantValue != nil }) { return false }
      for part in parts {
        switch part.expression.operation {
        case .divide, .negate, .sech, .asinSlope, .directionCosine: return false
        default: break
        }
      }
      if parts[1].expression.operation == .multiply && parts[0].expression.operation == .multiply {
        return false
      }
      item = parts[0].expression.operation == .multiply ? parts[0] : parts[1]
    }
    return item.expression.operation != .multiply
  }

  /// The shortest text that reads back as the constant.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "(inf - inf)" }
    let sign = value.sign == .minus ? "-" : ""
    switch value.magnitude {
    case .infinity: return sign + "inf"
    case .pi: return sign + "pi"
    case 2.718281828459045235360287471352662498: return sign + "e"
    default: break
    }
    var text = value.magnitude.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    if let exponent = text.firstIndex(of: "e") {
      // 1e-05 and 1e+16 as 1e-5 and 1e16.
      let digits = text[text.index(after: exponent)...]
      text = text[..<exponent] + "e\(Int(digits) ?? 0)"
      if let point = text.range(ofDotZeroBefore: "e") { text.removeSubrange(point) }
    }
    return sign + text
  }
}

extension String {
  /// The range of `.0` directly before a character.
  fileprivate func range(ofDotZeroBefore end: Character) -> Range<Index>? {
    guard let end = firstIndex(of: end), let point = firstIndex(of: "."), self[point..<end] == ".0" else {
      return nil
    }
    return point..<end
  }
}

extension Expr {
  /// Whether it is a condition in the language: a comparison or a combination of them.
  var isComparison: Bool {
    switch operation {
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: true
    default: false
    }
  }
}
