// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaCriticalPoints
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

/// Input that is odd but comes from data: an answer, never a trap.
struct EdgeTests {
  @Test func boxesWithoutWidth() throws {
    let f = Function { x, y in x * x + y * y }
    let line = try Box(lower: [-1, 0], upper: [1, 0])
    #expect(f.criticalPoints(in: line).points.map(\.point) == [[0, 0]])
    #expect(f.criticalPoints(in: try Box(lower: [0, 0], upper: [0, 0])).points.map(\.point) == [[0, 0]])
    #expect(f.criticalPoints(in: try Box(lower: [1, 1], upper: [1, 1])).points.isEmpty)
  }

  @Test func extremeBoxes() throws {
    let f = Function { x in pow(x - 1, 2) }
    #expect(f.criticalPoints(in: try Box(lower: [-1e300], upper: [1e300])).points.count <= 1)
    #expect(f.criticalPoints(in: try Box(lower: [1], upper: [1.0000000000000002])).points.count == 1)
    _ = Function { x in exp(x) }.criticalPoints(in: try Box(lower: [-8e307], upper: [8e307]))
    _ = Function { x in x * x }.criticalPoints(in: try Box(lower: [0], upper: [.leastNonzeroMagnitude]))
  }

  @Test func functionsThatAreNowhereDefined() throws {
    let box = try Box(lower: [-1], upper: [1])
    for f in [Function { x in log(-1 - x * x) }, Function { x in x / 0 }, Function { x in x * Expr(.nan) }] {
      let result = f.criticalPoints(in: box)
      #expect(result.points.isEmpty && result.nonIsolated.isEmpty)
      #expect(f.classify(at: [0.5])[0].kind != .minimum)
      #expect(minimize(f, from: [0.5]).reason == .nonFiniteStart)
    }
  }

  @Test func noPointsAndNoVariables() {
    let f = Function { x, y in x * y }
    #expect(f.classify(at: Tensor(shape: [0, 2], repeating: 0)).isEmpty)
    #expect(stationaryPoints(of: f, from: Tensor(shape: [0, 2], repeating: 0)).isEmpty)
    let constant = Function(0) { _ in 5 as Expr }
    #expect(constant.classify(at: Tensor([Double]())).count == 1)
    #expect(stationaryPoints(of: constant, from: Tensor(shape: [2, 0], repeating: 0)).count == 2)
  }
}
