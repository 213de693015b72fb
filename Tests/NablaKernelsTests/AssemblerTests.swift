// SPDX-License-Identifier: Apache-2.0

import Testing
import TestSupport

@testable import NablaKernels

/// The bytes of each form of an instruction, mnemonic and operands, as an independent disassembler reads them.
/// Where no `objdump` is installed there is nothing to test.
@Suite(.enabled(if: Disassembler.isInstalled)) struct AssemblerTests {
  /// Instructions one after the other, and how they should read.
  private struct Listing {
    var assembler: Assembler
    var expected: [String] = []
    private(set) var constantCount = 0
    private var ends: [Int] = []

    init(_ set: InstructionSet, _ precision: Precision) {
      assembler = Assembler(instructionSet: set, precision: precision)
    }

    mutating func append(_ text: String, _ emit: (inout Assembler) -> Void) {
      emit(&assembler)
      expected.append(text)
      ends.append(assembler.bytes.count)
    }

    /// Compares, with the addresses of constants (`{0}` for the first) where they should be. Four constants
    /// lie behind the code.
    mutating func check(_ comment: Comment) throws {
      let set = assembler.instructionSet
      let pool = (assembler.bytes.count + 63) / 64 * 64
      let step = set == .avx512 ? 8 : 32
      let lines = try Disassembler.lines(assembler.finish(constants: [1, 2, 3, 4]))
      for (index, (line, text)) in zip(lines, expected).enumerated() {
        var text = text
        for constant in 0..<4 {
          let address = pool + constant * step
          text = text.replacing(
            "{\(constant)}",
            with: "[rip+0x\(String(address - ends[index], radix: 16))] # 0x\(String(address, radix: 16))")
        }
        // The note on the address comes last in the line.
        if let note = text.firstRange(of: /\ # 0x[0-9a-f]+/) {
          let address = text[note]
          text.removeSubrange(note)
          text += address
        }
        // Behind the first difference all others may be read out of step.
        guard line == text else {
          Issue.record("\(comment): instruction \(index) reads \(line), not \(text)")
          return
        }
      }
      #expect(lines.count >= expected.count, comment)
    }
  }

  private static let sets: [InstructionSet] = [.avx2, .avx512]

  private func registers(_ set: InstructionSet) -> [UInt8] {
    [0, 3, 7, 8, 12, 15] + (set == .avx512 ? [16, 21, 23, 24, 29, 31] : [])
  }

  private func hex(_ number: Int32) -> String {
    (number < 0 ? "-0x" : "+0x") + String(number.magnitude, radix: 16)
  }

  /// Operands in memory with each kind of base, index and displacement; the last is as it should read.
  private var memories: [(VectorOperand, String)] {
    let bases: [GeneralRegister] = [.rax, .rbx, .rsp, .rbp, .rdi, .r8, .r11, .r12, .r13, .r15]
    let displacements: [Int32] = [
      0, 1, 32, 64, 127, 128, -128, -129, 508, 512, 1016, 1024, 4096, 8128, 8192, -8192, -8256, 0x123456,
    ]
    var memories: [(VectorOperand, String)] = []
    for base in bases {
      for displacement in displacements {
        // rbp and r13 as a base always have a displacement.
        let needsOne = base == .rbp || base == .r13
        let end = displacement == 0 && !needsOne ? "]" : hex(displacement) + "]"
        memories.append((.memory(base, displacement), "[\(base)" + end))
        for index in [GeneralRegister.rbx, .rbp, .r12, .r13, .r14] {
          memories.append((.indexed(base, index, displacement), "[\(base)+\(index)*1" + end))
        }
      }
    }
    return memories
  }

  /// All combinations of low, high and highest registers, all operands in memory, and constants, in
  /// instructions of each opcode map, with an immediate and without.
  @Test(arguments: sets, [Precision.double, .single])
  func vectorInstructionsHaveTheirOperands(set: InstructionSet, precision: Precision) throws {
    var listing = Listing(set, precision)
    let (name, suffix) = (set == .avx512 ? "zmm" : "ymm", precision == .double ? "pd" : "ps")
    let prefix = listing.assembler.packed
    let isWide = precision == .double
    for destination in registers(set) {
      for source in registers(set) {
        for last in registers(set) {
          let operands = "\(name)\(destination),\(name)\(source),\(name)\(last)"
          listing.append("vsub\(suffix) \(operands)") {
            $0.vector(prefix, .x0F, 0x5C, destination, source, .register(last))
          }
          listing.append("vfmadd213\(suffix) \(operands)") {
            $0.vector(.x66, .x0F38, isWide: isWide, 0xA8, destination, source, .register(last))
          }
        }
        let size = set == .avx512 ? "ZMMWORD" : "YMMWORD"
        let operands = "\(name)\(destination),\(name)\(source)"
        let memories = memories
        // Each register with some of the operands in memory, all of them with some of the registers.
        for (operand, text) in (0..<12).map({
          memories[(Int(destination) * 83 + Int(source) * 31 + $0 * 53) % memories.count]
        }) {
          listing.append("vsub\(suffix) \(operands),\(size) PTR \(text)") {
            $0.vector(prefix, .x0F, 0x5C, destination, source, operand)
          }
          listing.append("vfnmadd231\(suffix) \(operands),\(size) PTR \(text)") {
            $0.vector(.x66, .x0F38, isWide: isWide, 0xBC, destination, source, operand)
          }
        }
        let element = precision == .double ? "QWORD" : "DWORD"
        let kind = set == .avx512 ? "\(element) BCST" : "YMMWORD PTR"
        for constant in 0..<4 {
          listing.append("vsub\(suffix) \(operands),\(kind) {\(constant)}") {
            $0.vector(prefix, .x0F, 0x5C, destination, source, .constant(constant))
          }
          // Behind the displacement comes the immediate.
          listing.append("vshuf\(suffix) \(operands),\(kind) {\(constant)},0x4e") {
            $0.vector(prefix, .x0F, 0xC6, destination, source, .constant(constant), immediate: 0x4E)
          }
        }
      }
    }
    for (operand, text) in memories {
      listing.append("vmovup\(suffix.last!) \(set == .avx512 ? "ZMMWORD" : "YMMWORD") PTR \(text),\(name)9") {
        $0.vector(prefix, .x0F, 0x11, 9, 0, operand)
      }
      listing.append(
        "vbroadcasts\(suffix.last!) \(name)10,\(precision == .double ? "QWORD" : "DWORD") PTR \(text)"
      ) {
        $0.broadcast(10, operand)
      }
      if set == .avx512, case .memory(let base, let displacement) = operand {
        let element = precision == .double ? "QWORD" : "DWORD"
        listing.append("vsub\(suffix) zmm11,zmm12,\(element) BCST \(text)") {
          $0.vector(prefix, .x0F, 0x5C, 11, 12, .repeated(base, displacement))
        }
      }
    }
    try listing.check("\(set), \(precision)")
  }

  /// What rows and single points are read and written with.
  @Test(arguments: sets, [Precision.double, .single])
  func instructionsOnLowElementsHaveTheirOperands(set: InstructionSet, precision: Precision) throws {
    var listing = Listing(set, precision)
    let name = set == .avx512 ? "zmm" : "ymm"
    for register in registers(set) {
      for (operand, text) in memories {
        let low = "xmm\(register)"
        if precision == .double {
          listing.append("vmovupd \(low),XMMWORD PTR \(text)") {
            $0.low(.x66, .x0F, 0x10, register, 0, operand)
          }
          listing.append("vmovsd \(low),QWORD PTR \(text)") { $0.low(.xF2, .x0F, 0x10, register, 0, operand) }
          listing.append("vmovsd QWORD PTR \(text),\(low)") { $0.low(.xF2, .x0F, 0x11, register, 0, operand) }
          listing.append("vmovhpd \(low),\(low),QWORD PTR \(text)") {
            $0.low(.x66, .x0F, 0x16, register, register, operand)
          }
        } else {
          listing.append("vmovss \(low),DWORD PTR \(text)") { $0.low(.xF3, .x0F, 0x10, register, 0, operand) }
          listing.append("vmovss DWORD PTR \(text),\(low)") { $0.low(.xF3, .x0F, 0x11, register, 0, operand) }
          listing.append("vmovsd \(low),QWORD PTR \(text)") {
            $0.low(.xF2, .x0F, isWide: true, 0x10, register, 0, operand)
          }
          listing.append("vmovhps \(low),\(low),QWORD PTR \(text)") {
            $0.low(.none, .x0F, 0x16, register, register, operand)
          }
          listing.append("vinsertps \(low),\(low),DWORD PTR \(text),0x20") {
            $0.low(.x66, .x0F3A, 0x21, register, register, operand, immediate: 0x20)
          }
        }
        let insert =
          set == .avx2 ? "vinsertf128" : precision == .double ? "vinsertf64x2" : "vinsertf32x4"
        listing.append("\(insert) \(name)\(register),\(name)\(register),XMMWORD PTR \(text),0x1") {
          $0.vector(.x66, .x0F3A, 0x18, register, register, operand, memoryBytes: 16, immediate: 1)
        }
      }
    }
    try listing.check("\(set), \(precision)")
  }

  /// Masks of AVX-512: written, applied, moved to and from vectors.
  @Test(arguments: [Precision.double, .single]) func masksAreOperands(precision: Precision) throws {
    var listing = Listing(.avx512, precision)
    let (suffix, element) = precision == .double ? ("pd", "q") : ("ps", "d")
    let prefix = listing.assembler.packed
    for register in registers(.avx512) {
      for mask in UInt8(1)...7 {
        listing.append("vcmplt\(suffix) k\(mask),zmm\(register),zmm30") {
          $0.evex(prefix, .x0F, 0xC2, mask, register, .register(30), immediate: 1)
        }
        listing.append("vpmovm2\(element) zmm\(register),k\(mask)") {
          $0.evex(.xF3, .x0F38, 0x38, register, 0, .register(mask))
        }
        listing.append("vpmov\(element)2m k\(mask),zmm\(register)") {
          $0.evex(.xF3, .x0F38, 0x39, mask, 0, .register(register))
        }
        listing.append("vblendm\(suffix) zmm\(register){k\(mask)},zmm29,zmm\(register)") {
          $0.evex(.x66, .x0F38, 0x65, register, 29, .register(register), mask: mask)
        }
        listing.append("kortest\(precision == .double ? "b" : "w") k\(mask),k\(mask)") {
          $0.vex($0.packed, .x0F, false, is256: false, 0x98, mask, 0, .register(mask))
        }
      }
    }
    try listing.check("\(precision)")
  }

  @Test func generalInstructionsHaveTheirOperands() throws {
    var listing = Listing(.avx2, .double)
    let registers = (UInt8(0)..<16).map { GeneralRegister(rawValue: $0)! }
    for a in registers {
      for b in registers {
        for displacement: Int32 in [0, 8, -56, 0x12345] {
          let text = "[\(b)\(hex(displacement))]"
          listing.append("mov \(a),QWORD PTR \(text)") { $0.load(a, b, displacement) }
          listing.append("lea \(a),\(text)") { $0.address(a, b, displacement) }
          listing.append("cmp \(a),QWORD PTR \(text)") { $0.compare(a, b, displacement) }
        }
        listing.append("mov \(a),\(b)") { $0.move(a, b) }
        listing.append("add \(a),\(b)") { $0.add(a, b) }
        listing.append("cmp \(a),\(b)") { $0.compare(a, b) }
        listing.append("imul \(a),\(b),0x11223") { $0.multiply(a, b, 0x11223) }
      }
      listing.append("movabs \(a),0x123456789abcdef0") { $0.move(a, 0x1234_5678_9ABC_DEF0) }
      listing.append("push \(a)") { $0.push(a) }
      listing.append("pop \(a)") { $0.pop(a) }
      listing.append("add \(a),0x12345") { $0.add(a, 0x12345) }
      listing.append("and \(a),0xffffffffffffffc0") { $0.and(a, -64) }
    }
    let start = listing.assembler.bytes.count
    let end = start + 6 + 5
    listing.append("jne 0x\(String(start, radix: 16))") { $0.jump(if: .notZero, to: start) }
    listing.append("jmp 0x\(String(start, radix: 16))") { $0.jump(to: start) }
    listing.append("jb 0x\(String(end + 6, radix: 16))") {
      let place = $0.jump(if: .below)
      $0.setTarget(of: place)
    }
    try listing.check("general")
  }
}
