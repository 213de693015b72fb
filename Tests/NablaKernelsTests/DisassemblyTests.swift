// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// The emitted bytes as an independent disassembler reads them, also for instruction sets that this
/// machine cannot run. Where no `objdump` is installed there is nothing to test.
@Suite(.enabled(if: Disassembler.isInstalled)) struct DisassemblyTests {
  private func vectorInstructions<Scalar: KernelScalar>(
    _ outputs: [Expr], _ set: InstructionSet, as: Scalar.Type
  ) throws -> [String] {
    let inputs = Expr.variables(of: outputs)
    let code = MachineKernel<Scalar>.code(outputs: outputs, inputs: inputs, instructionSet: set)
    let lines = try Disassembler.lines(code)
    // Behind the return there are only padding and constants.
    let body = lines.prefix { $0 != "ret" }
    #expect(!body.contains { $0.contains("(bad)") })
    return body.filter { $0.hasPrefix("v") }
  }

  /// Each operation with its operands in registers, shared and in the pool, used for the last time or not. `%` stands
  /// for a vector register, `{p}` for pd or ps, `{q}` for q or d, `{b}` for b or w, `{M}` and `{C}` for operands that are
  /// shared, in the frame or where they lie, and in the pool.
  @Test(arguments: [InstructionSet.avx2, .avx512], [Precision.double, .single])
  func eachOperationIsTheInstructionItShouldBe(set: InstructionSet, precision: Precision) throws {
    let isDouble = precision == .double
    let tokens =
      set == .avx2
      ? ["%": "ymm", "{M}": "YMMWORD PTR [rsp+0x60]", "{C}": "YMMWORD PTR [rip]"]
      : [
        "%": "zmm", "{M}": isDouble ? "QWORD BCST [shared]" : "DWORD BCST [shared]",
        "{C}": isDouble ? "QWORD BCST [rip]" : "DWORD BCST [rip]",
      ]
    for row in ExpectedInstructions.rows(set) {
      let (program, layout) = row.operation.program(
        OperandForm(places: row.places, fillers: 0, residents: 0), precision, constant: { 1 })
      var emitter = Emitter(program, layout: layout, instructionSet: set)
      let lines = try Disassembler.lines(emitter.emit()).prefix { $0 != "ret" }
        .filter { $0.hasPrefix("v") || $0.hasPrefix("k") }
        .filter { !$0.hasPrefix("vmovu") && !$0.hasPrefix("vbroadcast") }
        .filter { $0 != "vzeroupper" }.map {
          $0.replacing(/\[rip.*/, with: "[rip]").replacing(/BCST \[r(?!ip)[a-z0-9]+\]/, with: "BCST [shared]")
        }
      var text = row.text.replacing("{p}", with: isDouble ? "pd" : "ps")
        .replacing("{q}", with: isDouble ? "q" : "d").replacing("{b}", with: isDouble ? "b" : "w")
      // What the frame holds of points is no number.
      if set == .avx512 && row.places == [.evicted] {
        text = text.replacing("{M}", with: "ZMMWORD PTR [rsp+0xc0]")
      }
      for (token, replacement) in tokens { text = text.replacing(token, with: replacement) }
      #expect(lines.joined(separator: "; ") == text, "\(row.operation) of \(row.places)")
    }
  }

  /// Sums of many long-lived values: registers with numbers beyond 7 and 15, spills, constants.
  @Test(arguments: [InstructionSet.avx2, .avx512], ScalarType.allCases)
  func everyRegisterAndKindOfOperandDisassembles(set: InstructionSet, scalar: ScalarType) throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var generator = SplitMix64(seed: 4)
    let many = (0..<80).map { x * Expr(Double($0) + 0.37) - exp(y) / Expr(Double($0) + 1.73) }
    // Needed twice, in two orders: whatever the order of the code, they wait.
    let sum = (many + many.shuffled(using: &generator)).reduce(sin(x)) { $0 * 0.97 + $1 * $1 }
    let lines = try vectorInstructions([sum], set, as: scalar.type)
    let text = lines.joined(separator: "\n")
    let (name, count) = set == .avx512 ? ("zmm", 32) : ("ymm", 16)
    for register in 0..<count { #expect(text.contains("\(name)\(register)")) }
    #expect(text.contains("[rsp+") && text.contains("[rip+") && text.contains(/\[r[a-z0-9]+\+r13\*1/))
    #expect(text.contains("BCST") == (set == .avx512))
  }

  /// Half a vector of floats as doubles, from a register and from the stack frame, and back.
  @Test(arguments: [InstructionSet.avx2, .avx512])
  func floatsAreWidenedAndNarrowedByHalves(set: InstructionSet) throws {
    let x = Expr.variable("x")
    let many = (1...40).map { x + Expr(Double($0)) }
    let lines = try vectorInstructions([many.map { acos($0) }.reduce(0, +)], set, as: Float.self)
    let expected: [Regex<Substring>] =
      set == .avx2
      ? [
        /^vcvtps2pd ymm\d+,xmm\d+$/, /^vcvtps2pd ymm\d+,XMMWORD PTR \[rsp\+0x[0-9a-f]+\]$/,
        /^vextractf128 xmm\d+,ymm\d+,0x1$/, /^vcvtpd2ps xmm\d+,ymm\d+$/,
        /^vinsertf128 ymm\d+,ymm\d+,xmm\d+,0x1$/,
      ]
      : [
        /^vcvtps2pd zmm\d+,ymm\d+$/, /^vcvtps2pd zmm\d+,YMMWORD PTR \[rsp\+0x[0-9a-f]+\]$/,
        /^vextractf64x4 ymm\d+,zmm\d+,0x1$/, /^vcvtpd2ps ymm\d+,zmm\d+$/,
        /^vinsertf64x4 zmm\d+,zmm\d+,ymm\d+,0x1$/,
      ]
    for form in expected {
      #expect(lines.contains { $0.contains(form) }, "\(form) in \(lines.filter { $0.contains("cvt") })")
    }
  }

  /// Points in rows of three: a pair of neighbours and one element by itself.
  @Test(arguments: [InstructionSet.avx2, .avx512], ScalarType.allCases)
  func rowsAreTransposedInRegisters(set: InstructionSet, scalar: ScalarType) throws {
    let inputs = ["x", "y", "z"].map { Expr.variable($0) }
    let program = try #require(
      Lowering.program(
        outputs: [inputs.reduce(0, +)], inputs: inputs, precision: scalar == .double ? .double : .single,
        for: set))
    let layout = CodeLayout(
      inputs: [.row(stride: 3), .row(stride: 3), .row(stride: 3)], outputs: [.column],
      firstOfRun: [0, 0, 2, 3])
    var emitter = Emitter(program, layout: layout, instructionSet: set)
    let names = Set(
      try Disassembler.lines(emitter.emit()).prefix { $0 != "ret" }
        .map { String($0.prefix { $0 != " " }) })
    let expected: Set<String> =
      switch (scalar, set) {
      case (.double, .avx2): ["vmovupd", "vmovsd", "vmovhpd", "vinsertf128", "vunpcklpd", "vunpckhpd"]
      case (.double, _): ["vmovupd", "vmovsd", "vmovhpd", "vinsertf64x2", "vunpcklpd", "vunpckhpd"]
      case (.float, .avx2): ["vmovsd", "vmovhps", "vmovss", "vinsertps", "vinsertf128", "vshufps"]
      case (.float, _): ["vmovsd", "vmovhps", "vmovss", "vinsertps", "vinsertf32x4", "vshufps"]
      }
    #expect(names.isSuperset(of: expected), "\(expected.subtracting(names)) in \(names)")
    #expect(!names.contains("(bad)"))
  }

  /// What runs alone do not tell apart: a store past the caches, and that it is waited for; sums in place.
  @Test(arguments: [InstructionSet.avx2, .avx512], [Precision.double, .single])
  func outputsAreStoredAsTheLayoutSays(set: InstructionSet, precision: Precision) throws {
    let (vector, suffix) = (set == .avx2 ? "ymm0" : "zmm0", precision == .double ? "d" : "s")
    let size = set == .avx2 ? "YMMWORD" : "ZMMWORD"
    let cases: [(CodeLayout.Output, String)] = [
      (.streamedColumn, "vmovntp\(suffix) \(size) PTR [rbx+r13*1],\(vector)"),
      (.column, "vmovup\(suffix) \(size) PTR [rbx+r13*1],\(vector)"),
      (.scalar, "vmovs\(suffix) \(precision == .double ? "QWORD" : "DWORD") PTR [rax],xmm0"),
    ]
    for (place, store) in cases {
      var builder = VectorBuilder(precision, for: set)
      builder.store(builder.input(0), output: 0)
      let layout =
        place == .scalar
        ? CodeLayout.singlePoint(inputCount: 1, outputCount: 1)
        : CodeLayout(inputs: [.shared], outputs: [place])
      var emitter = Emitter(builder.program, layout: layout, instructionSet: set)
      let lines = try Disassembler.lines(emitter.emit()).prefix { $0 != "ret" }
      #expect(lines.contains(store), "\(lines)")
      #expect(lines.contains("sfence") == (place == .streamedColumn))
      #expect(lines.contains("vzeroupper"))
    }
  }
}

