// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaKernels
import NablaOptimization
import NablaTensors
import Testing

private let himmelblau = Function { x, y in pow(x * x + y - 11, 2) + pow(x + y * y - 7, 2) }

private func grid(_ count: Int) -> Tensor<Double> {
  var points: [[Double]] = []
  for i in 0..<count {
    for j in 0..<count { points.append([i, j].map { Double($0) * 12 / Double(count - 1) - 6 }) }
  }
  return Tensor(points)
}

struct StationaryPointsTests {
  @Test func himmelblausNineFromAGrid() throws {
    let box = try Box(lower: [-6, -6], upper: [6, 6])
    let ends = stationaryPoints(of: himmelblau, from: grid(12), within: box).filter(\.converged)
    let distinct = Set(ends.map { $0.point.map { ($0 * 1e9).rounded() } })
    #expect(distinct.count == 9)
    for end in ends { #expect(end.stepNorm < 1e-14) }
  }

  @Test(arguments: [1e-12, 1e-8, 0x1p-20, 1e8])
  func theScaleOfTheValueDoesNotMatter(_ scale: Double) throws {
    let box = try Box(lower: [-6, -6], upper: [6, 6])
    let scaled = Function(Expr(scale) * himmelblau.outputs[0], of: himmelblau.variables)
    let reference = stationaryPoints(of: himmelblau, from: grid(8), within: box)
    for (a, b) in zip(reference, stationaryPoints(of: scaled, from: grid(8), within: box)) {
      #expect(a.reason == b.reason)
      guard a.converged else { continue }
      #expect(zip(a.point, b.point).allSatisfy { abs($0 - $1) <= 1e-13 * max(1, abs($0)) })
    }
  }

  @Test func anEndDoesNotDependOnTheOtherStarts() {
    let starts = grid(6)
    let together = stationaryPoints(of: himmelblau, from: starts)
    for i in 0..<36 {
      let alone = stationaryPoints(of: himmelblau, from: Tensor([starts.row(i).scalars]))[0]
      #expect(alone.point == together[i].point)
      #expect(alone.reason == together[i].reason)
    }
  }

  @Test func degeneratePointsConvergeLinearlyToTheEnd() {
    let cubic = stationaryPoints(of: Function { x in pow(x, 3) }, from: [[0.7]])[0]
    #expect(cubic.converged && abs(cubic.point[0]) < 1e-12)
    let quartic = stationaryPoints(of: Function { x, y in pow(x, 4) + pow(y, 4) }, from: [[0.7, -0.2]])[0]
    #expect(quartic.converged && quartic.point.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func reasonsForNotConverging() throws {
    let box = try Box(lower: [0.5], upper: [2])
    #expect(stationaryPoints(of: Function { x in log(x) }, from: [[1]], within: box)[0].reason == .leftBox)
    #expect(stationaryPoints(of: Function { x in log(x) }, from: [[-1]])[0].reason == .nonFiniteStart)
    #expect(
      stationaryPoints(of: Function { x in sqrt(x) }, from: Tensor([[Double.nan]]))[0].reason
        == .nonFiniteStart)
    // A slope of 1 everywhere, and no curvature to divide by.
    #expect(stationaryPoints(of: Function { x in abs(x) }, from: [[1]])[0].reason == .singular)
  }

  @Test func parametersFollowTheirRows() {
    let f = Function(1, parameters: 1) { x, p in pow(x[0] - p[0], 4) + pow(x[0] - p[0], 2) }
    let ends = stationaryPoints(of: f, from: [[0], [1], [5]], parameters: [[1], [2], [3]])
    #expect(ends.map { ($0.point[0] * 1e9).rounded() / 1e9 } == [1, 2, 3])
  }
}

struct BoxTests {
  @Test func boundsAreChecked() throws {
    #expect(throws: BoxError.nan(axis: 0)) { try Box(lower: [.nan], upper: [1]) }
    #expect(throws: BoxError.infinite(axis: 1)) { try Box(lower: [0, .infinity], upper: [1, .infinity]) }
    #expect(try !Box(lower: [0, 0], upper: [1, .infinity]).isBounded)
    #expect(throws: BoxError.reversed(axis: 0, lower: 2, upper: 1)) { try Box(lower: [2], upper: [1]) }
    #expect(throws: BoxError.lengths(lower: 1, upper: 2)) { try Box(lower: [2], upper: [3, 4]) }
    #expect(throws: BoxError.tooWide(axis: 0)) { try Box(lower: [-1.7e308], upper: [1.7e308]) }
    let box = try Box(lower: [0, -1], upper: [2, -1])
    #expect(box.contains([2, -1]) && !box.contains([1, 0]) && !box.contains([.nan, -1]))
    #expect(box.widths == [2, 0] && box.center == [1, -1])
  }
}
