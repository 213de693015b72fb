// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

/// How an expression is computed: graph, vector program and machine code, or the interpreter's tape.
struct ExplanationReport: Report {
  private typealias Definition = KernelExplanation.Definition

  private let outputNames: [String]
  private let kernel: KernelExplanation
  /// Nil where nothing can disassemble, and for the interpreter.
  private let instructions: [Disassembler.Instruction]?

  init(_ explanation: Function.Explanation, disassembler: Disassembler) {
    outputNames = explanation.outputNames
    kernel = explanation.kernel
    if case .machineCode(let code) = kernel.form {
      instructions = disassembler.instructions(of: code.code[..<code.codeSize])
    } else {
      instructions = nil
    }
  }

  /// What a user should know about what is not shown.
  var note: String? {
    if case .machineCode = kernel.form, instructions == nil {
      return "no objdump is found in PATH, so the code is shown in bytes; the package binutils has it"
    }
    return nil
  }

  let array: NPYArray? = nil
  let csv = CSVDocument(header: [])

  // MARK: Text

  var lines: [String] {
    let graph =
      ["Graph: \(counted(kernel.nodes.count, "nodes")), each distinct subexpression once", ""]
      + graphLines + [""] + zip(outputNames, kernel.outputs).map { "  \($0) = \($1)" } + [""]
    switch kernel.form {
    case .machineCode(let code): return graph + lines(code)
    case .tape(let tape): return graph + lines(tape)
    }
  }

  private var graphLines: [String] {
    aligned(
      kernel.nodes.map {
        ("  " + $0.definition.line, $0.isFused ? "becomes part of the operation that uses it" : "")
      })
  }

  private func lines(_ code: MachineCodeExplanation) -> [String] {
    let hoisted = code.operations.count { $0.isHoisted }
    var lines = [
      "Vector program: \(counted(code.operations.count - hoisted, "operations")) on a vector of points"
        + (hoisted == 0 ? "" : ", after \(hoisted) that are done once"),
      "a * b + c is one operation with one rounding; where a group begins, the node that it computes", "",
    ]
    var node = ""
    var rows: [(String, String)] = []
    for operation in code.operations {
      rows.append(("  " + line(operation), operation.node == node ? "" : operation.node))
      node = operation.node
    }
    lines += aligned(rows) + [""]
    lines += [
      "Machine code for batches: points in rows, results in columns (a single point has code of its own)", "",
    ]
    lines += aligned(figures(code).map { ("  " + $0.0, $0.1) }) + [""]
    lines.append(
      "Instructions: address, bytes" + (instructions == nil ? "" : ", and what objdump reads in them"))
    return lines + disassembly(code) + constantLines(code)
  }

  private func figures(_ code: MachineCodeExplanation) -> [(String, String)] {
    let residents = code.residents.map(\.line).joined(separator: ", ")
    return [
      ("instruction set", code.instructionSet == .avx512 ? "AVX-512" : "AVX2 with FMA"),
      ("vectors", "\(code.pointsPerVector) points each"),
      (
        "a turn of the loop",
        counted(code.vectorsPerTurn, "vectors") + (code.vectorsPerTurn > 1 ? ", interleaved" : "")
      ),
      (
        "pieces",
        code.pieceCount == 1
          ? "1" : "\(code.pieceCount), one after the other for a block of points; shown as a whole"
      ),
      (
        "size",
        "\(code.codeSize) bytes of instructions, \(code.code.count - code.constantsOffset) of constants"
      ),
      ("vector registers", "\(code.registerCount)"),
      ("kept in them", residents.isEmpty ? "nothing" : residents),
      ("column addresses", "\(code.addressCount) of \(code.columnCount) kept in registers"),
      (
        "stack frame", "\(code.frameSize) bytes, \(code.spilledSize) of them for values that have no register"
      ),
    ]
  }

  /// The instructions under the operations that they carry out.
  private func disassembly(_ code: MachineCodeExplanation) -> [String] {
    var lines: [String] = []
    var next = 0
    let width = min(instructions?.map(\.bytes.count).max() ?? 16, 16)
    for (mark, end) in zip(code.marks, code.marks.dropFirst().map(\.offset) + [code.codeSize]) {
      lines += title(mark, code)
      if let instructions {
        while next < instructions.count, instructions[next].address < end {
          lines.append(line(instructions[next], width))
          next += 1
        }
      } else {
        for start in stride(from: mark.offset, to: end, by: width) {
          let bytes = Array(code.code[start..<min(start + width, end)])
          lines.append(line(.init(address: start, bytes: bytes, text: ""), width))
        }
      }
    }
    return lines
  }

  private func line(_ instruction: Disassembler.Instruction, _ width: Int) -> String {
    let address = String(instruction.address, radix: 16)
    let left = String(repeating: " ", count: max(0, 6 - address.count)) + address + "  "
    if instruction.text.isEmpty { return left + instruction.bytes.hexadecimal(separator: " ") }
    let bytes = instruction.bytes.hexadecimal(separator: " ")
    return left + bytes + String(repeating: " ", count: max(0, 3 * width - bytes.count)) + instruction.text
  }

