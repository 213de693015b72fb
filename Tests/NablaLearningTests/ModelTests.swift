// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaTensors
import Testing

@testable import NablaLearning

@Suite struct ModelTests {
  private static let seed: UInt64 = 3

  @Test func networkIsItsLayers() {
    var generator = SeededGenerator(seed: Self.seed)
    let network = MultilayerPerceptron<Tensor<Double>>([3, 5, 4, 2], activation: .tanh, using: &generator)
    #expect(network.leaves.map(\.shape) == [[3, 5], [5], [5, 4], [4], [4, 2], [2]])
    let x = Tensor<Double>.normal([7, 3], using: &generator)
    let l = network.layers
    let hidden = tanh(matmul(tanh(matmul(x, l[0].weights) + l[0].bias), l[1].weights) + l[1].bias)
    let expected = matmul(hidden, l[2].weights) + l[2].bias
    #expect(network(x).isApproximatelyEqual(to: expected, relativeTolerance: 1e-13))
    let check = checkGradients(
      of: { crossEntropy(logits: $0(TracedTensor(x)), labels: [0, 1, 1, 0, 1, 0, 0]) }, at: network)
    #expect(check.passed, "\(check)")
    #expect(network.replacingLeaves(with: network.leaves) == network)
  }

  /// Mean and variance of 100,000 weights; the standard error of a variance is √(2/n) of it, of a uniform one less.
  @Test func initializers() {
    var generator = SeededGenerator(seed: Self.seed)
    let (inputs, outputs) = (500, 200)
    func variance(_ initializer: Initializer) -> Double {
      let w: Tensor<Double> = initializer(inputs: inputs, outputs: outputs, using: &generator)
      #expect(w.shape == [inputs, outputs] && abs(w.mean()) < 5 * w.standardDeviation() / 316)
      return w.variance()
    }
    let five = 5 * 0.0045
    #expect(abs(variance(.heNormal) / (2.0 / 500) - 1) < five)
    #expect(abs(variance(.heUniform) / (2.0 / 500) - 1) < five)
    #expect(abs(variance(.glorotNormal) / (2.0 / 700) - 1) < five)
    #expect(abs(variance(.glorotUniform) / (2.0 / 700) - 1) < five)
    #expect(abs(variance(.normal(standardDeviation: 3)) / 9 - 1) < five)
    let zeros: Tensor<Double> = Initializer.zeros(inputs: 2, outputs: 3, using: &generator)
    #expect(zeros == .zeros([2, 3]))
  }

  /// Against Σ JᵀFJ / N formed from the Jacobian of each example, and the identity of Fisher and Gauss–Newton for a
  /// model that is linear in its parameters: there it is the Hessian of the mean negative log-likelihood.
  @Test func fisherMatrixOfLinearModelsIsTheHessian() throws {
    var generator = SeededGenerator(seed: Self.seed)
    let x = Tensor<Double>.normal([20, 3], using: &generator)
    let w = Tensor<Double>.normal([3, 4], using: &generator)
    let labels = (0..<20).map { $0 % 4 }
    let fisher = fisherMatrix(of: { matmul(x, $0) }, at: w, distribution: .categorical)
    let h = hessian(of: { crossEntropy(logits: matmul(x, $0), labels: labels) }, at: w).reshaped([12, 12])
    #expect(fisher.isApproximatelyEqual(to: h, relativeTolerance: 1e-11, absoluteTolerance: 1e-14))

    let v = w[.all, 0].contiguous()
    let y = Tensor<Double>.uniform([20], using: &generator)
    let bernoulli = fisherMatrix(of: { matmul(x, $0) }, at: v, distribution: .bernoulli)
    let hb = hessian(of: { binaryCrossEntropy(logits: matmul(x, $0), targets: y) }, at: v)
    #expect(bernoulli.isApproximatelyEqual(to: hb, relativeTolerance: 1e-11, absoluteTolerance: 1e-14))

    let normal = fisherMatrix(of: { matmul(x, $0) }, at: v, distribution: .normal(variance: 0.25))
    #expect(normal.isApproximatelyEqual(to: matmul(x.transposed(), x) * (4.0 / 20), relativeTolerance: 1e-13))
    // One natural gradient step of size 1 solves least squares.
    let slope = gradient(of: { meanSquaredError(matmul(x, $0), y) * 2.0 }, at: v)
    let step = try naturalGradient(slope, fisher: normal)
    let residual = y - matmul(x, v - step)
    #expect(abs(matmul(x.transposed(), residual)).max() < 1e-13)
    // Logits of classes have a direction that changes nothing: singular without damping.
    #expect(throws: LinearAlgebraError.self) { try naturalGradient(w, fisher: fisher) }
    #expect(try naturalGradient(w, fisher: fisher, damping: 1).allFinite)
  }
}
