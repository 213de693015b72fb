// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// A fully connected layer, x ↦ x W + b: weights [inputs, outputs], bias [outputs], batches [N, inputs].
public struct Dense<T> {
  /// W, [inputs, outputs].
  public var weights: T
  /// b, [outputs].
  public var bias: T

  /// A layer of these weights and biases.
  public init(weights: T, bias: T) {
    self.weights = weights
    self.bias = bias
  }

  /// The same with other tensors in the places of these.
  public func map<U>(_ transform: (T) throws -> U) rethrows -> Dense<U> {
    Dense<U>(weights: try transform(weights), bias: try transform(bias))
  }
}

extension Dense: Sendable where T: Sendable {}
extension Dense: Equatable where T: Equatable {}

extension Dense: TensorTree where T: TensorTree {
  public typealias Scalar = T.Scalar
  public typealias Traced = Dense<T.Traced>

  public func mapTensors(_ transform: (Tensor<Scalar>) throws -> Tensor<Scalar>) rethrows -> Dense {
    try map { try $0.mapTensors(transform) }
  }
  public func mapTensors(
    _ transform: (Tensor<Scalar>) throws -> TracedTensor<Scalar>
  ) rethrows -> Dense<T.Traced> {
    try map { try $0.mapTensors(transform) }
  }
}

extension Dense {
  /// A layer with random weights and bias 0.
  public init<S: TensorScalar>(
    inputs: Int, outputs: Int, initializer: Initializer = .glorotUniform,
    using generator: inout some RandomNumberGenerator
  ) where T == Tensor<S> {
    self.init(
      weights: initializer(inputs: inputs, outputs: outputs, using: &generator), bias: .zeros([outputs]))
  }

  /// x W + b, [N, outputs], with derivatives.
  public func callAsFunction<S>(_ x: TracedTensor<S>) -> TracedTensor<S> where T == TracedTensor<S> {
    matmul(x, weights) + bias
  }

  /// x W + b, [N, outputs].
  public func callAsFunction<S>(_ x: Tensor<S>) -> Tensor<S> where T == Tensor<S> {
    matmul(x, weights) + bias
  }
}
