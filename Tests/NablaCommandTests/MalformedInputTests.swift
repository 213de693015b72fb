// SPDX-License-Identifier: Apache-2.0

import Testing

/// A hostile or mistaken command line.
private struct Case: CustomTestStringConvertible, Sendable {
  let arguments: [String]
  /// A part of the message on standard error.
  let message: String
  var testDescription: String { arguments.map { String($0.prefix(40)) }.joined(separator: " ") }

  init(_ message: String, _ arguments: String...) {
    self.arguments = arguments
    self.message = message
  }

  /// `classify` of an expression on −1 … 1.
  static func expression(_ text: String, _ message: String) -> Case {
    Case(message, "classify", text, "--in", "-1:1")
  }
}

@Suite struct MalformedInputTests {
  private static let expressions: [Case] = [
    .expression("pi(2)", "pi"),
    .expression("\"x\"", "quote"),
    .expression("foo(x)", "foo"),
    .expression("Sin(x)", "sin"),
    .expression("1e-999*x", "1e-999"),
    .expression("*x", "*"),
    .expression("x+", "+"),
    .expression("x\u{200B}+1", "U+200B"),
    .expression("(x)(x)", "*"),
    .expression("x\u{B2}", "^2"),
    .expression("0x1F*x", "hexadecimal"),
    .expression("1e+", "exponent"),
    .expression("((x)", ")"),
    .expression("x)", "("),
    .expression("x&y", "&"),
    .expression("x\u{D7}2", "*"),
    .expression("\u{2212}x", "-"),
    .expression("2x", "2*x"),
    .expression("sin()", "sin"),
    .expression("", "expression"),
    .expression("   ", "expression"),
    .expression("x;", ";"),
    .expression("x==", "="),
    .expression("x\u{FEFF}", "U+FEFF"),
  ]

