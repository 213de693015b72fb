// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// What the processor and the operating system offer.
enum Processor {
  /// The instruction sets whose kernels can run here, the best first; always with `portable`.
  static let instructionSets: [InstructionSet] = {
    var sets: [InstructionSet] = []
    #if arch(x86_64)
      if let features = Features() {
        if features.hasAVX512 { sets.append(.avx512) }
        if features.hasAVX2 { sets.append(.avx2) }
      }
    #endif
    return sets + [.portable]
  }()
}

#if arch(x86_64)
  /// The answers of CPUID and XGETBV, which Swift has no words for: they run as emitted code. References:
  /// Intel manual, volume 1, sections 14.3 and 15.2.
  private struct Features {
    let hasAVX2: Bool
    let hasAVX512: Bool

    /// nil where the system grants no executable memory, so that no kernel could run either.
    init?() {
      guard let cpuid = ExecutableMemory(Self.cpuidCode), let xgetbv = ExecutableMemory(Self.xgetbvCode)
      else { return nil }
      typealias CPUID = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<UInt32>) -> Void
      func registers(_ leaf: UInt32) -> [UInt32] {
        var answer: [UInt32] = [0, 0, 0, 0]
        unsafeBitCast(cpuid.address, to: CPUID.self)(leaf, 0, &answer)
        return answer
      }
      let leaves = registers(0)[0]
      let basic = registers(1)[2]
      let extended = leaves >= 7 ? registers(7)[1] : 0
      func has(_ word: UInt32, _ bits: UInt32...) -> Bool { bits.allSatisfy { word >> $0 & 1 == 1 } }
      // Bit 27: the operating system uses XSAVE, and XGETBV says which registers it keeps.
      let kept: UInt64 =
        has(basic, 27)
        ? unsafeBitCast(xgetbv.address, to: (@convention(c) () -> UInt64).self)() : 0
      let keepsVectors = kept & 0x6 == 0x6
      hasAVX2 = keepsVectors && has(basic, 12, 28) && has(extended, 5)  // FMA, AVX; AVX2
      hasAVX512 = hasAVX2 && kept & 0xE0 == 0xE0 && has(extended, 16, 17)  // F, DQ
      withExtendedLifetime((cpuid, xgetbv)) {}
    }

    private static let cpuidCode: [UInt8] = [
      0x53,  // push rbx
      0x89, 0xF8, 0x89, 0xF1,  // mov eax, edi; mov ecx, esi
      0x49, 0x89, 0xD0,  // mov r8, rdx
      0x0F, 0xA2,  // cpuid
      0x41, 0x89, 0x00, 0x41, 0x89, 0x58, 0x04,  // mov [r8], eax; mov [r8 + 4], ebx
      0x41, 0x89, 0x48, 0x08, 0x41, 0x89, 0x50, 0x0C,  // mov [r8 + 8], ecx; mov [r8 + 12], edx
      0x5B, 0xC3,  // pop rbx; ret
    ]

    private static let xgetbvCode: [UInt8] = [
      0x31, 0xC9,  // xor ecx, ecx
      0x0F, 0x01, 0xD0,  // xgetbv
      0x48, 0xC1, 0xE2, 0x20,  // shl rdx, 32
      0x48, 0x09, 0xD0,  // or rax, rdx (xgetbv clears the upper half of rax)
      0xC3,  // ret
    ]
  }
#endif
