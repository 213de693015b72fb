// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// How much a residual r counts in ½ Σ c² ρ(rᵢ²/c²): what bounds the influence of outliers. c is the size from which
/// on residuals count as large.
public enum RobustLoss: Hashable, Sendable {
  /// ρ(z) = z: least squares.
  case squared
  /// ρ(z) = z up to 1, then 2√z − 1 (Huber 1964): linear in large residuals.
  case huber(Double)
  /// ρ(z) = 2(√(1 + z) − 1): a smooth Huber.
  case softL1(Double)
  /// ρ(z) = log(1 + z): the likelihood of Cauchy's distribution. Not convex.
  case cauchy(Double)
  /// ρ(z) = arctan z: bounded. Not convex.
  case arctan(Double)
  /// ρ(z) = (1 − (1 − z)³)/3 up to 1, then ⅓ (Tukey's biweight): residuals beyond c do not count. Not convex.
  case tukey(Double)

  /// c.
  var size: Double {
    switch self {
    case .squared: 1
    case .huber(let c), .softL1(let c), .cauchy(let c), .arctan(let c), .tukey(let c): c
    }
  }

  /// ρ.
  private func rho(_ z: Expr) -> Expr {
    switch self {
    case .squared: z
    case .huber: select(z .<= 1, z, 2 * sqrt(z) - 1)
    case .softL1: 2 * (sqrt(1 + z) - 1)
    case .cauchy: log1p(z)
    case .arctan: atan(z)
    case .tukey: select(z .<= 1, (1 - pow(1 - z, 3)) / 3, Expr(1.0 / 3))
    }
  }

  /// ½ c² ρ(r²/c²).
  func cost(_ residual: Expr) -> Expr {
    if case .squared = self { return 0.5 * residual * residual }
    let c = Expr(size)
    return 0.5 * c * c * rho(pow(residual / c, 2))
  }

  /// r̃ and the factor of its Jacobian that make ½‖r̃‖² a model of the cost: J̃ = J √w, r̃ = r ρ′ / √w with w = ρ′ +
  /// 2 z ρ″, bounded below by 2⁻⁵² where the loss is concave.
  ///
  /// Source: Triggs, McLauchlan, Hartley, Fitzgibbon, "Bundle adjustment, a modern synthesis", 2000, section 4.3.
  func linearized(_ residual: Expr) -> (residual: Expr, factor: Expr) {
    if case .squared = self { return (residual, 1) }
    let z = Expr.variable("z")
    let first = rho(z).gradient(by: [z])[0]
    let second = first.gradient(by: [z])[0]
    let square = pow(residual / Expr(size), 2)
    func at(_ expression: Expr) -> Expr { expression.substituting([z: square]) }
    let weight = sqrt(max(at(first) + 2 * square * at(second), Expr(0x1p-52)))
    return (residual * at(first) / weight, weight)
  }
}
