// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// A first-order method that is given one gradient after the other, often of a part of the data, and moves the
/// parameters a step for each: stochastic gradient descent and its relatives.
///
/// A rule holds what it remembers of earlier gradients, in ``memory``, and how many it has seen. Where the
/// parameters have a structure, the tensors are its leaves.
public protocol UpdateRule<Scalar>: Sendable {
  /// The number type of the parameters.
  associatedtype Scalar: TensorScalar

  /// The number of steps taken.
  var step: Int { get set }

  /// What the rule remembers, in an order of its own; empty before the first step. With ``step`` it is all
  /// that has to be kept to go on later.
  var memory: [Tensor<Scalar>] { get set }

  /// Moves the parameters against their gradients.
  ///
  /// - Precondition: the gradients have the parameters' shapes, and these are the same in every step.
  mutating func update(_ parameters: inout [Tensor<Scalar>], gradients: [Tensor<Scalar>])
}

extension UpdateRule {
  /// As many zeros like the parameters as the rule remembers of each, at the first step.
  mutating func remember(_ count: Int, like parameters: [Tensor<Scalar>], _ gradients: [Tensor<Scalar>]) {
    precondition(
      parameters.map(\.shape) == gradients.map(\.shape),
      "Gradients of shapes \(gradients.map(\.shape)) are not those of parameters of shapes \(parameters.map(\.shape))."
    )
    if memory.isEmpty {
      memory = (0..<count).flatMap { _ in parameters.map { Tensor.zeros($0.shape) } }
    }
    precondition(
      memory.count == count * parameters.count
        && (0..<count).allSatisfy { k in
          parameters.indices.allSatisfy { memory[k * parameters.count + $0].shape == parameters[$0].shape }
        },
      "The parameters are others than in the steps before; a new model needs a new rule.")
  }
}
