// SPDX-License-Identifier: Apache-2.0

import NablaTensors
import Testing

@testable import NablaOptimization

/// The rules step by step against their formulas in scalar code.
@Suite struct UpdateRuleTests {
  /// Gradients of ½(x − 3)² from x = 1, and of ½(y + 1)² from y = 0.
  private func run(_ rule: some UpdateRule<Double>, steps: Int) -> [Double] {
    var rule = rule
    var parameters: [Tensor<Double>] = [[1], [[0]]]
    for _ in 0..<steps { rule.update(&parameters, gradients: [parameters[0] - 3, parameters[1] + 1]) }
    #expect(rule.step == steps)
    return [parameters[0][0], parameters[1][0, 0]]
  }

  private func reference(
    _ steps: Int,
    _ body: (_ x: inout Double, _ gradient: Double, _ step: Int, _ memory: inout [Double]) -> Void
  ) -> [Double] {
    [(1.0, 3.0), (0.0, -1.0)].map { start, minimum in
      var x = start
      var memory = [0.0, 0.0]
      for step in 0..<steps { body(&x, x - minimum, step, &memory) }
      return x
    }
  }

  private func agree(_ a: [Double], _ b: [Double]) -> Bool {
    // Fused products round differently: a few ulps a step.
    zip(a, b).allSatisfy { abs($0 - $1) <= 1e-13 * max(1, abs($1)) }
  }

  @Test func gradientDescent() {
    #expect(agree(run(SGD(rate: 0.1), steps: 20), reference(20) { x, g, _, _ in x -= 0.1 * g }))
    #expect(
      agree(
        run(SGD(rate: 0.1, weightDecay: 0.5), steps: 20),
        reference(20) { x, g, _, _ in x -= 0.1 * (g + 0.5 * x) }))
    #expect(
      agree(
        run(SGD(rate: 0.1, momentum: 0.9), steps: 20),
        reference(20) { x, g, _, m in
          m[0] = 0.9 * m[0] + g
          x -= 0.1 * m[0]
        }))
    #expect(
      agree(
        run(SGD(rate: 0.1, momentum: 0.9, nesterov: true), steps: 20),
        reference(20) { x, g, _, m in
          m[0] = 0.9 * m[0] + g
          x -= 0.1 * (g + 0.9 * m[0])
        }))
  }

  @Test(arguments: [0, 0.01]) func adam(decay: Double) {
    func power(_ base: Double, _ n: Int) -> Double { (0..<n).reduce(1) { p, _ in p * base } }
    #expect(
      agree(
        run(AdamW(rate: .exponentialDecay(0.1, time: 10), weightDecay: decay), steps: 50),
        reference(50) { x, g, step, m in
          m[0] = 0.9 * m[0] + 0.1 * g
          m[1] = 0.999 * m[1] + 0.001 * g * g
          let (mean, square) = (m[0] / (1 - power(0.9, step + 1)), m[1] / (1 - power(0.999, step + 1)))
          let rate = LearningRate.exponentialDecay(0.1, time: 10)(step)
          x -= rate * (mean / (square.squareRoot() + 1e-8) + decay * x)
        }))
  }

  /// The first step of Adam is of the rate's size whatever the gradient's scale.
  @Test(arguments: [1e-3, 1, 1e6]) func adamsFirstStep(scale: Double) {
    var rule = Adam<Double>(rate: 0.01)
    var parameters: [Tensor<Double>] = [[0, 0]]
    rule.update(&parameters, gradients: [Tensor([scale, -scale])])
    #expect(abs(parameters[0][0] + 0.01) < 1e-7 && abs(parameters[0][1] - 0.01) < 1e-7)
  }

  @Test func schedules() {
    let decay = LearningRate.stepDecay(1, factor: 0.5, every: 10)
    #expect([0, 9, 10, 25].map { decay($0) } == [1, 1, 0.5, 0.25])
    let cosine = LearningRate.cosine(1, to: 0.1, steps: 10)
    #expect(cosine(0) == 1 && abs(cosine(5) - 0.55) < 1e-15 && cosine(10) == 0.1 && cosine(99) == 0.1)
    let warm = LearningRate.warmup(steps: 4, then: .stepDecay(1, factor: 0.5, every: 2))
    #expect([0, 1, 2, 3, 4, 5, 6].map { warm($0) } == [0.2, 0.4, 0.6, 0.8, 1, 1, 0.5])
    #expect(LearningRate { Double($0) }(7) == 7 && (0.25 as LearningRate)(3) == 0.25)
  }

  @Test func clipping() {
    let gradients: [Tensor<Double>] = [[3, 0], [[4]]]
    let clipped = GradientClipping.globalNorm(1)(gradients)
    #expect(abs(clipped[0][0] - 0.6) < 1e-15 && abs(clipped[1][0, 0] - 0.8) < 1e-15)
    #expect(GradientClipping.globalNorm(5)(gradients) == gradients)
    #expect(GradientClipping.elements(2)([[3, -5, 1]] as [Tensor<Double>]) == [[2, -2, 1]])
    // Lengths beyond the largest square.
    let huge = GradientClipping.globalNorm(1)([[1e200], [1e200]] as [Tensor<Double>])
    #expect(abs(huge[0][0] - 0.5.squareRoot()) < 1e-15)
  }
}
