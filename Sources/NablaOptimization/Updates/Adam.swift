// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors
internal import RealModule

/// Adam: steps scaled by running averages of the gradient and of its square,
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,
///     x ← x − η (m̂ / (√v̂ + ε) + λ x),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ).
///
/// With weight decay λ, which is not part of the gradient, it is AdamW.
///
/// Sources: Kingma, Ba, "Adam", ICLR 2015, algorithm 1; Loshchilov, Hutter, "Decoupled weight decay
/// regularization", ICLR 2019, algorithm 2.
public struct Adam<Scalar: TensorScalar>: UpdateRule {
  /// η, by the number of the step.
  public let rate: LearningRate
  /// β₁, the memory of the average of gradients.
  public let beta1: Double
  /// β₂, the memory of the average of squares.
  public let beta2: Double
  /// ε.
  public let epsilon: Double
  /// λ.
  public let weightDecay: Double
  public var step = 0
  /// m of each parameter, then v of each.
  public var memory: [Tensor<Scalar>] = []

  /// Of x, g, m, v, η, 1 / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ): the new x, m and v.
  private let move: ElementwiseFunction<Scalar>

  /// - Precondition: 0 ≤ β < 1; ε > 0; `weightDecay` ≥ 0.
  public init(
    rate: LearningRate = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    precondition(
      beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1,
      "Adam's averages have weights in [0, 1): β₁ = \(beta1), β₂ = \(beta2).")
    precondition(epsilon > 0, "Adam needs a positive ε, not \(epsilon).")
    precondition(weightDecay >= 0, "A weight decay of \(weightDecay) would let the parameters grow.")
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    move = ElementwiseFunction(7) { (inputs: [Expr]) -> [Expr] in
      let (x, g) = (inputs[0], inputs[1])
      let m = Expr(beta1) * inputs[2] + Expr(1 - beta1) * g
      let v = Expr(beta2) * inputs[3] + Expr(1 - beta2) * (g * g)
      let direction = m * inputs[5] / (sqrt(v * inputs[6]) + Expr(epsilon))
      return [x - inputs[4] * (direction + Expr(weightDecay) * x), m, v]
    }
  }

  public mutating func update(_ parameters: inout [Tensor<Scalar>], gradients: [Tensor<Scalar>]) {
    remember(2, like: parameters, gradients)
    let count = parameters.count
    let scalars = [
      rate(step), 1 / (1 - Double.pow(beta1, step + 1)), 1 / (1 - Double.pow(beta2, step + 1)),
    ].map { Tensor(Scalar($0)) }
    for i in parameters.indices {
      let moved = move.outputs(at: [parameters[i], gradients[i], memory[i], memory[count + i]] + scalars)
      (parameters[i], memory[i], memory[count + i]) = (moved[0], moved[1], moved[2])
    }
    step += 1
  }
}

/// ``Adam`` by the name it has with a `weightDecay`.
public typealias AdamW = Adam
