// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A compiler of the system, found by its name as a shell does.
public struct Compiler: Sendable {
  public let path: String

  /// Nil where it is not installed.
  public init?(_ name: String) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
    else { return nil }
    path = "\(folder)/\(name)"
  }

  public static let c = Compiler("cc")
  public static let swift = Compiler("swiftc")

  /// Compiles a program and runs it.
  ///
  /// - Returns: what the program writes, or the compiler's messages if there are any.
  public func output(of source: String, fileType: String, arguments: [String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "main.\(fileType)"), program = folder.appending(path: "program")
    try Data(source.utf8).write(to: file)
    let messages = try run(path, [file.path, "-o", program.path] + arguments, in: folder)
    guard messages.isEmpty else { return messages }
    return try run(program.path, [], in: folder)
  }

  private func run(_ program: String, _ arguments: [String], in folder: URL) throws -> String {
    // A file, not a pipe: it takes any amount without a reader.
    let file = folder.appending(path: "output.txt")
    try Data().write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let handle = try FileHandle(forWritingTo: file)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    try handle.close()
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return process.terminationStatus == 0 ? text : text + "\nexit status \(process.terminationStatus)"
  }
}
