import Foundation
import NablaExpressions
import Testing
import TestSupport

@testable import NablaKernels

/// The emitted bytes as an independent disassembler reads them, also for instruction sets that this
/// machine cannot run. Where no `objdump` is installed there is nothing to test.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/objdump")))
struct DisassemblyTests {
  /// The instructions of the loop's body, without the moves of columns' addresses.
  private func disassemble(_ code: [UInt8]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString).bin")
    try Data(code).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/objdump")
    process.arguments = [
      "-D", "-b", "binary", "-mi386:x86-64", "-Mintel", "--no-show-raw-insn", file.path,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t")
      return parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : nil
    }
  }

  private func vectorInstructions<Scalar: KernelScalar>(
    _ outputs: [Expr], _ set: InstructionSet, as: Scalar.Type
  ) throws -> [String] {
    let inputs = Expr.variables(of: outputs)
    let code = MachineKernel<Scalar>.code(outputs: outputs, inputs: inputs, instructionSet: set)
    let lines = try disassemble(code)
    // Behind the return there are only padding and constants.
    let body = lines.prefix { $0 != "ret" }
    #expect(!body.contains { $0.contains("(bad)") })
    return body.filter { $0.hasPrefix("v") }
  }

  @Test func eachOperationIsTheInstructionItShouldBe() throws {
    let x = Expr.variable("x"), y = Expr.variable("y"), z = Expr.variable("z")
    let cases: [(Expr, avx2: [String], avx512: [String])] = [
      (x + y, ["vaddpd"], ["vaddpd"]), (x - y, ["vsubpd"], ["vsubpd"]), (x * y, ["vmulpd"], ["vmulpd"]),
      (x / y, ["vdivpd"], ["vdivpd"]), (sqrt(x), ["vsqrtpd"], ["vsqrtpd"]), (-x, ["vxorpd"], ["vxorpd"]),
      (x * y + z, ["vfmadd231pd"], ["vfmadd231pd"]), (z - x * y, ["vfnmadd231pd"], ["vfnmadd231pd"]),
      (x * y - z, ["vfmsub231pd"], ["vfmsub231pd"]), (floor(x), ["vroundpd"], ["vrndscalepd"]),
      (
        select(x .< y, x, z), ["vcmpltpd", "vblendvpd"],
        ["vcmpltpd", "vpmovm2q", "vpmovq2m", "vblendmpd"]
      ),
    ]
    for (expression, avx2, avx512) in cases {
      for (set, expected) in [(InstructionSet.avx2, avx2), (.avx512, avx512)] {
        #expect(try names([expression], set, as: Double.self) == expected, "\(expression) for \(set)")
        let single = expected.map { singleForm[$0] ?? $0.replacing(/pd$/, with: "ps") }
        #expect(try names([expression], set, as: Float.self) == single, "\(expression) of floats for \(set)")
      }
    }
  }

  private let singleForm = ["vpmovm2q": "vpmovm2d", "vpmovq2m": "vpmovd2m"]

  private func names<Scalar: KernelScalar>(
    _ outputs: [Expr], _ set: InstructionSet, as: Scalar.Type
  ) throws -> [String] {
    try vectorInstructions(outputs, set, as: Scalar.self).map { String($0.prefix { $0 != " " }) }
      .filter { !["vmovupd", "vmovups", "vbroadcastsd", "vbroadcastss", "vzeroupper"].contains($0) }
  }

  /// Sums of many long-lived values: registers with numbers beyond 7 and 15, spills, constants.
  @Test(arguments: [InstructionSet.avx2, .avx512], ScalarType.allCases)
  func everyRegisterAndKindOfOperandDisassembles(set: InstructionSet, scalar: ScalarType) throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var generator = SplitMix64(seed: 4)
    let many = (0..<80).map { x * Expr(Double($0) + 0.37) - exp(y) / Expr(Double($0) + 1.73) }
    let sum = many.shuffled(using: &generator).reduce(sin(x)) { $0 * 0.97 + $1 * $1 }
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
        outputs: [inputs.reduce(0, +)], inputs: inputs, precision: scalar == .double ? .double : .single))
    let layout = CodeLayout(
      inputs: [.row(stride: 3), .nextInRow(stride: 3), .row(stride: 3)], outputs: [.column])
    var emitter = Emitter(program, layout: layout, instructionSet: set)
    let names = Set(
      try disassemble(emitter.emit()).prefix { $0 != "ret" }
        .map { String($0.trimmingPrefix("{evex} ").prefix { $0 != " " }) })
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
}
