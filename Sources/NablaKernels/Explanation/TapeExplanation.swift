// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// What the interpreter does for a block of points, and why it is the interpreter that runs.
package struct TapeExplanation: Sendable {
  /// Why there is no machine code.
  package enum Reason: String, Sendable {
    /// It was asked for, or the processor has none of the instruction sets.
    case portable
    case noExecutableMemory
    /// The code would not fit the caches.
    case tooLarge

    /// Of a kernel for an instruction set that came out as an interpreter.
    init(_ instructionSet: InstructionSet) {
      self =
        instructionSet == .portable ? .portable : ExecutableMemory.isGranted ? .tooLarge : .noExecutableMemory
    }
  }

  package let reason: Reason
  /// The slots that hold constants, those into which inputs are loaded, and the instructions in order. A slot
  /// is used again when its value is no longer needed.
  package let constants: [KernelExplanation.Definition]
  package let loads: [KernelExplanation.Definition]
  package let instructions: [KernelExplanation.Definition]
  /// The slot of each output.
  package let outputs: [String]
  package let slotCount: Int

  init(_ tape: Tape, inputNames: [String], reason: Reason) {
    self.reason = reason
    constants = tape.constants.map { .init(name: "s\($0.slot)", text: $0.value.plainText) }
    loads = tape.loads.map { .init(name: "s\($0.slot)", text: inputNames[$0.input]) }
    instructions = tape.instructions.map { instruction in
      let count = instruction.operation.definition.value.operandCount
      let operands = [instruction.a, instruction.b, instruction.c].prefix(count).map { "s\($0)" }
      return .init(
        name: "s\(instruction.result)",
        text: GraphListing.text(instruction.operation, operands, index: instruction.index))
    }
    outputs = tape.outputs.map { "s\($0)" }
    slotCount = tape.slotCount
  }
}
