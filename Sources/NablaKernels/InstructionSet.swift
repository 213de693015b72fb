// SPDX-License-Identifier: Apache-2.0

internal import LibC

/// How kernels run: as machine code for an instruction set, or interpreted.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// Vectors of 8 doubles or 16 floats, 32 registers (AVX-512 F and DQ).
  case avx512
  /// Vectors of 4 doubles or 8 floats, 16 registers, fused multiply-add.
  case avx2
  /// No machine code: the portable interpreter.
  case portable

  var vectorBytes: Int { self == .avx512 ? 64 : 32 }
  /// Points a vector.
  func laneCount(of precision: Precision) -> Int { vectorBytes / precision.byteCount }
  var registerCount: Int { self == .avx512 ? 32 : 16 }

  /// Whether the processor and the operating system of this machine can run it.
  public var isAvailable: Bool { Processor.instructionSets.contains(self) }

  /// The instruction set that kernels are compiled for: that of the environment variable `NABLA_ISA`
  /// (`avx512`, `avx2` or `portable`), by default the best one that is available.
  ///
  /// - Precondition: the variable names an available instruction set; see ``validateEnvironment()``.
  public static let current: InstructionSet = {
    do throws(UnavailableInstructionSet) {
      return try requested()
    } catch {
      preconditionFailure(error.description)
    }
  }()

  /// Checks the environment variable `NABLA_ISA` before anything is computed.
  ///
  /// A set that this machine lacks is refused, not replaced: a measurement or a test that asks for one
  /// must not silently take another.
  ///
  /// - Throws: ``UnavailableInstructionSet`` with the name and the ones there are.
  public static func validateEnvironment() throws(UnavailableInstructionSet) { _ = try requested() }

  private static func requested() throws(UnavailableInstructionSet) -> InstructionSet {
    guard let name = getenv("NABLA_ISA").map({ String(cString: $0) }), !name.isEmpty else {
      return Processor.instructionSets[0]
    }
    guard let choice = InstructionSet(rawValue: name), choice.isAvailable else {
      throw UnavailableInstructionSet(name: name)
    }
    return choice
  }
}

/// `NABLA_ISA` asks for an instruction set that this machine cannot run, or that does not exist.
public struct UnavailableInstructionSet: Error, Equatable, CustomStringConvertible {
  /// The name asked for.
  public let name: String

  public var description: String {
    let names = Processor.instructionSets.map(\.rawValue).joined(separator: ", ")
    return "NABLA_ISA is '\(name)'; this machine can run \(names)"
  }
}
