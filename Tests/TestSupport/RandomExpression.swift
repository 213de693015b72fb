// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

/// Random expressions over the whole table of operations.
public struct RandomExpression {
  private var generator: SplitMix64
  private let variables: [Expr]
  private let operations: [NablaExpressions.Operation]

  /// A smooth one leaves out conditions and operations with kinks or jumps.
  public init(seed: UInt64, variables: [Expr], smooth: Bool = false) {
    generator = SplitMix64(seed: seed)
    self.variables = variables
    let kinked: Set<NablaExpressions.Operation> = [
      .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not, .select, .abs, .sign, .floor, .ceil, .min,
      .max, .relu, .stopGradient,
    ]
    let others: Set<NablaExpressions.Operation> = [.constant, .variable, .custom, .customBinary]
    operations = NablaExpressions.Operation.allCases.filter {
      !others.contains($0) && !(smooth && kinked.contains($0))
    }
  }

  /// An expression of about `size` operations; subexpressions are shared.
  public mutating func next(size: Int) -> Expr {
    var pool = variables + [Expr(Double.random(in: -2...2, using: &generator)), 1, 2]
    for _ in 0..<size {
      let operation = operations.randomElement(using: &generator)!
      switch operation.definition.value {
      case .indexed:
        let indices =
          switch operation {
          case .polygamma: 0...2
          case .sincDerivative: 1...3
          default: -3...5
          }
        let index = Int.random(in: indices, using: &generator)
        pool.append(.applying(operation, index: index, to: pick(pool)))
      default:
        let operands = (0..<operation.definition.value.operandCount).map { _ in pick(pool) }
        pool.append(.applying(operation, to: operands))
      }
    }
    // The newest few together use most of the pool.
    return pool.suffix(3).reduce(0, +)
  }

  private mutating func pick(_ pool: [Expr]) -> Expr {
    // Newer expressions more often, so that depth grows.
    let i = Swift.max(
      Int.random(in: 0..<pool.count, using: &generator), Int.random(in: 0..<pool.count, using: &generator))
    return pool[i]
  }
}

/// The value of an expression, node by node by the table, each value and constant rounded to `Scalar`: no
/// blocks, no slots, no SIMD.
public func naiveValue<Scalar: BinaryFloatingPoint>(
  of expression: Expr, _ variables: [Expr], at point: [Scalar]
) -> Scalar {
  if let value = expression.constantValue { return Scalar(value) }
  let graph = expression.graph!
  let root = graph.id(of: expression)
  let inputs = Dictionary(
    uniqueKeysWithValues: zip(variables.map { graph.id(of: $0) }, point.map { Double($0) }))
  let nodes = graph.nodes()
  let needed = reachable(from: [root], in: nodes)
  var values = [Double](repeating: 0, count: nodes.count)
  for id in nodes.indices where needed[id] {
    let node = nodes[id]
    let (a, b, c) = (Int(node.a), Int(node.b), Int(node.c))
    switch node.operation.definition.value {
    case .leaf: values[id] = node.operation == .constant ? graph.constant(node) : inputs[NodeID(id)] ?? .nan
    case .unary(let f): values[id] = f(values[a])
    case .binary(let f): values[id] = f(values[a], values[b])
    case .indexed(let f): values[id] = f(values[a], b)
    case .indexedBinary(let f): values[id] = f(values[a], values[b], c)
    case .select: values[id] = values[a] != 0 ? values[b] : values[c]
    }
    values[id] = Double(Scalar(values[id]))
  }
  return Scalar(values[Int(root)])
}

/// Whether two numbers have the same bits, or are both NaN.
public func isSame<Scalar: FloatingPoint>(_ a: Scalar, _ b: Scalar) -> Bool {
  a == b && a.sign == b.sign || (a.isNaN && b.isNaN)
}
