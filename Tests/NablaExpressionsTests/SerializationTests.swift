// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct SerializationTests {
  let x = Expr.variable("x"), y = Expr.variable("y")

  @Test func format() throws {
    let f = pow(x, 2) * y + 0.1
    #expect(
      Expr.serialized([f, x]) == """
        nabla expressions 1
        variable "x"
        integerPower 2 0
        variable "y"
        multiply 1 2
        constant 0.1
        add 3 4
        expressions 5 0
        end

        """)
    #expect(Expr.serialized([]) == "nabla expressions 1\nexpressions\nend\n")
    #expect(try Expr.list(deserializing: Expr.serialized([])) == [])
  }

  @Test func constantsKeepTheirBits() throws {
    let bits: [UInt64] = [
      0, 1 << 63, 1, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000,
      0xFFF8_0000_0000_1234, 0x7FF0_0000_0000_0001, 0x7FEF_FFFF_FFFF_FFFF, 0x000F_FFFF_FFFF_FFFF,
      0x3FB9_9999_9999_999A,
    ]
    let constants = bits.map { Expr(Double(bitPattern: $0)) }
    let again = try Expr.list(deserializing: Expr.serialized(constants + constants.map { $0 * x }))
    #expect(again.prefix(bits.count).map { $0.constantValue?.bitPattern } == bits)
    #expect(again.suffix(bits.count).elementsEqual(constants.map { $0 * x }))
  }

  @Test func anyNameReturns() throws {
    let names = [
      "x", "", " ", "a b", "\"", "\\", "line\nbreak", "\r\n", "\u{0}", "α", "e\u{301}", "é", "\u{202E}x",
      "\u{2028}", "😀", "u{41}", "\\u{41}", "constant", "#0", "\u{FEFF}", "\u{10FFFF}",
    ]
    let again = try Expr.list(deserializing: Expr.serialized(names.map { .variable($0) }))
    #expect(again.map { $0.variableName.map { Array($0.utf8) } } == names.map { Array($0.utf8) })
  }

  /// Inputs of traced functions differ from all others, before and after.
  @Test func tracedVariables() throws {
    let (a, b) = (Expr.traced("x", 2), Expr.traced("x", 1))
    let text = Expr.serialized([a[0] * b[0] - a[1] + .variable("x0")])
    #expect(text.contains("variable \"x0\" 1\nvariable \"x1\" 1\n") && text.contains("variable \"x0\" 2\n"))
    #expect(text.contains("variable \"x0\"\n"))
    let again = try Expr.list(deserializing: text)
    #expect(again[0].variables.count == 4)
    #expect(Set(again[0].variables + a + b).count == 7)
    #expect(again[0].variables.contains(.variable("x0")))
    #expect(Expr.serialized(again) == text)
  }

  /// The same graph node for node: equal, the same formula, the same text.
  @Test(arguments: [UInt64(41)])
  func randomExpressionsReturn(seed: UInt64) throws {
    var expressions = RandomExpression(seed: seed, variables: [x, y])
    for _ in 0..<300 {
      let f = expressions.next(size: 20)
      let all = [f] + f.gradient(by: [x, y])
      let text = Expr.serialized(all)
      let again = try Expr.list(deserializing: text)
      #expect(again == all, "\(f); seed \(seed)")
      #expect(Expr.serialized(again) == text, "\(f); seed \(seed)")
      #expect(again.map(\.description) == all.map(\.description), "seed \(seed)")
    }
  }

  /// Nothing is folded or simplified: the text says what the graph is.
  @Test func nothingIsSimplified() throws {
    let text = """
      nabla expressions 1
      constant 2.0
      sin 0
      add 1 1
      integerPower 1 2
      integerPower -2147483648 3
      expressions 4
      end

      """
    let again = try Expr.list(deserializing: text)
    #expect(Expr.serialized(again) == text)
    _ = again[0].gradient(by: [x])
  }

  @Test func deepGraphs() throws {
    var e = x
    for _ in 0..<20_000 { e = e * sin(e) + y }
    let text = Expr.serialized([e])
    let again = try Expr.list(deserializing: text)
    #expect(again[0] == e)
    #expect(text.utf8.count < 20_000 * 60)
  }

  static let malformed: [(text: String, line: Int, message: String)] = [
    ("", 1, "the text is empty"),
    ("x^2", 1, "the first line of a serialised expressions is \"nabla expressions 1\""),
    ("nabla expressions 2\n", 1, "this version of the format is not known; version 1 is"),
    ("nabla function 1\n", 1, "the first line of a serialised expressions is \"nabla expressions 1\""),
    ("nabla expressions 1\n", 2, "the text ends before its last line, \"end\""),
    ("\n", 2, "the line is empty"),
    ("cosine 0\n", 2, "\"cosine\" is no operation, nor is it \"expressions\""),
    ("variable \"x\"\nsin 1\n", 3, "there is no node 1 before this line: the last one is 0"),
    ("variable \"x\"\nsin -1\n", 3, "there is no node -1 before this line: the last one is 0"),
    ("sin 0\n", 2, "there is no node 0: no node stands before this line"),
    ("variable \"x\"\nsin 99999999999\n", 3, "\"99999999999\" is no integer of at most 32 bits"),
    ("variable \"x\"\nsin\n", 3, "the line ends too early"),
    ("variable \"x\"\nadd 0\n", 3, "the line ends too early"),
    ("variable \"x\"\nsin 0 0\n", 3, "the line has more operands than it should"),
    ("variable \"x\"\nsin  0\n", 3, "tokens are separated by one space"),
    ("variable \"x\"\nsin 0 \n", 3, "the line ends in a space"),
    ("variable \"x\"\nvariable \"x\"\n", 3, "there is a second variable \"x\""),
    ("variable \"x\" 1\nvariable \"x\" 1\n", 3, "there is a second variable \"x\""),
    ("variable \"x\" 0\n", 2, "the number of a variable is at least 1"),
    ("variable x\n", 2, "a name is quoted"),
    ("variable \"x\n", 2, "the quotation mark behind a name is missing"),
    ("variable \"x\"1\n", 2, "a space should stand behind a name"),
    ("variable \"\\n\"\n", 2, "a backslash in a name stands before \", another backslash or u{…}"),
    ("variable \"\\u{D800}\"\n", 2, "a backslash in a name stands before \", another backslash or u{…}"),
    ("constant 1e999\n", 2, "\"1e999\" is no number in double precision"),
    ("constant 0x1p3\n", 2, "\"0x1p3\" is no number in double precision"),
    ("constant nan\n", 2, "the line ends too early"),
    ("constant nan 1\n", 2, "\"1\" are not the bits of a NaN"),
    ("variable \"x\"\npolygamma -1 0\n", 3, "-1 is no order of a derivative"),
    ("variable \"x\"\npolygamma 2147483647 0\n", 3, "2147483647 is no order of a derivative"),
    ("variable \"x\"\nintegerPower 0 0\n", 3, "the exponent of a power is not 0"),
    ("variable \"x\"\nexpressions 1\n", 3, "there is no node 1 before this line: the last one is 0"),
    ("variable \"x\"\nexpressions 0\n", 4, "the text ends before its last line, \"end\""),
    ("variable \"x\"\nexpressions 0\nend", 4, "the text ends before its last line, \"end\""),
    ("variable \"x\"\nexpressions 0\nstop\n", 4, "\"stop\" stands where \"end\" should"),
    ("variable \"x\"\nexpressions 0\nend\nend\n", 5, "there is something behind the last line, \"end\""),
  ]

  @Test(arguments: malformed)
  func malformedTexts(text: String, line: Int, message: String) {
    let text = line == 1 || text.hasPrefix("nabla") ? text : "nabla expressions 1\n" + text
    #expect(throws: SerializationError(message, line: line)) { try Expr.list(deserializing: text) }
  }

  /// Cut and corrupted texts give an error or another function, never a trap; a cut one always an error.
  @Test(arguments: [UInt64(42)])
  func corruptedTexts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var expressions = RandomExpression(seed: seed, variables: [x, y])
    let text = Array(Expr.serialized([expressions.next(size: 40)]).utf8)
    for length in text.indices {
      #expect(throws: SerializationError.self) {
        try Expr.list(deserializing: String(decoding: text[..<length], as: UTF8.self))
      }
    }
    for _ in 0..<3000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let again = try? Expr.list(deserializing: String(decoding: bytes, as: UTF8.self))
      if let again { #expect(try Expr.list(deserializing: Expr.serialized(again)) == again, "seed \(seed)") }
    }
  }
}
