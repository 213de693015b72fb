// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// A tensor that remembers how it was computed, so that it can be differentiated.
///
/// A closure over traced tensors is what ``valueAndGradient(of:at:)`` and its relatives take. They call it
/// with traced parameters; every operation computes its value at once, as on a `Tensor`, and records itself
/// with its operands. Constants (data, numbers, plain tensors made traced by `init(_:)`) record nothing:
///
///     func loss(_ w: TracedTensor<Double>) -> TracedTensor<Double> {
///       square(matmul(x, w) - y).mean()               // x and y are plain tensors
///     }
///     let slope = gradient(of: loss, at: weights)     // a tensor like the weights
///
/// Whatever is computed from constants alone is a constant, so a model written over traced tensors also
/// evaluates without any recording. Shapes, broadcasting and NaN behave as for tensors; wrong shapes trap with
/// a message that names them.
///
/// The derivatives are operations on traced tensors too, and are recorded where they are themselves
/// differentiated: a gradient can be used inside a closure whose gradient is taken.
///
/// - Complexity: an operation costs what it costs on tensors, plus about a microsecond; it keeps alive the values that
///   its derivative needs.
public struct TracedTensor<Scalar: TensorScalar>: Sendable {
  /// The numbers.
  public let value: Tensor<Scalar>

  /// How they were computed; nil of a constant.
  let node: TraceNode<Scalar>?

  init(_ value: Tensor<Scalar>, node: TraceNode<Scalar>?) {
    self.value = value
    self.node = node
  }

  /// A constant.
  public init(_ value: Tensor<Scalar>) { self.init(value, node: nil) }

  /// A constant number, of shape [].
  public init(_ number: Scalar) { self.init(Tensor(number)) }

  /// The value as a constant: derivatives do not pass through it (JAX's `stop_gradient`).
  public var detached: TracedTensor { TracedTensor(value) }

  /// The extents of the axes.
  public var shape: [Int] { value.shape }
  /// The number of axes.
  public var rank: Int { value.rank }
  /// The number of elements.
  public var count: Int { value.count }

  /// The only number of a tensor that has one. Traps for any other count.
  public var item: Scalar { value.item }
}

extension TracedTensor: CustomStringConvertible {
  /// The numbers, printed as those of a tensor.
  public var description: String { value.description }
}

extension TracedTensor {
  /// The value of an operation, recorded if one of its operands is.
  static func recorded(
    _ value: Tensor<Scalar>, _ operation: some TensorOperation<Scalar>, _ operands: [TracedTensor]
  ) -> TracedTensor {
    guard operands.contains(where: { $0.node != nil }) else { return TracedTensor(value) }
    return TracedTensor(value, node: TraceNode(operation, operands, value: value))
  }

  /// A new variable, to differentiate with respect to.
  static func variable(_ value: Tensor<Scalar>, keepsValues: Bool = false) -> TracedTensor {
    TracedTensor(value, node: TraceNode(variableOf: value, keepsValues: keepsValues))
  }
}
