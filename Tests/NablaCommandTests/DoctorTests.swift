// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct DoctorTests {
  struct Document: Decodable {
    struct Check: Decodable {
      let name: String
      let status: String
      let advice: String?
    }
    let command: String
    let version: String
    let checks: [Check]
  }

  @Test("this installation is sound")
  func sound() throws {
    let run = try Nabla(["doctor"])
    #expect(run.status == 0 && run.errors.isEmpty)
    for name in ["processor", "kernels", "BLAS", "LAPACK", "files"] {
      #expect(run.output.contains(" \(name): "))
    }
    #expect(!run.output.contains("wrong"))
  }

  @Test("interpreted kernels are slow, not wrong, and it says why")
  func portable() throws {
    let run = try Nabla(["doctor", "--json"], environment: ["NABLA_ISA": "portable"])
    #expect(run.status == 0)
    let document = try run.document(Document.self)
    #expect(document.command == "doctor" && document.checks.count == 5)
    let processor = try #require(document.checks.first { $0.name == "processor" })
    #expect(processor.status == "slow" && processor.advice != nil)
    #expect(document.checks.allSatisfy { $0.status == "ok" ? $0.advice == nil : $0.advice != nil })
  }

  @Test("completions name the commands", arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) throws {
    let run = try Nabla(["--generate-completion-script", shell])
    #expect(run.status == 0)
    for name in ["classify", "doctor", "--certify"] {
      #expect(run.output.contains(name.hasPrefix("-") && shell == "fish" ? "certify" : name))
    }
  }
}