  private func title(_ mark: MachineCodeExplanation.Mark, _ code: MachineCodeExplanation) -> [String] {
    switch mark.kind {
    case .entry: ["", "  entry"]
    case .loop: ["", "  loop"]
    case .loopEnd: ["  next points"]
    case .exit: ["", "  exit"]
    case .scalarCode: ["", "  scalar code for rare arguments, outside of the loop"]
    case .operation(let number, let vector):
      ["  " + line(code.operations[number]) + (code.vectorsPerTurn > 1 ? "   (vector \(vector + 1))" : "")]
    }
  }

  private func constantLines(_ code: MachineCodeExplanation) -> [String] {
    guard !code.constants.isEmpty else { return [] }
    let size = (code.code.count - code.constantsOffset) / code.constants.count
    return ["", "  constants"]
      + code.constants.enumerated().map { index, text in
        line(
          .init(address: code.constantsOffset + index * size, bytes: [], text: ""), 0) + text
      }
  }

  private func line(_ operation: MachineCodeExplanation.Operation) -> String {
    if let output = operation.output { return "\(outputNames[output]) = \(operation.text)" }
    return "\(operation.name ?? "") = \(operation.text)"
  }

  private func lines(_ tape: TapeExplanation) -> [String] {
    let list = { (definitions: [Definition]) in definitions.map { "  " + $0.line } }
    return [
      "The portable interpreter runs this: \(tape.reason.sentence).", "",
      "Tape: \(counted(tape.instructions.count, "instructions")) on blocks of points in \(counted(tape.slotCount, "slots")), which are used again",
      "",
    ] + list(tape.constants) + list(tape.loads) + list(tape.instructions)
      + zip(outputNames, tape.outputs).map { "  \($0) = \($1)" }
  }

  /// Rows with their second halves below one another.
  private func aligned(_ rows: [(String, String)]) -> [String] {
    // A few long rows shall not push the others' halves out of sight.
    let width = min(rows.filter { !$0.1.isEmpty }.map(\.0.count).max() ?? 0, 48)
    return rows.map { left, right in
      right.isEmpty ? left : left + String(repeating: " ", count: max(0, width - left.count)) + "   " + right
    }
  }

  // MARK: JSON

  var json: [(String, JSON)] {
    let outputs = zip(outputNames, kernel.outputs).map { name, node in
      JSON.object([("name", .string(name)), ("node", .string(node))])
    }
    let graph = kernel.nodes.map { node -> JSON in
      .object(entries(node.definition) + [("fused", .bool(node.isFused))])
    }
    let head: [(String, JSON)] = [("outputs", .array(outputs)), ("graph", .array(graph))]
    switch kernel.form {
    case .machineCode(let code):
      return head + [
        ("kernel", .string("machine code")), ("program", .array(code.operations.map(json))),
        ("machineCode", json(code)),
      ]
    case .tape(let tape):
      let steps = (tape.constants + tape.loads + tape.instructions).map { JSON.object(entries($0)) }
      return head + [
        ("kernel", .string("interpreter")), ("reason", .string(tape.reason.sentence)),
        ("tape", .array(steps)), ("slots", .integer(tape.slotCount)),
        ("outputSlots", .strings(tape.outputs)),
      ]
    }
  }

  private func entries(_ definition: Definition) -> [(String, JSON)] {
    [("name", .string(definition.name)), ("operation", .string(definition.text))]
  }

  private func json(_ operation: MachineCodeExplanation.Operation) -> JSON {
    .object([
      ("name", .string(operation.output.map { outputNames[$0] } ?? operation.name ?? "")),
      ("operation", .string(operation.text)), ("node", .string(operation.node)),
      ("hoisted", .bool(operation.isHoisted)),
    ])
  }

  private func json(_ code: MachineCodeExplanation) -> JSON {
    let listing = instructions?.map { instruction -> JSON in
      .object([
        ("address", .integer(instruction.address)),
        ("bytes", .string(instruction.bytes.hexadecimal(separator: ""))), ("text", .string(instruction.text)),
      ])
    }
    return .object([
      ("instructionSet", .string(code.instructionSet.rawValue)),
      ("pointsPerVector", .integer(code.pointsPerVector)), ("vectorsPerTurn", .integer(code.vectorsPerTurn)),
      ("operationsPerVector", .integer(code.operations.count { !$0.isHoisted })),
      ("instructionBytes", .integer(code.codeSize)),
      ("constantBytes", .integer(code.code.count - code.constantsOffset)),
      ("vectorRegisters", .integer(code.registerCount)),
      ("residents", .array(code.residents.map { .object(entries($0)) })),
      ("frameBytes", .integer(code.frameSize)), ("spilledBytes", .integer(code.spilledSize)),
      ("code", .string(code.code.hexadecimal(separator: ""))),
      ("instructions", listing.map(JSON.array) ?? .null),
    ])
  }
}

extension TapeExplanation.Reason {
  fileprivate var sentence: String {
    switch self {
    case .portable: "no instruction set with machine code is chosen or available"
    case .noExecutableMemory: "the system grants no executable memory"
    case .tooLarge: "the graph is too large for machine code"
    }
  }
}

extension [UInt8] {
  fileprivate func hexadecimal(separator: String) -> String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
  }
}
