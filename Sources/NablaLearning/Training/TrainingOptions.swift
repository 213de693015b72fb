// SPDX-License-Identifier: Apache-2.0

public import NablaOptimization

/// How a model is trained: see ``train(_:examples:rule:options:loss:validation:progress:)``.
public struct TrainingOptions: Sendable {
  /// The most passes over the examples.
  public var epochs: Int
  /// Examples per step.
  public var batchSize: Int
  /// Decides the order of the examples.
  public var seed: UInt64
  /// A limit to the gradients of each step.
  public var clipping: GradientClipping?
  /// Training stops after this many epochs in a row without a better validation loss (the training loss where there is
  /// no validation). Nil: never.
  public var patience: Int?
  /// A loss is better only when it is smaller by more than this.
  public var minimumImprovement: Double
  /// A file that holds the state of training after each epoch, written whole or not at all. If it exists,
  /// training goes on from there and ends as if it had never been interrupted.
  public var checkpoint: String?

  /// - Precondition: `epochs` ≥ 0, `batchSize` ≥ 1, `patience` ≥ 1, `minimumImprovement` ≥ 0.
  public init(
    epochs: Int = 10, batchSize: Int = 32, seed: UInt64 = 0, clipping: GradientClipping? = nil,
    patience: Int? = nil, minimumImprovement: Double = 0, checkpoint: String? = nil
  ) {
    precondition(
      epochs >= 0 && batchSize >= 1, "\(epochs) epochs with batches of \(batchSize) are no training.")
    precondition(
      patience.map { $0 >= 1 } ?? true, "A patience of \(patience ?? 0) epochs stops before it begins.")
    precondition(minimumImprovement >= 0, "An improvement of \(minimumImprovement) would be none.")
    self.epochs = epochs
    self.batchSize = batchSize
    self.seed = seed
    self.clipping = clipping
    self.patience = patience
    self.minimumImprovement = minimumImprovement
    self.checkpoint = checkpoint
  }
}
