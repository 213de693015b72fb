// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaOptimization
import NablaTensors
import Testing

struct BatchTests {
  private static let himmelblau = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }
  private static let box = try! Box(lower: [-5, -5], upper: [5, 5])

  /// The minima, to 17 digits.
  private static let minima: [[Double]] = [
    [3, 2], [-2.8051180869527448, 3.1313125182505730], [-3.7793102533777470, -3.2831859912861694],
    [3.5844283403304918, -1.8481265269644034],
  ]

  private func isMinimum(_ point: [Double], _ tolerance: Double) -> Bool {
    Self.minima.contains { abs($0[0] - point[0]) < tolerance && abs($0[1] - point[1]) < tolerance }
  }

  @Test(
    arguments: [
      MinimizationMethod.trustRegion(), .newton(), .lbfgs(), .momentum(rate: 0.001),
      .gradientDescent(rate: 0.005),
      .adam(rate: 0.1),
    ].indices)
  func everyStartEndsAtAMinimumWithItsReason(_ index: Int) {
    let method: MinimizationMethod = [
      .trustRegion(), .newton(), .lbfgs(), .momentum(rate: 0.001), .gradientDescent(rate: 0.005),
      .adam(rate: 0.1),
    ][index]
    let starts = Self.box.latinHypercube(500, seed: 7)
    let ends = minimize(Self.himmelblau, fromEach: starts, method: method)
    #expect(ends.count == 500)
    for i in 0..<500 {
      let point = ends.points.row(i).scalars
      let isAtMinimum = isMinimum(point, 1e-6)
      #expect(isAtMinimum || !ends.converged[i], "\(method.name) from \(starts.row(i)): \(ends.reasons[i])")
      // Adam with a constant rate circles around minima.
      #expect(ends.converged[i] || method.name == "adam", "\(ends.reasons[i])")
      #expect(ends.values[i].item <= Self.himmelblau.value(at: starts.row(i)).item)
    }
  }

  @Test func endsDependNeitherOnTheOtherStartsNorOnThreads() {
    let starts = Self.box.latinHypercube(300, seed: 1)
    let all = minimize(Self.himmelblau, fromEach: starts)
    let few = minimize(Self.himmelblau, fromEach: starts.taking([17, 250]))
    #expect(few.points.row(0) == all.points.row(17) && few.points.row(1) == all.points.row(250))
  }

  @Test func hardFunctionsFallBackToTheMethodItself() {
    // The kernel cannot confirm a quartic minimum, nor an edge of the domain, nor what has no minimum.
    let quartic = minimize(
      Function { x, y in pow(x, 4) + pow(y, 4) }, fromEach: [[1, 2], [0, 0], [-3, 0.5]])
    #expect(quartic.converged.allSatisfy { $0 })
    let edge = minimize(Function { x in x - log(x) }, fromEach: [[20], [-1], [0.001]])
    #expect(edge.converged == [true, false, true] && edge.reasons[1] == .nonFiniteStart)
    #expect(abs(edge.points[0, 0].item - 1) < 1e-12)
    let falling = minimize(Function { x in -x * x }, fromEach: [[1], [0]])
    #expect(falling.converged == [false, false] && falling.reasons[0] == .unbounded)
    #expect(minimize(Self.himmelblau, fromEach: Tensor.zeros([0, 2])).count == 0)
  }

  /// Where full steps rise at first, and where they leave the domain: kernels end all of them.
  @Test func curvedValleysAndEdgesOfDomains() throws {
    let valley = Function { x, y in pow(1 - x, 2) + 100 * pow(y - x * x, 2) }
    let box = try Box(lower: [-2, -2], upper: [2, 2])
    let ends = minimize(valley, fromEach: box.latinHypercube(2000, seed: 4))
    #expect(ends.reasonCounts == [.stepTolerance: 2000])
    #expect(abs(ends.points - 1).max() < 1e-9)
    let edge = Function { x, y in x - log(x) - log(2 - y) + y * y }
    let inside = try Box(lower: [1e-3, -3], upper: [10, 1.9])
    let edges = minimize(edge, fromEach: inside.latinHypercube(2000, seed: 4))
    #expect(edges.converged.allSatisfy { $0 })
    // y solves 2y + 1/(2 − y) = 0.
    let y = 1 - 1.5.squareRoot()
    #expect(abs(edges.points - Tensor([1, y])).max() < 1e-9)
  }

  @Test func budgetsAreThoseOfEachStart() {
    let starts = Self.box.latinHypercube(40, seed: 2)
    var options = OptimizationOptions()
    options.maxIterations = 1
    for method: MinimizationMethod in [.trustRegion(), .lbfgs(), .gradientDescent(rate: 0.001)] {
      let ends = minimize(Self.himmelblau, fromEach: starts, method: method, options: options)
      #expect(ends.reasonCounts == [.iterationLimit: 40], "\(method.name): \(ends.reasonCounts)")
    }
    options = OptimizationOptions()
    options.maxEvaluations = 3
    for method: MinimizationMethod in [.trustRegion(), .gradientDescent(rate: 0.001)] {
      let ends = minimize(Self.himmelblau, fromEach: starts, method: method, options: options)
      #expect(ends.reasonCounts == [.evaluationLimit: 40], "\(method.name): \(ends.reasonCounts)")
    }
  }

  @Test func parametersMayDifferFromStartToStart() {
    let f = Function(1, parameters: 1) { x, p in pow(x[0] - p[0], 2) + pow(x[0] - p[0], 4) }
    for method: MinimizationMethod in [.trustRegion(), .lbfgs(), .gradientDescent(rate: 0.1)] {
      let ends = minimize(f, fromEach: [[0], [0.5], [1]], parameters: [[1], [2], [3]], method: method)
      for (k, end) in ends.points.scalars.enumerated() {
        #expect(abs(end - Double(k + 1)) < 1e-9, "\(method.name)")
      }
    }
  }

  @Test func multiStartFindsAllFourMinima() {
    let found = multiStart(Self.himmelblau, in: Self.box, starts: 100, seed: 5)
    #expect(found.minima.count == 4)
    #expect(found.minima.allSatisfy { isMinimum($0.point, 1e-9) })
    #expect(found.minima.map(\.count).reduce(0, +) == 100)
    // Within bounds that cut all of them off, minima lie at corners: f rises from three of them into the box.
    let corner = multiStart(Self.himmelblau, in: try! Box(lower: [-1, -1], upper: [1, 1]), starts: 20)
    #expect(corner.minima.map(\.point) == [[1, 1], [-1, 1], [-1, -1]])
  }

  @Test func latinHypercubesSpreadEachCoordinate() {
    let points = Self.box.latinHypercube(50, seed: 9)
    for j in 0..<2 {
      let cells = (0..<50).map { Int((points[$0, j].item + 5) / 10 * 50) }
      #expect(Set(cells).count == 50)
    }
    #expect(points == Self.box.latinHypercube(50, seed: 9))
    #expect(points != Self.box.latinHypercube(50, seed: 10))
  }
}
