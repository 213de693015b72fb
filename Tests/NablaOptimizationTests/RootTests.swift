// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaOptimization
import Testing

struct RootTests {
  /// Functions with a bracket and their root, from the test set of algorithm 748 (Alefeld, Potra, Shi 1995) and others.
  private static let cases:
    [(name: String, f: @Sendable (Double) -> Double, a: Double, b: Double, root: Double)] = [
      ("x² − 2", { $0 * $0 - 2 }, 0, 2, 1.4142135623730951),
      ("sin x − x/2", { sin($0) - $0 / 2 }, Double.pi / 2, Double.pi, 1.8954942670339809),
      ("2xe⁻²⁰ + 1 − 2e⁻²⁰ˣ", { 2 * $0 * exp(-20) + 1 - 2 * exp(-20 * $0) }, 0, 1, 0.03465735902085385),
      ("x³", { $0 * $0 * $0 }, -0.5, 1 / 3.0, 0),
      ("x⁹", { pow($0, 9) }, -1, 4, 0),
      ("flat, then steep", { $0 <= 0 ? -1e-10 : exp($0 * 40) - 1 }, -3, 10, 0),
      ("cos x − x", { cos($0) - $0 }, 0, 1, 0.7390851332151607),
      ("pole with a change of sign", { 1 / ($0 - 1.25) }, 0, 2, 1.25),
      ("tiny roots", { $0 - 1e-300 }, 0, 1, 1e-300),
      ("at an end", { $0 - 1 }, 1, 2, 1),
    ]

  @Test(arguments: cases.indices) func bracketsAreNarrowedToTheLastDigit(_ index: Int) throws {
    let problem = Self.cases[index]
    let found = try findRoot(in: problem.a...problem.b, of: problem.f)
    #expect(found.bracket.contains(found.root))
    #expect(
      abs(found.root - problem.root) <= 1e-13 * max(1e-3, abs(problem.root)), "\(problem.name): \(found)")
    // Bisection alone takes 53 and more, and of a root at 0 some thousand.
    #expect(found.evaluations <= 1100)
    if ["x² − 2", "cos x − x", "sin x − x/2"].contains(problem.name) {
      #expect(found.evaluations <= 12, "\(found)")
    }
    print(problem.name, found.evaluations)
  }

  @Test func bracketsWithoutARootAreRefused() {
    #expect(throws: RootError.noSignChange(lower: 1, upper: 2)) {
      try findRoot(in: 0...1) { $0 * $0 + 1 }
    }
    #expect(throws: RootError.notANumber(at: -1)) { try findRoot(in: -1...1) { log($0) } }
    #expect(throws: RootError.infiniteInterval) { try findRoot(in: 0 ... .infinity) { $0 - 1 } }
    #expect(throws: CancellationError.self) { try findRoot(in: 0...1) { _ in throw CancellationError() } }
  }

  @Test func functionsHaveRootsToo() throws {
    let f = Function(1, parameters: 1) { x, p in exp(x[0]) - p[0] }
    #expect(abs(try findRoot(of: f, parameters: [5], in: 0...3).root - log(5)) < 1e-15)
  }

  @Test func systemsAreSolvedToRounding() {
    let circle = Function(2) { x in [x[0] * x[0] + x[1] * x[1] - 1, x[0] - x[1]] }
    let root = findRoot(of: circle, from: [1, 0])
    #expect(root.converged && root.reason == .rootFound && root.rank == 2)
    #expect(root.point.allSatisfy { abs($0 - 0.5.squareRoot()) < 2e-16 })
    // Powell's badly scaled system, whose solution has coordinates of 10⁻⁵ and 9.
    let powell = Function(2) { x in [1e4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001] }
    let scaled = findRoot(of: powell, from: [0, 1])
    #expect(scaled.converged, "\(scaled.reason)")
    // 1.098159e-5 and 9.106146 are published.
    #expect(abs(scaled.point[0] - 1.098159e-5) < 1e-11 && abs(scaled.point[1] - 9.106146) < 1e-6)
    // A double root: the Jacobian is singular there, and the residual vanishes all the same.
    let double = findRoot(of: Function(1) { x in [pow(x[0] - 1, 2)] }, from: [3])
    #expect(double.residualNorm < 1e-15)
  }

  @Test func whatHasNoRootSaysSo() {
    let none = findRoot(of: Function(1) { x in [x[0] * x[0] + 1] }, from: [3])
    #expect(!none.converged && none.reason == .residualMinimum)
    #expect(abs(none.residualNorm - 1) < 1e-12)
    let undefined = findRoot(of: Function(1) { x in [log(x[0])] }, from: [-3])
    #expect(undefined.reason == .nonFiniteStart)
    // More equations than unknowns, that agree.
    let agreeing = findRoot(
      of: Function(1) { x in [x[0] - 2, x[0] * x[0] - 4, exp(x[0]) - exp(Expr(2))] }, from: [1])
    #expect(agreeing.converged, "\(agreeing.reason)")
  }
}
