// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
public import NablaTensors

/// The nonlinear function between the layers of a network.
public enum Activation: String, Sendable, CaseIterable {
  /// The function of the same name.
  case relu, tanh, sigmoid, softplus

  /// The function, element by element.
  public func callAsFunction<S>(_ x: TracedTensor<S>) -> TracedTensor<S> {
    switch self {
    case .relu: NablaCalculus.relu(x)
    case .tanh: NablaCalculus.tanh(x)
    case .sigmoid: NablaCalculus.sigmoid(x)
    case .softplus: NablaCalculus.softplus(x)
    }
  }

  /// What the weights before it should start from.
  public var initializer: Initializer {
    switch self {
    case .relu, .softplus: .heNormal
    case .tanh, .sigmoid: .glorotUniform
    }
  }
}

/// Dense layers with an activation between them; the last one's outputs are as they are (logits, or predictions).
///
///     var generator = SeededGenerator(seed: 1)
///     let network = MultilayerPerceptron<Tensor<Float>>([64, 32, 10], using: &generator)
///     let slope = gradient(of: { crossEntropy(logits: $0(x), labels: labels) }, at: network)
///     network(x)                // logits
public struct MultilayerPerceptron<T> {
  /// The layers, first to last.
  public var layers: [Dense<T>]
  /// The function between them.
  public var activation: Activation

  /// A network of these layers.
  public init(layers: [Dense<T>], activation: Activation = .relu) {
    self.layers = layers
    self.activation = activation
  }

  /// The same with other tensors in the places of these.
  public func map<U>(_ transform: (T) throws -> U) rethrows -> MultilayerPerceptron<U> {
    MultilayerPerceptron<U>(
      layers: try layers.map { try $0.map(transform) }, activation: activation)
  }
}

extension MultilayerPerceptron: Sendable where T: Sendable {}
extension MultilayerPerceptron: Equatable where T: Equatable {}

extension MultilayerPerceptron: TensorTree where T: TensorTree {
  public typealias Scalar = T.Scalar
  public typealias Traced = MultilayerPerceptron<T.Traced>

  public func mapTensors(_ transform: (Tensor<Scalar>) throws -> Tensor<Scalar>) rethrows
    -> MultilayerPerceptron
  {
    try map { try $0.mapTensors(transform) }
  }
  public func mapTensors(
    _ transform: (Tensor<Scalar>) throws -> TracedTensor<Scalar>
  ) rethrows -> MultilayerPerceptron<T.Traced> {
    try map { try $0.mapTensors(transform) }
  }
}

extension MultilayerPerceptron {
  /// Layers between successive `sizes`, which begin with the number of inputs and end with that of outputs.
  ///
  /// Weights before the activation start as suits it, those of the last layer as ``Initializer/glorotUniform``; all
  /// biases at 0.
  public init<S: TensorScalar>(
    _ sizes: [Int], activation: Activation = .relu, using generator: inout some RandomNumberGenerator
  ) where T == Tensor<S> {
    precondition(
      sizes.count >= 2, "A network needs the numbers of its inputs and outputs; \(sizes) is too short.")
    self.init(layers: [], activation: activation)
    for i in 1..<sizes.count {
      layers.append(
        Dense(
          inputs: sizes[i - 1], outputs: sizes[i],
          initializer: i == sizes.count - 1 ? .glorotUniform : activation.initializer, using: &generator))
    }
  }

  /// The outputs [N, outputs] of inputs [N, inputs], with derivatives.
  public func callAsFunction<S>(_ x: TracedTensor<S>) -> TracedTensor<S> where T == TracedTensor<S> {
    var x = x
    for (i, layer) in layers.enumerated() { x = i == 0 ? layer(x) : layer(activation(x)) }
    return x
  }

  /// The outputs [N, outputs] of inputs [N, inputs].
  public func callAsFunction<S: TensorScalar>(_ x: Tensor<S>) -> Tensor<S> where T == Tensor<S> {
    constants(TracedTensor(x)).value
  }
}
