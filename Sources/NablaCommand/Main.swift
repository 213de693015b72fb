// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Nabla

/// The process: reads the command line, runs a command, and says what failed.
@main
enum Main {
  static func main() {
    // A reader that goes away shall end the output, not the process.
    signal(SIGPIPE, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the command that the words stand for and gives the exit status.
  static func run(_ words: [String]) -> Int32 {
    do throws(UnavailableInstructionSet) {
      try InstructionSet.validateEnvironment()
    } catch {
      Console.note("error: \(error)")
      return ExitStatus.usage.rawValue
    }
    if words.isEmpty {
      Console.note(NablaCommand.helpMessage())
      return ExitStatus.usage.rawValue
    }
    if let first = words.first, !first.hasPrefix("-"), !NablaCommand.names.contains(first) {
      Console.note(
        "error: there is no command \"\(first.elided())\"; the commands are "
          + "\(NablaCommand.names.joined(separator: ", "))\nSee 'nabla --help' for more information.")
      return ExitStatus.usage.rawValue
    }
    do {
      var command = try NablaCommand.parseAsRoot(Text.protect(words))
      try command.run()
      return ExitStatus.done.rawValue
    } catch {
      return report(error)
    }
  }

  /// Prints what an error has to say and gives its exit status.
  private static func report(_ error: any Error) -> Int32 {
    if let error = error as? CommandError {
      Console.note("error: " + error.message)
      return error.status.rawValue
    }
    if let code = error as? ExitCode { return code.rawValue }
    let status = NablaCommand.exitCode(for: error)
    if status.isSuccess {
      // Help and version.
      do throws(CommandError) {
        let message = NablaCommand.fullMessage(for: error)
        // What it runs on is found out only where it is asked for.
        try Console.write((message == Installation.version ? Installation.description : message) + "\n")
      } catch {
        return report(error)
      }
      return status.rawValue
    }
    Console.note("error: " + Text.unprotect(NablaCommand.message(for: error)))
    let hint = NablaCommand.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help'") }
    if let hint { Console.note(hint.trimmingBlanks()) }
    return status.rawValue
  }
}
