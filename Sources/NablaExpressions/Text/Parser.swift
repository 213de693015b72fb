// SPDX-License-Identifier: Apache-2.0

/// Reads expressions by operator precedence with explicit stacks (Dijkstra's shunting yard), so that
/// nesting of any depth needs no recursion.
///
/// From loosest to tightest:
///
///     ||    &&    < <= > >= == != (not chained)    + -    * /    - ! (prefix)    ^ ** (right)
///
/// A comparison is a *condition*, not a number: it can stand in the condition of `where` and under
/// `&& || !` only.
struct Parser {
  private var lexer: Lexer
  private let graph = ExprGraph()
  private var operands: [Operand] = []
  private var frames: [Frame] = []

  private struct Operand {
    var expression: Expr
    /// The place of the operator that makes it a condition; nil for a number.
    var condition: Int?
  }

  /// An operator that waits for its right operand, or an open parenthesis.
  private struct Frame {
    enum Kind {
      case infix, prefix, group
      /// The parenthesis of a function call, whose name ends at `nameEnd`.
      case call(nameEnd: Int)
    }

    var kind: Kind
    var operation: Operation = .constant
    var precedence: UInt8 = 0
    /// Whether the operands change places: a > b is b < a.
    var isSwapped = false
    /// The place of the operator, of the parenthesis, or of the function's name.
    var offset: Int
    /// The number of operands before a call's first argument.
    var firstOperand = 0
  }

  /// The names that a variable may have; nil for every name.
  private let allowedVariables: [String]?

  init(_ text: String, variables: [String]? = nil) {
    lexer = Lexer(text)
    allowedVariables = variables
  }
}

// MARK: - The loop over tokens

extension Parser {
  /// The expressions of a text, separated by semicolons.
  mutating func expressions(isList: Bool) throws(ParseFailure) -> [Expr] {
    var expressions: [Expr] = []
    var previous: Token?
    var token = try lexer.next()
    while true {
      let isOperandComplete = try operand(&token, after: &previous)
      if !isOperandComplete { continue }
      switch token.kind {
      case .symbol(let symbol):
        try infix(symbol, at: token.start)
        (previous, token) = (token, try lexer.next())
      case .comma:
        try reduceToOpen()
        guard case .call? = frames.last?.kind else {
          throw ParseFailure(
            message: "unexpected \",\": it separates the arguments of a function"
              + (frames.isEmpty ? "; decimals are written with a point, several outputs with \";\"" : ""),
            offset: token.start)
        }
        (previous, token) = (token, try lexer.next())
      case .semicolon, .end:
        expressions.append(try finished())
        if token.kind == .end { return expressions }
        if !isList {
          throw ParseFailure(
            message: "unexpected \";\": one expression is expected here", offset: token.start)
        }
        (previous, token) = (token, try lexer.next())
      case .close, .number, .name, .open:
        throw missingOperator(between: previous, and: token)
      }
    }
  }

  /// Takes one token where an operand is expected, and the closing parentheses after it. Whether an
  /// operand is complete, so that `token` should be an operator or an end.
  private mutating func operand(_ token: inout Token, after previous: inout Token?) throws(ParseFailure)
    -> Bool
  {
    var isComplete = true
    switch token.kind {
    case .number(let value): operands.append(Operand(expression: Expr(value)))
    case .name: isComplete = try name(token)
    case .open:
      frames.append(Frame(kind: .group, offset: token.start))
      isComplete = false
    case .symbol(.plus): isComplete = false
    case .symbol(.minus):
      frames.append(Frame(kind: .prefix, operation: .negate, precedence: 6, offset: token.start))
      isComplete = false
    case .symbol(.not):
      frames.append(Frame(kind: .prefix, operation: .not, precedence: 6, offset: token.start))
      isComplete = false
    case .close:
      // The end of a call without arguments; anything else lacks an operand.
      guard previous?.kind == .open, case .call(let nameEnd)? = frames.last?.kind,
        operands.count == frames.last?.firstOperand
      else { throw missingOperand(after: previous, before: token) }
      let frame = frames.removeLast()
      _ = try call(lexer.text(frame.offset, nameEnd), [], at: frame.offset)
    case .symbol, .comma, .semicolon, .end: throw missingOperand(after: previous, before: token)
    }
    previous = token
    token = try lexer.next()
    if token.kind == .open, !isComplete, case .call? = frames.last?.kind, previous?.kind == .name {
      // The parenthesis of the call, which `name` has put on the stack.
      (previous, token) = (token, try lexer.next())
    }
    guard isComplete else { return false }
    while token.kind == .close {
      try close(token)
      (previous, token) = (token, try lexer.next())
    }
    return true
  }

