// SPDX-License-Identifier: Apache-2.0

import TestSupport

@testable import NablaExpressions

/// A formula as it is written, without any simplification: what expressions are compared with.
indirect enum Tree: CustomStringConvertible {
  case constant(Double)
  case variable(Int)
  case operation(Operation, [Tree])
  case indexed(Operation, Tree, Int)

  static let names = ["x", "y", "z"]

  /// A random formula of at most this depth, over all operations (helpers of derivative rules only if
  /// asked for).
  static func random(
    depth: Int, withHelpers: Bool, _ random: inout SplitMix64, isCondition: Bool = false,
    isOperandOfLogic: Bool = false
  ) -> Tree {
    if depth == 0 || UInt64.random(in: 0..<8, using: &random) == 0, !isCondition {
      if isOperandOfLogic || Bool.random(using: &random) {
        return .variable(Int.random(in: 0..<3, using: &random))
      }
      let constants = [0, 1, -1, 2, -2, 0.5, 3, -3, 0.1, -0.7, 1e-3, 1e10, .pi, -0.0, .infinity, .nan, 2048]
      return .constant(constants.randomElement(using: &random)!)
    }
    let operation: Operation
    if isCondition {
      operation = [.less, .lessOrEqual, .equal, .notEqual, .and, .or, .not].randomElement(using: &random)!
    } else if UInt64.random(in: 0..<3, using: &random) > 0 {
      // Arithmetic more often: it is what the rules are about.
      operation = [.add, .subtract, .multiply, .divide, .negate, .integerPower].randomElement(using: &random)!
    } else {
      operation = Operation.allCases.filter { $0.definition.notation != .custom }.randomElement(
        using: &random)!
    }
    let helpers: [Operation] = [.sech, .asinSlope, .directionCosine]
    if !withHelpers && helpers.contains(operation) || depth == 0 { return .variable(0) }
    func operand(_ isCondition: Bool = false) -> Tree {
      .random(
        depth: depth - 1, withHelpers: withHelpers, &random, isCondition: isCondition && depth > 1,
        isOperandOfLogic: isCondition)
    }
    switch operation.definition.value {
    case .leaf: return .variable(0)
    case .unary: return .operation(operation, [operand(operation == .not)])
    case .binary:
      let isLogical = operation == .and || operation == .or
      return .operation(operation, [operand(isLogical), operand(isLogical)])
    case .select: return .operation(operation, [operand(true), operand(), operand()])
    case .indexedBinary: preconditionFailure("no operation of the language")
    case .indexed:
      let range = operation == .integerPower ? -4...6 : 0...3
      return .indexed(operation, operand(), Int.random(in: range, using: &random))
    }
  }

  /// The value, with some rounding errors of the last bit if `noise` is given, which also flips signs of
  /// zeros.
  func value(_ values: [Double], noise: UnsafeMutablePointer<SplitMix64>? = nil) -> Double {
    var result: Double
    switch self {
    case .constant(let value): return value
    case .variable(let index): return values[index]
    case .operation(let operation, let operands):
      let operands = operands.map { $0.value(values, noise: noise) }
      switch operation.definition.value {
      case .unary(let value): result = value(operands[0])
      case .binary(let value): result = value(operands[0], operands[1])
      case .select: result = operands[0] != 0 ? operands[1] : operands[2]
      default: result = .nan
      }
      if case .infix = operation.definition.notation,
        [.less, .lessOrEqual, .equal, .notEqual, .and, .or]
          .contains(operation)
      {
        return result
      }
    case .indexed(let operation, let operand, let n):
      guard case .indexed(let value) = operation.definition.value else { return .nan }
      result = value(operand.value(values, noise: noise), n)
    }
    if let noise {
      let step = Int.random(in: -4...4, using: &noise.pointee)
      if result == 0 { return step < 0 ? -result : result }
      result += Double(step) * result.ulp
    }
    return result
  }

  /// Whether some part is so large or small that another order of its factors may overflow or underflow.
  func hasExtremeParts(_ values: [Double]) -> Bool {
    let magnitude = value(values).magnitude
    if magnitude > 0 && magnitude < 1e-280 || magnitude > 1e280 && magnitude.isFinite { return true }
    switch self {
    case .constant, .variable: return false
    case .operation(_, let operands): return operands.contains { $0.hasExtremeParts(values) }
    case .indexed(_, let operand, _): return operand.hasExtremeParts(values)
    }
  }

  /// The expression that the library builds of it.
  var expression: Expr {
    switch self {
    case .constant(let value): Expr(value)
    case .variable(let index): .variable(Tree.names[index])
    case .operation(let operation, let operands): .applying(operation, to: operands.map(\.expression))
    case .indexed(let operation, let operand, let n): .applying(operation, index: n, to: operand.expression)
    }
  }

  var description: String {
    switch self {
    case .constant(let value): "\(value)"
    case .variable(let index): Tree.names[index]
    case .operation(let operation, let operands): "\(operation)\(operands)"
    case .indexed(let operation, let operand, let n): "\(operation)[\(n)](\(operand))"
    }
  }
}

/// The value of an expression, node by node with the table's values; NaN for variables without a value.
func evaluate(_ expression: Expr, _ values: [Double], names: [String] = Tree.names) -> Double {
  naiveValue(of: expression, names.prefix(values.count).map { Expr.variable($0) }, at: values)
}

/// A random double: often of moderate size, sometimes of any size, sometimes special.
func randomDouble(_ random: inout SplitMix64) -> Double {
  switch Int.random(in: 0..<8, using: &random) {
  case 0:
    [0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1e308].randomElement(
      using: &random)!
  case 1: Double(bitPattern: random.next())
  case 2: Double(Int.random(in: -5...5, using: &random))
  default: Double.random(in: -3...3, using: &random)
  }
}

/// Whether two values agree to the last bit, any NaN with any other.
func areIdentical(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || a.isNaN && b.isNaN }

/// Whether a value is among those that rounding errors of a few ulp in every step of the tree may give.
/// Nil where these are so different that nothing can be said.
func isPlausible(_ value: Double, of tree: Tree, at point: [Double], _ random: inout SplitMix64) -> Bool? {
  let exact = tree.value(point)
  if areIdentical(value, exact) || value == exact { return true }
  let samples = (0..<40).map { _ in withUnsafeMutablePointer(to: &random) { tree.value(point, noise: $0) } }
  if samples.contains(where: { areIdentical($0, value) || $0 == value }) { return true }
  if samples.contains(where: { $0.isFinite != exact.isFinite || $0.isNaN != exact.isNaN }) { return nil }
  if tree.hasExtremeParts(point) { return nil }
  if !exact.isFinite {
    return Set(samples.map(\.bitPattern)).count > 1 ? nil : false
  }
  let spread = samples.reduce(0) { max($0, abs($1 - exact)) }
  return abs(value - exact) <= 8 * spread + 1e-300
}
