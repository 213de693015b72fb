// SPDX-License-Identifier: Apache-2.0

import Foundation
import Nabla

/// Machine code as the instructions it consists of, read by `objdump` where one is installed.
struct Disassembler {
  struct Instruction: Equatable {
    /// The place in the code.
    let address: Int
    let bytes: [UInt8]
    /// In Intel's notation: `vaddpd ymm0,ymm0,ymm1`.
    let text: String
  }

  /// The folders to look for `objdump` in, separated by colons: `PATH` of the environment.
  let path: String

  /// The instructions; nil where there is no `objdump`, or where it fails.
  ///
  /// The code goes through a file for the time of the call, as objdump reads no other input.
  func instructions(of code: ArraySlice<UInt8>) -> [Instruction]? {
    guard let executable, let file = Self.temporaryFile(code) else { return nil }
    defer { unlink(file) }
    let process = Process()
    process.executableURL = executable
    process.arguments = [
      "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--insn-width=16", file,
    ]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let text = try? output.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit, let text else { return nil }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    let instructions = lines.compactMap(Self.instruction)
    // All of the code and nothing else, or it is another program than we know.
    return instructions.flatMap(\.bytes).elementsEqual(code) ? instructions : nil
  }

  private var executable: URL? {
    path.split(separator: ":").map { URL(filePath: String($0)).appending(path: "objdump") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// A line of objdump's: `  1c:⇥c5 fd 58 c1 ⇥vaddpd ymm0,ymm0,ymm1`. Others are nil.
  static func instruction(_ line: Substring) -> Instruction? {
    let fields = line.split(separator: "\t", maxSplits: 2)
    guard fields.count == 3, fields[0].hasSuffix(":"),
      let address = Int(fields[0].dropLast().trimmingBlanks(), radix: 16)
    else { return nil }
    let bytes = fields[1].split(separator: " ").compactMap { UInt8($0, radix: 16) }
    return Instruction(address: address, bytes: bytes, text: fields[2].trimmingBlanks())
  }

  /// A new file that nobody else can read; nil where none can be written.
  private static func temporaryFile(_ bytes: ArraySlice<UInt8>) -> String? {
    let folder = FileManager.default.temporaryDirectory
    var template = Array(folder.appending(path: "nabla.XXXXXX").path.utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    let name = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    let isWritten = WholeFile.writeAll(Array(bytes), to: descriptor)
    guard close(descriptor) == 0, isWritten else {
      unlink(name)
      return nil
    }
    return name
  }
}