  /// A variable, a constant or the beginning of a call. Whether it is a complete operand.
  private mutating func name(_ token: Token) throws(ParseFailure) -> Bool {
    let name = lexer.text(token, limit: .max)
    let constant: Double? =
      switch name {
      case "pi": .pi
      case "e": 2.718281828459045235360287471352662498  // e to the last digit of a double.
      case "inf": .infinity
      default: nil
      }
    guard lexer.isBeforeOpen() else {
      if Operation.named(name) != nil {
        throw ParseFailure(
          message: "\(name) is a function: write \(Parser.signature(name))", offset: token.start)
      }
      if constant == nil, let allowedVariables, !allowedVariables.contains(name) {
        throw ParseFailure(
          message: "the variable \"\(name.prefix(40))\" is not among the variables "
            + (allowedVariables.isEmpty ? "(there are none)" : allowedVariables.joined(separator: ", ")),
          offset: token.start)
      }
      let expression = constant.map { Expr($0) } ?? graph.variable(Symbol(name: name))
      operands.append(Operand(expression: expression))
      return true
    }
    if constant != nil {
      throw ParseFailure(
        message: "\(name) is a constant, not a function; for a product write \(name)*(…)",
        offset: token.start)
    }
    if Operation.named(name) == nil {
      throw ParseFailure(message: ParserAdvice.unknownFunction(lexer.text(token)), offset: token.start)
    }
    frames.append(
      Frame(kind: .call(nameEnd: token.end), offset: token.start, firstOperand: operands.count))
    return false
  }

  /// The end of an expression: all of its operators take their operands.
  private mutating func finished() throws(ParseFailure) -> Expr {
    try reduceToOpen()
    if let open = frames.last {
      switch open.kind {
      case .call(let nameEnd):
        let name = lexer.text(open.offset, nameEnd)
        throw ParseFailure(message: "the parenthesis of \(name)( has no closing \")\"", offset: open.offset)
      default: throw ParseFailure(message: "this \"(\" has no closing \")\"", offset: open.offset)
      }
    }
    let operand = operands.removeLast()
    try requireNumber(operand)
    return operand.expression
  }
}

// MARK: - Operators and parentheses

extension Parser {
  private mutating func infix(_ symbol: Token.Symbol, at offset: Int) throws(ParseFailure) {
    var frame = Frame(kind: .infix, offset: offset)
    switch symbol {
    case .plus: (frame.operation, frame.precedence) = (.add, 4)
    case .minus: (frame.operation, frame.precedence) = (.subtract, 4)
    case .times: (frame.operation, frame.precedence) = (.multiply, 5)
    case .divided: (frame.operation, frame.precedence) = (.divide, 5)
    case .power: (frame.operation, frame.precedence) = (.power, 7)
    case .less: (frame.operation, frame.precedence) = (.less, 3)
    case .lessOrEqual: (frame.operation, frame.precedence) = (.lessOrEqual, 3)
    case .greater: (frame.operation, frame.precedence, frame.isSwapped) = (.less, 3, true)
    case .greaterOrEqual: (frame.operation, frame.precedence, frame.isSwapped) = (.lessOrEqual, 3, true)
    case .equal: (frame.operation, frame.precedence) = (.equal, 3)
    case .notEqual: (frame.operation, frame.precedence) = (.notEqual, 3)
    case .and: (frame.operation, frame.precedence) = (.and, 2)
    case .or: (frame.operation, frame.precedence) = (.or, 1)
    case .not:
      throw ParseFailure(
        message: "unexpected \"!\" after an operand; a factorial is exp(lgamma(x + 1)), unequal is !=",
        offset: offset)
    }
    // A power takes its right operand first.
    while let top = frames.last, top.precedence >= frame.precedence, frame.precedence < 7 {
      if top.precedence == 3 && frame.precedence == 3 {
        throw ParseFailure(
          message: "comparisons cannot be chained; write a < b && b < c", offset: offset)
      }
      try reduce()
    }
    frames.append(frame)
  }

