// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct SubstitutionTests {
  let x = Expr.variable("x"), y = Expr.variable("y"), z = Expr.variable("z")

  @Test func severalVariablesAtOnce() {
    let f = pow(x, 2) * y + sin(x)
    #expect(f.substituting([x: y, y: x]) == pow(y, 2) * x + sin(y))
    // What is put in is not searched again.
    #expect(f.substituting([x: x + y, y: 2]) == 2 * pow(x + y, 2) + sin(x + y))
    #expect(f.substituting([:]) == f)
    #expect(f.substituting([z: 1]) == f)
    #expect((3 as Expr).substituting([x: 1]) == 3)
    #expect(f.substituting(x, by: y) == pow(y, 2) * y + sin(y))
    #expect(x.substituting([x: 2]) == 2)
  }

  @Test func numbersFoldToAConstant() {
    let f = select(x .> 0, log(x), polygamma(1, y)) + pow(x, 3) / y
    let value = f.substituting([x: 2, y: 4])
    #expect(value.constantValue == f.substituting(x, by: 2).substituting(y, by: 4).constantValue)
    #expect(value.constantValue == (log(2) as Expr).constantValue! + 2)
    #expect(f.substituting([x: 2]).constantValue == nil)
  }

  @Test func deepGraphs() throws {
    var e = x
    for _ in 0..<20_000 { e = sin(e) + y }
    #expect(e.substituting([x: 0, y: 0]).constantValue == 0)
    #expect(try e.value(at: ["x": 0, "y": 0]) == 0)
  }

  @Test func values() throws {
    let f = pow(x, 2) * y + exp(-x)
    #expect(try f.value(at: ["x": 0, "y": 3]) == 1)
    #expect(try f.value(at: [x: 2, y: 3, z: 1]) == (exp(-2) as Expr).constantValue! + 12)
    #expect(try (2 as Expr).value(at: [:]) == 2)
    #expect(throws: EvaluationError.missingVariable("y")) { try f.value(at: [x: 1]) }
    #expect(throws: EvaluationError.missingVariable("x")) { try f.value(at: [:]) }
    #expect(throws: EvaluationError.missingVariable("y")) { try f.value(at: ["x": 1, "z": 1]) }
    #expect(EvaluationError.missingVariable("y").description == "no number was given for the variable y")
  }

  @Test func variablesThatShareAName() throws {
    let a = Expr.traced("x", 1)[0], b = Expr.traced("x", 1)[0]
    #expect(throws: EvaluationError.ambiguousName("x0")) { try (a - b).value(at: ["x0": 1]) }
    #expect(try (a - b).value(at: [a: 3, b: 1]) == 2)
    #expect((a - b).substituting([a: 3, b: 1]) == 2)
  }

  /// The value is that of the table, node by node, and of a substitution up to what simplification keeps.
  @Test(arguments: [UInt64(31)])
  func valuesOfRandomExpressions(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var expressions = RandomExpression(seed: seed, variables: [x, y])
    for _ in 0..<300 {
      let f = expressions.next(size: 12)
      let point = [x, y].map { ($0, Double.random(in: -3...3, using: &random)) }
      let value = try f.value(at: Dictionary(uniqueKeysWithValues: point))
      #expect(isSame(value, naiveValue(of: f, [x, y], at: point.map(\.1))), "\(f); seed \(seed)")
      let constants = Dictionary(uniqueKeysWithValues: point.map { ($0, Expr($1)) })
      #expect(f.substituting(constants).constantValue != nil, "\(f); seed \(seed)")
    }
  }
}
