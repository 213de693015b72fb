// SPDX-License-Identifier: Apache-2.0

/// Writes a node as a formula in LaTeX.
///
/// Like ``FormulaPrinter`` it keeps what is still to be written on a stack of its own and stops at a length.
/// It closes what it has opened then, so that what there is can be set.
struct LatexPrinter {
  /// How tightly a formula holds together; a looser one needs parentheses where a tighter one is asked.
  private enum Level: Int {
    case any, or, and, comparison, sum, product, power, atom
  }

  /// An expression, and the template it belongs to (a position in `templates`, or −1): forms that are built
  /// are small graphs whose variables stand for operands outside of them.
  private struct Item {
    var expression: Expr
    var template: Int
  }

  private struct Style {
    var level = Level.any
    var mayHaveSign = true
    var isCondition = false
    /// Without its sign, which stands elsewhere.
    var isNegated = false
  }

  private enum Work {
    case text(String)
    /// Text that opens what the other text closes.
    case open(String, completion: String)
    /// Text that goes on to the next part of what is open.
    case next(String, completion: String)
    case close(String)
    case item(Item, Style)
  }

  private let maximumLength: Int
  private var output = ""
  private var work: [Work] = []
  private var templates: [[Item]] = []

  init(maximumLength: Int) { self.maximumLength = maximumLength }

  /// The formula, cut where it becomes longer than the maximum.
  mutating func print(_ expression: Expr) -> (formula: String, isComplete: Bool) {
    push(expanded(Item(expression: expression, template: -1)), Style(isCondition: expression.isComparison))
    var completions: [String] = []
    while let next = work.popLast() {
      switch next {
      case .item(let item, let style):
        write(item, style)
        continue
      case .text(let text): output += text
      case .open(let text, let completion):
        output += text
        completions.append(completion)
      case .next(let text, let completion):
        output += text
        completions[completions.count - 1] = completion
      case .close(let text):
        output += text
        completions.removeLast()
      }
      if output.utf8.count > maximumLength {
        return (output + " \\ldots " + completions.reversed().joined(), false)
      }
    }
    return (output, true)
  }
}

// MARK: - The stack

extension LatexPrinter {
  private mutating func push(_ item: Item, _ style: Style) { work.append(.item(item, style)) }

  private mutating func push(_ text: String) { work.append(.text(text)) }

  private mutating func push(
    _ item: Item, _ level: Level, mayHaveSign: Bool = true, isCondition: Bool = false, isNegated: Bool = false
  ) {
    push(
      item,
      Style(level: level, mayHaveSign: mayHaveSign, isCondition: isCondition, isNegated: isNegated))
  }

  private mutating func pushParenthesised(_ write: (inout LatexPrinter) -> Void) {
    work.append(.close("\\right)"))
    write(&self)
    work.append(.open("\\left(", completion: "\\right)"))
  }

  /// `\frac{numerator}{denominator}`.
  private mutating func pushFraction(
    _ numerator: (inout LatexPrinter) -> Void, _ denominator: (inout LatexPrinter) -> Void
  ) {
    work.append(.close("}"))
    denominator(&self)
    work.append(.next("}{", completion: "}"))
    numerator(&self)
    work.append(.open("\\frac{", completion: "}{\\ldots}"))
  }

  private mutating func operands(_ item: Item) -> [Item] {
    item.expression.operands.map { expanded(Item(expression: $0, template: item.template)) }
  }

  /// A template's variable stands for an operand outside of it, an operation that is written as a formula
  /// for this.
  private mutating func expanded(_ item: Item) -> Item {
    var item = item
    while true {
      if item.template >= 0, let name = item.expression.variableName, name.first == "#" {
        item = templates[item.template][Int(name.dropFirst())!]
      } else if case .formula(let build) = item.expression.operation.definition.latexForm {
        let operands = operands(item)
        templates.append(operands)
        let placeholders = operands.indices.map { Expr.variable("#\($0)") }
        item = Item(expression: build(placeholders), template: templates.count - 1)
      } else {
        return item
      }
    }
  }
}

// MARK: - Writing one node

