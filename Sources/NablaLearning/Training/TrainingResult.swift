// SPDX-License-Identifier: Apache-2.0

/// One pass over the examples.
public struct TrainingEpoch: Sendable, Equatable {
  /// From 0.
  public let number: Int
  /// The mean of the batches' losses, each before its step.
  public let loss: Double
  /// Of the parameters at the end of the epoch; nil without validation.
  public let validationLoss: Double?
  /// Whether it is the best so far.
  public let isBest: Bool
}

/// What training came to.
public struct TrainingResult<Parameters> {
  /// Why training ended.
  public enum Reason: Sendable, Equatable {
    /// All epochs were done.
    case finished
    /// No better loss for `patience` epochs: more training would fit the noise, or nothing.
    case noImprovement(epochs: Int)
    /// The progress closure asked for it.
    case stopped
    /// A loss or a gradient was NaN or infinite in this epoch and step; the parameters are from before. Try a smaller
    /// rate, clipping, or look at the data.
    case notFinite(epoch: Int, step: Int)
  }

  /// Those with the best loss (by ``TrainingEpoch/isBest``); where no epoch ended, those at the start.
  public let parameters: Parameters
  /// Those of the last finite step.
  public let lastParameters: Parameters
  /// What was recorded, epoch by epoch.
  public let epochs: [TrainingEpoch]
  /// Why training ended.
  public let reason: Reason
}

extension TrainingResult: Sendable where Parameters: Sendable {}

extension TrainingResult.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .finished: "all epochs were done"
    case .noImprovement(let epochs): "no better loss for \(epochs) epochs"
    case .stopped: "it was asked to stop"
    case .notFinite(let epoch, let step):
      "the loss or its gradient was not finite in epoch \(epoch), step \(step): try a smaller rate or clipping"
    }
  }
}
