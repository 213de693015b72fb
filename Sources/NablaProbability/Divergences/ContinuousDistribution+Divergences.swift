// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
public import NablaIntegration

extension ContinuousDistribution {
  /// The Kullback–Leibler divergence E log(p(X)/q(X)) in nats, by a closed form where one is known and by quadrature
  /// otherwise; +∞ where q is 0 on a part of this distribution's support.
  public func klDivergence(
    to other: any ContinuousDistribution, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    if let value = closedFormDivergence(to: other) { return Estimate(closedForm: value) }
    let (p, q) = densities(other)
    return p.klDivergence(to: q, options: options)
  }

  /// The Jensen–Shannon divergence in nats, from 0 to log 2, by quadrature.
  public func jensenShannonDivergence(
    to other: any ContinuousDistribution, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    let (p, q) = densities(other)
    return p.jensenShannonDivergence(to: q, options: options)
  }

  /// E g(X), by quadrature.
  ///
  ///     try NormalDistribution().expectation { exp(10 * $0) }.value       // exp(50)
  public func expectation(
    options: IntegrationOptions = IntegrationOptions(), of g: (Expr) -> Expr
  ) -> Estimate {
    let x = Expr.variable("x")
    return Density(self, of: x).expectation(of: g(x), options: options)
  }

  private func densities(_ other: any ContinuousDistribution) -> (Density, Density) {
    let x = Expr.variable("x")
    return (Density(self, of: x), Density(other, of: x))
  }
}
