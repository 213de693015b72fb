// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A signal ends long work, and what was found is given. It is sent when /proc says that it is caught.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status"))) struct InterruptionTests {
  @Test("a proof")
  func proof() throws {
    struct Document: Decodable {
      let complete: Bool
      let unresolved: [[[Double]]]
    }
    // Ten minutes of work and more.
    let run = try Nabla(
      ["classify", "sin(x*y)*cos(x)", "--in", "-30:30", "--certify", "--budget", "600s", "--json"],
      interrupts: true)
    #expect(run.status == 1)
    #expect(run.errors == "warning: --certify: the list is not proven complete; the proof was interrupted\n")
    let document = try run.document(Document.self)
    #expect(!document.complete && !document.unresolved.isEmpty)
  }

  @Test("a sample that has no draws yet")
  func sample() throws {
    // However late the signal is: it comes in the warm-up.
    let run = try Nabla(["sample", "-x^2/2", "--warmup", "50000000"], interrupts: true)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors == "error: Sampling was ended before every chain had a draw.\n")
  }
}
