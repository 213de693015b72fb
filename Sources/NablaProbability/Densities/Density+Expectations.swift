// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
public import NablaIntegration
public import NablaOptimization
internal import RealModule

extension Density {
  /// ∫ p, by which the formula has to be divided; for a likelihood times a prior this is the evidence, or marginal
  /// likelihood.
  public func normalization(options: IntegrationOptions = IntegrationOptions()) -> Estimate {
    Estimate(normalizer(options))
  }

  /// 1 for a density that is normalised by its construction.
  func normalizer(_ options: IntegrationOptions) -> Integral {
    isNormalized ? Integral(exactly: 1) : integral(formula, options)
  }

  /// P(X ∈ part), for the part of the box that lies in the support.
  ///
  /// - Precondition: the box has a dimension for each variable.
  public func probability(
    in part: Box, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    precondition(
      part.dimension == support.dimension,
      "a box of \(part.dimension) dimensions for a density of \(support.dimension) variables")
    let lower = zip(part.lower, support.lower).map { Swift.max($0, $1) }
    let upper = zip(part.upper, support.upper).map { Swift.min($0, $1) }
    guard zip(lower, upper).allSatisfy({ $0 < $1 }) else { return Estimate(closedForm: 0) }
    let mass = integral(formula, over: Box(uncheckedLower: lower, upper: upper), options)
    return quotient(mass, normalizer(options))
  }

  /// E g(X) = ∫ g p / ∫ p.
  ///
  /// A factor p that underflows takes a large g with it; exponentials in sums, and multiples of them, are integrated
  /// as one exponential with p where that is one.
  ///
  /// - Parameters:
  ///   - g: a function of the density's variables.
  ///   - options: of the quadrature.
  public func expectation(
    of g: Expr, options: IntegrationOptions = IntegrationOptions()
  ) -> Estimate {
    quotient(integral(weighted(g) ?? g * formula, options), normalizer(options))
  }

  /// E (g(X) − E g(X))², by two integrations: E g² − (E g)² would cancel.
  public func variance(of g: Expr, options: IntegrationOptions = IntegrationOptions()) -> Estimate {
    let z = normalizer(options)
    let mean = integral(weighted(g) ?? g * formula, options)
    let center = mean.value / z.value
    guard center.isFinite else { return Estimate.combining(.nan, error: .infinity, mean, z) }
    // √p (g − c), whose exponentials overflow no sooner than the integrand.
    let root = weighted(g, by: 0.5).map { pow($0 - Expr(center) * exp(logarithm * 0.5), 2) }
    let spread = integral(root ?? formula * pow(g - Expr(center), 2), options)
    // About another centre the second moment grows by the square of the distance.
    let shift = (mean.errorEstimate + Swift.abs(center) * z.errorEstimate) / z.value
    let value = spread.value / z.value
    let error = (spread.errorEstimate + Swift.abs(value) * z.errorEstimate) / z.value + shift * shift
    return Estimate.combining(value, error: error, spread, mean, z)
  }

  /// The differential entropy −∫ p log p in nats, of the normalised density.
  public func entropy(options: IntegrationOptions = IntegrationOptions()) -> Estimate {
    let z = normalizer(options)
    let sum = integral(information(relativeTo: 0), options)
    let relative = z.errorEstimate / z.value
    let mean = sum.value / z.value
    return Estimate.combining(
      .log(z.value) - mean, error: sum.errorEstimate / z.value + (Swift.abs(mean) + 1) * relative, sum, z)
  }

  /// p (log p − log q), and 0 where p is.
  func information(relativeTo logarithm: Expr) -> Expr {
    let difference = self.logarithm - logarithm
    return difference.constantValue == 0 ? 0 : formula * difference
  }

  /// g p^power, where p is an exponential and g is made of exponentials by sums and constant factors: of one exponent
  /// each. nil elsewhere.
  private func weighted(_ g: Expr, by power: Double = 1) -> Expr? {
    guard formula.operation == .exp else { return nil }
    let exponent = power == 1 ? logarithm : logarithm * Expr(power)
    // Shared parts are looked at once, and what lies deeper than a stack would hold is left as it is.
    var known: [Expr: Expr?] = [:]
    func product(_ g: Expr, _ depth: Int = 0) -> Expr? {
      if let known = known[g] { return known }
      let result = depth < 500 ? newProduct(g, depth + 1) : nil
      known[g] = .some(result)
      return result
    }
    func newProduct(_ g: Expr, _ depth: Int) -> Expr? {
      let operands = g.operands
      switch g.operation {
      case .exp: return exp(exponent + operands[0])
      case .negate: return product(operands[0], depth).map { -$0 }
      case .multiply:
        if let factor = operands[0].constantValue {
          return product(operands[1], depth).map { Expr(factor) * $0 }
        }
        return operands[1].constantValue.flatMap { factor in
          product(operands[0], depth).map { $0 * Expr(factor) }
        }
      case .add, .subtract:
        let (a, b) = (product(operands[0], depth), product(operands[1], depth))
        if a == nil && b == nil { return nil }
        let (left, right) = (a ?? operands[0] * exp(exponent), b ?? operands[1] * exp(exponent))
        return g.operation == .add ? left + right : left - right
      default: return nil
      }
    }
    return product(g)
  }

  private func quotient(_ a: Integral, _ z: Integral) -> Estimate {
    let value = a.value / z.value
    return Estimate.combining(
      value, error: (a.errorEstimate + Swift.abs(value) * z.errorEstimate) / Swift.abs(z.value), a, z)
  }
}
