// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

/// AdaGrad: steps scaled by all squares of the gradient so far,
///
///     s ← s + g²,   x ← x − η g / (√s + ε).
///
/// Source: Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12
/// (2011), figure 1 with diagonal matrices.
public struct AdaGrad<Scalar: TensorScalar>: UpdateRule {
  /// η, by the number of the step.
  public let rate: LearningRate
  /// ε.
  public let epsilon: Double
  public var step = 0
  /// s of each parameter.
  public var memory: [Tensor<Scalar>] = []

  /// Of x, g, s and η: the new x and s.
  private let move: ElementwiseFunction<Scalar>

  /// - Precondition: ε > 0.
  public init(rate: LearningRate = 0.01, epsilon: Double = 1e-10) {
    precondition(epsilon > 0, "AdaGrad needs a positive ε, not \(epsilon).")
    self.rate = rate
    self.epsilon = epsilon
    move = ElementwiseFunction(4) { (inputs: [Expr]) -> [Expr] in
      let (x, g) = (inputs[0], inputs[1])
      let s = inputs[2] + g * g
      return [x - inputs[3] * g / (sqrt(s) + Expr(epsilon)), s]
    }
  }

  public mutating func update(_ parameters: inout [Tensor<Scalar>], gradients: [Tensor<Scalar>]) {
    remember(1, like: parameters, gradients)
    let rate = Tensor(Scalar(rate(step)))
    for i in parameters.indices {
      let moved = move.outputs(at: [parameters[i], gradients[i], memory[i], rate])
      (parameters[i], memory[i]) = (moved[0], moved[1])
    }
    step += 1
  }
}
