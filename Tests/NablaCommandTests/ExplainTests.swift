// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Whether this machine runs machine code when it is free to.
private let hasMachineCode: Bool = {
  let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  return flags.contains(" avx2 ") && flags.contains(" fma ")
}()

private let hasObjdump = FileManager.default.isExecutableFile(atPath: "/usr/bin/objdump")

/// The best instruction set, whatever the tests run with.
private let best = ["NABLA_ISA": ""]

@Suite struct ExplainTests {
  @Test("the text shows each step", .enabled(if: hasMachineCode))
  func text() throws {
    let run = try Nabla(["evaluate", "x^2*y+x", "--explain"], environment: best)
    #expect(run.status == 0)
    #expect(
      run.output.hasPrefix(
        """
        f(x, y) = x^2*y+x

        Graph: 8 nodes, each distinct subexpression once

          n0 = x
          n1 = n0^2
          n2 = y
          n3 = n1 * n2   becomes part of the operation that uses it
          n4 = n0 + n3
          n5 = n0 * n2   becomes part of the operation that uses it
          n6 = 2 * n5    becomes part of the operation that uses it
        """), "\(run.output)")
    for line in [
      "  f = n4", "  df/dy = n1", "  v0 = x", "  f = v", "  constants", "  loop", "  exit",
      "  stack frame          ", "  vectors              ",
    ] {
      #expect(run.output.contains("\n" + line), "\(line) in \(run.output)")
    }
    #expect(run.output.contains(/v\d+ = v\d+ \* v\d+ \+ v0/))
    let reads = run.output.contains("what objdump reads in them")
    #expect(reads == hasObjdump && run.errors.isEmpty == hasObjdump)
    if hasObjdump {
      #expect(run.output.contains(/\n +0  55 +push +rbp\n/) && run.output.contains(/vfmadd\d{3}pd/))
      #expect(!run.output.contains("(bad)"))
    }
  }

  @Test("the document", .enabled(if: hasMachineCode))
  func document() throws {
    let run = try Nabla(
      ["evaluate", "exp(-x)*y", "--outputs", "value,gradient,hessian", "--explain", "--json"],
      environment: best)
    let document = try run.document(ExplainDocument.self)
    #expect(document.command == "evaluate" && document.variables == ["x", "y"])
    #expect(document.kernel == "machine code")
    #expect(
      document.outputs.map(\.name) == [
        "f", "df/dx", "df/dy", "d^2f/dx dx", "d^2f/dy dx", "d^2f/dx dy",
      ])
    let names = Set(document.graph.map(\.name))
    #expect(names.count == document.graph.count && document.outputs.allSatisfy { names.contains($0.node) })
    let program = try #require(document.program)
    #expect(program.count > 20 && program.allSatisfy { !$0.hoisted })
    let code = try #require(document.machineCode)
    #expect(code.operationsPerVector == program.count)
    #expect(code.code.count == 2 * (code.code.count / 2) && code.code.hasPrefix("554889e5"))
    #expect(code.instructionBytes + code.constantBytes <= code.code.count / 2)
    #expect((code.instructions != nil) == hasObjdump)
    if let instructions = code.instructions {
      #expect(code.code.hasPrefix(instructions.map(\.bytes).joined()))
      #expect(instructions.reduce(0) { $0 + $1.bytes.count / 2 } == code.instructionBytes)
      #expect(instructions.first == .init(address: 0, bytes: "55", text: "push   rbp"))
    }
  }

  @Test("without objdump the code is shown in bytes, and it is said", .enabled(if: hasMachineCode))
  func withoutObjdump() throws {
    let environment = best.merging(["PATH": "/nowhere"]) { $1 }
    let run = try Nabla(["evaluate", "x*y", "--explain"], environment: environment)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("note: no objdump is found in PATH"))
    #expect(run.output.contains("\n     0  55 48 89 e5 "))
    let json = try Nabla(["evaluate", "x*y", "--explain", "--json"], environment: environment)
    #expect(try json.document(ExplainDocument.self).machineCode?.instructions == nil)
  }

  @Test("an objdump that fails or says something else is as none", .enabled(if: hasMachineCode))
  func brokenObjdump() throws {
    for script in ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho '   0:\t90\tnop'\n", "no program"] {
      let scratch = try Scratch()
      let file = try scratch.file("objdump", script)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
      let folders = ["PATH": scratch.url.path, "TMPDIR": scratch.url.path]
      let run = try Nabla(["evaluate", "x*y", "--explain"], environment: best.merging(folders) { $1 })
      #expect(run.status == 0)
      #expect(run.errors.hasPrefix("note: "))
      #expect(run.output.contains("\n     0  55 48 89 e5 "))
      #expect(try scratch.names == ["objdump"], "temporary files are gone")
    }
  }

  @Test("several outputs")
  func several() throws {
    let run = try Nabla(["evaluate", "x*y; x+y; 3", "--explain", "--json"])
    let document = try run.document(ExplainDocument.self)
    #expect(document.outputs.map(\.name) == ["f1", "f2", "f3", "df1/dx", "df1/dy", "df2/dx", "df2/dy"])
    #expect(document.outputs[2].node == "3" && document.outputs[5].node == "1")
    let text = try Nabla(["evaluate", "x*y; x+y; 3", "--explain"]).output
    #expect(text.contains("\n  f2 = n") && text.contains("\n  df2/dy = 1\n"))
  }

  @Test("the interpreter's tape")
  func portable() throws {
    let environment = ["NABLA_ISA": "portable"]
    let run = try Nabla(["evaluate", "x^2*exp(y)", "--explain"], environment: environment)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("\nThe portable interpreter runs this: no instruction set"))
    #expect(run.output.contains(/\n  s\d = exp\(s\d\)\n/) && !run.output.contains("Machine code"))
    let json = try Nabla(["evaluate", "x^2*exp(y)", "--explain", "--json"], environment: environment)
    let document = try json.document(ExplainDocument.self)
    #expect(document.kernel == "interpreter" && document.machineCode == nil && document.program == nil)
    #expect(document.tape?.contains { $0.operation.hasPrefix("exp(s") } == true)
    #expect(document.outputSlots?.count == 3)
  }

  @Test("a graph that is too large for machine code", .enabled(if: hasMachineCode))
  func large() throws {
    let sum = (0..<36_000).map { "sqrt(x+\($0))" }.joined(separator: "+")
    let arguments = ["evaluate", "-", "--outputs", "value", "--explain"]
    let run = try Nabla(arguments, input: sum, environment: best)
    #expect(run.status == 0)
    #expect(run.output.contains("The portable interpreter runs this: the graph is too large"))
  }

  @Test("constants, and derivatives that are zero everywhere")
  func constants() throws {
    for arguments in [["2+3"], ["2+3", "--variables", "x"], ["x", "--outputs", "hessian"]] {
      let run = try Nabla(["evaluate"] + arguments + ["--explain", "--json"])
      #expect(run.status == 0)
      _ = try run.document(ExplainDocument.self)
      #expect(try Nabla(["evaluate"] + arguments + ["--explain"]).status == 0)
    }
  }

  @Test("errors are those of the command")
  func errors() throws {
    try expectError(["evaluate", "2x", "--explain"], saying: "column 2", "write 2*x")
    try expectError(["evaluate", "x", "--at", "1", "--explain"], saying: "--explain", "takes none")
    try expectError(["evaluate", "x; y", "--outputs", "hessian", "--explain"], saying: "one output")
    try expectError(["evaluate", "x", "--explain", "--output", "e.csv"], saying: ".json")
    try expectError(["evaluate", "x"], saying: "where to evaluate is missing")
  }

  @Test("--output writes the document")
  func file() throws {
    let scratch = try Scratch()
    let run = try Nabla(
      ["evaluate", "x*y", "--explain", "--output", "e.json"], directory: scratch.url,
      environment: ["NABLA_ISA": "portable"])
    #expect(run.status == 0)
    #expect(run.output == "wrote e.json\n")
    #expect(try scratch.text("e.json").contains("\"kernel\": \"interpreter\""))
  }
}