extension LatexPrinter {
  private mutating func write(_ item: Item, _ style: Style) {
    let expression = item.expression
    // A comparison as a number in Iverson's brackets.
    if expression.isComparison && !style.isCondition {
      work.append(.close("\\right]"))
      push(item, .any, isCondition: true)
      work.append(.open("\\left[", completion: "\\right]"))
      return
    }
    if !expression.isComparison && style.isCondition {
      let needsParentheses = style.level.rawValue > Level.comparison.rawValue
      let relation: (inout LatexPrinter) -> Void = {
        $0.push(" \\neq 0")
        $0.push(item, .sum)
      }
      return needsParentheses ? pushParenthesised(relation) : relation(&self)
    }
    let isSigned = !style.isNegated && hasSign(item)
    let isLooser = LatexPrinter.level(of: expression).rawValue < style.level.rawValue
    if isLooser || isSigned && !style.mayHaveSign {
      pushParenthesised { $0.writeBare(item, isNegated: style.isNegated) }
    } else {
      writeBare(item, isNegated: style.isNegated)
    }
  }

  private mutating func writeBare(_ item: Item, isNegated: Bool) {
    let expression = item.expression
    switch expression.operation {
    case .constant:
      let value = expression.constantValue ?? .nan
      push(LatexNames.text(value.magnitude))
      if !value.isNaN && value.sign == .minus && !isNegated { push("-") }
    case .variable: push(LatexNames.variable(expression.variableName ?? ""))
    case .add, .subtract: writeSum(item)
    case .multiply: writeProduct(item, isNegated: isNegated)
    case .divide:
      let parts = operands(item)
      let hasSign = hasSign(parts[0])
      pushFraction(
        { $0.push(parts[0], .any, isNegated: hasSign) }, { $0.push(parts[1], .any) })
      if hasSign && !isNegated { push("-") }
    case .negate:
      push(operands(item)[0], .product, mayHaveSign: false)
      if !isNegated { push("-") }
    case .integerPower:
      let base = operands(item)[0]
      let n = expression.index ?? 1
      if n < 0 {
        pushFraction({ $0.push("1") }, { $0.pushPower(base, -n) })
      } else {
        pushPower(base, n)
      }
    case .power:
      let parts = operands(item)
      work.append(.close("}"))
      if let c = parts[1].expression.constantValue, (2 * c).rounded() == 2 * c, c.rounded() != c {
        push("\(c < 0 ? "-" : "")\(LatexNames.text((2 * c).magnitude))/2")
      } else {
        push(parts[1], .any)
      }
      work.append(.open("^{", completion: "}"))
      push(parts[0], .atom, mayHaveSign: false)
    case .polygamma:
      let order = expression.index ?? 0
      let operand = operands(item)[0]
      pushParenthesised { $0.push(operand, .any) }
      push(order == 0 ? "\\psi" : "\\psi^{(\(order))}")
    case .sincDerivative:
      pushCall("\\operatorname{sinc}^{(\(expression.index ?? 1))}", operands(item))
    case .custom, .customBinary:
      pushCall("\(LatexNames.variable(expression.customOperationName ?? ""))", operands(item))
    case .not:
      push(operands(item)[0], .atom, isCondition: true)
      push("\\lnot ")
    case .select: writeCases(item)
    default: writeForm(item)
    }
  }

  /// xⁿ, and sin²(x) for the square of a sine.
  private mutating func pushPower(_ base: Item, _ n: Int) {
    if n == 1 { return push(base, .any) }
    if n > 1, case .call(let command, takesPower: true) = base.expression.operation.definition.latexForm {
      let operands = operands(base)
      return pushCall("\(command)^{\(n)}", operands)
    }
    push("^{\(n)}")
    push(base, .atom, mayHaveSign: false)
  }

  private mutating func pushCall(_ command: String, _ operands: [Item]) {
    pushParenthesised { printer in
      for (position, operand) in operands.enumerated().reversed() {
        printer.push(operand, .any)
        if position > 0 { printer.push(", ") }
      }
    }
    push(command)
  }

  private mutating func writeForm(_ item: Item) {
    let operation = item.expression.operation
    let parts = operands(item)
    switch operation.definition.latexForm {
    case .call(let command, _): pushCall(command, parts)
    case .enclosed(let opening, let closing):
      work.append(.close(closing))
      push(parts[0], .any)
      work.append(.open(opening, completion: closing))
    case .relation(let symbol):
      let isLogical = operation == .and || operation == .or
      let (left, right): (Level, Level) =
        operation == .and ? (.and, .comparison) : operation == .or ? (.or, .and) : (.sum, .sum)
      // x > 0, not 0 < x.
      let isReversed =
        (operation == .less || operation == .lessOrEqual) && parts[0].expression.constantValue != nil
      push(parts[isReversed ? 0 : 1], right, isCondition: isLogical)
      push(" \(isReversed ? (operation == .less ? ">" : "\\geq") : symbol) ")
      push(parts[isReversed ? 1 : 0], left, isCondition: isLogical)
    case .structural, .formula: preconditionFailure("\(operation) has a layout of its own")
    }
  }