  @Test("a malformed expression: exit 64, the place, nothing on standard output", arguments: expressions)
  private func expression(_ it: Case) throws {
    let run = try Nabla(it.arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: "))
    #expect(run.errors.contains(it.message), "\(run.errors)")
    #expect(run.errors.contains("column"), "\(run.errors)")
  }

  private static let commandLines: [Case] = [
    Case("missing a bound", "classify", "x^2", "--in", ":1"),
    Case("missing a bound", "classify", "x^2", "--in", "x=-1:"),
    Case("two bounds", "classify", "x^2", "--in", "1"),
    Case("two bounds", "classify", "x^2", "--in", "1:2:3"),
    Case("not a number: nan", "classify", "x^2", "--in", "nan:1"),
    Case("holds no number", "classify", "x^2", "--in", "inf:inf"),
    Case("holds no number", "classify", "x^2", "--in", "-inf:-inf"),
    Case("reversed", "classify", "x^2", "--in", "inf:-inf"),
    Case("reversed", "classify", "x^2", "--in", "1:-1"),
    Case("2 ranges, the function has 1 variable", "classify", "x^2", "--in", "-1:1,-1:1"),
    Case("2 ranges, the function has 3 variables", "classify", "x+y+z", "--in", "-1:1,-1:1"),
    Case("\"x\" twice", "classify", "x^2", "--in", "x=-1:1,x=-1:1"),
    Case("\"z\"", "classify", "x^2", "--in", "z=-1:1"),
    Case("no value for y", "classify", "x*y", "--in", "x=-1:1"),
    Case("empty", "classify", "x^2", "--in", ""),
    Case("mixes", "classify", "x*y", "--in", "x=-1:1,-1:1"),
    Case("\"2x\" cannot be a variable", "classify", "x", "--variables", "2x", "--in", "-1:1"),
    Case("\"pi\" cannot be a variable", "classify", "x", "--variables", "x,pi", "--in", "-1:1"),
    Case("\"sin\" cannot be a variable", "classify", "x", "--variables", "x,sin", "--in", "-1:1"),
    Case("missing in", "classify", "x", "--variables", "x,,y", "--in", "-1:1"),
    Case("names x twice", "classify", "x", "--variables", "x,x", "--in", "-1:1"),
    Case("does not name y", "classify", "x*y", "--variables", "x", "--in", "-1:1"),
    Case("not finite", "classify", "x^2", "--at", "inf"),
    Case("not finite", "evaluate", "x^2", "--at", "x=-inf"),
    Case("not finite", "evaluate", "x^2", "--at", "1/0"),
    Case("not a number: nan", "evaluate", "x^2", "--at", "nan"),
    Case("not a number: y", "evaluate", "x^2", "--at", "y"),
    Case("missing a number", "evaluate", "x^2", "--at", "x="),
    Case("missing a number", "evaluate", "x*y", "--at", "1,"),
    Case("column 1", "evaluate", "x^2", "--at", "1e999"),
    Case("2*pi", "evaluate", "x^2", "--at", "2pi"),
    Case("empty", "evaluate", "x^2", "--at", ""),
    Case("2 coordinates, the function has 1 variable (x)", "evaluate", "x^2", "--at", "1,2"),
    Case("\"y\"", "evaluate", "x^2", "--at", "y=1"),
    Case("no value for y", "evaluate", "x*y", "--at", "x=1"),
    Case("\"x\" twice", "evaluate", "x^2", "--at", "x=1,x=2"),
    Case("mixes", "evaluate", "x*y", "--at", "x=1,2"),
    Case("mixes", "evaluate", "x*y", "--at", "1,y=2"),
    Case("no variables", "classify", "2+3", "--at", "1"),
    Case("no variables", "evaluate", "2+3", "--at", "1"),
    Case("2 outputs", "classify", "x; y", "--at", "1,2"),
    Case("--at", "classify", "x^2"),
    Case("--at", "evaluate", "x^2"),
    Case("not by both", "evaluate", "x^2", "--at", "1", "--points", "p.csv"),
    Case("one or the other", "classify", "x^2", "--at", "1", "--in", "-1:1"),
    Case("--certify", "classify", "x^2", "--at", "1", "--certify"),
    Case("--budget", "classify", "x^2", "--in", "-1:1", "--budget", "10s"),
    Case("--refine", "classify", "x^2", "--in", "-1:1", "--refine"),
    Case("none of value", "evaluate", "x^2", "--at", "1", "--outputs", "gradients"),
    Case("hessian needs", "evaluate", "x;x^2", "--at", "1", "--outputs", "hessian"),
    Case("'2.5'", "differentiate", "exp(x)", "--order", "2.5"),
    Case("at least 1", "differentiate", "exp(x)", "--order", "0"),
    Case("'-1'", "differentiate", "exp(x)", "--order", "-1"),
    Case("\"z\"", "differentiate", "exp(x)", "--by", "z"),
    Case("--order is 3", "differentiate", "x*y", "--by", "x,y", "--order", "3"),
    Case("more than", "differentiate", "x*y*z*u*v*w", "--order", "1000"),
    Case("no command \"critical\"", "critical", "x^2"),
    Case("<expression>", "classify"),
    Case("--foo", "classify", "x^2", "--foo"),
    Case("--threads", "classify", "x^2", "--threads", "0"),
    Case("Missing value for '--at", "classify", "x^2", "--at"),
    Case("Missing value for '--at", "classify", "x^2", "--at", "--json"),
    Case("'^'", "classify", "x", "^", "2", "--at", "1"),
  ]

  @Test("a malformed command line: exit 64, the reason, nothing on standard output", arguments: commandLines)
  private func commandLine(_ it: Case) throws {
    let run = try Nabla(it.arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: "))
    #expect(run.errors.contains(it.message), "\(run.errors)")
  }

  @Test("an error shows the expression with a caret under the place")
  func caret() throws {
    let run = try Nabla(["evaluate", "1+2x", "--at", "1"])
    #expect(
      run.errors == """
        error: column 4: an operator is missing here; for a product write 2*x
          1+2x
             ^

        """)
  }

  @Test("a long expression is shown around the place only")
  func longExpression() throws {
    let run = try Nabla(["classify", "-", "--in", "-1:1"], input: String(repeating: "x+", count: 500_000))
    #expect(run.status == 64)
    #expect(run.errors.utf8.count < 400)
    #expect(run.errors.contains("column 1000000"))
  }

  #if DEBUG
    /// Unoptimised code gets a tenth.
    private static let count = 10_000
  #else
    private static let count = 100_000
  #endif

  private static let large: [(name: String, open: String, count: Int, close: String)] = [
    ("parentheses", "(", 5 * count, ")"),
    ("functions", "sin(", count, ")"),
    ("minuses", "-", 5 * count, ""),
    ("right-nested powers", "x^", count, ""),
    ("a sum", "x+", 3 * count, ""),
    ("a product", "x*", 3 * count, ""),
    ("nested where", "where(x<1, ", count, ", x)"),
  ]

  @Test("deep and long expressions end in an answer or an error", arguments: large)
  private func deepOrLong(_ it: (name: String, open: String, count: Int, close: String)) throws {
    let text =
      String(repeating: it.open, count: it.count) + "x" + String(repeating: it.close, count: it.count)
    let run = try Nabla(["evaluate", "-", "--at", "0.5", "--outputs", "value"], input: text)
    #expect(run.status == 0 || run.status == 64)
    #expect((run.status == 0) != run.output.isEmpty)
  }

  @Test(
    "long tokens are errors with short messages",
    arguments: [
      String(repeating: "x", count: 1_000_000) + "(", String(repeating: "1", count: 1_000_000) + "*x",
      String(repeating: " ", count: 1_000_000), String(repeating: "\u{1F600}", count: 250_000),
    ])
  func longTokens(_ text: String) throws {
    let run = try Nabla(["evaluate", "-", "--at", "1"], input: text)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.utf8.count < 1000)
  }

  @Test("results that would not fit into the memory are refused")
  func tooLarge() throws {
    let sum = (1...20_000).map { "x\($0)^2" }.joined(separator: "+")
    for arguments in [["classify", "-", "--in", "-1:1"], ["minimize", "-", "--from", "0"]] {
      try expectError(arguments, saying: "20000", input: sum)
    }
    let some = (1...300).map { "x\($0)^2" }.joined(separator: "+")
    try expectError(["classify", some, "--in", "-1:1"], saying: "300")
    let scratch = try Scratch()
    let names = (1...20_000).map { "x\($0)" }.joined(separator: ",")
    let zeros = Array(repeating: "0", count: 20_000).joined(separator: ",")
    let points = try scratch.file("p.csv", names + "\n" + zeros + "\n")
    try expectError(
      ["evaluate", "-", "--points", points, "--outputs", "hessian"], saying: "400000000 numbers", input: sum)
  }
}
