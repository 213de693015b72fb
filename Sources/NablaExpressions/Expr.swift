// SPDX-License-Identifier: Apache-2.0

/// A symbolic scalar expression: a constant, a variable, or an operation on other expressions.
///
/// Expressions are built by ordinary arithmetic, by the functions of this module (`sin(x)`,
/// `pow(x, 3)`, …) and by ``select(_:_:_:)``:
///
///     let x = Expr.variable("x"), y = Expr.variable("y")
///     let f = pow(x, 2) * y + exp(-x)
///     let slope = f.derivative(by: x)  // 2*x*y - exp(-x)
///
/// Equal subexpressions are stored once (hash-consing), so an expression is a directed acyclic graph
/// and work that a value shares with its derivatives is written, and later computed, once. While it is
/// built an expression is simplified by rules that keep its value up to rounding and the sign of a
/// zero; nothing is cancelled that could be infinite or NaN (`0*x` and `x/x` stay).
///
/// - Complexity: an operation takes O(1) expected time; copying an expression copies a reference.
public struct Expr: Sendable {
  /// The graph that holds this expression; nil for a constant, which belongs to none yet.
  package let graph: ExprGraph?

  /// The position in the graph, whose constants never stand there as an expression of their own.
  package let id: NodeID

  /// The value of a constant.
  let number: Double

  init(_ graph: ExprGraph, _ id: NodeID) {
    self.graph = graph
    self.id = id
    number = 0
  }

  /// A constant.
  public init(_ value: Double) {
    graph = nil
    id = -1
    number = value
  }

  /// The variable called `name`. Two variables of one name are the same variable.
  ///
  /// The name must be one that a formula can hold if the expression is to be printed and read back: a
  /// letter or underscore, then letters, digits and underscores, and not the name of a constant.
  public static func variable(_ name: String) -> Expr { ExprGraph().variable(Symbol(name: name)) }

  /// Variables that differ from all others, whatever those are called: what a closure is traced with.
  package static func traced(_ name: String, _ count: Int) -> [Expr] {
    let graph = ExprGraph()
    let number = Symbol.freshNumber()
    return (0..<count).map { graph.variable(Symbol(name: "\(name)\($0)", number: number)) }
  }

  /// The value if this is a constant, else nil.
  public var constantValue: Double? { graph == nil ? number : nil }

  /// The name if this is a variable, else nil.
  public var variableName: String? {
    guard let graph else { return nil }
    let node = graph.node(id)
    return node.operation == .variable ? graph.symbol(node).name : nil
  }
}

extension Expr: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self.init(value) }
  public init(integerLiteral value: Int) { self.init(Double(value)) }
}

/// Structural equality: the same constant bits, or the same operation on equal operands.
///
/// It says how two expressions are written, not whether two formulas mean the same. For a condition
/// inside an expression use the pointwise `.==`.
extension Expr: Hashable {
  public static func == (left: Expr, right: Expr) -> Bool {
    guard let graph = left.graph, let other = right.graph else {
      return left.graph == nil && right.graph == nil && left.number.bitPattern == right.number.bitPattern
    }
    return graph.id(of: right.id, in: other) == left.id
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(graph?.structuralHash(id) ?? number.bitPattern)
  }
}

extension Expr {
  /// The operation on top, `.constant` and `.variable` included.
  public var operation: Operation { graph?.node(id).operation ?? .constant }

  /// The operands of the operation on top, in order; empty for a constant or a variable.
  ///
  /// The fixed integer of xⁿ, of the polygamma function and of a custom operation is not an operand: see ``index``.
  public var operands: [Expr] {
    guard let graph else { return [] }
    let node = graph.node(id)
    return (0..<node.operation.definition.value.operandCount).map { graph.expression(node[$0]) }
  }

  /// The fixed integer of xⁿ and of the polygamma function of order n, the number of a custom operation; nil for
  /// other operations.
  public var index: Int? {
    guard let graph else { return nil }
    let node = graph.node(id)
    return switch node.operation.definition.value {
    case .indexed: Int(node.b)
    case .indexedBinary: Int(node.c)
    default: nil
    }
  }

  /// Whether the value can be seen to be never negative (it may be NaN).
  var isNonNegative: Bool { graph?.isNonNegative(id) ?? (number >= 0) }
}
