// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
public import NablaExpressions
internal import NablaIntegration
public import NablaOptimization
internal import NablaTensors

/// A probability density of one or several variables, given by a formula that need not be normalised.
///
///     let x = Expr.variable("x")
///     let quartic = Density(exp(-pow(x, 4)), of: [x], support: try Box(lower: [-.infinity], upper: [.infinity]))
///     quartic.normalization().value       // 1.8128…, Γ(¼)/2
///     quartic.variance(of: x).value       // 0.3379…
///
/// Everything is found by quadrature (`NablaIntegration`), with an estimate of its error. Where a formula underflows,
/// its logarithm, which the structure of the formula shows, does not.
public struct Density: Sendable {
  /// The variables, in the order of the support.
  public let variables: [Expr]
  /// Outside of it the density is 0.
  public let support: Box
  /// The density, up to a factor.
  public let formula: Expr
  /// Its logarithm.
  public let logarithm: Expr
  /// Whether the formula's integral is 1 by its construction.
  public let isNormalized: Bool

  /// - Parameters:
  ///   - formula: nowhere negative within the support; a factor does not matter.
  ///   - variables: all that occur in the formula.
  ///   - support: of as many dimensions as there are variables; may be unbounded.
  public init(_ formula: Expr, of variables: [Expr], support: Box) {
    self.init(
      formula: formula, logarithm: Logarithm(variables: variables, support: support)(formula),
      variables: variables, support: support, isNormalized: false)
  }

  /// - Parameters:
  ///   - logarithm: of the density, up to a constant.
  ///   - variables: x, in the order of the support.
  ///   - support: where the density is not 0.
  public init(logarithm: Expr, of variables: [Expr], support: Box) {
    self.init(
      formula: exp(logarithm), logarithm: logarithm, variables: variables, support: support,
      isNormalized: false)
  }

  /// The density of a distribution, as a function of a variable.
  public init(_ distribution: any ContinuousDistribution, of variable: Expr) {
    let logarithm = distribution.logDensity(of: variable)
    let (lower, upper) = distribution.support
    self.init(
      formula: exp(logarithm), logarithm: logarithm, variables: [variable],
      support: Box(uncheckedLower: [lower], upper: [upper]), isNormalized: true)
  }

  /// The density of a normal distribution of several variables.
  ///
  /// - Precondition: there are as many variables as the distribution has.
  public init(_ distribution: MultivariateNormalDistribution, of variables: [Expr]) {
    let logarithm = distribution.logDensity(of: variables)
    let infinite = Array(repeating: Double.infinity, count: variables.count)
    self.init(
      formula: exp(logarithm), logarithm: logarithm, variables: variables,
      support: Box(uncheckedLower: infinite.map { -$0 }, upper: infinite), isNormalized: true)
  }

  private init(formula: Expr, logarithm: Expr, variables: [Expr], support: Box, isNormalized: Bool) {
    precondition(
      variables.count == support.dimension && !variables.isEmpty,
      "a density of \(variables.count) variables has a support of as many dimensions, not \(support.dimension)"
    )
    self.formula = formula
    self.logarithm = logarithm
    self.variables = variables
    self.support = support
    self.isNormalized = isNormalized
  }

  /// A point of the support at which the formula is negative, of two hundred that are spread over it; nil where there is
  /// none, which is no proof.
  package func negativePlace() -> [Double]? {
    let ones = Array(repeating: 1.0, count: variables.count)
    let spread = Box(uncheckedLower: ones.map { -$0 }, upper: ones).latinHypercube(200, seed: 1)
    let places = (0..<200).map { row in
      zip(spread.row(row).scalars, zip(support.lower, support.upper)).map { place($0, from: $1.0, to: $1.1) }
    }
    let values = Function(formula, of: variables).value(at: Tensor(places)).scalars
    return zip(places, values).first { $0.1 < 0 }?.0
  }

  /// ∫ g over the support, or a part of it.
  func integral(_ g: Expr, over part: Box? = nil, _ options: IntegrationOptions) -> Integral {
    let box = part ?? support
    let function = Function(g, of: variables)
    return variables.count == 1
      ? function.integral(from: box.lower[0], to: box.upper[0], options: options)
      : function.integral(over: box, options: options)
  }
}
