// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

// The same derivatives with points and results as tensors, for use beside the rest of the package.

extension Dual where Tangent.Scalar: TensorScalar {
  /// The value and the gradient, [n], of a function of n variables at a point, [n]: see
  /// `valueAndGradient(of:at:)` of arrays.
  ///
  /// - Precondition: the point is a vector.
  @inlinable
  public static func valueAndGradient<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> Dual, at x: Tensor<Value>
  ) throws(Failure) -> (value: Value, gradient: Tensor<Value>) {
    let (value, gradient) = try valueAndGradient(of: function, at: coordinates(x))
    return (value, Tensor(gradient))
  }

  /// The gradient, [n], of a function of n variables at a point, [n].
  @inlinable
  public static func gradient<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> Dual, at x: Tensor<Value>
  ) throws(Failure) -> Tensor<Value> {
    try valueAndGradient(of: function, at: x).gradient
  }

  /// The value, [m], and the Jacobian, [m, n], of a function of n variables with m components at a point,
  /// [n].
  ///
  /// - Precondition: the point is a vector.
  @inlinable
  public static func valueAndJacobian<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> [Dual], at x: Tensor<Value>
  ) throws(Failure) -> (value: Tensor<Value>, jacobian: Tensor<Value>) {
    let (value, rows) = try valueAndJacobian(of: function, at: coordinates(x))
    return (Tensor(value), Tensor(shape: [rows.count, x.count], scalars: rows.flatMap { $0 }))
  }

  /// The Jacobian, [m, n], of a function of n variables with m components at a point, [n].
  @inlinable
  public static func jacobian<Failure: Error>(
    of function: ([Dual]) throws(Failure) -> [Dual], at x: Tensor<Value>
  ) throws(Failure) -> Tensor<Value> {
    try valueAndJacobian(of: function, at: x).jacobian
  }
}

extension HyperDual where Gradient: SIMD, Gradient.Scalar: TensorScalar {
  /// The value, the gradient, [n], and the Hessian, [n, n], of a function of n variables at a point, [n].
  ///
  /// - Precondition: the point is a vector.
  @inlinable
  public static func valueGradientAndHessian<Failure: Error>(
    of function: ([HyperDual]) throws(Failure) -> HyperDual, at x: Tensor<Value>
  ) throws(Failure) -> (value: Value, gradient: Tensor<Value>, hessian: Tensor<Value>) {
    let (value, gradient, hessian) = try flatDerivatives(of: function, at: coordinates(x))
    return (value, Tensor(gradient), Tensor(shape: [x.count, x.count], scalars: hessian))
  }

  /// The Hessian, [n, n], of a function of n variables at a point, [n].
  @inlinable
  public static func hessian<Failure: Error>(
    of function: ([HyperDual]) throws(Failure) -> HyperDual, at x: Tensor<Value>
  ) throws(Failure) -> Tensor<Value> {
    try valueGradientAndHessian(of: function, at: x).hessian
  }
}

extension ForwardNumber where Value: TensorScalar {
  @inlinable
  static func coordinates(_ x: Tensor<Value>) -> [Value] {
    precondition(
      x.shape.count == 1,
      "A point of n variables has the shape [n]; this one has \(x.shape). Perhaps you meant one of its rows.")
    return x.scalars
  }
}
