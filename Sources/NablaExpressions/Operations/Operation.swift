// SPDX-License-Identifier: Apache-2.0

/// The elementary operations a graph is made of.
///
/// What each of them means (its spelling, value, derivative and behaviour at the edges) is one row of
/// the table in this folder, found by `definition`. To add an operation, add its case here and its
/// row in the file of its topic; everything else (parser, printer, differentiation, interpreter) reads
/// the table.
public enum Operation: UInt8, CaseIterable, Sendable {
  /// Leaves of a graph: a number, and a variable.
  case constant, variable

  /// Arithmetic.
  case add, subtract, multiply, divide, negate, integerPower, power

  /// Exponentials, logarithms and roots.
  case sqrt, cbrt, exp, exp2, expm1, log, log2, log10, log1p

  /// Trigonometry.
  case sin, cos, tan, asin, acos, atan, atan2, asinSlope

  /// Hyperbolic functions.
  case sinh, cosh, tanh, sech, asinh, acosh, atanh

  /// Special functions.
  case erf, erfc, lgamma, polygamma, sigmoid, softplus, sinc, sincDerivative, xlogy

  /// Lengths and piecewise functions.
  case hypot, directionCosine, abs, sign, floor, ceil, min, max, relu, stopGradient

  /// Conditions, whose values are 1 (true) and 0 (false), and the choice between two expressions.
  case less, lessOrEqual, equal, notEqual, and, or, not, select

  /// Operations of users: see ``CustomOperation``.
  case custom, customBinary
}
