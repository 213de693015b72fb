// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import NablaExpressions

@Suite struct ExprGraphTests {
  @Test func equalExpressionsAreOneNode() throws {
    let x = Expr.variable("x")
    #expect(x == .variable("x") && x != .variable("y"))
    #expect(sin(x) + 1 == 1 + sin(Expr.variable("x")))
    #expect(Expr(0) != Expr(-0.0) && Expr(.nan) == Expr(.nan))
    let e = try Expr(parsing: "x*y + sin(x*y)")
    let graph = try #require(e.graph)
    let count = graph.count
    let (a, b) = (e.variables[0], e.variables[1])
    #expect(a * b + sin(b * a) == e)
    #expect(graph.count == count)
  }

  struct Failure: Error {}

  /// Neither equality nor hashes depend on the order in which a graph met the operands.
  @Test func equalityAcrossGraphs() throws {
    let a = try Expr(parsing: "x*y + (z + 2)*x")
    let b = try Expr.list(parsing: "z; 2 + y; y; x*y + x*(2 + z)")[3]
    #expect(a == b && b == a)
    #expect(a.hashValue == b.hashValue)
    #expect(Set([a, b, a + 0]).count == 1)
    #expect((a - b).operands[0] == (b - a).operands[0])
  }

  @Test func tracedVariablesOfOneNameDiffer() {
    let graph = ExprGraph()
    let a = graph.variable(Symbol(name: "x", number: Symbol.freshNumber()))
    let b = graph.variable(Symbol(name: "x", number: Symbol.freshNumber()))
    #expect(a != b && a + b != 2 * a)
    #expect((a + b).variables == [a, b])
  }

  @Test func aMillionDeepIsReleased() {
    var e: Expr? = Expr.variable("x")
    for _ in 0..<1_000_000 { e = sin(e!) + 1 }
    #expect(e?.description.hasSuffix("… (2000002 nodes)") == true)
    #expect(e?.formula() == nil)
    e = nil
  }

  @Test func manyThreadsBuildOnOneGraph() async throws {
    let x = try Expr(parsing: "x")
    let graph = try #require(x.graph)
    let built = await withTaskGroup(of: Expr.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var e = x
          for k in 0..<2000 { e = cos(e) * Expr(Double(k % 7) + 0.25) + x }
          return e
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(built).count == 1)
    #expect(graph.count <= 1 + 7 + 3 * 2000)
  }

  /// Two threads mixing graphs in opposite directions do not wait for one another.
  @Test func mixingGraphsBothWays() async throws {
    let a = try Expr(parsing: "sin(x) + cos(x)")
    let b = try Expr(parsing: "y + x*z + 3")
    await withTaskGroup(of: Void.self) { group in
      for k in 0..<4 {
        group.addTask {
          for n in 0..<200 { _ = k % 2 == 0 ? a * Expr(Double(n)) + b : b - pow(a, n) }
        }
      }
    }
    #expect(a + b == b + a)
  }

  @Test func variableOrder() throws {
    let e = try Expr(parsing: "x10 + x2 + x + b + a*X + x02 + _z + x2y3 + x2y20 + α + x1")
    #expect(
      e.variables.compactMap(\.variableName) == [
        "X", "_z", "a", "b", "x", "x1", "x02", "x2", "x2y3", "x2y20", "x10", "α",
      ])
    #expect(try Expr.variables(of: Expr.list(parsing: "y; x + y; 3")).map(\.description) == ["x", "y"])
    #expect(Expr(3).variables.isEmpty)
    #expect(Expr.variables(of: [.variable("b"), .variable("a"), .variable("b")]).count == 2)
  }
}
