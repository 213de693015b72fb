// SPDX-License-Identifier: Apache-2.0

public import NablaTensors
internal import RealModule

/// How the weights of a layer, [inputs, outputs], start.
public enum Initializer: Sendable {
  /// All 0: for a last layer; between layers no unit would differ from another.
  case zeros
  /// Normal with this standard deviation.
  case normal(standardDeviation: Double)
  /// Uniform in ±√(6 / (inputs + outputs)): keeps the variance of activations and gradients where the activation is
  /// nearly linear at 0, such as tanh.
  ///
  /// Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks",
  /// AISTATS 2010, equation 16.
  case glorotUniform
  /// Normal of variance 2 / (inputs + outputs): as ``glorotUniform``.
  case glorotNormal
  /// Uniform in ±√(6 / inputs): for relu.
  ///
  /// Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.
  case heUniform
  /// Normal of variance 2 / inputs: as ``heUniform``.
  case heNormal

  /// Weights of shape [inputs, outputs].
  public func callAsFunction<S: TensorScalar>(
    inputs: Int, outputs: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor<S> {
    let shape = [inputs, outputs]
    func uniform(_ limit: Double) -> Tensor<S> {
      .uniform(shape, in: S(-limit)..<S(limit), using: &generator)
    }
    func normal(_ deviation: Double) -> Tensor<S> {
      .normal(shape, standardDeviation: S(deviation), using: &generator)
    }
    return switch self {
    case .zeros: .zeros(shape)
    case .normal(let deviation): normal(deviation)
    case .glorotUniform: uniform(Double.sqrt(6 / Double(inputs + outputs)))
    case .glorotNormal: normal(Double.sqrt(2 / Double(inputs + outputs)))
    case .heUniform: uniform(Double.sqrt(6 / Double(inputs)))
    case .heNormal: normal(Double.sqrt(2 / Double(inputs)))
    }
  }
}
