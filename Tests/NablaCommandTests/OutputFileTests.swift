// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `--output`.
@Suite struct OutputFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test("JSON: the document that --json prints")
  func json() throws {
    let arguments = ["evaluate", "x^2", "--at", "3"]
    let printed = try Nabla(arguments + ["--json"])
    let run = try Nabla(arguments + ["--output", scratch["r.json"].path])
    #expect(run.status == 0)
    #expect(run.output == "wrote \(scratch["r.json"].path)\n")
    #expect(try scratch.text("r.json") == printed.output)
    let both = try Nabla(arguments + ["--json", "--output", scratch["s.csv"].path])
    #expect(both.output == printed.output)
    #expect(try scratch.names == ["r.json", "s.csv"])
  }

  @Test("comma-separated values")
  func csv() throws {
    func csv(_ arguments: String...) throws -> String {
      let run = try Nabla(arguments + ["--output", "r.csv"], directory: scratch.url)
      #expect(run.status == 0, "\(run.errors)")
      return try scratch.text("r.csv")
    }
    #expect(
      try csv("evaluate", "x*y", "--at", "1,0.1", "--at", "-2,3", "--outputs", "value,gradient,hessian")
        == """
        x,y,value,gradient_x,gradient_y,hessian_x_x,hessian_x_y,hessian_y_x,hessian_y_y
        1.0,0.1,0.1,0.1,1.0,0.0,1.0,1.0,0.0
        -2.0,3.0,-6.0,3.0,-2.0,0.0,1.0,1.0,0.0

        """)
    #expect(
      try csv("evaluate", "x; 1/x", "--at", "0") == """
        x,value_1,value_2,jacobian_1_x,jacobian_2_x
        0.0,0.0,inf,1.0,-inf

        """)
    #expect(
      try csv("classify", "x^2-y^2", "--at", "0,0") == """
        x,y,value,gradientNorm,kind,index,degenerate,certified,eigenvalue1,eigenvalue2
        0.0,0.0,0.0,0.0,saddle,1,false,false,-2.0,2.0

        """)
    #expect(
      try csv("differentiate", "atan2(x,y)", "--by", "x,x").hasPrefix("by,expression\nx x,"))
  }

  @Test("NumPy's format, written and read back")
  func npy() throws {
    let path = scratch["g.npy"].path
    let run = try Nabla([
      "evaluate", "x^2*y", "--at", "1,2", "--at", "3,4", "--outputs", "gradient", "--output", path,
    ])
    #expect(run.status == 0)
    let file = try Data(contentsOf: scratch["g.npy"])
    #expect(file.count == 128 + 32)
    #expect(String(decoding: file[10..<128], as: UTF8.self).contains("'shape': (2, 2), }"))
    let back = try Nabla(["evaluate", "x*100+y", "--points", path, "--outputs", "value", "--json"])
    #expect(try back.document(EvaluateDocument<Number>.self).points.map(\.value) == [401, 2409])
    let points = try Nabla(["classify", "x^2+y^2", "--at", "1,2", "--output", scratch["p.npy"].path])
    #expect(points.status == 0)
    #expect(try Nabla(["evaluate", "x+y", "--points", scratch["p.npy"].path]).status == 0)
  }

  @Test("a file that cannot be written: exit 73, no output, nothing left behind")
  func unwritable() throws {
    try expectError(
      ["evaluate", "x", "--at", "1", "--output", "/nonexistent/r.json"], status: 73,
      saying: "/nonexistent/r.json")
    let directory = scratch["d.json"]
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try expectError(["evaluate", "x", "--at", "1", "--json", "--output", directory.path], status: 73)
    #expect(try scratch.names == ["d.json"])
  }

  @Test("an old file is replaced whole, keeps its permissions, and survives a failure")
  func replaced() throws {
    let path = try scratch.file("r.json", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try expectError(["evaluate", "log(", "--at", "1", "--output", path], saying: "column")
    #expect(try scratch.text("r.json") == "old")
    #expect(try Nabla(["evaluate", "x", "--at", "1", "--output", path]).status == 0)
    #expect(try scratch.text("r.json").hasPrefix("{"))
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(permissions == 0o640)
    #expect(try scratch.names == ["r.json"])
  }

  @Test("what cannot be written to a format is said before the work")
  func formats() throws {
    try expectError(["evaluate", "x", "--at", "1", "--output", "r.txt"], saying: ".json, .csv or .npy")
    try expectError(["evaluate", "x", "--at", "1", "--output", ""], saying: ".json, .csv or .npy")
    try expectError(["evaluate", "x", "--at", "1", "--output", "r.npy"], saying: "--outputs value")
    try expectError(["differentiate", "x", "--output", "r.npy"], saying: "not to .npy")
    try expectError(["evaluate", "x", "--at", "1", "--output", "r.svg"], saying: "a picture")
  }

  @Test(
    "standard output that is full: exit 73", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))
  )
  func fullDisk() throws {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c", "\"$0\" evaluate x --at 1 >/dev/full 2>\"$1\"", Nabla.executable.path, scratch["err"].path,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 73)
    #expect(try scratch.text("err").hasPrefix("error: cannot write to standard output"))
  }
}