  /// A chain of `where` in one another's second branch is one list of cases.
  private mutating func writeCases(_ item: Item) {
    var rows: [(condition: Item, value: Item)] = []
    var rest = item
    while rest.expression.operation == .select && rows.count < 64 {
      let parts = operands(rest)
      rows.append((parts[0], parts[1]))
      rest = parts[2]
    }
    work.append(.close(" \\end{cases}"))
    push(" & \\text{otherwise}")
    push(rest, .any)
    for row in rows.reversed() {
      push(" \\\\ ")
      push(row.condition, .any, isCondition: true)
      push(" & \\text{if } ")
      push(row.value, .any)
    }
    work.append(.open("\\begin{cases} ", completion: "\\end{cases}"))
  }

  private mutating func writeSum(_ item: Item) {
    let parts = operands(item)
    var (left, right) = (parts[0], parts[1])
    var isDifference = item.expression.operation == .subtract
    if !isDifference {
      let isSumRight = LatexPrinter.level(of: right.expression) == .sum
      let isSumLeft = LatexPrinter.level(of: left.expression) == .sum
      let isOrderWrong =
        hasSign(left) == hasSign(right)
        ? left.expression.isWrittenAfterAsSummand(right.expression) : hasSign(left)
      if isSumRight && !isSumLeft || !isSumRight && !isSumLeft && isOrderWrong { swap(&left, &right) }
    }
    let isNegated = hasSign(right) && LatexPrinter.level(of: right.expression) != .sum
    if isNegated { isDifference.toggle() }
    // A sum behind a plus needs no parentheses.
    push(right, isDifference ? .product : .sum, mayHaveSign: false, isNegated: isNegated)
    push(isDifference ? " - " : " + ")
    push(left, .sum)
  }

  private mutating func writeProduct(_ item: Item, isNegated: Bool) {
    let parts = operands(item)
    var (left, right) = (parts[0], parts[1])
    if left.expression.constantValue == nil {
      let isRightProduct = right.expression.operation == .multiply
      let isLeftProduct = left.expression.operation == .multiply
      if isRightProduct && !isLeftProduct
        || !isRightProduct && !isLeftProduct && left.expression.isWrittenAfterAsFactor(right.expression)
      {
        swap(&left, &right)
      }
    }
    // Digits beside digits, or beside a fraction, would be read as one number.
    let isNumber = left.expression.constantValue != nil
    let needsDot = beginsWithNumber(right.expression, orFraction: isNumber)
    push(right, .product, mayHaveSign: false)
    push(needsDot ? " \\cdot " : " ")
    push(left, .product, isNegated: isNegated)
  }
}

// MARK: - What a node looks like

extension LatexPrinter {
  private static func level(of expression: Expr) -> Level {
    switch expression.operation {
    case .constant:
      expression.constantValue.map { LatexNames.text($0.magnitude).contains("10^") } == true
        ? .product : .atom
    case .add, .subtract: .sum
    case .multiply, .divide, .negate, .select: .product
    case .integerPower: (expression.index ?? 1) < 0 ? .product : .power
    case .power, .exp, .exp2, .sqrt, .cbrt, .lgamma: .power
    case .less, .lessOrEqual, .equal, .notEqual: .comparison
    case .and: .and
    case .or: .or
    default: .atom
    }
  }

  /// Whether the formula begins with a minus that belongs to the whole of it. No formula is wrong if one
  /// farther to the left than four nodes is not seen.
  private func hasSign(_ item: Item) -> Bool {
    var expression = item.expression
    for depth in 0..<4 {
      switch expression.operation {
      case .negate: return depth == 0
      case .constant: return expression.constantValue.map { !$0.isNaN && $0.sign == .minus } ?? false
      case .multiply where expression.operands[0].constantValue == nil: return false
      case .multiply, .divide: expression = expression.operands[0]
      default: return false
      }
    }
    return false
  }

  private func beginsWithNumber(_ expression: Expr, orFraction: Bool) -> Bool {
    var rest = [expression]
    for _ in 0..<16 {
      guard let next = rest.popLast() else { return false }
      switch next.operation {
      case .constant, .exp2: return true
      case .divide: if orFraction { return true }
      case .integerPower:
        if (next.index ?? 1) < 0 {
          if orFraction { return true }
        } else {
          rest.append(next.operands[0])
        }
      case .power: rest.append(next.operands[0])
      case .multiply: rest += next.operands
      default: break
      }
    }
    return !rest.isEmpty
  }
}
