// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Runs the built `nabla` and collects what it says.
struct Nabla {
  let status: Int32
  /// Whether a signal ended the process, which must never happen.
  let isKilled: Bool
  let output: String
  let errors: String

  /// The executable beside the tests.
  static let executable: URL = {
    // Where there is no /proc, the tests are a bundle.
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = [tests, program, Bundle(for: Scratch.self).bundleURL]
      .map { $0.deletingLastPathComponent().appendingPathComponent("nabla") }
    return beside.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? beside[0]
  }()

  /// - Parameters:
  ///   - input: what standard input holds.
  ///   - directory: the working directory.
  ///   - environment: what differs from the tests' own environment.
  ///   - interrupts: whether to send SIGTERM as soon as the process no longer ends by it.
  init(
    _ arguments: [String], input: String = "", directory: URL? = nil, environment: [String: String] = [:],
    interrupts: Bool = false
  ) throws {
    try self.init(
      arguments, bytes: Array(input.utf8), directory: directory, environment: environment,
      interrupts: interrupts)
  }

  init(
    _ arguments: [String], bytes: [UInt8], directory: URL? = nil, environment: [String: String] = [:],
    interrupts: Bool = false
  ) throws {
    // Files instead of pipes: nothing can block, however much is written.
    let scratch = try Scratch()
    let (input, output, errors) = (scratch["in"], scratch["out"], scratch["err"])
    try Data(bytes).write(to: input)
    try Data().write(to: output)
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = directory }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    if interrupts {
      while process.isRunning && !Self.minds(SIGTERM, process.processIdentifier) { usleep(1000) }
      kill(process.processIdentifier, SIGTERM)
    }
    process.waitUntilExit()
    status = process.terminationStatus
    isKilled = process.terminationReason == .uncaughtSignal
    self.output = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    self.errors = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    #expect(!isKilled, "nabla \(arguments.map { $0.prefix(80) }) ended by signal \(status)")
  }

  /// Whether a process has a handler for a signal, by the kernel's mask of caught ones.
  private static func minds(_ signal: Int32, _ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
    return (mask.flatMap { UInt64($0, radix: 16) } ?? 0) >> UInt64(signal - 1) & 1 == 1
  }

  /// The JSON document on standard output.
  func document<Document: Decodable>(_ type: Document.Type = Document.self) throws -> Document {
    let decoder = JSONDecoder()
    return try decoder.decode(type, from: Data(output.utf8))
  }

  /// The keys of an object on standard output, of the document itself or of the first entry of a list in it.
  func keys(ofFirst list: String? = nil) throws -> Set<String> {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    guard let list else { return Set(object.keys) }
    let entries = try #require(object[list] as? [[String: Any]])
    return Set(try #require(entries.first).keys)
  }
}

/// A directory for one test, gone afterwards.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("nabla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  subscript(name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a file and gives its path.
  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: self[name])
    return self[name].path
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: self[name]), as: UTF8.self)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

/// Expects an error: its exit status, its words on standard error, and nothing on standard output.
func expectError(
  _ arguments: [String], status: Int32 = 64, saying words: String..., input: String = "",
  location: SourceLocation = #_sourceLocation
) throws {
  let run = try Nabla(arguments, input: input)
  #expect(run.status == status, "\(arguments): \(run.errors)", sourceLocation: location)
  #expect(run.output.isEmpty, sourceLocation: location)
  #expect(run.errors.hasPrefix("error: "), "\(run.errors)", sourceLocation: location)
  for word in words {
    #expect(run.errors.contains(word), "\(arguments) says: \(run.errors)", sourceLocation: location)
  }
}
