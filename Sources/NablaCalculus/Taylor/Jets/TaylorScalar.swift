// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// The rules of Taylor arithmetic are written once, over any type of coefficient. Numbers give coefficients at a
// point, expressions give a graph that compiles to a kernel, intervals enclose the coefficients at all points of a
// range, and homogeneous forms of any of the three are the coefficients in several variables.

/// A Taylor coefficient: an element of a ring that contains a field of scalars.
protocol TaylorCoefficient: Sendable {
  associatedtype Scalar: TaylorScalar

  static var zero: Self { get }
  init(scalar: Scalar)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self

  /// a², which is as often cheaper or tighter than a·a.
  var squared: Self { get }
  /// The multiple by a scalar.
  func times(_ factor: Scalar) -> Self
  func divided(by divisor: Scalar) -> Self

  /// Whether it is known to be zero. Such a coefficient takes no part: times infinity it is still zero.
  var isZero: Bool { get }
  /// The coefficient of order 0 as the scalar that it is; a form of a higher degree is none.
  var scalar: Scalar? { get }
  /// The sign of a coefficient as the leading one of a series on both sides of the point: nil where it is zero,
  /// or a form that is not definite.
  var definiteSign: Sign { get }
  /// The quotient by the leading coefficient of another series; nil where it is none in this ring.
  func divided(byLeading divisor: Self) -> Self?
  /// The elements that it consists of.
  var elements: [Scalar] { get }

  static func select(_ condition: Scalar, _ a: Self, _ b: Self) -> Self
}

/// The sign of a coefficient, as far as it is known.
enum Sign: Sendable {
  case negative, zero, positive
  /// An expression whose value is not known yet, an interval around zero, NaN.
  case open
}

/// What a Taylor coefficient of one variable may be: a number, an expression or an interval.
protocol TaylorScalar: TaylorCoefficient where Scalar == Self {
  /// A finite number.
  init(_ value: Double)
  /// A constant of an expression, which may be infinite or NaN.
  init(constant value: Double)
  static func / (a: Self, b: Self) -> Self

  var sign: Sign { get }
  /// Whether there is a value, and it is finite.
  var isDefined: Bool { get }
  /// The magnitude, or a bound of it; 1 of an expression.
  var size: Double { get }
  /// The value where it is one double, exactly.
  var number: Double? { get }

  /// The operation's value.
  static func value(of operation: Operation, _ operands: [Self], index: Int) -> Self

  /// c₀ … c of f(x + t) = Σ cₖ tᵏ for an operation that has no recurrence: log Γ, polygamma, sinc and their
  /// derivatives.
  static func localSeries(of operation: Operation, index: Int, at x: Self, order: Int) -> [Self]

  /// The value of an expression of variables at scalars.
  static func value(of expression: Expr, at point: [Expr: Self]) -> Self

  /// Whether values are not known yet, so that a condition is part of the result.
  static var isSymbolic: Bool { get }
}

extension TaylorScalar {
  init(constant value: Double) { self.init(value) }
  init(scalar: Self) { self = scalar }
  func times(_ factor: Self) -> Self { self * factor }
  func divided(by divisor: Self) -> Self { self / divisor }
  var scalar: Self? { self }
  var definiteSign: Sign { sign }
  func divided(byLeading divisor: Self) -> Self? { self / divisor }
  var elements: [Self] { [self] }
  static var zero: Self { Self(0) }

  static func value(of operation: Operation, _ operand: Self) -> Self {
    value(of: operation, [operand], index: 0)
  }
}

extension TaylorScalar {
  static var ln2: Self { value(of: .log, Self(2)) }
  static var ln10: Self { value(of: .log, Self(10)) }
  /// 2/√π.
  static var twoOverRootPi: Self { Self(2) / value(of: .sqrt, value(of: .atan, Self(1)) * Self(4)) }
}

extension TaylorCoefficient {
  static var one: Self { Self(scalar: Scalar(1)) }

  func times(_ factor: Double) -> Self { factor == 1 ? self : times(Scalar(factor)) }
}
