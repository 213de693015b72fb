// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions

/// A graph's outputs as a list of instructions over numbered slots, each slot a value (of a block of
/// points at once). Slots are reused as soon as their value is no longer needed, so that the values of a
/// block stay in the first-level cache.
package struct Tape: Sendable {
  /// result = operation(operands); `index` is the fixed integer of an operation that has one.
  package struct Instruction: Sendable {
    package var operation: Operation
    package var result: Int32
    package var a: Int32 = 0
    package var b: Int32 = 0
    package var c: Int32 = 0
    package var index: Int32 = 0
  }

  package private(set) var instructions: [Instruction] = []
  /// Slots that hold a constant throughout.
  package private(set) var constants: [(slot: Int32, value: Double)] = []
  /// Slots into which the inputs that are used are loaded, block by block.
  package private(set) var loads: [(slot: Int32, input: Int)] = []
  /// The slot of each output.
  package private(set) var outputs: [Int32] = []
  package private(set) var slotCount = 0
  package let inputCount: Int

  package init(outputs: [Expr], inputs: [Expr]) {
    inputCount = inputs.count
    let graph = outputs.lazy.compactMap(\.graph).first ?? ExprGraph()
    let roots = outputs.map { graph.id(of: $0) }
    let inputIDs = inputs.map { graph.id(of: $0) }
    let nodes = graph.nodes()
    let needed = reachable(from: roots, in: nodes)
    let inputOfNode = Dictionary(zip(inputIDs, 0...), uniquingKeysWith: { first, _ in first })

    // The position of the last instruction that reads a node. Outputs are read at the end.
    var lastUse = [Int](repeating: -1, count: nodes.count)
    for id in nodes.indices where needed[id] {
      for operand in operands(of: nodes[id]) { lastUse[Int(operand)] = id }
    }
    for root in roots { lastUse[Int(root)] = nodes.count }

    var slots = [Int32](repeating: -1, count: nodes.count)
    var free: [Int32] = []
    func takeSlot() -> Int32 {
      if let slot = free.popLast() { return slot }
      slotCount += 1
      return Int32(slotCount - 1)
    }

    // Constants and inputs first: constant slots are filled once a run, so no result may share them.
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      switch node.operation {
      case .constant:
        slots[id] = takeSlot()
        constants.append((slots[id], graph.constant(node)))
      case .variable:
        guard let input = inputOfNode[NodeID(id)] else {
          preconditionFailure("the variable '\(graph.symbol(node).name)' is not among the inputs")
        }
        slots[id] = takeSlot()
        loads.append((slots[id], input))
      default: break
      }
    }
    for id in nodes.indices where needed[id] {
      let node = nodes[id]
      guard node.operation != .constant && node.operation != .variable else { continue }
      let operands = operands(of: node)
      var instruction = Instruction(operation: node.operation, result: 0)
      instruction.a = slots[Int(node.a)]
      if operands.count > 1 { instruction.b = slots[Int(node.b)] } else { instruction.index = node.b }
      if operands.count > 2 { instruction.c = slots[Int(node.c)] }
      if operands.count == 2 { instruction.index = node.c }
      // An operand read for the last time gives its slot to the result; elementwise loops allow that.
      for operand in Set(operands) where lastUse[Int(operand)] == id {
        if nodes[Int(operand)].operation != .constant { free.append(slots[Int(operand)]) }
      }
      slots[id] = takeSlot()
      instruction.result = slots[id]
      instructions.append(instruction)
    }
    self.outputs = roots.map { slots[Int($0)] }
  }
}

private func operands(of node: Node) -> [NodeID] {
  (0..<node.operation.definition.value.operandCount).map { node[$0] }
}
