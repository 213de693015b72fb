// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaOptimization
import NablaTensors
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@testable import NablaLearning

@Suite struct TrainingTests {
  private static let seed: UInt64 = 5

  /// 200 points of y = 2x₀ − x₁ + 0.5 with a little noise.
  private let x: Tensor<Double>
  private let y: Tensor<Double>
  private let start = ["w": Tensor<Double>.zeros([2]), "b": Tensor<Double>.zeros([])]

  init() {
    var generator = SeededGenerator(seed: Self.seed)
    x = .normal([200, 2], using: &generator)
    y = matmul(x, [2, -1]) + 0.5 + .normal([200], standardDeviation: 0.1, using: &generator)
  }

  private func loss(_ model: [String: TracedTensor<Double>], _ batch: [Int]) -> TracedTensor<Double> {
    meanSquaredError(matmul(x.taking(batch), model["w"]!) + model["b"]!, y.taking(batch))
  }

  @Test func findsTheLeastSquaresFit() throws {
    let options = TrainingOptions(epochs: 300, batchSize: 200)
    let result = try train(start, examples: 200, rule: SGD(rate: 0.2), options: options, loss: loss)
    let fit = try LinearRegression(x, y)
    #expect(result.reason == .finished && result.epochs.count == 300)
    // The last: the loss of the best is as small to within rounding, and the loss is flat at its minimum.
    #expect(abs(result.lastParameters["w"]! - fit.coefficients).max() < 1e-13)
    #expect(abs(result.lastParameters["b"]!.item - fit.intercept) < 1e-13)
  }

  @Test func sameSeedSameBits() throws {
    let options = TrainingOptions(epochs: 5, batchSize: 32, seed: 7, clipping: .globalNorm(1))
    func run(_ options: TrainingOptions) throws -> TrainingResult<[String: Tensor<Double>]> {
      try train(start, examples: 200, rule: Adam(rate: 0.05), options: options, loss: loss)
    }
    let (a, b) = (try run(options), try run(options))
    #expect(a.parameters == b.parameters && a.epochs == b.epochs)
    var other = options
    other.seed = 8
    #expect(try run(other).parameters != a.parameters)
  }

  @Test func interruptedTrainingGoesOnToTheSameBits() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "nabla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "state.npy").path
    let rule = Adam<Double>(rate: 0.05)
    var options = TrainingOptions(epochs: 6, batchSize: 32, seed: 7)
    let whole = try train(start, examples: 200, rule: rule, options: options, loss: loss)

    options.checkpoint = file
    let stopped = try train(
      start, examples: 200, rule: rule, options: options, loss: loss, progress: { $0.number < 1 })
    #expect(stopped.reason == .stopped && stopped.epochs.count == 2)
    let resumed = try train(start, examples: 200, rule: rule, options: options, loss: loss)
    #expect(resumed.lastParameters == whole.lastParameters && resumed.epochs == whole.epochs)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.npy"])

    // Of another model, cut off, and not a checkpoint at all: nothing is trained, and the file stays.
    let other = ["w": Tensor<Double>.zeros([3])]
    #expect(throws: TrainingCheckpointError.self) {
      try train(other, examples: 1, rule: rule, options: options, loss: { model, _ in model["w"]!.sum() })
    }
    let bytes = try Data(contentsOf: URL(filePath: file))
    for length in [0, 9, 100, bytes.count - 1] {
      try bytes.prefix(length).write(to: URL(filePath: file))
      #expect(throws: TrainingCheckpointError.self) {
        try train(start, examples: 200, rule: rule, options: options, loss: loss)
      }
    }
    options.checkpoint = folder.appending(path: "missing/state.npy").path
    #expect(throws: TrainingCheckpointError.self) {
      try train(start, examples: 200, rule: rule, options: options, loss: loss)
    }
  }

  @Test func stopsEarlyWithTheBestParameters() throws {
    // The validation loss falls and rises again.
    var calls = 0.0
    let result = try train(
      start, examples: 200, rule: SGD(rate: 0.1), options: TrainingOptions(epochs: 100, patience: 3),
      loss: loss,
      validation: { _ in
        calls += 1
        return TracedTensor((calls - 4) * (calls - 4))
      })
    #expect(result.reason == .noImprovement(epochs: 3) && result.epochs.count == 7)
    #expect(result.epochs.map(\.isBest) == [true, true, true, true, false, false, false])
    let four = try train(
      start, examples: 200, rule: SGD(rate: 0.1), options: TrainingOptions(epochs: 4), loss: loss)
    #expect(result.parameters == four.lastParameters)
  }

  @Test func divergenceIsReported() throws {
    let result = try train(
      start, examples: 200, rule: SGD(rate: 1e200), options: TrainingOptions(epochs: 100), loss: loss)
    guard case .notFinite(let epoch, let step) = result.reason else {
      Issue.record("\(result.reason)")
      return
    }
    #expect(epoch == 0 && step >= 1 && step < 7)
    #expect(result.parameters == start)
    #expect("\(result.reason)".contains("smaller rate"))
  }

  @Test func batchesAreAPartition() {
    let batches = Array(MiniBatches(count: 103, size: 10, seed: 1, epoch: 3))
    #expect(batches.map(\.count) == Array(repeating: 10, count: 10) + [3])
    #expect(batches.flatMap { $0 }.sorted() == Array(0..<103))
    #expect(Array(MiniBatches(count: 103, size: 10, seed: 1, epoch: 4)) != batches)
    #expect(Array(MiniBatches(count: 0, size: 10, seed: 1)).isEmpty)
  }
}