  private mutating func reduceToOpen() throws(ParseFailure) {
    while let top = frames.last, top.precedence > 0 { try reduce() }
  }

  /// Applies the operator on top of the stack to its operands.
  private mutating func reduce() throws(ParseFailure) {
    let frame = frames.removeLast()
    let isLogical = frame.operation == .and || frame.operation == .or || frame.operation == .not
    let right = operands.removeLast()
    try require(right, isCondition: isLogical, frame)
    if case .prefix = frame.kind {
      let expression = Expr.applying(frame.operation, to: right.expression)
      operands.append(Operand(expression: expression, condition: isLogical ? frame.offset : nil))
      return
    }
    let left = operands.removeLast()
    try require(left, isCondition: isLogical, frame)
    let expression =
      frame.isSwapped
      ? Expr.applying(frame.operation, to: right.expression, left.expression)
      : Expr.applying(frame.operation, to: left.expression, right.expression)
    operands.append(Operand(expression: expression, condition: frame.precedence <= 3 ? frame.offset : nil))
  }

  private func require(_ operand: Operand, isCondition: Bool, _ frame: Frame) throws(ParseFailure) {
    if !isCondition { return try requireNumber(operand) }
    if operand.condition == nil {
      let symbol = frame.operation.definition.spelling
      throw ParseFailure(
        message: "\"\(symbol)\" combines comparisons, such as x > 0"
          + (frame.operation == .not ? "; write !(a < b)" : ""), offset: frame.offset)
    }
  }

  private func requireNumber(_ operand: Operand) throws(ParseFailure) {
    guard let offset = operand.condition else { return }
    throw ParseFailure(
      message: "a comparison can stand only in the condition of where(condition, a, b); "
        + "for 1 where it holds and 0 elsewhere write where(…, 1, 0)", offset: offset)
  }

  private mutating func close(_ token: Token) throws(ParseFailure) {
    try reduceToOpen()
    guard let frame = frames.popLast() else {
      throw ParseFailure(message: "this \")\" has no opening \"(\"", offset: token.start)
    }
    guard case .call(let nameEnd) = frame.kind else { return }
    let arguments = Array(operands[frame.firstOperand...])
    operands.removeSubrange(frame.firstOperand...)
    let name = lexer.text(frame.offset, nameEnd)
    operands.append(Operand(expression: try call(name, arguments, at: frame.offset)))
  }
}

// MARK: - Calls

