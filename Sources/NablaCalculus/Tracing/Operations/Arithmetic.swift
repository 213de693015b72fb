// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
public import NablaTensors

extension ElementwiseRule {
  fileprivate static let add = ElementwiseRule("+", 2) { $0[0] + $0[1] }
  fileprivate static let subtract = ElementwiseRule("−", 2) { $0[0] - $0[1] }
  fileprivate static let multiply = ElementwiseRule("×", 2) { $0[0] * $0[1] }
  fileprivate static let divide = ElementwiseRule("÷", 2) { $0[0] / $0[1] }
  fileprivate static let negate = ElementwiseRule("−", 1) { -$0[0] }
}

/// What may stand beside a traced tensor in arithmetic, where it is a constant: a tensor or a number.
///
/// One protocol for both keeps the number of operators small, with which the time to type-check formulas grows steeply.
public protocol TensorConstant<Scalar> {
  /// The number type.
  associatedtype Scalar: TensorScalar
  /// The constant as a tensor; of a number one of shape [].
  var asTensor: Tensor<Scalar> { get }
}

extension Tensor: TensorConstant {
  public var asTensor: Tensor { self }
}
extension Double: TensorConstant {
  public var asTensor: Tensor<Double> { Tensor(self) }
}
extension Float: TensorConstant {
  public var asTensor: Tensor<Float> { Tensor(self) }
}

// Elementwise, IEEE 754, with broadcasting as of tensors.
extension TracedTensor {
  public static prefix func - (x: TracedTensor) -> TracedTensor { ElementwiseRule.negate(x) }

  public static func + (a: TracedTensor, b: TracedTensor) -> TracedTensor { ElementwiseRule.add(a, b) }
  public static func + (a: TracedTensor, b: some TensorConstant<Scalar>) -> TracedTensor {
    a + TracedTensor(b.asTensor)
  }
  public static func + (a: some TensorConstant<Scalar>, b: TracedTensor) -> TracedTensor {
    TracedTensor(a.asTensor) + b
  }

  public static func - (a: TracedTensor, b: TracedTensor) -> TracedTensor { ElementwiseRule.subtract(a, b) }
  public static func - (a: TracedTensor, b: some TensorConstant<Scalar>) -> TracedTensor {
    a - TracedTensor(b.asTensor)
  }
  public static func - (a: some TensorConstant<Scalar>, b: TracedTensor) -> TracedTensor {
    TracedTensor(a.asTensor) - b
  }

  public static func * (a: TracedTensor, b: TracedTensor) -> TracedTensor { ElementwiseRule.multiply(a, b) }
  public static func * (a: TracedTensor, b: some TensorConstant<Scalar>) -> TracedTensor {
    a * TracedTensor(b.asTensor)
  }
  public static func * (a: some TensorConstant<Scalar>, b: TracedTensor) -> TracedTensor {
    TracedTensor(a.asTensor) * b
  }

  public static func / (a: TracedTensor, b: TracedTensor) -> TracedTensor { ElementwiseRule.divide(a, b) }
  public static func / (a: TracedTensor, b: some TensorConstant<Scalar>) -> TracedTensor {
    a / TracedTensor(b.asTensor)
  }
  public static func / (a: some TensorConstant<Scalar>, b: TracedTensor) -> TracedTensor {
    TracedTensor(a.asTensor) / b
  }
}

/// A number is a constant of shape [].
extension TracedTensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self.init(Scalar(value)) }
  public init(integerLiteral value: Int) { self.init(Scalar(value)) }
}
