// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import NablaExpressions

@Suite struct SimplifiedTests {
  @Test(
    arguments: [
      ("x + 2*x", "3*x"), ("x - x", "0"), ("x*x^2", "x^3"), ("x^2/x", "x"), ("x/x", "1"), ("0*x", "0"),
      ("(x^2 - x*y)/x", "x - y"), ("x/sqrt(x)", "sqrt(x)"),
      ("sqrt(x)*sqrt(x)", "where(x >= 0, x, (inf - inf))"), ("x^1.5*x^0.5", "x^2"),
      ("sin(x)^2 + cos(x)^2", "1"), ("3*y*sin(x)^2 + 3*y*cos(x)^2 - y", "2*y"),
      ("cosh(x)^2 - sinh(x)^2", "1"), ("exp(x)*exp(-y)", "exp(x - y)"), ("exp(x)/exp(x)", "1"),
      ("log(exp(x))+exp(log(y))", "x + y"), ("x/3 + x/3", "2*x/3"), ("x/2 + 0.5*x", "x"),
      ("2*x*3*y/4", "3*x*y/2"), ("(2*x + 2*y)/2", "x + y"), ("(1 - x)/(x - 1)", "-1"),
      ("y + x^2 + 1 + x", "x^2 + x + y + 1"), ("2*(x + 1) + 3*(x - y)", "5*x - 3*y + 2"),
      ("2*(x+y)", "2*(x + y)"), ("-(x - y)", "y - x"), ("sqrt(4*x^2)", "2*abs(x)"),
      ("sqrt(9*x)", "3*sqrt(x)"),
      ("abs(x)^2", "x^2"), ("hypot(x,y)^2", "x^2 + y^2"), ("cbrt(x)^3", "x"),
      ("sin(-x) + cos(-x)", "cos(x) - sin(x)"),
      ("(2*x)^3", "8*x^3"), ("(x/y)^2", "x^2/y^2"), ("x*y/(y*z)", "x/z"), ("x/(x*y + x*z)", "1/(y + z)"),
      ("(x+1)^2/(x+1)", "x + 1"), ("x*inf - x*inf", "0"), ("inf - inf + x", "x + (inf - inf)"),
      ("0*inf*x", "(inf - inf)*x"), ("x/0", "x/0"), ("1/(x - x)", "inf"),
      ("where(x + x > 0, x*x/x, 1)", "where(2*x > 0, x, 1)"),
    ] as [(String, String)])
  func rules(text: String, simplified: String) throws {
    #expect(try Expr(parsing: text).simplified().description == simplified)
  }

  @Test(
    arguments: [
      ("x^2*y", ["2*x*y", "x^2"], ["2*y", "2*x", "0"]),
      ("sin(x)/x", ["cos(x)/x - sin(x)/x^2"], ["2*sin(x)/x^3 - sin(x)/x - 2*cos(x)/x^2"]),
      ("exp(-x^2/2)", ["-x*exp(-x^2/2)"], ["x^2*exp(-x^2/2) - exp(-x^2/2)"]),
      (
        "log(1+x^2+y^2)", ["2*x/(x^2 + y^2 + 1)", "2*y/(x^2 + y^2 + 1)"],
        [
          "2/(x^2 + y^2 + 1) - 4*x^2/(x^2 + y^2 + 1)^2", "-4*x*y/(x^2 + y^2 + 1)^2",
          "2/(x^2 + y^2 + 1) - 4*y^2/(x^2 + y^2 + 1)^2",
        ]
      ),
      (
        "(x^2+y-11)^2+(x+y^2-7)^2",
        ["2*y^2 + 2*x + 4*x*(x^2 + y - 11) - 14", "2*x^2 + 2*y + 4*y*(y^2 + x - 7) - 22"],
        ["12*x^2 + 4*y - 42", "4*x + 4*y", "12*y^2 + 4*x - 26"]
      ),
      (
        "(1-x)^2+100*(y-x^2)^2", ["2*x - 400*x*(y - x^2) - 2", "200*(y - x^2)"],
        ["1200*x^2 - 400*y + 2", "-400*x", "200"]
      ),
      (
        "sqrt(x^2+y^2)", ["x/sqrt(x^2 + y^2)", "y/sqrt(x^2 + y^2)"],
        [
          "1/sqrt(x^2 + y^2) - x^2/(x^2 + y^2)^1.5", "-x*y/(x^2 + y^2)^1.5",
          "1/sqrt(x^2 + y^2) - y^2/(x^2 + y^2)^1.5",
        ]
      ),
      ("tanh(x)", ["1/cosh(x)^2"], ["-2*tanh(x)/cosh(x)^2"]),
      ("asin(x)", ["1/sqrt(1 - x^2)"], ["x/(1 - x^2)^1.5"]),
      (
        "atan2(y,x)", ["-y/(x^2 + y^2)", "x/(x^2 + y^2)"],
        ["2*x*y/(x^2 + y^2)^2", "y^2/(x^2 + y^2)^2 - x^2/(x^2 + y^2)^2", "-2*x*y/(x^2 + y^2)^2"]
      ),
    ] as [(String, [String], [String])])
  func derivatives(text: String, gradient: [String], hessian: [String]) throws {
    let f = try Expr(parsing: text)
    let variables = f.variables
    #expect(Expr.simplified(f.gradient(by: variables)).map(\.description) == gradient)
    let rows = f.hessian(by: variables)
    let lower = rows.indices.flatMap { row in (0...row).map { rows[row][$0] } }
    #expect(Expr.simplified(lower).map(\.description) == hessian)
  }