extension Parser {
  /// A function applied to its arguments.
  private func call(_ name: String, _ arguments: [Operand], at offset: Int) throws(ParseFailure) -> Expr {
    guard let operation = Operation.named(name) else {
      throw ParseFailure(message: ParserAdvice.unknownFunction(name), offset: offset)
    }
    let isVariadic = operation == .min || operation == .max
    let (count, isIndexed) = Parser.argumentCount(operation)
    guard arguments.count == count || isVariadic && arguments.count > count else {
      let words = ["no", "one", "two", "three"]
      let needed = words[count] + (isVariadic ? " or more" : "") + (count == 1 ? " argument" : " arguments")
      let given = arguments.isEmpty ? "" : ", not \(arguments.count)"
      throw ParseFailure(
        message: "\(name) needs \(needed)\(given): \(Parser.signature(name))", offset: offset)
    }
    for (position, argument) in arguments.enumerated() {
      if operation == .select && position == 0 {
        if argument.condition == nil {
          throw ParseFailure(
            message: "the condition of where is a comparison, such as x > 0; "
              + "for \"x is not zero\" write x != 0", offset: offset)
        }
      } else {
        try requireNumber(argument)
      }
    }
    let expressions = arguments.map(\.expression)
    if isIndexed {
      guard let order = expressions[0].constantValue.flatMap({ Int(exactly: $0) }), 0...10_000 ~= order else {
        throw ParseFailure(
          message: "the order of \(name)(n, x) is a whole number from 0 to 10000", offset: offset)
      }
      return Expr.applying(operation, index: order, to: expressions[1])
    }
    if expressions.count > count {
      return expressions.dropFirst().reduce(expressions[0]) { Expr.applying(operation, to: $0, $1) }
    }
    return Expr.applying(operation, to: expressions)
  }

  /// The number of arguments of a function in a formula, and whether the first is a fixed integer.
  private static func argumentCount(_ operation: Operation) -> (count: Int, isIndexed: Bool) {
    let value = operation.definition.value
    if case .indexed = value { return (2, true) }
    return (value.operandCount, false)
  }

  /// How a function is called: `atan2(y, x)`.
  private static func signature(_ name: String) -> String {
    guard let operation = Operation.named(name) else { return name }
    let arguments =
      switch operation {
      case .select: "condition, a, b"
      case .atan2: "y, x"
      case .power: "x, y"
      case .polygamma, .sincDerivative: "n, x"
      case .min, .max: "a, b, …"
      default: operation.definition.value.operandCount == 1 ? "x" : "a, b"
      }
    return "\(name)(\(arguments))"
  }
}

// MARK: - Missing parts

extension Parser {
  private func missingOperand(after previous: Token?, before token: Token) -> ParseFailure {
    let place = token.kind == .end ? previous?.start ?? 0 : token.start
    guard let previous, previous.kind != .semicolon else {
      switch token.kind {
      case .end where previous == nil: return ParseFailure(message: "the expression is empty", offset: 0)
      case .end, .semicolon:
        return ParseFailure(message: "an expression is missing beside \";\"", offset: place)
      case .close: return ParseFailure(message: "this \")\" has no opening \"(\"", offset: place)
      default:
        return ParseFailure(
          message: "\"\(lexer.text(token))\" needs an operand on its left", offset: token.start)
      }
    }
    let before = lexer.text(previous)
    switch (previous.kind, token.kind) {
    case (.open, .close):
      return ParseFailure(message: "nothing stands between these parentheses", offset: place)
    case (.open, .comma), (.comma, .comma), (.comma, .close):
      return ParseFailure(message: "an argument is missing beside \",\"", offset: place)
    case (.open, .end):
      return ParseFailure(message: "the expression ends after \"(\", which is not closed", offset: place)
    case (_, .end):
      return ParseFailure(message: "\"\(before)\" needs an operand on its right", offset: place)
    case (.symbol(.equal), _), (.open, _), (.comma, _):
      return ParseFailure(
        message: "an operand is missing between \"\(before)\" and \"\(lexer.text(token))\"", offset: place)
    default:
      return ParseFailure(
        message: "an operand is missing between \"\(before)\" and \"\(lexer.text(token))\"",
        offset: previous.start)
    }
  }

  private func missingOperator(between previous: Token?, and token: Token) -> ParseFailure {
    guard let previous else { return ParseFailure(message: "an operator is missing", offset: token.start) }
    var left = lexer.text(previous)
    var right = lexer.text(token)
    if previous.kind == .close { left = ")" }
    if token.kind == .open { right = "(" }
    var advice = "for a product write \(left)*\(right)"
    if case .number = previous.kind, right == "e" {
      advice += "; an exponent needs digits, as in \(left)e-3"
    }
    return ParseFailure(message: "an operator is missing here; \(advice)", offset: token.start)
  }
}
