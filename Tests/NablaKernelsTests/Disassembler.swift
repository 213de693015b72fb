// SPDX-License-Identifier: Apache-2.0

import Foundation

/// GNU objdump, as an independent reader of emitted bytes.
enum Disassembler {
  private static let path = "/usr/bin/objdump"

  /// Whether it is there and reads x86-64: macOS has another program of this name, other processors may have one that
  /// reads their own code only.
  static let isInstalled = (try? lines([0xC3])) == ["ret"]

  /// The instructions in Intel's syntax, with one space behind the mnemonic.
  static func lines(_ code: [UInt8]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString).bin")
    try Data(code).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: path)
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
      guard parts.count == 2 else { return nil }
      // The note that an instruction is in the EVEX encoding though the VEX encoding could be had.
      return parts[1].split(separator: " ").filter { $0 != "{evex}" }.joined(separator: " ")
    }
  }
}
