// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaCalculus
public import NablaTensors

// Losses are means over the rows of a batch, of shape []; minimising them does not depend on the batch's size.

/// The mean of (prediction − target)² over all elements; the shapes are equal.
@specialized(where S == Double)
@specialized(where S == Float)
public func meanSquaredError<S: TensorScalar>(
  _ predictions: TracedTensor<S>, _ targets: Tensor<S>
) -> TracedTensor<S> {
  requireShape(predictions, targets, "meanSquaredError")
  return squaredDifference(predictions, TracedTensor(targets)).mean()
}

/// The mean of −(y log p + (1 − y) log(1 − p)) with p = sigmoid(logit), over all elements; targets y in [0, 1].
///
/// From logits z it is softplus(z) − z y, which neither overflows nor loses its digits where p is near 0 or 1.
@specialized(where S == Double)
@specialized(where S == Float)
public func binaryCrossEntropy<S: TensorScalar>(
  logits: TracedTensor<S>, targets: Tensor<S>
) -> TracedTensor<S> {
  requireShape(logits, targets, "binaryCrossEntropy")
  return bernoulli(logits, TracedTensor(targets)).mean()
}

/// The mean over the rows of −log softmax(logits)[label]: logits [N, k], labels 0 ..< k.
///
/// With the logarithm of the softmax in one step, so that it is finite and exact for any finite logits.
///
/// - Precondition: as many labels as rows, each in 0 ..< k.
@specialized(where S == Double)
@specialized(where S == Float)
public func crossEntropy<S: TensorScalar>(logits: TracedTensor<S>, labels: [Int]) -> TracedTensor<S> {
  precondition(
    logits.rank == 2 && logits.shape[0] == labels.count,
    "crossEntropy needs logits [N, classes] and N labels; these are \(logits.shape) and \(labels.count) labels."
  )
  return crossEntropy(logits: logits, targets: oneHot(labels, classes: logits.shape[1]))
}

/// The mean over the rows of −Σ target · log softmax(logits): logits and target probabilities [N, k].
@specialized(where S == Double)
@specialized(where S == Float)
public func crossEntropy<S: TensorScalar>(
  logits: TracedTensor<S>, targets: Tensor<S>
) -> TracedTensor<S> {
  precondition(
    logits.rank == 2 && logits.shape == targets.shape,
    "crossEntropy needs logits and targets [N, classes]; these are \(logits.shape) and \(targets.shape).")
  return (logSoftmax(logits) * targets).sum() * TracedTensor(-1 / S(logits.shape[0]))
}

/// A row for each label, 1 in the label's place and 0 elsewhere: shape [labels.count, classes].
///
/// - Precondition: the labels lie in 0 ..< classes.
@specialized(where S == Double)
@specialized(where S == Float)
public func oneHot<S: TensorScalar>(_ labels: [Int], classes: Int) -> Tensor<S> {
  Tensor(shape: [labels.count, classes]) { buffer in
    buffer.initialize(repeating: 0)
    for (row, label) in labels.enumerated() {
      precondition(
        label >= 0 && label < classes, "Label \(label) of row \(row) is not one of 0 ..< \(classes).")
      buffer[row * classes + label] = 1
    }
  }
}

/// The share of rows whose largest score stands at the label: scores [N, k].
public func accuracy<S: TensorScalar>(_ scores: Tensor<S>, labels: [Int]) -> Double {
  precondition(
    scores.rank == 2 && scores.shape[0] == labels.count,
    "accuracy needs scores [N, classes] and N labels; these are \(scores.shape) and \(labels.count) labels.")
  let right = zip(scores.argmax(axis: 1), labels).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
  return Double(right) / Double(labels.count)
}

private let squaredDifference = Function { a, b in pow(a - b, 2) }
private let bernoulli = Function { z, y in softplus(z) - z * y }

private func requireShape<S>(_ predictions: TracedTensor<S>, _ targets: Tensor<S>, _ name: StaticString) {
  precondition(
    predictions.shape == targets.shape,
    "\(name) needs predictions and targets of one shape; these are \(predictions.shape) and \(targets.shape)."
  )
}
