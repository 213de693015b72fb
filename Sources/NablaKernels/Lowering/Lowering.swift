// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Lowers a graph's outputs to a vector program.
///
/// Sums and differences with a product that nothing else uses become one fused multiply-add; small
/// integer and half-integer powers become products, which several powers of one base share, and square
/// roots; divisions by a constant or by what many are divided by become products; conditions become masks; the
/// elementary functions become the straight-line code of the vector math library, or calls of the
/// table's scalar function where there is none.
struct Lowering {
  private typealias Value = VectorProgram.Value

  private var builder: VectorBuilder
  let graph: ExprGraph
  private let nodes: ArraySlice<Node>
  private let inputOfNode: [NodeID: Int]
  private var useCounts: [Int] = []
  /// Whether a node becomes part of what uses it, by position: a product of the only sum, a comparison of
  /// selections.
  private(set) var isFused: [Bool]
  /// The node for which an operation of the program was written, by the operation's position.
  private(set) var nodeOfOperation: [NodeID] = []
  private var values: [Value]
  /// What many quotients are divided by, by position.
  private var divisors: [Int: VectorBuilder.Divisor?] = [:]
  /// How many products are negated that a node is a factor of.
  private var negatedUses: [NodeID: Int] = [:]
  /// The value of a condition as a mask, by position.
  private var masks: [Value]

  /// The program, or nil if it would have more operations than `limit`.
  ///
  /// - Parameter overwritten: for outputs that may lie where an input does, that input: it is read before
  ///   the output is written.
  /// - Complexity: O(number of nodes of the graph), and O(`limit`) for a program that is too large.
  static func program(
    outputs: [Expr], inputs: [Expr], overwritten: [Int: Int] = [:], precision: Precision,
    for instructionSet: InstructionSet, limit: Int = .max
  ) -> VectorProgram? {
    explained(
      outputs: outputs, inputs: inputs, overwritten: overwritten, precision: precision, for: instructionSet,
      limit: limit)?.program
  }

  /// The program, and the lowering, which knows what came of each node.
  static func explained(
    outputs: [Expr], inputs: [Expr], overwritten: [Int: Int] = [:], precision: Precision,
    for instructionSet: InstructionSet, limit: Int = .max
  ) -> (program: VectorProgram, lowering: Lowering)? {
    func lowered(_ order: Order) -> (program: VectorProgram, lowering: Lowering)? {
      var lowering = Lowering(outputs, inputs, precision, instructionSet)
      return lowering.lower(outputs, overwritten, limit, order).map { ($0, lowering) }
    }
    guard let written = lowered(.asWritten) else { return nil }
    let live = written.program.largestLiveCount
    if live <= 32 { return written }
    // More than there are registers.
    let deepened = lowered(.depthFirst)
    // Of about equal ones as written: there, pieces of a long program pass on less.
    return deepened.flatMap { $0.program.largestLiveCount < live / 10 * 9 ? $0 : nil } ?? written
  }

  /// The order in which nodes are computed.
  private enum Order {
    /// As they stand in the graph: derivatives come behind the whole value, and what they share with it waits.
    case asWritten
    /// What each output consists of, output by output: good where outputs share little, as the derivatives of a
    /// sum over many variables do.
    case depthFirst
  }

  private init(
    _ outputs: [Expr], _ inputs: [Expr], _ precision: Precision, _ instructionSet: InstructionSet
  ) {
    builder = VectorBuilder(precision, for: instructionSet)
    graph = outputs.lazy.compactMap(\.graph).first ?? ExprGraph()
    for expression in outputs + inputs { _ = graph.id(of: expression) }
    inputOfNode = Dictionary(
      zip(inputs.map { [graph] in graph.id(of: $0) }, 0...), uniquingKeysWith: { first, _ in first })
    nodes = graph.nodes()
    isFused = Array(repeating: false, count: nodes.count)
    values = Array(repeating: -1, count: nodes.count)
    masks = Array(repeating: -1, count: nodes.count)
  }