/// An operation with its operands in some places, and the instructions for it.
private struct ExpectedInstructions {
  var operation: FormOperation
  var places: [OperandForm.Place]
  var text: String

  init(_ code: VectorProgram.Code, _ places: [OperandForm.Place], _ text: String, immediate: Int32 = 0) {
    operation = FormOperation(code: code, operandCount: places.count, immediate: immediate)
    self.places = places
    self.text = text
  }

  static func rows(_ set: InstructionSet) -> [ExpectedInstructions] {
    let isAVX2 = set == .avx2
    var rows: [ExpectedInstructions] = []
    let binary: [(VectorProgram.Code, String)] = [
      (.add, "vadd{p}"), (.subtract, "vsub{p}"), (.multiply, "vmul{p}"), (.divide, "vdiv{p}"),
      (.minimum, "vmin{p}"), (.maximum, "vmax{p}"), (.and, "vand{p}"), (.or, "vor{p}"),
      (.exclusiveOr, "vxor{p}"), (.andNot, "vandn{p}"), (.addIntegers, "vpadd{q}"),
      (.subtractIntegers, "vpsub{q}"),
    ]
    for (code, name) in binary {
      let forms: [([OperandForm.Place], String)] = [
        ([.dying, .dying], "\(name) %0,%0,%1"),
        ([.living, .living], "\(name) %2,%0,%1"),
        ([.living, .dying], "\(name) %1,%0,%1"),
        ([.dying, .previous], "\(name) %0,%0,%0"),
        ([.dying, .shared], "\(name) %0,%0,{M}"),
        ([.dying, .constant], "\(name) %0,%0,{C}"),
      ]
      rows += forms.map { ExpectedInstructions(code, $0, $1) }
    }
    for (code, opcode) in [
      (VectorProgram.Code.multiplyAdd, "vfmadd"), (.multiplySubtract, "vfmsub"),
      (.negativeMultiplyAdd, "vfnmadd"),
    ] {
      let forms: [([OperandForm.Place], String)] = [
        ([.dying, .dying, .dying], "\(opcode)231{p} %2,%0,%1"),
        ([.living, .constant, .dying], "\(opcode)231{p} %1,%0,{C}"),
        ([.dying, .shared, .dying], "\(opcode)231{p} %1,%0,{M}"),
        ([.dying, .dying, .living], "\(opcode)213{p} %0,%1,%2"),
        ([.living, .dying, .living], "\(opcode)213{p} %1,%0,%2"),
        ([.living, .living, .living], "\(opcode)213{p} %3,%1,%2"),
        ([.dying, .dying, .shared], "\(opcode)213{p} %0,%1,{M}"),
        ([.dying, .dying, .constant], "\(opcode)213{p} %0,%1,{C}"),
        ([.dying, .shared, .living], "\(opcode)132{p} %0,%1,{M}"),
        ([.dying, .constant, .living], "\(opcode)132{p} %0,%1,{C}"),
      ]
      rows += forms.map { ExpectedInstructions(code, $0, $1) }
    }
    for (immediate, name) in ["eq", "lt", "le", "unord", "neq", "nlt", "nle"].enumerated() {
      for (place, last) in [(OperandForm.Place.dying, "%1"), (.shared, "{M}"), (.constant, "{C}")] {
        rows.append(
          .init(
            .compare, [.dying, place],
            isAVX2 ? "vcmp\(name){p} %0,%0,\(last)" : "vcmp\(name){p} k1,%0,\(last); vpmovm2{q} %0,k1",
            immediate: Int32(immediate)))
      }
    }
    for (place, operand, otherwise) in [(OperandForm.Place.dying, "%1", "%2"), (.shared, "{M}", "%1")] {
      rows.append(
        .init(
          .blend, [.dying, place, .dying],
          isAVX2
            ? "vblendv{p} %0,\(otherwise),\(operand),%0"
            : "vpmov{q}2m k1,%0; vblendm{p} %0{k1},\(otherwise),\(operand)"))
    }
    for (place, operand) in [(OperandForm.Place.dying, "%0"), (.evicted, "{M}"), (.constant, "{C}")] {
      rows.append(.init(.squareRoot, [place], "vsqrt{p} %0,\(operand)"))
      for mode in Int32(0)...3 where place != .constant {
        let name = isAVX2 ? "vround" : "vrndscale"
        rows.append(
          .init(.round, [place], "\(name){p} %0,\(operand),0x\(String(8 + mode, radix: 16))", immediate: mode)
        )
      }
    }
    rows.append(
      .init(
        .callWhere, [.dying, .dying, .dying],
        isAVX2 ? "vtest{p} %2,%2" : "vpmov{q}2m k1,%2; kortest{b} k1,k1"))
    if !isAVX2 {
      rows += [
        .init(.scale, [.dying, .dying], "vscalef{p} %0,%0,%1"),
        .init(.scale, [.living, .constant], "vscalef{p} %1,%0,{C}"),
        .init(.fixUp, [.dying, .dying, .constant], "vfixupimm{p} %0,%1,{C}"),
        .init(.fixUp, [.living, .dying, .shared], "vfixupimm{p} %2,%1,{M},0x0"),
        .init(.classify, [.dying], "vfpclass{p} k1,%0,0x20; vpmovm2{q} %0,k1", immediate: 0x20),
      ]
    }
    rows.append(.init(.shiftLeft, [.dying], "vpsll{q} %0,%0,0xc", immediate: 12))
    rows.append(.init(.shiftRight, [.living], "vpsrl{q} %1,%0,0x1f", immediate: 31))
    return rows
  }
}
