// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

/// `function(operands)`, of which only the operands are kept for the derivative: what is computed inside is
/// computed once more when the derivative is taken (gradient checkpointing).
///
/// A chain of n equal steps, each or every √n of them in a checkpoint, needs memory for √n steps rather than for n,
/// and the time of one more evaluation:
///
///     for layer in layers { x = checkpoint([x, layer.weights]) { tanh(matmul($0[0], $0[1])) } }
///
/// Derivatives of any order are those of the function itself.
///
/// - Parameters:
///   - operands: what `function` is called with, now and again for the derivative.
///   - function: must give the same values each time, and use no traced tensors but its arguments:
///     derivatives do not pass through others.
/// - Source: Griewank, Walther, "Revolve", ACM TOMS 26 (2000).
public func checkpoint<Scalar>(
  _ operands: [TracedTensor<Scalar>],
  _ function: @escaping @Sendable ([TracedTensor<Scalar>]) -> TracedTensor<Scalar>
) -> TracedTensor<Scalar> {
  .recorded(
    function(operands.map(\.detached)).value, Checkpoint(function: function, count: operands.count), operands)
}

private struct Checkpoint<Scalar: TensorScalar>: TensorOperation {
  let function: @Sendable ([TracedTensor<Scalar>]) -> TracedTensor<Scalar>
  let count: Int
  var name: String { "checkpoint" }
  func reads(operand: Int) -> Bool { true }
  var readsResult: Bool { false }

  /// The operands as variables, through which nothing but this computation passes, and whether what is computed
  /// from them is to be recorded for good.
  private func again(
    _ step: RecordedStep<Scalar>
  ) -> (operands: [TracedTensor<Scalar>], result: TracedTensor<Scalar>, isRecording: Bool) {
    let operands = (0..<count).map { step.operand($0) }
    let isRecording = operands.contains { $0.node != nil }
    let variables = operands.map { operand -> TracedTensor<Scalar> in
      // A copy of a variable of its own keeps apart equal operands.
      isRecording ? Identity()(operand) : .variable(operand.value)
    }
    return (variables, function(variables), isRecording)
  }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let (operands, result, isRecording) = again(step)
    let directions = zip(operands, tangents).compactMap { operand, tangent in
      tangent.map { (variable: operand, tangent: $0) }
    }
    return NablaCalculus.tangents(of: [result], along: directions, isRecording: isRecording)[0]
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    let (operands, result, isRecording) = again(step)
    let found = NablaCalculus.cotangents(
      of: [(result, cotangent)], by: operands, isRecording: isRecording || cotangent.node != nil)
    return zip(found, needed).map { $1 ? $0 : nil }
  }
}

/// The same tensor as a node of its own.
private struct Identity<Scalar: TensorScalar>: LinearOperation {
  var name: String { "identity" }
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> { .recorded(x.value, self, [x]) }
  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> { cotangent }
}
