// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing

@testable import NablaKernels

/// What is shown to people of how expressions become kernels.
@Suite struct ExplanationTests {
  private let x = Expr.variable("x"), y = Expr.variable("y"), z = Expr.variable("z")

  private func notation(_ outputs: [Expr], _ inputs: [Expr]) throws -> [String] {
    let program = try #require(
      Lowering.program(outputs: outputs, inputs: inputs, precision: .double, for: .avx2))
    let notation = ProgramNotation(program, inputNames: inputs.map { $0.variableName ?? "" })
    return program.operations.indices.filter { program.operations[$0].code != .constant }.map { position in
      (notation.name(position) ?? "output \(program.operations[position].immediate)") + " = "
        + notation.text(position)
    }
  }

  @Test func operationsAreWrittenAsPeopleDo() throws {
    let products = [(x * y + z, "v0 * v1 + v2"), (x * y - z, "v0 * v1 - v2"), (x * y / z, "v2 / v3")]
    for (expression, text) in products {
      let lines = try notation([expression], [x, y, z])
      #expect(lines.suffix(2).first?.hasSuffix(" = \(text)") == true, "\(lines)")
    }
    #expect(
      try notation([z - x * y], [x, y, z]) == [
        "v0 = x", "v1 = y", "v2 = z", "v3 = v2 - v0 * v1", "output 0 = v3",
      ])
    #expect(try notation([-x], [x]) == ["v0 = x", "v1 = -v0", "output 0 = v1"])
    #expect(try notation([abs(x) / 3 + 0.5], [x]).prefix(2) == ["v0 = x", "v1 = |v0|"])
    #expect(
      try notation([select(x .<= y, sqrt(x), floor(y))], [x, y]) == [
        "v0 = x", "v1 = y", "v2 = v0 <= v1", "v3 = sqrt(v0)", "v4 = floor(v1)", "v5 = v2 ? v3 : v4",
        "output 0 = v5",
      ])
    #expect(try notation([lgamma(x)], [x]) == ["v0 = x", "v1 = lgamma(v0)", "output 0 = v1"])
    let exponential = try notation([exp(x)], [x])
    #expect(exponential.contains { $0.contains(/= int\(v\d+\) << 52/) })
    let relu = try notation([max(x, 0)], [x])
    #expect(relu.contains { $0.contains("isnan(v0)") })
  }

  /// Every operation of every function has a notation of its values by name, defined before.
  @Test func allFunctionsHaveANotation() throws {
    for operation in NablaExpressions.Operation.allCases
    where operation != .constant && operation != .variable {
      let count = operation.definition.value.operandCount
      switch operation.definition.value {
      case .indexed, .indexedBinary: continue
      default: break
      }
      let inputs = [x, y, z].prefix(count)
      var known: Set<Substring> = []
      for line in try notation([Expr.applying(operation, to: Array(inputs))], Array(inputs)) {
        let sides = line.split(separator: " = ", maxSplits: 1)
        try #require(sides.count == 2)
        for name in sides[1].matches(of: /\bv\d+/) { #expect(known.contains(name.output), "\(line)") }
        known.insert(sides[0])
      }
    }
  }

  @Test(arguments: InstructionSet.allCases.filter { $0 != .portable && $0.isAvailable })
  func machineCodeIsWhatTheKernelRuns(instructionSet: InstructionSet) throws {
    let outputs = [exp(y) * x * x + sin(x) * y, cos(x)]
    let kernel = compile(outputs: outputs, inputs: [x, y], for: instructionSet)
    let explanation = KernelExplanation(
      of: kernel, outputs: outputs, inputs: [x, y], rowLength: 1, for: instructionSet)
    guard case .machineCode(let code) = explanation.form else {
      Issue.record("there is no machine code for \(instructionSet)")
      return
    }
    let machine = try #require(kernel as? MachineKernel<Double>)
    let layout = machine.variants.interleaved(
      CodeLayout(inputs: [.column, .shared], outputs: [.column, .column]))
    #expect(
      code.code
        == Emitter.code(for: machine.variants.program, layout: layout, instructionSet: instructionSet))
    // exp(y) does not depend on the point.
    #expect(code.operations.first?.text == "y" && code.operations.filter(\.isHoisted).count > 20)
    #expect(code.operations.drop(while: \.isHoisted).allSatisfy { !$0.isHoisted })
    #expect(code.operations.filter { $0.output != nil }.count == 2)
    #expect(
      code.pointsPerVector == instructionSet.laneCount(of: .double) && code.vectorsPerTurn == layout.parts)
    #expect(code.marks.map(\.offset) == code.marks.map(\.offset).sorted())
    #expect(code.marks.allSatisfy { $0.offset < code.codeSize } && code.codeSize <= code.constantsOffset)
    #expect(code.spilledSize % instructionSet.vectorBytes == 0 && code.spilledSize <= code.frameSize)
    // Every operation with instructions is marked once for each vector, in order.
    let stores = code.marks.filter {
      if case .operation(let number, _) = $0.kind { code.operations[number].output != nil } else { false }
    }
    #expect(stores.count == 2 * layout.parts)
  }

  @Test func theInterpreterShowsItsTape() {
    let outputs = [x * x + 3]
    let kernel = compile(outputs: outputs, inputs: [x], for: .portable)
    let explanation = KernelExplanation(
      of: kernel, outputs: outputs, inputs: [x], rowLength: 1, for: .portable)
    guard case .tape(let tape) = explanation.form else {
      Issue.record("portable is the interpreter")
      return
    }
    #expect(tape.reason == .portable)
    #expect(explanation.nodes.map(\.definition.line) == ["n0 = x", "n1 = n0^2", "n2 = n1 + 3"])
    #expect(explanation.outputs == ["n2"])
    #expect(tape.constants.map(\.text) == ["3"] && tape.loads.map(\.text) == ["x"])
    #expect(tape.instructions.map(\.line) == ["s0 = s0^2", "s0 = s0 + s1"])
  }
}
