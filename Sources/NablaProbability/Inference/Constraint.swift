// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

/// Where a variable of a ``LogDensity`` may lie, and the smooth map from the whole line to there.
///
/// Samplers and approximations work on coordinates u without bounds: x = x(u) is put into the density, and the
/// logarithm of the Jacobian |dx/du| is added, so that the densities of u and of x belong to one distribution.
/// Results are reported in x.
///
/// | constraint | x(u) | log \|dx/du\| |
/// |---|---|---|
/// | `.real` | u | 0 |
/// | `.above(a)` | a + eᵘ | u |
/// | `.below(b)` | b − eᵘ | u |
/// | `.interval(a, b)` | a + (b − a) σ(u) | log(b − a) + u − 2 softplus(u) |
///
/// Far out, where eᵘ or σ(u) is lost in rounding, x is the bound itself.
///
/// Source: Stan Reference Manual, "Constraint transforms".
public enum Constraint: Hashable, Sendable {
  /// Any real number.
  case real
  /// x > a.
  case above(Double)
  /// x < b.
  case below(Double)
  /// a < x < b.
  case interval(Double, Double)

  /// x > 0.
  public static let positive = Constraint.above(0)
}

extension Constraint {
  /// Whether the bounds are finite, and in order.
  var isValid: Bool {
    switch self {
    case .real: true
    case .above(let bound), .below(let bound): bound.isFinite
    case .interval(let lower, let upper): lower < upper && (upper - lower).isFinite
    }
  }

  /// Whether x(u) = `value` for a finite u.
  func contains(_ value: Double) -> Bool {
    switch self {
    case .real: value.isFinite
    case .above(let lower): value > lower && value < .infinity
    case .below(let upper): value < upper && value > -.infinity
    case .interval(let lower, let upper): value > lower && value < upper
    }
  }

  /// x(u).
  func constrained(_ u: Expr) -> Expr {
    switch self {
    case .real: u
    case .above(let lower): Expr(lower) + exp(u)
    case .below(let upper): Expr(upper) - exp(u)
    case .interval(let lower, let upper): Expr(lower) + Expr(upper - lower) * sigmoid(u)
    }
  }

  /// log |dx/du|.
  func logJacobian(_ u: Expr) -> Expr {
    switch self {
    case .real: 0
    case .above, .below: u
    case .interval(let lower, let upper): Expr(.log(upper - lower)) + u - 2 * softplus(u)
    }
  }

  /// u with x(u) = x.
  ///
  /// - Precondition: the constraint contains x.
  func unconstrained(_ x: Double) -> Double {
    switch self {
    case .real: x
    case .above(let lower): .log(x - lower)
    case .below(let upper): .log(upper - x)
    case .interval(let lower, let upper): .log(x - lower) - .log(upper - x)
    }
  }
}

extension Constraint: CustomStringConvertible {
  /// As in `x > 0`.
  public var description: String {
    switch self {
    case .real: "a finite number"
    case .above(let lower): "a number > \(lower)"
    case .below(let upper): "a number < \(upper)"
    case .interval(let lower, let upper): "a number between \(lower) and \(upper)"
    }
  }
}
