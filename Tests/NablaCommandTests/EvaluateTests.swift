// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct EvaluateTests {
  @Test("the document of a scalar function")
  func scalar() throws {
    let run = try Nabla([
      "evaluate", "x^2*y", "--at", "x=1,y=2", "--at", "y=1,x=3", "--outputs", "hessian,value,gradient",
      "--json",
    ])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(try run.keys() == ["command", "expression", "variables", "points"])
    #expect(try run.keys(ofFirst: "points") == ["point", "value", "gradient", "hessian"])
    let document = try run.document(EvaluateDocument<Number>.self)
    #expect(document.command == "evaluate")
    #expect(document.expression == "x^2*y")
    #expect(document.variables == ["x", "y"])
    #expect(document.points.map(\.point) == [[1, 2], [3, 1]])
    #expect(document.points.map(\.value) == [2, 9])
    #expect(document.points.map(\.gradient) == [[4, 1], [6, 9]])
    #expect(document.points.map(\.hessian) == [[[4, 2], [2, 0]], [[2, 6], [6, 0]]])
  }

  @Test("value and gradient are the default")
  func defaults() throws {
    let run = try Nabla(["evaluate", "x^2", "--at", "3", "--json"])
    #expect(try run.keys(ofFirst: "points") == ["point", "value", "gradient"])
  }

  @Test("the document of several outputs")
  func several() throws {
    let run = try Nabla(["evaluate", "x*y; x+y; 3", "--at", "2,5", "--json"])
    #expect(try run.keys(ofFirst: "points") == ["point", "value", "jacobian"])
    let point = try #require(try run.document(EvaluateDocument<[Number]>.self).points.first)
    #expect(point.value == [10, 7, 3])
    #expect(point.jacobian == [[5, 2], [1, 1], [0, 0]])
  }

  @Test("the Jacobian of one output has one row")
  func jacobian() throws {
    let run = try Nabla(["evaluate", "x*y", "--at", "2,5", "--outputs", "jacobian", "--json"])
    #expect(try run.document(EvaluateDocument<Number>.self).points.first?.jacobian == [[5, 2]])
  }

  @Test(
    "numbers come back as the doubles they are",
    arguments: [
      ("0.1+0.2", 0.1 + 0.2), ("1/3", 1 / 3.0), ("2^-1074", Double.leastNonzeroMagnitude),
      ("2^1023*1.9999999999999998", Double.greatestFiniteMagnitude),
      ("pi", Double.pi), ("1e22+1", 1e22), ("123456789012345678", 123_456_789_012_345_680), ("1e-5", 1e-5),
    ])
  func roundTrip(_ text: String, _ value: Double) throws {
    let run = try Nabla(["evaluate", text, "--outputs", "value", "--json"])
    #expect(try run.document(EvaluateDocument<Number>.self).points.first?.value?.value == value)
  }

  @Test(
    "NaN and infinities are strings",
    arguments: [
      ("log(x)", "-1", "nan"), ("1/x", "0", "inf"), ("-1/x", "0", "-inf"),
    ])
  func special(_ text: String, _ point: String, _ value: String) throws {
    let run = try Nabla(["evaluate", text, "--at", point, "--outputs", "value", "--json"])
    #expect(run.status == 0)
    #expect(run.output.contains("\"value\": \"\(value)\""))
    _ = try run.document(EvaluateDocument<Number>.self)
  }

  @Test("the sign of zero is kept")
  func zero() throws {
    let run = try Nabla(["evaluate", "x*y", "--at", "-1,0.0", "--outputs", "value", "--json"])
    #expect(try run.document(EvaluateDocument<Number>.self).points.first?.value?.value.sign == .minus)
  }

  @Test(
    "conventions at kinks reach the command line",
    arguments: [
      ("abs(x)", "0", "gradient", "[0.0]"), ("sqrt(x)", "0", "gradient", "[\"inf\"]"),
      ("max(x,1)", "1", "gradient", "[0.5]"), ("where(x<0, -x, x^2)", "0", "gradient", "[0.0]"),
      ("sin(x)/x", "0", "value", "\"nan\""),
    ])
  func kinks(_ text: String, _ point: String, _ key: String, _ value: String) throws {
    let run = try Nabla(["evaluate", text, "--at", point, "--outputs", key, "--json"])
    #expect(run.output.contains("\"\(key)\": \(value)"), "\(run.output)")
  }

  @Test("coordinates may be constant formulas; the order is that of --variables")
  func coordinates() throws {
    let run = try Nabla([
      "evaluate", "x-y", "--variables", "y,x,z", "--at", "-pi/2, max(1,2) ,2e-3", "--json",
    ])
    let document = try run.document(EvaluateDocument<Number>.self)
    #expect(document.variables == ["y", "x", "z"])
    #expect(document.points.first?.point == [-Double.pi / 2, 2, 2e-3])
    #expect(document.points.first?.gradient == [-1, 1, 0])
  }

  @Test("variables are ordered by name, digits as numbers; those that simplification drops count")
  func order() throws {
    let run = try Nabla(["evaluate", "x10+x2*a^0+2e3+1.5e-3", "--at", "a=1,x2=2,x10=3", "--json"])
    #expect(try run.document(EvaluateDocument<Number>.self).variables == ["a", "x2", "x10"])
  }

  @Test("a constant needs no point")
  func constant() throws {
    let run = try Nabla(["evaluate", "2+3", "--json"])
    let document = try run.document(EvaluateDocument<Number>.self)
    #expect(document.points.first?.value == 5)
    #expect(document.points.first?.gradient == [])
  }

  @Test("the table")
  func table() throws {
    let run = try Nabla(["evaluate", "x^2+3*x*y+y^2", "--at", "1,2", "--at", "-0.5,10"])
    #expect(
      run.output == """
        f(x, y) = x^2+3*x*y+y^2

             x   y       f   df/dx  df/dy
           1     2   11          8    7
          -0.5  10   85.25      29   18.5

        """)
  }

  @Test("matrices are shown point by point")
  func matrices() throws {
    let run = try Nabla(["evaluate", "x^2*y", "--at", "1,2", "--outputs", "value,gradient,hessian"])
    #expect(
      run.output == """
        f(x, y) = x^2*y

        at x = 1, y = 2
          value     2
          gradient  4  1
          hessian   4  2
                    2  0

        """)
  }

  @Test("a reader that goes away is no error")
  func brokenPipe() throws {
    let scratch = try Scratch()
    let points = try scratch.file("p.csv", "x\n" + String(repeating: "1\n", count: 50_000))
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c", "set -o pipefail; \"$0\" evaluate x^2 --points \"$1\" 2>\"$2\" | head -1 >/dev/null",
      Nabla.executable.path, points, scratch["err"].path,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    #expect(try scratch.text("err").isEmpty)
  }
}
