// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors
internal import Synchronization

/// One step of a recorded computation: an operation, where its operands came from, and those of their values
/// that its derivative needs.
///
/// Nodes are immutable and refer to the nodes they were computed from, never the other way: what nobody can
/// differentiate any more is released by itself.
final class TraceNode<Scalar: TensorScalar>: @unchecked Sendable {
  /// Larger than those of the nodes it was computed from, so that the order of the numbers is topological.
  let number: UInt64
  let shape: [Int]
  /// Nil of a variable.
  let rules: DerivativeRules<Scalar>?
  /// Of each operand; nil of a constant.
  private(set) var parents: [TraceNode?]
  /// The operands' values, where the operation's rules read them.
  private let operandValues: [Tensor<Scalar>?]
  /// The operation's own value, where its rules read it, or where values are kept for drawing.
  let value: Tensor<Scalar>?
  /// Whether the values of everything computed from here are kept, to be looked at.
  let keepsValues: Bool

  init(variableOf value: Tensor<Scalar>, keepsValues: Bool) {
    number = nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
    shape = value.shape
    rules = nil
    parents = []
    operandValues = []
    self.value = keepsValues ? value : nil
    self.keepsValues = keepsValues
  }

  init(
    _ operation: some TensorOperation<Scalar>, _ operands: [TracedTensor<Scalar>], value: Tensor<Scalar>
  ) {
    number = nextNumber.wrappingAdd(1, ordering: .relaxed).newValue
    shape = value.shape
    rules = DerivativeRules(operation)
    parents = operands.map(\.node)
    keepsValues = parents.contains { $0?.keepsValues == true }
    let keepsAll = keepsValues
    operandValues = operands.enumerated().map { position, operand in
      keepsAll || operation.reads(operand: position) ? operand.value : nil
    }
    self.value = keepsValues || operation.readsResult ? value : nil
  }

  /// What the rules of the operation read.
  ///
  /// - Parameter isRecording: whether what is computed from it is to be recorded.
  func step(isRecording: Bool) -> RecordedStep<Scalar> {
    RecordedStep(
      operands: zip(operandValues, parents).map { value, parent in
        value.map { TracedTensor($0, node: isRecording ? parent : nil) }
      },
      result: value.map { TracedTensor($0, node: isRecording ? self : nil) })
  }

  /// The value of an operand, if it is kept.
  func operandValue(_ position: Int) -> Tensor<Scalar>? { operandValues[position] }

  // Releasing the last reference to a long chain releases it link by link; by recursion that would overflow
  // the stack.
  deinit {
    var orphans = parents.compactMap { $0 }
    parents = []
    while var node = orphans.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      orphans += node.parents.compactMap { $0 }
      node.parents = []
    }
  }
}

private let nextNumber = Atomic<UInt64>(0)

/// The rules of an operation as closures: they are made where the type of number is known, and so are code for that
/// type, where calls through the protocol would be of generic code, hundreds of times slower for small tensors.
struct DerivativeRules<Scalar: TensorScalar>: Sendable {
  let name: String
  let tangent:
    @Sendable (_ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>) -> TracedTensor<Scalar>?
  let cotangents:
    @Sendable (_ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, _ needed: [Bool]) ->
      [TracedTensor<Scalar>?]

  init(_ operation: some TensorOperation<Scalar>) {
    name = operation.name
    tangent = { operation.tangent($0, $1) }
    cotangents = { operation.cotangents($0, $1, needed: $2) }
  }
}

/// The values that the rules of an operation read, traced where the derivative is itself recorded.
struct RecordedStep<Scalar: TensorScalar> {
  fileprivate let operands: [TracedTensor<Scalar>?]
  fileprivate let result: TracedTensor<Scalar>?

  func operand(_ position: Int) -> TracedTensor<Scalar> {
    guard let operand = operands[position] else {
      preconditionFailure("the operation did not say that its rules read operand \(position)")
    }
    return operand
  }

  var value: TracedTensor<Scalar> {
    guard let result else {
      preconditionFailure("the operation did not say that its rules read its result")
    }
    return result
  }
}
