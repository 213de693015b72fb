// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Nabla

/// `nabla doctor`: whether what Nabla stands on works here.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check that processor, memory and BLAS do what Nabla needs.",
    discussion: """
      Examples:
        nabla doctor
        nabla doctor --json
        NABLA_ISA=portable nabla doctor

      Compiles kernels and compares them with the portable interpreter, multiplies matrices and computes \
      eigenvalues that are known in closed form. The exit status is 1 if something is wrong; what to do is said \
      below it.
      """)

  @Flag(help: "Print one JSON document instead of a table.")
  var json = false

  func run() throws {
    let findings = Finding.all
    if json {
      let list = findings.map { finding -> JSON in
        .object([
          ("name", .string(finding.name)), ("status", .string(finding.status.rawValue)),
          ("found", .string(finding.found)), ("advice", finding.advice.map(JSON.string) ?? .null),
        ])
      }
      let head = [("command", JSON.string("doctor")), ("version", .string(Installation.version))]
      try Console.write(JSON.object(head + [("checks", .array(list))]).bytes)
    } else {
      let lines = findings.flatMap { finding in
        [
          finding.status.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
            + "\(finding.name): \(finding.found)"
        ]
          + (finding.advice.map { ["       \($0)"] } ?? [])
      }
      try Console.write(lines.joined(separator: "\n") + "\n")
    }
    if findings.contains(where: { $0.status == .wrong }) {
      throw ExitCode(ExitStatus.unsuccessful.rawValue)
    }
  }
}
