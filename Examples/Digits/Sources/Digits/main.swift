// SPDX-License-Identifier: Apache-2.0

import Nabla

// Images of 8 × 8 pixels from 0 to 16, and the digit that each shows.
let file = String(#filePath.dropLast("Sources/Digits/main.swift".count)) + "digits.csv"
let (table, _) = try Tensor<Double>.readingCSV(file)
let images = table[.all, 0..<64] / 16
let digits = table[.all, 64].scalars.map { Int($0) }

// Every fifth image is kept for the test.
let all = Array(0..<digits.count)
let (training, test) = (all.filter { $0 % 5 != 0 }, all.filter { $0 % 5 == 0 })
let (x, labels) = (images.taking(training), training.map { digits[$0] })
let (testX, testLabels) = (images.taking(test), test.map { digits[$0] })

var generator = SeededGenerator(seed: 1)
let network = MultilayerPerceptron<Tensor<Double>>([64, 128, 10], activation: .relu, using: &generator)

let result = try train(
  network, examples: training.count, rule: AdamW(rate: .cosine(0.01, steps: 30 * 23), weightDecay: 0.01),
  options: TrainingOptions(epochs: 30, batchSize: 64, seed: 1),
  loss: { model, batch in
    crossEntropy(logits: model(TracedTensor(x.taking(batch))), labels: batch.map { labels[$0] })
  },
  progress: { epoch in
    if epoch.number % 5 == 4 { print("epoch \(epoch.number + 1): loss \(epoch.loss)") }
    return true
  })

let share = accuracy(result.parameters(testX), labels: testLabels)
print("\(result.reason); \((share * 1000).rounded() / 10) % of \(test.count) test images are read rightly")
