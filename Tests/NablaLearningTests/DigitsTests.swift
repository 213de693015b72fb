// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaOptimization
import NablaTensors
import TestSupport
import Testing

@testable import NablaLearning

/// The network of Examples/Digits.
@Suite struct DigitsTests {
  private func run(seed: UInt64, epochs: Int) throws -> (
    network: MultilayerPerceptron<Tensor<Double>>, accuracy: Double
  ) {
    let root = String(#filePath.dropLast("Tests/NablaLearningTests/DigitsTests.swift".count))
    let (table, names) = try Tensor<Double>.readingCSV(root + "Examples/Digits/digits.csv")
    #expect(table.shape == [1797, 65] && names.last == "digit")
    let (images, digits) = (table[.all, 0..<64] / 16, table[.all, 64].scalars.map { Int($0) })
    let all = Array(0..<digits.count)
    let (training, test) = (all.filter { $0 % 5 != 0 }, all.filter { $0 % 5 == 0 })
    let (x, labels) = (images.taking(training), training.map { digits[$0] })
    var generator = SeededGenerator(seed: seed)
    let network = MultilayerPerceptron<Tensor<Double>>([64, 128, 10], using: &generator)
    let result = try train(
      network, examples: training.count, rule: AdamW(rate: .cosine(0.01, steps: 30 * 23), weightDecay: 0.01),
      options: TrainingOptions(epochs: epochs, batchSize: 64, seed: seed),
      loss: { model, batch in
        crossEntropy(logits: model(TracedTensor(x.taking(batch))), labels: batch.map { labels[$0] })
      })
    return (
      result.parameters, accuracy(result.parameters(images.taking(test)), labels: test.map { digits[$0] })
    )
  }

  /// 97 % of 360 is 349; seeds 1 to 4 read 353 or 354.
  @Test(.enabled(if: isRelease), arguments: [1, 2]) func readsMoreThan97PercentRightly(seed: UInt64) throws {
    #expect(try run(seed: seed, epochs: 30).accuracy > 0.97)
  }

  @Test func isReproducibleToTheBit() throws {
    let epochs = isRelease ? 5 : 1
    #expect(try run(seed: 3, epochs: epochs).network == run(seed: 3, epochs: epochs).network)
  }
}
