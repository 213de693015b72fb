// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// Limits to gradients before a step, against single steps that ruin a model.
public enum GradientClipping: Sendable {
  /// All gradients together are scaled so that √Σ‖gᵢ‖² is at most this. The direction stays.
  ///
  /// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
  case globalNorm(Double)
  /// Each element is brought into [−limit, limit].
  case elements(Double)

  /// The limited gradients. NaN stays NaN.
  public func callAsFunction<Scalar: TensorScalar>(_ gradients: [Tensor<Scalar>]) -> [Tensor<Scalar>] {
    switch self {
    case .globalNorm(let limit):
      precondition(limit > 0, "A limit of \(limit) leaves nothing of a gradient.")
      // Through the norms of the tensors, none of which overflows where the total does not.
      let norm = Tensor(gradients.map { $0.norm() }).norm()
      if norm <= Scalar(limit) { return gradients }
      return gradients.map { $0 * (Scalar(limit) / norm) }
    case .elements(let limit):
      precondition(limit > 0, "A limit of \(limit) leaves nothing of a gradient.")
      return gradients.map { clamp($0, to: -Scalar(limit)...Scalar(limit)) }
    }
  }
}
