// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

/// Stochastic gradient descent: x ← x − η g; with momentum v ← μ v + g, x ← x − η v; Nesterov's variant steps along
/// g + μ v instead.
///
/// Weight decay λ adds λ x to the gradient.
///
/// Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning",
/// ICML 2013, in the form in which the rate multiplies the velocity.
public struct SGD<Scalar: TensorScalar>: UpdateRule {
  /// η, by the number of the step.
  public let rate: LearningRate
  /// μ.
  public let momentum: Double
  /// Whether steps are those of Nesterov's variant.
  public let isNesterov: Bool
  /// λ.
  public let weightDecay: Double
  public var step = 0
  /// The velocity of each parameter; empty without momentum.
  public var memory: [Tensor<Scalar>] = []

  /// Of a parameter, its gradient, its velocity and the rate: the new parameter and velocity.
  private let move: ElementwiseFunction<Scalar>

  /// - Precondition: 0 ≤ `momentum` < 1; Nesterov's variant needs momentum; `weightDecay` ≥ 0.
  public init(
    rate: LearningRate, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0
  ) {
    precondition(momentum >= 0 && momentum < 1, "A momentum lies in [0, 1); \(momentum) does not.")
    precondition(!nesterov || momentum > 0, "Nesterov's variant needs a momentum.")
    precondition(weightDecay >= 0, "A weight decay of \(weightDecay) would let the parameters grow.")
    self.rate = rate
    self.momentum = momentum
    isNesterov = nesterov
    self.weightDecay = weightDecay
    move = ElementwiseFunction(4) { (inputs: [Expr]) -> [Expr] in
      let (x, v, rate) = (inputs[0], inputs[2], inputs[3])
      let g = inputs[1] + Expr(weightDecay) * x
      if momentum == 0 { return [x - rate * g] }
      let velocity = Expr(momentum) * v + g
      return [x - rate * (nesterov ? g + Expr(momentum) * velocity : velocity), velocity]
    }
  }

  public mutating func update(_ parameters: inout [Tensor<Scalar>], gradients: [Tensor<Scalar>]) {
    remember(momentum == 0 ? 0 : 1, like: parameters, gradients)
    let rate = Tensor(Scalar(rate(step)))
    for i in parameters.indices {
      let velocity = memory.isEmpty ? rate : memory[i]
      let moved = move.outputs(at: [parameters[i], gradients[i], velocity, rate])
      parameters[i] = moved[0]
      if momentum != 0 { memory[i] = moved[1] }
    }
    step += 1
  }
}
