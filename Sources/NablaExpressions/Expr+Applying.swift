// SPDX-License-Identifier: Apache-2.0

extension Expr {
  /// An operation on operands, folded if they are constants and simplified if a rule applies.
  ///
  /// For operations without a fixed integer. Constants are folded with the table's value, so that a
  /// constant expression has the value that evaluating it would give.
  package static func applying(_ operation: Operation, to operands: Expr...) -> Expr {
    applying(operation, to: operands)
  }

  package static func applying(_ operation: Operation, to operands: [Expr]) -> Expr {
    let definition = operation.definition
    precondition(
      operands.count == definition.value.operandCount,
      "\(operation) takes \(definition.value.operandCount) operands, not \(operands.count)")
    switch definition.value {
    case .unary(let value):
      if let x = operands[0].constantValue { return Expr(value(x)) }
    case .binary(let value):
      if let a = operands[0].constantValue, let b = operands[1].constantValue {
        // xⁿ is the operation with a fixed integer also where x is a constant.
        if operation == .power, let n = Int32(exactly: b) { return pow(operands[0], Int(n)) }
        return Expr(value(a, b))
      }
    case .select:
      if let condition = operands[0].constantValue { return condition != 0 ? operands[1] : operands[2] }
    case .leaf, .indexed, .indexedBinary: preconditionFailure("\(operation) is not applied to operands alone")
    }
    return simplified(operation, operands) ?? interned(operation, operands)
  }

  /// An operation with a fixed integer: xⁿ or the polygamma function of order n.
  package static func applying(_ operation: Operation, index: Int, to operand: Expr) -> Expr {
    guard case .indexed(let value) = operation.definition.value, let index32 = Int32(exactly: index) else {
      preconditionFailure("\(operation) does not take the fixed integer \(index)")
    }
    if let x = operand.constantValue { return Expr(value(x, index)) }
    return simplified(operation, index: index, operand) ?? interned(operation, [operand], index: index32)
  }

  /// An operation on two operands with a fixed integer.
  package static func applying(_ operation: Operation, index: Int, to a: Expr, _ b: Expr) -> Expr {
    guard case .indexedBinary(let value) = operation.definition.value, let index32 = Int32(exactly: index)
    else { preconditionFailure("\(operation) does not take the fixed integer \(index)") }
    if let a = a.constantValue, let b = b.constantValue { return Expr(value(a, b, index)) }
    return interned(operation, [a, b], index: index32)
  }

  /// The same operation as that on top of an expression, with its fixed integer if it has one, on other operands.
  package static func applyingOperation(of expression: Expr, to operands: [Expr]) -> Expr {
    switch expression.operation.definition.value {
    case .indexed: applying(expression.operation, index: expression.index!, to: operands[0])
    case .indexedBinary:
      applying(expression.operation, index: expression.index!, to: operands[0], operands[1])
    default: applying(expression.operation, to: operands)
    }
  }

  /// The node of an operation as it stands, in the graph of its operands; they are not all constants.
  private static func interned(_ operation: Operation, _ operands: [Expr], index: Int32 = 0) -> Expr {
    // Of several graphs the largest one takes in the others' nodes.
    let graphs = operands.compactMap(\.graph)
    guard var graph = graphs.first else { preconditionFailure("constant operands are folded, not interned") }
    for other in graphs.dropFirst() where other !== graph && other.count > graph.count { graph = other }
    let ids = operands.map { graph.id(of: $0) }
    return graph.intern(operation, ids, index: index)
  }
}
