// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

/// RMSProp: steps scaled by a running average of the gradient's square, perhaps with momentum,
///
///     s ← ρ s + (1 − ρ) g²,   v ← μ v + g / (√s + ε),   x ← x − η v.
///
/// Source: Tieleman, Hinton, "Lecture 6.5: RMSProp", 2012, with momentum as in PyTorch.
public struct RMSProp<Scalar: TensorScalar>: UpdateRule {
  /// η, by the number of the step.
  public let rate: LearningRate
  /// ρ, the memory of the average of squares.
  public let decay: Double
  /// μ.
  public let momentum: Double
  /// ε.
  public let epsilon: Double
  public var step = 0
  /// s of each parameter, then v of each.
  public var memory: [Tensor<Scalar>] = []

  /// Of x, g, s, v and η: the new x, s and v.
  private let move: ElementwiseFunction<Scalar>

  /// - Parameters:
  ///   - rate: η, by the number of the step.
  ///   - decay: ρ.
  ///   - momentum: μ.
  ///   - epsilon: ε.
  /// - Precondition: 0 ≤ ρ < 1; 0 ≤ μ < 1; ε > 0.
  public init(
    rate: LearningRate = 0.01, decay: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8
  ) {
    precondition(
      decay >= 0 && decay < 1 && momentum >= 0 && momentum < 1,
      "RMSProp's averages have weights in [0, 1): ρ = \(decay), μ = \(momentum).")
    precondition(epsilon > 0, "RMSProp needs a positive ε, not \(epsilon).")
    self.rate = rate
    self.decay = decay
    self.momentum = momentum
    self.epsilon = epsilon
    move = ElementwiseFunction(5) { (inputs: [Expr]) -> [Expr] in
      let (x, g) = (inputs[0], inputs[1])
      let s = Expr(decay) * inputs[2] + Expr(1 - decay) * (g * g)
      let v = Expr(momentum) * inputs[3] + g / (sqrt(s) + Expr(epsilon))
      return [x - inputs[4] * v, s, v]
    }
  }

  public mutating func update(_ parameters: inout [Tensor<Scalar>], gradients: [Tensor<Scalar>]) {
    remember(2, like: parameters, gradients)
    let (rate, count) = (Tensor(Scalar(rate(step))), parameters.count)
    for i in parameters.indices {
      let moved = move.outputs(at: [
        parameters[i], gradients[i], memory[i], memory[count + i], rate,
      ])
      (parameters[i], memory[i], memory[count + i]) = (moved[0], moved[1], moved[2])
    }
    step += 1
  }
}