  private mutating func lower(
    _ outputs: [Expr], _ overwritten: [Int: Int], _ limit: Int, _ order: Order
  ) -> VectorProgram? {
    let roots = outputs.map { graph.id(of: $0) }
    let needed = reachable(from: roots, in: nodes)
    var outputsOfNode: [NodeID: [Int]] = [:]
    for (output, root) in roots.enumerated() { outputsOfNode[root, default: []].append(output) }
    countUses(roots, needed)
    markFusedProducts(needed)
    markNegatedProducts(needed)
    markExtrema(needed)
    markSharedDivisors(needed)

    let sequence =
      order == .asWritten ? nodes.indices.filter { needed[$0] } : depthFirst(from: roots)
    for id in sequence where !isFused[id] {
      if builder.program.operations.count > limit { return nil }
      if nodes[id].operation == .variable {
        // Read where it is first used: until then it needs no register.
        precondition(
          inputOfNode[NodeID(id)] != nil,
          "the variable '\(graph.symbol(nodes[id]).name)' is not among the inputs")
      } else {
        lower(id)
      }
      // Outputs are written as soon as they are known: no register waits for the end.
      if let outputs = outputsOfNode[NodeID(id)] {
        let value = number(NodeID(id))
        for output in outputs {
          if let input = overwritten[output] { _ = builder.input(input) }
          builder.store(value, output: output)
        }
      }
      let new = builder.program.operations.count - nodeOfOperation.count
      nodeOfOperation.append(contentsOf: repeatElement(NodeID(id), count: new))
    }
    var program = builder.program
    program.mayOverwriteInputs = !overwritten.isEmpty
    return program
  }

  /// The nodes that the roots consist of, each behind its operands, root by root.
  private func depthFirst(from roots: [NodeID]) -> [Int] {
    var sequence: [Int] = []
    var isDone = [Bool](repeating: false, count: nodes.count)
    // A node, and whether its operands are done.
    var stack: [(id: Int, isEntered: Bool)] = []
    for root in roots {
      stack.append((Int(root), false))
      while let (id, isEntered) = stack.popLast() {
        if isDone[id] { continue }
        if isEntered {
          isDone[id] = true
          sequence.append(id)
          continue
        }
        stack.append((id, true))
        let node = nodes[id]
        for operand in (0..<node.operation.definition.value.operandCount).reversed() {
          if !isDone[Int(node[operand])] { stack.append((Int(node[operand]), false)) }
        }
      }
    }
    return sequence
  }

