// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

/// What runs here, and on what.
enum Installation {
  static let version = "0.1.0"

  /// Of `--version`: the number alone on the first line, for scripts.
  static var description: String {
    [version, "processor: \(processor)", "kernels: \(kernels)", "BLAS: \(blas)"].joined(separator: "\n")
  }

  /// The processor's name.
  static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last.map {
      String($0).trimmingBlanks()
    }
    return "\(name ?? "unknown"), \(counted(ProcessInfo.processInfo.activeProcessorCount, "cores")) in use"
  }

  /// The instruction set that kernels are compiled for, and those that could be.
  ///
  /// - Precondition: `NABLA_ISA` is valid, which the process makes sure of at its start.
  static var kernels: String {
    let available = InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
    return "\(InstructionSet.current.rawValue) (this machine can run \(available))"
  }

  static var blas: String {
    "\(BLASLibrary.configuration); routines for \(BLASLibrary.core), "
      + "\(counted(BLASLibrary.threadCount, "threads")) at most"
  }
}
