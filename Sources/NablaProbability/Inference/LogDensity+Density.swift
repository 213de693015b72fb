// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaOptimization

extension LogDensity {
  /// A ``Density``, each variable constrained to its side of the support: to sample it, or to approximate it.
  ///
  ///     let posterior = Density(prior * likelihood, of: [theta], support: try Box(lower: [0], upper: [1]))
  ///     posterior.normalization().value                                              // by quadrature
  ///     exp(try LogDensity(posterior).laplaceApproximation(from: [0.5]).logMarginalLikelihood)
  ///
  /// - Precondition: the variables have different names.
  public init(_ density: Density) {
    let function = Function(density.logarithm, of: density.variables)
    var constraints: [String: Constraint] = [:]
    for (name, side) in zip(function.variableNames, zip(density.support.lower, density.support.upper)) {
      constraints[name] =
        switch (side.0.isFinite, side.1.isFinite) {
        case (true, true): .interval(side.0, side.1)
        case (true, false): .above(side.0)
        case (false, true): .below(side.1)
        case (false, false): .real
        }
    }
    self.init(function, constraints: constraints)
  }
}