  /// The same values as before, to within what rounding errors of an ulp in every operation do to them.
  @Test(arguments: [UInt64(71), 72])
  func sameValues(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let variables = ["x", "y", "z"].map { Expr.variable($0) }
    var expressions = RandomExpression(seed: seed, variables: variables, smooth: true)
    var compared = 0
    for trial in 0..<300 {
      let f = expressions.next(size: Int.random(in: 2...10, using: &random))
      let all = trial % 3 == 0 ? [f] + f.gradient(by: variables) : [f]
      for (before, after) in zip(all, Expr.simplified(all)) {
        for _ in 0..<6 {
          let point = variables.map { _ in Double.random(in: -2...2, using: &random) }
          guard let a = noisyValues(before, variables, point, &random),
            let b = noisyValues(after, variables, point, &random)
          else { continue }
          compared += 1
          // Eight samples see a good part of the spread that the two's own rounding is within.
          let tolerance = 30 * (a.spread + b.spread) + 1e-290
          #expect(
            Swift.abs(a.value - b.value) <= tolerance,
            "\(before) is \(after) at \(point): \(a), \(b); seed \(seed), trial \(trial)")
        }
      }
    }
    #expect(compared > 500)
  }

  /// A value and how far it moves with rounding errors; nil where it or a part of it is not a number of
  /// ordinary size, for there the formulas may differ.
  private func noisyValues(
    _ f: Expr, _ variables: [Expr], _ point: [Double], _ random: inout SplitMix64
  ) -> (value: Double, spread: Double)? {
    guard let graph = f.graph else { return f.constantValue.flatMap { $0.isFinite ? ($0, 0) : nil } }
    let nodes = graph.nodes().prefix(Int(f.id) + 1)
    let needed = reachable(from: [f.id], in: nodes)
    let inputs = Dictionary(uniqueKeysWithValues: zip(variables.map { graph.id(of: $0) }, point))
    var results: [Double] = []
    for sample in 0..<9 {
      var values = [Double](repeating: 0, count: nodes.count)
      for id in nodes.indices where needed[id] {
        let node = nodes[id]
        let (a, b, c) = (Int(node.a), Int(node.b), Int(node.c))
        switch node.operation.definition.value {
        case .leaf:
          values[id] = node.operation == .constant ? graph.constant(node) : inputs[NodeID(id)] ?? .nan
        case .unary(let function): values[id] = function(values[a])
        case .binary(let function): values[id] = function(values[a], values[b])
        case .indexed(let function): values[id] = function(values[a], b)
        case .indexedBinary(let function): values[id] = function(values[a], values[b], c)
        case .select: values[id] = values[a] != 0 ? values[b] : values[c]
        }
        let size = values[id].magnitude
        guard size == 0 || size > 1e-60 && size < 1e60 else { return nil }
        if sample > 0 && node.operation != .variable {
          values[id] *= 1 + Double(Int.random(in: -2...2, using: &random)) * 0x1p-52
        }
      }
      results.append(values[Int(f.id)])
    }
    return (results[0], results.reduce(0) { Swift.max($0, Swift.abs($1 - results[0])) })
  }

  /// Long sums, deep and shared graphs: linear, without recursion.
  @Test func largeGraphs() {
    let x = Expr.variable("x"), y = Expr.variable("y")
    var (chain, shared, nested, sum) = (x, x, x, x)
    for i in 0..<3000 {
      chain = sin(chain) + y
      nested = hypot(nested, y)
      sum = sum + pow(x, 2 * i + 3) * y
    }
    for _ in 0..<200 { shared = (shared + y) * (shared - 1) + shared }
    let before = [chain, shared, pow(nested, 2), sum]
    let after = Expr.simplified(before)
    #expect(Expr.operationCount(of: after) < 4 * Expr.operationCount(of: before))
  }
}
