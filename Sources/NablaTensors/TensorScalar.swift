// SPDX-License-Identifier: Apache-2.0

public import RealModule

/// A number that a ``Tensor`` can hold: `Double` or `Float`.
///
/// Generic code writes `Tensor<Scalar>` with `Scalar: TensorScalar` and gets the arithmetic of
/// `BinaryFloatingPoint`, the elementary functions of swift-numerics' `Real`, and, through
/// `_routines`, the BLAS and LAPACK routines of that precision.
///
/// No other type can conform: the table of routines has no public initialiser.
public protocol TensorScalar: Real, BinaryFloatingPoint, BitwiseCopyable, Sendable,
  LosslessStringConvertible
{
  /// The BLAS and LAPACK routines of this precision. Not for use outside this package.
  static var _routines: _LinearAlgebraRoutines<Self> { get }
}

extension Double: TensorScalar {}
extension Float: TensorScalar {}
