// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Expressions and points from files and standard input.
@Suite struct FileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func values(_ expression: String, points: String, input: String = "") throws -> [Double?] {
    let run = try Nabla(
      ["evaluate", expression, "--points", points, "--outputs", "value", "--json"], input: input)
    #expect(run.status == 0, "\(run.errors)")
    return try run.document(EvaluateDocument<Number>.self).points.map { $0.value?.value }
  }

  // MARK: Expressions

  @Test("an expression from a file and from standard input; line ends at the end do not count")
  func expression() throws {
    let path = try scratch.file("f.txt", "-x^2\r\n+1\n\n")
    let fromFile = try Nabla(["evaluate", "@" + path, "--at", "2", "--json"])
    #expect(try fromFile.document(EvaluateDocument<Number>.self).points.first?.value == -3)
    #expect(try fromFile.document(EvaluateDocument<Number>.self).expression == "-x^2\r\n+1")
    let fromInput = try Nabla(["evaluate", "-", "--at", "2", "--json"], input: "-x^2\n")
    #expect(try fromInput.document(EvaluateDocument<Number>.self).points.first?.value == -4)
    #expect(try fromInput.document(EvaluateDocument<Number>.self).expression == "-x^2")
  }

  @Test("an expression of 1 MB from a file, and a long one from standard input")
  func large() throws {
    let parentheses = String(repeating: "(", count: 500_000) + "x" + String(repeating: ")", count: 500_000)
    let run = try Nabla(["evaluate", "@" + scratch.file("f.txt", parentheses), "--at", "2"])
    #expect(run.status == 0)
    #expect(run.output.utf8.count < 1000)
    let sum = "x" + String(repeating: "+x", count: 20_000)
    let json = try Nabla(["evaluate", "-", "--at", "2", "--json"], input: sum)
    #expect(try json.document(EvaluateDocument<Number>.self).points.first?.value == 40_002)
    #expect(try json.document(EvaluateDocument<Number>.self).expression == sum)
  }

  @Test("files that cannot be read: exit 66 and the name")
  func unreadable() throws {
    try expectError(["evaluate", "@/nonexistent/f", "--at", "1"], status: 66, saying: "/nonexistent/f")
    try expectError(["evaluate", "@" + scratch.url.path, "--at", "1"], status: 66, saying: scratch.url.path)
    try expectError(
      ["classify", "x", "--points", "/nonexistent.csv"], status: 66, saying: "/nonexistent.csv")
    try expectError(
      ["classify", "x", "--points", "/nonexistent.npy"], status: 66, saying: "/nonexistent.npy")
  }

  @Test("files that hold no expression: exit 64 and the name")
  func noExpression() throws {
    try expectError(["evaluate", "@" + scratch.file("e.txt", ""), "--at", "1"], saying: "e.txt is empty")
    try expectError(["evaluate", "@" + scratch.file("n.txt", "\n\n"), "--at", "1"], saying: "n.txt is empty")
    try expectError(
      ["evaluate", "@" + scratch.file("b.txt", [0x78, 0xFF]), "--at", "1"], saying: "b.txt", "UTF-8")
    try expectError(
      ["evaluate", "@" + scratch.file("z.txt", [0x78, 0]), "--at", "1"], saying: "z.txt", "U+0000")
    try expectError(["evaluate", "@", "--at", "1"], saying: "name of a file")
    try expectError(["evaluate", "-", "--at", "1"], saying: "standard input is empty")
    try expectError(["evaluate", "-", "--points", "-"], saying: "both")
    try expectError(
      ["evaluate", "@" + scratch.file("l.txt", "x+\ny+2z\n"), "--at", "1"], saying: "l.txt",
      "line 2, column 4")
  }

  // MARK: Comma-separated values

  @Test("columns in any order; others are ignored; blanks, CRLF, quotes, BOM and empty lines are read")
  func csv() throws {
    let path = try scratch.file(
      "p.csv", "\u{FEFF}name, \"y\" ,x\r\n\"a \"\"b\"\", c\",2, 10\r\n\r\n,-3e0,+.5\r\nlast,\"4\",1")
    #expect(try values("x*10+y", points: path) == [102, 2, 14])
  }

  @Test("points on standard input")
  func standardInput() throws {
    #expect(try values("x+y", points: "-", input: "y,x\n1,2\n3,4\n") == [3, 7])
  }

  @Test("no rows: no points")
  func noRows() throws {
    #expect(try values("x^2", points: scratch.file("p.csv", "x\n")) == [])
    let classified = try Nabla(["classify", "x^2", "--points", "-", "--json"], input: "x\n")
    #expect(try classified.document(ClassifyDocument.self).points.isEmpty)
    let refined = try Nabla(["classify", "x^2", "--points", "-", "--refine"], input: "x\n")
    #expect(refined.status == 0)
  }

  private static let malformedCSV: [(text: String, message: String)] = [
    ("", "is empty"),
    ("x,z\n1,2\n", "p.csv:1: no column is called \"y\""),
    ("x,y\n1,2\n3,abc\n", "p.csv:3: column y: \"abc\" is not a number"),
    ("x,y\n1,2\n\n3\n", "p.csv:4: 1 field, and the header has 2"),
    ("x,y\n1,2,3\n", "p.csv:2: 3 fields"),
    ("x,y\n1,\n", "p.csv:2: column y is empty"),
    ("x,y\n1,nan\n", "p.csv:2: column y: nan is not finite"),
    ("x,y\n-inf,1\n", "not finite"),
    ("x,y\n1e999,1\n", "not finite"),
    ("x,y\n0x10,1\n", "\"0x10\" is not a number"),
    ("x,y\n1;2\n", "1 field"),
    ("x,y\n1,\u{2212}2\n", "is not a number"),
    ("x,x,y\n1,2,3\n", "p.csv:1: two columns are called \"x\""),
    ("x,y\n1,\"2\n3,4\n", "p.csv:2: a quoted field is not closed"),
    ("x,y\n1,\"2\"3\n", "p.csv:2: text follows"),
    ("x,y\n1,2\"3\n", "p.csv:2: a quote inside"),
    ("x,y\n\"1\n\",2\n", "is not a number"),
  ]

  @Test("malformed points: exit 65, file and line", arguments: malformedCSV)
  private func csvErrors(_ it: (text: String, message: String)) throws {
    try expectError(
      ["evaluate", "x+y", "--points", scratch.file("p.csv", it.text)], status: 65, saying: it.message)
  }

  @Test("points that are no text")
  func binary() throws {
    let path = try scratch.file("p.csv", [0x78, 0x0A, 0xFF, 0x0A])
    try expectError(["evaluate", "x", "--points", path], status: 65, saying: "UTF-8")
  }

  // MARK: NumPy's format

  private func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count + 1
    let size: [UInt8] =
      version == 1
      ? [UInt8(length & 255), UInt8(length >> 8)] : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + [0x0A] + data
  }

  private func bytes<Scalar>(_ scalars: [Scalar]) -> [UInt8] { scalars.withUnsafeBytes { Array($0) } }

  @Test("types, orders and versions of .npy")
  func npyTypes() throws {
    func check(
      _ file: [UInt8], _ expected: [Double] = [102, 304], location: SourceLocation = #_sourceLocation
    ) throws {
      #expect(try values("10*x+y", points: scratch.file("p.npy", file)) == expected, sourceLocation: location)
    }
    func header(_ type: String, order: String = "False", shape: String = "(2, 2)") -> String {
      "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
    }
    try check(npy(header("<f8"), bytes([10, 2, 30, 4] as [Double])))
    try check(npy(header("<f4"), bytes([10, 2, 30, 4] as [Float])))
    try check(npy(header("<i8"), bytes([10, 2, 30, 4] as [Int64])))
    try check(npy(header("<i4"), bytes([-10, 2, 30, -4] as [Int32])), [-98, 296])
    try check(npy(header("|u1"), [10, 2, 30, 4]))
    try check(npy(header("|i1"), [246, 2, 30, 252]), [-98, 296])
    try check(npy(header(">f8"), bytes([10.0, 2, 30, 4].map(\.bitPattern.bigEndian))))
    try check(npy(header("<f8", order: "True"), bytes([10, 30, 2, 4] as [Double])))
    try check(npy(header("<f8"), bytes([10, 2, 30, 4] as [Double]), version: 2))
    try check(npy(header("<f8", shape: "(0, 2)"), []), [])
    let column = try scratch.file("q.npy", npy(header("<f8", shape: "(2,)"), bytes([3, 4] as [Double])))
    #expect(try values("x^2", points: column) == [9, 16])
  }

  @Test("malformed .npy: exit 65")
  func malformedNPY() throws {
    func check(_ file: [UInt8], _ message: String, location: SourceLocation = #_sourceLocation) throws {
      try expectError(
        ["evaluate", "x+y", "--points", scratch.file("p.npy", file)], status: 65, saying: "p.npy", message,
        location: location)
    }
    let good = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }", bytes([1, 2] as [Double]))
    func header(_ text: String) -> [UInt8] { npy(text, bytes([1, 2] as [Double])) }
    try check([], "signature")
    try check(Array("x,y\n1,2\n".utf8), "signature")
    for length in [9, 11, 40, good.count - 1] { try check(Array(good[..<length]), " ") }
    try check(good + [0], "does not fit")
    try check(npy("{}", []), "lacks")
    try check(
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2)}", bytes([1, Double.nan])),
      "[0, 1] is nan")
    try check(header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }"), "have shape [N, 2]")
    try check(header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"), "have shape [N, 2]")
    try check(header("{'descr': '<f8', 'fortran_order': False, 'shape': (), }"), "does not fit")
    try check(header("{'descr': '<f8', 'fortran_order': 0, 'shape': (1, 2), }"), "malformed")
    try check(header("{'descr': '<c16', 'fortran_order': False, 'shape': (1, 2), }"), "<c16")
    try check(header("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }"), "structures")
    try check(header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }"), "malformed")
    try check(
      header("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }"), "too large")
    try check(
      header("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952, 1), }"), "does not fit")
    try check(
      header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 1), }"), "malformed")
  }
}
