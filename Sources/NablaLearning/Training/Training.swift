// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaOptimization
internal import NablaTensors

/// Trains a model on examples that are drawn in mini-batches.
///
///     let result = try train(
///       network, examples: x.shape[0], rule: Adam(rate: 0.002),
///       options: TrainingOptions(epochs: 30, batchSize: 64, seed: 1, patience: 5),
///       loss: { model, batch in
///         crossEntropy(logits: model(TracedTensor(x.taking(batch))), labels: batch.map { labels[$0] })
///       },
///       validation: { model in crossEntropy(logits: model(xv), labels: labelsV) })
///
/// Each epoch goes through all examples once, in an order that follows from the seed; each step takes the gradient of
/// the loss on a batch. The best parameters are kept: those of the epoch with the smallest validation loss, or training
/// loss without validation. A loss or gradient that is not finite ends training before its step is taken.
///
/// On one thread the result is the same to the last bit for the same seed, machine and version, with or without an
/// interruption in between that a checkpoint bridges.
///
/// - Parameters:
///   - parameters: of the model, where training starts.
///   - count: the number of examples.
///   - rule: how a gradient moves the parameters.
///   - options: epochs, batches, seed, clipping, patience and checkpoint.
///   - loss: of the model on the examples whose numbers are given: a mean, of one element.
///   - validation: the loss on other examples, without recording.
///   - progress: called after each epoch; training stops where it returns false.
/// - Throws: what the closures throw; ``TrainingCheckpointError`` where a checkpoint cannot be read or written or
///   belongs to another model.
public func train<P: TensorTree, Rule: UpdateRule>(
  _ parameters: P, examples count: Int, rule: Rule, options: TrainingOptions = TrainingOptions(),
  loss: (_ model: P.Traced, _ batch: [Int]) throws -> TracedTensor<P.Scalar>,
  validation: ((_ model: P.Traced) throws -> TracedTensor<P.Scalar>)? = nil,
  progress: ((TrainingEpoch) -> Bool)? = nil
) throws -> TrainingResult<P> where Rule.Scalar == P.Scalar {
  precondition(count > 0, "There is nothing to train on: \(count) examples.")
  var rule = rule
  var state = TrainingState(leaves: parameters.leaves)
  if let file = options.checkpoint { try state.restore(from: file, &rule) }

  func result(_ reason: TrainingResult<P>.Reason) -> TrainingResult<P> {
    TrainingResult(
      parameters: parameters.replacingLeaves(with: state.bestLeaves),
      lastParameters: parameters.replacingLeaves(with: state.leaves), epochs: state.epochs, reason: reason)
  }

  while state.epochs.count < options.epochs {
    if let patience = options.patience, state.staleEpochs >= patience {
      return result(.noImprovement(epochs: state.staleEpochs))
    }
    let epoch = state.epochs.count
    var total = 0.0
    let batches = MiniBatches(count: count, size: options.batchSize, seed: options.seed, epoch: epoch)
    for (step, batch) in batches.enumerated() {
      let model = parameters.replacingLeaves(with: state.leaves)
      let (value, slope) = try valueAndGradient(of: { try loss($0, batch) }, at: model)
      let gradients = options.clipping.map { $0(slope.leaves) } ?? slope.leaves
      guard value.isFinite, gradients.allSatisfy(\.allFinite) else {
        return result(.notFinite(epoch: epoch, step: step))
      }
      total += Double(value) * Double(batch.count)
      rule.update(&state.leaves, gradients: gradients)
    }
    let validated = try validation.map {
      Double(try $0(parameters.replacingLeaves(with: state.leaves).constants).item)
    }
    let record = state.endEpoch(
      loss: total / Double(count), validationLoss: validated, minimumImprovement: options.minimumImprovement)
    if let file = options.checkpoint { try state.save(to: file, rule) }
    if let progress, !progress(record) { return result(.stopped) }
  }
  if let patience = options.patience, state.staleEpochs >= patience {
    return result(.noImprovement(epochs: state.staleEpochs))
  }
  return result(.finished)
}
