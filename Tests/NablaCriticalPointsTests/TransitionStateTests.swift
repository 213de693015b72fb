// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import Testing

struct TransitionStateTests {
  /// Müller and Brown, Theor. Chim. Acta 53, 75 (1979): three minima in a row, joined by two saddles.
  private static func muellerBrown() throws -> Function {
    let text =
      "-200*exp(-(x-1)^2-10*y^2)-100*exp(-x^2-10*(y-0.5)^2)"
      + "-170*exp(-6.5*(x+0.5)^2+11*(x+0.5)*(y-1.5)-6.5*(y-1.5)^2)"
      + "+15*exp(0.7*(x+1)^2+0.6*(x+1)*(y-1)+0.7*(y-1)^2)"
    return try Function(parsing: text, variables: ["x", "y"])
  }

  private func near(_ a: [Double]?, _ b: [Double], _ tolerance: Double) -> Bool {
    zip(a ?? b.map { _ in .nan }, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  /// The places are those of the paper's table, to its digits.
  @Test func theTwoSaddlesOfMuellerBrown() throws {
    let f = try Self.muellerBrown()
    let states = f.transitionStates(from: [-0.05, 0.467])
    #expect(states.count == 2)
    #expect(near(states.first?.saddle.point, [0.212, 0.293], 1e-3))
    #expect(near(states.last?.saddle.point, [-0.822, 0.624], 1e-3))
    for state in states {
      #expect(state.saddle.kind == .saddle && state.saddle.index == 1)
      let ends = [state.minima.first, state.minima.second].compactMap { $0 }
      #expect(ends.count == 2 && ends.allSatisfy { $0.kind == .minimum })
      #expect(ends.contains { near($0.point, [-0.050, 0.467], 1e-3) })
      // Up to the saddle, then down.
      let top = state.path.firstIndex { $0 == state.saddle.point }!
      #expect(zip(state.values[..<top], state.values[1...top]).allSatisfy { $0 < $1 })
      #expect(zip(state.values[top...], state.values[(top + 1)...]).allSatisfy { $0 > $1 })
      #expect((state.barriers.first ?? 0) > 0 && (state.barriers.second ?? 0) > 0)
    }
    let other = states.last.flatMap { [$0.minima.first, $0.minima.second].compactMap { $0 } } ?? []
    #expect(other.contains { near($0.point, [-0.558, 1.442], 1e-3) })
  }

  @Test func aDoubleWellInTwentyVariables() {
    let f = Function(20) { x in
      var sum = pow(pow(x[0], 2) - 1, 2)
      for i in 1..<20 { sum = sum + Expr(Double(i)) * pow(x[i] - 0.1 * x[i - 1], 2) }
      return sum
    }
    let minimum = minimize(f, from: [1] + Array(repeating: 0.1, count: 19)).point
    let states = f.transitionStates(from: minimum)
    #expect(states.count == 1)
    #expect(near(states.first?.saddle.point, Array(repeating: 0, count: 20), 1e-9))
    #expect(abs((states.first?.barriers.first ?? 0) - 1) < 1e-9)
    #expect(
      (states.first?.minima.first?.point[0] ?? 0) * (states.first?.minima.second?.point[0] ?? 0) < -0.99)
  }

  @Test func whereThereIsNone() {
    #expect(Function { x, y in x * x + y * y }.transitionStates(from: [0, 0]).isEmpty)
    // Not a minimum.
    #expect(Function { x, y in x * x - y * y }.transitionStates(from: [0, 0]).isEmpty)
    #expect(Function { x in log(x) }.transitionStates(from: [-1]).isEmpty)
  }
}
