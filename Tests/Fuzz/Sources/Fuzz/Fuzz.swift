// SPDX-License-Identifier: Apache-2.0

import Foundation

/// `Fuzz TARGET [ARGUMENTS OF libFuzzer…]`: one executable for all targets, each in a file of its own.
@main
enum Fuzz {
  typealias Target = @convention(c) (UnsafePointer<UInt8>, Int) -> CInt

  static let targets: [(name: String, run: Target)] = [
    ("expression", fuzzExpression), ("function", fuzzFunction), ("csv", fuzzCSV), ("npy", fuzzNPY),
  ]

  static func main() {
    guard CommandLine.arguments.count > 1,
      let target = targets.first(where: { $0.name == CommandLine.arguments[1] })
    else {
      print("the targets are \(targets.map(\.name).joined(separator: ", "))")
      exit(64)
    }
    var count = CommandLine.argc - 1
    // Without the target's name.
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv + 1
    words[0] = CommandLine.unsafeArgv[0]
    exit(runDriver(&count, &words, target.run))
  }
}

/// libFuzzer's entry for programs that have a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ target: Fuzz.Target
) -> CInt
