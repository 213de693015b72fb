// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

/// All methods on the problems of Moré, Garbow and Hillstrom: what each of them solves, and that none of them ever claims
/// what is not so. The counts are printed: they are the table of the documentation.
@Suite(.serialized) struct BatteryTests {
  /// A method with the number of instances it solves from the standard start, that is reaches the best minimum known or
  /// another known one, and from ten times the start: measured, and less by one for other machines' rounding.
  struct Entrant: Sendable, CustomTestStringConvertible {
    let method: MinimizationMethod
    let solved: Int
    let solvedFromAfar: Int
    /// Of values, on the problems solved; SciPy 1.17's method of the same class needs so many. One more is for other
    /// machines' rounding.
    var medianEvaluations: Int?

    var testDescription: String { method.name }
  }

  static let entrants: [Entrant] = [
    Entrant(method: .trustRegion(), solved: 42, solvedFromAfar: 38, medianEvaluations: 18),
    Entrant(method: .trustRegion(.dogleg), solved: 41, solvedFromAfar: 37),
    Entrant(method: .trustRegion(.steihaug), solved: 41, solvedFromAfar: 37),
    Entrant(method: .newton(), solved: 40, solvedFromAfar: 35),
    Entrant(method: .newtonCG(), solved: 41, solvedFromAfar: 36, medianEvaluations: 18),
    Entrant(method: .bfgs(), solved: 40, solvedFromAfar: 36, medianEvaluations: 48),
    Entrant(method: .lbfgs(), solved: 40, solvedFromAfar: 36, medianEvaluations: 46),
    Entrant(method: .conjugateGradients(), solved: 35, solvedFromAfar: 35),
  ]

  /// The functions, which are compiled once for all methods.
  private static let functions = MGHProblem.all.map(\.function)

  @Test(arguments: entrants) func solvesWhatItSolves(_ entrant: Entrant) {
    for (factor, required) in [(1.0, entrant.solved), (10, entrant.solvedFromAfar)] {
      var (solved, best) = (0, 0)
      var evaluations: [Int] = []
      for (problem, f) in zip(MGHProblem.all, Self.functions) {
        let result = minimize(f, from: problem.start.map { $0 * factor }, method: entrant.method)
        if problem.isKnown(result.value) { solved += 1 }
        if problem.isBest(result.value) {
          best += 1
          evaluations.append(result.evaluations.values)
        }
        // A success is a minimum that is known, or the test tells of a new one.
        #expect(
          !result.converged || problem.isKnown(result.value),
          "\(entrant.method.name) claims \(result.value) for \(problem.testDescription) at \(result.point)")
        // The point is never worse than the start.
        #expect(!(result.value > f.value(at: Tensor(problem.start.map { $0 * factor })).item))
      }
      evaluations.sort()
      let median = evaluations[evaluations.count / 2]
      print(
        "| \(entrant.method.name) | x\(Int(factor)) | best \(best) | solved \(solved) | median evaluations \(median) |"
      )
      #expect(solved >= required)
      if factor == 1, let limit = entrant.medianEvaluations { #expect(median <= limit + 1) }
    }
  }

  @Test func firstOrderRulesClaimNothingFalse() {
    // A fifth of the problems and steps: these methods are slow, and what counts is what they claim.
    var options = OptimizationOptions()
    options.maxIterations = 500
    let methods: [MinimizationMethod] = [
      .gradientDescent(), .momentum(), .nesterov(), .adaGrad(), .rmsProp(), .adam(),
    ]
    for (problem, f) in zip(MGHProblem.all, Self.functions) where problem.number % 5 == 0 {
      for method in methods {
        let result = minimize(f, from: problem.start, method: method, options: options)
        #expect(
          !result.converged || problem.isKnown(result.value), "\(method.name) on \(problem.testDescription)")
      }
    }
  }

  @Test func rosenbrockOfAThousandVariables() {
    let element = Function { x, y in 100 * pow(y - x * x, 2) + pow(1 - x, 2) }
    let chain = PartiallySeparableFunction(of: element, windowsOver: 1000, step: 2)
    let start = (0..<1000).map { $0 % 2 == 0 ? -1.2 : 1 }
    for method: MinimizationMethod in [.lbfgs(), .newtonCG(), .trustRegion(.steihaug), .conjugateGradients()]
    {
      let result = minimize(Objective(chain), from: start, method: method)
      #expect(result.converged, "\(method.name): \(result.reason)")
      // ‖g‖ ≤ 10⁻¹² ‖g(x₀)‖, and the lowest eigenvalue at the solution is 0.4.
      #expect(result.point.allSatisfy { abs($0 - 1) < 1e-7 }, "\(method.name)")
    }
  }
}
