// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@testable import NablaProbability

/// Steps of the leapfrog method for a density, outside a sampler.
private final class Trajectory {
  let end: PhasePoint
  let metric: Metric
  private let n: Int
  private let lanes: GradientLanes
  private let memory: Blocks
  private var logDensity = 0.0

  init(_ density: LogDensity, at point: [Double], momentum: [Double], metric: SamplingMetric = .diagonal) {
    n = density.dimension
    let width = blockCount(n)
    memory = .zeros(4 * width)
    end = PhasePoint(
      q: memory, p: memory + width, v: memory + 2 * width, g: memory + 3 * width, width: width)
    self.metric = Metric(n, metric)
    lanes = GradientLanes(density, density.gradientKernel(), count: 1)
    for i in 0..<n { (end.q.scalars[i], end.p.scalars[i]) = (point[i], momentum[i]) }
    evaluate()
    self.metric.velocity(of: end.p, into: end.v)
  }

  deinit { memory.deallocate() }

  private func evaluate() {
    lanes.setPoint(end.q.scalars, lane: 0)
    var isActive = true
    lanes.evaluate(&isActive)
    logDensity = lanes.result(lane: 0, gradient: end.g.scalars)
  }

  func step(_ size: Double, times: Int) {
    for _ in 0..<times {
      end.kickAndDrift(size, metric)
      evaluate()
      end.kick(size, metric)
    }
  }

  var energy: Double { end.kineticEnergy - logDensity }
  var position: [Double] { (0..<n).map { end.q.scalars[$0] } }
  var momentum: [Double] { (0..<n).map { end.p.scalars[$0] } }
}

struct LeapfrogTests {
  private let density = Densities.eightSchools()
  private let point = [3, 0.5, 0.1, -0.4, 0.3, 0.2, -1, 0.6, -0.2, 0.9]
  private let momentum = [-0.2, 0.7, 1.1, -0.3, 0.4, -0.8, 0.5, 0.1, -1.2, 0.3]

  @Test(arguments: SamplingMetric.allCases)
  func stepsBackLeadBack(_ metric: SamplingMetric) {
    let trajectory = Trajectory(density, at: point, momentum: momentum, metric: metric)
    // A metric that is not the identity: that of some points.
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<40 {
      let sample = (0..<10).map { Double($0 + 1) * 0.2 * generator.nextNormal() }
      sample.withUnsafeBufferPointer { trajectory.metric.add($0.baseAddress!) }
    }
    trajectory.metric.adapt()
    trajectory.step(0.05, times: 100)
    #expect(zip(trajectory.position, point).contains { abs($0 - $1) > 0.1 })
    trajectory.step(-0.05, times: 100)
    // 200 steps of some roundings each, of numbers of size 1; the motion is not chaotic.
    for (end, start) in zip(trajectory.position + trajectory.momentum, point + momentum) {
      #expect(abs(end - start) < 1e-11)
    }
  }

  @Test func theErrorOfTheEnergyIsOfSecondOrder() {
    let errors = [50, 100, 200].map { steps in
      let trajectory = Trajectory(density, at: point, momentum: momentum)
      let start = trajectory.energy
      trajectory.step(2 / Double(steps), times: steps)
      return trajectory.energy - start
    }
    // Half the step, a quarter of the error: the next term is of fourth order.
    #expect(abs(errors[0]) > 1e-8)
    #expect(abs(errors[0] / errors[1] - 4) < 0.2)
    #expect(abs(errors[1] / errors[2] - 4) < 0.05)
  }

  @Test(arguments: SamplingMetric.allCases)
  func momentaHaveTheInverseOfTheMetric(_ choice: SamplingMetric) {
    let (n, count, seed) = (3, 20_000, UInt64(11))
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let metric = Metric(n, choice)
    for _ in 0..<500 {
      let z = (0..<n).map { _ in generator.nextNormal() }
      [2 * z[0], z[0] + 0.5 * z[1], 3 * z[2]].withUnsafeBufferPointer { metric.add($0.baseAddress!) }
    }
    metric.adapt()
    let (p, v) = (Blocks.zeros(1), Blocks.zeros(1))
    defer {
      p.deallocate()
      v.deallocate()
    }
    // E[p vᵀ] = Σ⁻¹ Σ = I.
    var products = [Double](repeating: 0, count: n * n)
    for _ in 0..<count {
      metric.drawMomentum(&generator, into: p)
      metric.velocity(of: p, into: v)
      for i in 0..<n { for j in 0..<n { products[i * n + j] += p.scalars[i] * v.scalars[j] / Double(count) } }
    }
    // The entries' standard errors are √((1 + Σ⁻¹ᵢᵢ Σⱼⱼ)/count); Σ⁻¹₁₁ Σ₂₂ and the like are below 40.
    let bound = 5 * (41 / Double(count)).squareRoot()
    for i in 0..<n { for j in 0..<n { #expect(abs(products[i * n + j] - (i == j ? 1 : 0)) < bound) } }
  }
}