  private mutating func countUses(_ roots: [NodeID], _ needed: [Bool]) {
    useCounts = Array(repeating: 0, count: nodes.count)
    for root in roots { useCounts[Int(root)] += 1 }
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      for operand in 0..<node.operation.definition.value.operandCount { useCounts[Int(node[operand])] += 1 }
    }
  }

  /// Comparisons that serve only selections of the smaller or larger operand, which are one instruction.
  private mutating func markExtrema(_ needed: [Bool]) {
    for id in nodes.indices where needed[id] && nodes[id].operation == .select {
      let condition = Int(nodes[id].a)
      guard isExtremum(nodes[id]) else { continue }
      useCounts[condition] -= 1
      if useCounts[condition] == 0 { isFused[condition] = true }
    }
  }

  /// Whether a selection is a < b ? a : b or a < b ? b : a.
  private func isExtremum(_ node: Node) -> Bool {
    let condition = nodes[Int(node.a)]
    guard condition.operation == .less else { return false }
    return (node.b, node.c) == (condition.a, condition.b) || (node.b, node.c) == (condition.b, condition.a)
  }

  private mutating func selection(_ node: Node) -> Value {
    let (a, b) = (number(node.b), number(node.c))
    guard isExtremum(node) else { return builder.select(mask(node.a), a, b) }
    return node.b == nodes[Int(node.a)].a ? builder.minimum(a, b) : builder.maximum(a, b)
  }

  private mutating func markFusedProducts(_ needed: [Bool]) {
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      guard node.operation == .add || node.operation == .subtract else { continue }
      for operand in [Int(node.b), Int(node.a)] where isProduct(operand) && useCounts[operand] == 1 {
        isFused[operand] = true
        if let product = doubledProduct(operand) { isFused[product] = true }
        break
      }
    }
  }

  /// The product x·y of 2·(x·y), which nothing else uses.
  private func doubledProduct(_ id: Int) -> Int? {
    let node = nodes[id]
    guard node.operation == .multiply, nodes[Int(node.a)].operation == .constant,
      graph.constant(nodes[Int(node.a)]) == 2
    else { return nil }
    let product = Int(node.b)
    return nodes[product].operation == .multiply && useCounts[product] == 1 ? product : nil
  }

  /// Products of which only the opposite is needed. The opposite of a factor serves all of them that it is part of:
  /// in gradients there are many.
  private mutating func markNegatedProducts(_ needed: [Bool]) {
    for id in nodes.indices where needed[id] && nodes[id].operation == .negate {
      let product = Int(nodes[id].a)
      guard nodes[product].operation == .multiply && useCounts[product] == 1 else { continue }
      isFused[product] = true
      for factor in [nodes[product].a, nodes[product].b] { negatedUses[factor, default: 0] += 1 }
    }
  }

  private mutating func negatedProduct(_ id: Int) -> Value {
    var (a, b) = (nodes[id].a, nodes[id].b)
    if negatedUses[b, default: 0] > negatedUses[a, default: 0] { swap(&a, &b) }
    return builder.multiply(builder.negate(number(a)), number(b))
  }

  private func isProduct(_ id: Int) -> Bool {
    nodes[id].operation == .multiply || nodes[id].operation == .integerPower && nodes[id].b == 2
  }

  /// The factors of a fused product; of 2·(x·y) they are 2x and y, so that one operation is a sum.
  private mutating func factors(_ id: Int) -> (Value, Value) {
    if let product = doubledProduct(id) {
      let (x, y) = (number(nodes[product].a), number(nodes[product].b))
      return (builder.multiply(builder.constant(2), x), y)
    }
    let node = nodes[id]
    return (number(node.a), number(node.operation == .multiply ? node.b : node.a))
  }

  /// From six quotients on, one division and their multiplications take less time than the divisions.
  private mutating func markSharedDivisors(_ needed: [Bool]) {
    guard builder.precision == .double else { return }
    var counts: [Int: Int] = [:]
    for id in nodes.indices where needed[id] && nodes[id].operation == .divide {
      let divisor = Int(nodes[id].b)
      if nodes[divisor].operation != .constant { counts[divisor, default: 0] += 1 }
    }
    for (divisor, count) in counts where count >= 6 { divisors[divisor] = .some(nil) }
  }

  private mutating func quotient(_ node: Node) -> Value {
    let (dividend, id) = (number(node.a), Int(node.b))
    if nodes[id].operation == .constant,
      let quotient = builder.divide(dividend, byConstant: graph.constant(nodes[id]))
    {
      return quotient
    }
    guard let known = divisors[id] else { return builder.divide(dividend, number(node.b)) }
    let divisor = known ?? builder.divisor(number(node.b))
    divisors[id] = divisor
    return builder.divide(dividend, by: divisor)
  }

  private mutating func lower(_ id: Int) {
    let node = nodes[id]
    switch node.operation {
    case .constant: values[id] = builder.constant(graph.constant(node))
    case .variable: break
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: masks[id] = condition(node)
    case .select: values[id] = selection(node)
    case .add, .subtract: values[id] = sum(node)
    case .divide: values[id] = quotient(node)
    case .negate where isFused[Int(node.a)]: values[id] = negatedProduct(Int(node.a))
    case .power where nodes[Int(node.b)].operation == .constant:
      let exponent = graph.constant(nodes[Int(node.b)])
      values[id] =
        builder.halfIntegerPower(number(node.a), exponent)
        ?? VectorMath.lowered(.power, [number(node.a), number(node.b)], &builder)
        ?? call(node)
    case .integerPower where node.b.magnitude <= 32:
      let power = power(number(node.a), node.b.magnitude)
      values[id] = node.b < 0 ? builder.divide(builder.constant(1), power) : power
    default:
      let operands = (0..<node.operation.definition.value.operandCount).map { number(node[$0]) }
      values[id] = VectorMath.lowered(node.operation, operands, &builder) ?? call(node)
    }
  }

  /// The table's scalar function of a node's operands.
  private mutating func call(_ node: Node) -> Value {
    let function: ScalarFunction
    let name = node.operation.definition.spelling
    switch node.operation.definition.value {
    case .unary(let f): function = ScalarFunction(named: name) { x, _ in f(x) }
    case .binary(let f): function = ScalarFunction(named: name, f)
    case .indexed(let f): function = ScalarFunction(named: "\(name) \(node.b)") { x, _ in f(x, Int(node.b)) }
    case .indexedBinary(let f):
      function = ScalarFunction(named: "\(name) \(node.c)") { x, y in f(x, y, Int(node.c)) }
    case .leaf, .select: preconditionFailure("\(node.operation) is no function")
    }
    let isBinary = node.operation.definition.value.operandCount > 1
    return builder.call(function, number(node.a), isBinary ? number(node.b) : -1)
  }

  /// The value of a node as a number: a condition is 1 or 0.
  private mutating func number(_ id: NodeID) -> Value {
    if values[Int(id)] < 0 {
      values[Int(id)] =
        inputOfNode[id].map { builder.input($0) } ?? builder.and(masks[Int(id)], builder.constant(1))
    }
    return values[Int(id)]
  }

  /// The value of a node as a condition: a number counts as true where it is not zero.
  private mutating func mask(_ id: NodeID) -> Value {
    if masks[Int(id)] < 0 {
      masks[Int(id)] = builder.compare(number(id), .notEqual, builder.constant(0))
    }
    return masks[Int(id)]
  }

  private mutating func condition(_ node: Node) -> Value {
    switch node.operation {
    case .and: return builder.and(mask(node.a), mask(node.b))
    case .or: return builder.or(mask(node.a), mask(node.b))
    case .not: return builder.exclusiveOr(mask(node.a), builder.constant(bits: .max))
    default:
      let (a, b) = (number(node.a), number(node.b))
      let comparison: VectorProgram.Comparison =
        switch node.operation {
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .equal: .equal
        default: .notEqual
        }
      return builder.compare(a, comparison, b)
    }
  }

  /// a ± b, with the product that is fused into it.
  private mutating func sum(_ node: Node) -> Value {
    let isSum = node.operation == .add
    if isFused[Int(node.b)] {
      let ((x, y), c) = (factors(Int(node.b)), number(node.a))
      return isSum ? builder.multiplyAdd(x, y, c) : builder.negativeMultiplyAdd(x, y, c)
    }
    if isFused[Int(node.a)] {
      let ((x, y), c) = (factors(Int(node.a)), number(node.b))
      return isSum ? builder.multiplyAdd(x, y, c) : builder.multiplySubtract(x, y, c)
    }
    let (x, y) = (number(node.a), number(node.b))
    return isSum ? builder.add(x, y) : builder.subtract(x, y)
  }

  /// xⁿ with the products of the table's `integerPower`, in its order.
  private mutating func power(_ x: Value, _ n: UInt32) -> Value {
    var result = x
    for bit in stride(from: 30 - n.leadingZeroBitCount, through: 0, by: -1) {
      result = builder.multiply(result, result)
      if n >> UInt32(bit) & 1 == 1 { result = builder.multiply(result, x) }
    }
    return result
  }
}
