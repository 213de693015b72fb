// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct SourceTests {
  static func source(
    _ language: SourceWriter.Language, _ name: String, _ outputs: [Expr], of variables: [Expr],
    parameters: [Expr] = []
  ) throws -> String {
    try SourceWriter.source(
      language, name: name, comment: "A test.", variables: variables, parameters: parameters,
      outputs: [
        .init(
          name: "value", shape: [outputs.count],
          elements: outputs.enumerated().map { ($0.offset, $0.element) })
      ])
  }

  @Test func textInC() throws {
    let x = Expr.variable("x"), y = Expr.variable("y")
    let f = pow(x, 3) * y + 0.1
    #expect(
      try Self.source(.c, "f", [f, sigmoid(x)], of: [x, y]) == """
        #include <math.h>

        #ifndef NABLA_SIGMOID
        #define NABLA_SIGMOID
        static double nabla_sigmoid(double x)
        {
          const double t = exp(-fabs(x));
          return (x < 0.0 ? t : 1.0) / (1.0 + t);
        }
        #endif

        // A test.
        void f(const double *variables, double *value)
        {
          (void)variables;
          const double x = variables[0];
          const double y = variables[1];
          const double t1 = x * x;
          const double t2 = t1 * x;
          const double t3 = t2 * y;
          const double t4 = t3 + 0.1;
          const double t5 = nabla_sigmoid(x);
          value[0] = t4;
          value[1] = t5;
        }

        """)
  }

  @Test func textInSwift() throws {
    let a = Expr.variable("a"), x = Expr.variable("x"), y = Expr.variable("y")
    #expect(
      try Self.source(.swift, "f", [a * x, -2], of: [y, x], parameters: [a]) == """
        import Foundation

        // A test.
        func f(_ variables: [Double], _ parameters: [Double]) -> [Double] {
          precondition(variables.count == 2)
          precondition(parameters.count == 1)
          let x = variables[1]
          let a = parameters[0]
          let t1 = a * x
          return [t1, (-2.0)]
        }

        """)
  }

  @Test func namesAreRenamed() {
    var names = SourceNames(reserved: ["f", "value"])
    let originals = [
      "x", "int", "in", "sin", "t1", "α", "a b", "a-b", "a_b", "", "_x", "1", "x", "value", "*/",
    ]
    #expect(
      originals.map { names.name(for: $0) } == [
        "x", "int_", "in_", "sin_", "t1_", "alpha", "a_b", "a_b_", "a_b_2", "v", "v_x", "v1", "x_", "value_",
        "v__",
      ])
    let x = Expr.variable("x")
    for name in ["", "int", "func", "t1", "1f", "a b", "ä", "_f", "nabla_sech", "main", "exp", "value"] {
      #expect(throws: SourceError.invalidName(name)) { try Self.source(.c, name, [x], of: [x]) }
    }
    #expect(throws: SourceError.unsupportedOperation(.polygamma)) {
      try Self.source(.swift, "f", [polygamma(1, x)], of: [x])
    }
  }

  /// Functions over all operations, with names that cannot stay, and points with what is special.
  private struct Battery {
    var variables = ["x", "double", "α?\\*/\n", "let"].map { Expr.variable($0) }
    var functions: [[Expr]] = []
    var points: [[Double]] = []

    init(seed: UInt64, count: Int, pointCount: Int) {
      var random = SplitMix64(seed: seed)
      var expressions = RandomExpression(seed: seed, variables: variables)
      let special = [0, -0.0, .infinity, -.infinity, .nan, 0x1p-1030, 1e300, -1, 1, 0.5, 2]
      for operation in Operation.allCases where operation.definition.value.operandCount > 0 {
        let operands = Array(variables.prefix(operation.definition.value.operandCount))
        if case .unsupported = operation.sourceForm { continue }
        if operation == .integerPower {
          functions += [-40, -7, -2, 2, 3, 11, 32, 33].map { [pow(variables[0], $0)] }
        } else {
          functions.append([.applying(operation, to: operands)])
        }
      }
      for bits in [1 << 63, 1, 0x7FF0 << 48, 0xFFF0 << 48, 0x7FF8 << 48, 0x3FB9_9999_9999_999A] as [UInt64] {
        functions.append([Expr(Double(bitPattern: bits)), -1 + Expr(Double(bitPattern: bits)) * variables[0]])
      }
      while functions.count < count {
        let f = expressions.next(size: 12)
        functions.append([f])
        let all = [f] + f.gradient(by: variables)
        if (try? SourceTests.source(.c, "f", all, of: variables)) != nil { functions.append(all) }
      }
      functions.removeAll { (try? SourceTests.source(.c, "f", $0, of: variables)) == nil }
      points = (0..<pointCount).map { _ in
        variables.map { _ in
          UInt64.random(in: 0..<4, using: &random) == 0
            ? special.randomElement(using: &random)! : Double.random(in: -4...4, using: &random)
        }
      }
    }

    /// Compares the bits that a program has written, one number a line.
    func check(_ output: String, seed: UInt64) {
      let lines = output.split(separator: "\n")
      var next = 0
      for function in functions {
        for point in points {
          for f in function {
            guard next < lines.count, let bits = UInt64(lines[next], radix: 16) else {
              Issue.record("\(output.prefix(2000)); seed \(seed)")
              return
            }
            next += 1
            let (value, expected) = (Double(bitPattern: bits), naiveValue(of: f, variables, at: point))
            #expect(isSame(value, expected), "\(f) at \(point): \(value), not \(expected); seed \(seed)")
          }
        }
      }
      #expect(next == lines.count)
    }
  }

  /// The same bits as the table's functions node by node, of which a kernel's differ by at most an ulp each.
  @Test(.enabled(if: Compiler.c != nil), arguments: [UInt64(61)])
  func compiledC(seed: UInt64) throws {
    let battery = Battery(seed: seed, count: 300, pointCount: 12)
    var source = "#include <stdio.h>\n#include <string.h>\n#include <stdint.h>\n"
    // Not constant, so that nothing is computed while compiling.
    var points = "double points[][4] = {\n"
    for point in battery.points {
      points += "  {" + point.map { $0.isNaN ? "NAN" : "\($0)" }.joined(separator: ", ") + "},\n"
    }
    points = points.replacing("inf", with: "INFINITY") + "};\n"
    var main = "int main(void)\n{\n  double out[8] = {0};\n  uint64_t bits[8];\n"
    for (number, function) in battery.functions.enumerated() {
      source += try Self.source(.c, "f\(number)", function, of: battery.variables)
      main += """
          for (int i = 0; i < \(battery.points.count); ++i) {
            f\(number)(points[i], out);
            memcpy(bits, out, sizeof bits);
            for (int j = 0; j < \(function.count); ++j) printf("%llx\\n", (unsigned long long)bits[j]);
          }

        """
    }
    let output = try #require(Compiler.c).output(
      of: source + points + main + "  return 0;\n}\n", fileType: "c",
      // Without knowledge of functions, for Clang computes pow(2, y) as exp2(y).
      arguments: ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O2", "-fno-builtin", "-lm"])
    battery.check(output, seed: seed)
  }

  @Test(.enabled(if: Compiler.swift != nil), arguments: [UInt64(62)])
  func compiledSwift(seed: UInt64) throws {
    let battery = Battery(seed: seed, count: 90, pointCount: 8)
    var source = ""
    var main = "func show(_ value: Double) { print(String(value.bitPattern, radix: 16)) }\n"
    main += "let points: [[Double]] = [\n"
    for point in battery.points {
      main += "  [" + point.map { "Double(bitPattern: \($0.bitPattern))" }.joined(separator: ", ") + "],\n"
    }
    main += "]\n"
    for (number, function) in battery.functions.enumerated() {
      source += try Self.source(.swift, "f\(number)", function, of: battery.variables)
      main += "for point in points { f\(number)(point).forEach(show) }\n"
    }
    let output = try #require(Compiler.swift).output(
      of: source + main, fileType: "swift", arguments: ["-Onone", "-warnings-as-errors"])
    battery.check(output, seed: seed)
  }
}
