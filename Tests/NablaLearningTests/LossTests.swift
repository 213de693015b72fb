// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaTensors
import Testing

@testable import NablaLearning

@Suite struct LossTests {
  typealias Traced = TracedTensor<Double>
  private let x: Tensor<Double> = [[0.5, -1, 2], [3, 0, -2]]

  @Test func values() {
    let y: Tensor<Double> = [[1, 0, 1], [0, 1, 0.25]]
    // By their definitions.
    #expect(abs(meanSquaredError(Traced(x), y).item - ((x - y) * (x - y)).mean()) < 1e-15)
    let p = sigmoid(x)
    let naive = -(y * log(p) + (1 - y) * log(1 - p)).mean()
    #expect(abs(binaryCrossEntropy(logits: Traced(x), targets: y).item - naive) < 1e-15)
    let share = exp(x) / exp(x).sum(axis: 1, keepingDims: true)
    #expect(
      abs(crossEntropy(logits: Traced(x), labels: [2, 0]).item + (log(share[0, 2]) + log(share[1, 0])) / 2)
        < 1e-15)
    #expect(oneHot([2, 0], classes: 3) == [[0, 0, 1], [1, 0, 0]] as Tensor<Double>)
    #expect(accuracy(x, labels: [2, 1]) == 0.5)
  }

  private func log(_ x: Double) -> Double { NablaTensors.log(Tensor(x)).item }
  private func log(_ x: Tensor<Double>) -> Tensor<Double> { NablaTensors.log(x) }

  /// Where the probabilities round to 0 and 1 the losses are the logits themselves.
  @Test func hugeLogits() {
    let logits = Traced([[1000, -1000]])
    #expect(binaryCrossEntropy(logits: logits, targets: [[0, 1]]).item == 1000)
    #expect(binaryCrossEntropy(logits: logits, targets: [[1, 0]]).item == 0)
    #expect(crossEntropy(logits: logits, labels: [1]).item == 2000)
    #expect(crossEntropy(logits: logits, labels: [0]).item == 0)
    let slope = gradient(of: { crossEntropy(logits: $0, labels: [1]) }, at: logits.value)
    #expect(slope == [[1, -1]])
    #expect(
      gradient(of: { binaryCrossEntropy(logits: $0, targets: [[0, 1]]) }, at: logits.value) == [[0.5, -0.5]])
  }

  @Test func derivatives() {
    let y: Tensor<Double> = [[1, 0, 1], [0, 1, 0.25]]
    #expect(checkGradients(of: { meanSquaredError($0, y) }, at: x).passed)
    #expect(checkGradients(of: { binaryCrossEntropy(logits: $0, targets: y) }, at: x).passed)
    #expect(checkGradients(of: { crossEntropy(logits: $0, labels: [2, 0]) }, at: x).passed)
  }
}
