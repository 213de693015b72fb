// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions

extension Function {
  /// The definite integral of a scalar function of one variable, ∫ₐᵇ f(x) dx.
  ///
  ///     let f = try Function(parsing: "exp(-(x-800)^2/2)")
  ///     f.integral(from: -.infinity, to: .infinity).value      // √(2π)
  ///
  /// What the formula says is used: enclosures of f and f′ over intervals find kinks, jumps and singularities, which
  /// become ends of pieces, and check afterwards that nothing happens between the samples which they do not show, such as
  /// a narrow peak. Smooth pieces take the Gauss–Kronrod rule and bisection, and those that end in a singularity or at
  /// infinity double-exponential rules.
  ///
  /// - Parameters:
  ///   - a: one end, which may be infinite.
  ///   - b: the other; a > b changes the sign, and a = b gives 0.
  ///   - parameters: the values of the function's parameters.
  ///   - options: tolerances, limits and method.
  /// - Returns: a value with an error estimate, also where the tolerance was not reached, the integral diverges or f is
  ///   somewhere not defined: see ``Integral/reason``.
  /// - Precondition: the function has one variable and one output; the ends are not NaN.
  /// - Complexity: some tens to some thousands of values, in batches of a compiled kernel.
  public func integral(
    from a: Double, to b: Double, parameters: [Double] = [],
    options: IntegrationOptions = IntegrationOptions()
  ) -> Integral {
    precondition(
      variables.count == 1 && outputs.count == 1,
      "integral(from:to:) needs a function of one variable and one output, not \(self)")
    precondition(
      parameters.count == parameterNames.count,
      "\(self) takes \(parameterNames.count) parameters, not \(parameters.count)")
    let result = NablaIntegration.integral(from: a, to: b, options: options) {
      Integrand(self, parameters: parameters)
    }
    guard result.reason == .undefinedIntegrand || result.reason == .divergent else { return result }
    // Products that are 0·∞ in double precision, as exp(-x^2)*exp(10*x) far away, may become one exponential.
    let simplified = outputs[0].simplified()
    guard simplified != outputs[0] else { return result }
    let function = Function(simplified, of: variables, parameters: self.parameters)
    let second = NablaIntegration.integral(from: a, to: b, options: options) {
      Integrand(function, parameters: parameters)
    }
    return (second.converged ? second : result).adding(evaluationsOf: second.converged ? result : second)
  }
}

/// The definite integral of a closure, ∫ₐᵇ f(x) dx.
///
/// A closure has no formula: nothing is known between the points at which it was called. A peak that is narrow against
/// the range can be missed, as by every such routine; name it by ``IntegrationOptions/breakPoints``, or make a
/// `Function`, of which enclosures over intervals are looked at as well.
///
/// - Parameters: as those of `Function.integral(from:to:parameters:options:)`.
/// - Precondition: the ends are not NaN.
public func integrate(
  from a: Double, to b: Double, options: IntegrationOptions = IntegrationOptions(),
  _ f: @escaping (Double) -> Double
) -> Integral {
  integral(from: a, to: b, options: options) { Integrand(f) }
}

private func integral(
  from a: Double, to b: Double, options: IntegrationOptions, _ integrand: () -> Integrand
) -> Integral {
  options.check()
  precondition(!a.isNaN && !b.isNaN, "the ends of a range are numbers, not \(a) and \(b)")
  if a == b {
    return Integral(value: 0, errorEstimate: 0, evaluations: 0, reason: .converged, method: .gaussKronrod)
  }
  let integrand = integrand()
  let (lower, upper) = (Swift.min(a, b), Swift.max(a, b))
  let result = Integrator(integrand, options: options).integral(from: lower, to: upper)
  // No node has met anything, as where a function overflows far out and underflows elsewhere.
  if result.converged && result.value == 0 && result.errorEstimate == 0
    && integrand.values(
      at: stride(from: -0.97, through: 0.97, by: 0.0625).map { place($0, from: lower, to: upper) }
    ).contains(where: { $0 != 0 })
  {
    return Integral(
      value: 0, errorEstimate: .infinity, evaluations: result.evaluations,
      intervalEvaluations: result.intervalEvaluations, reason: .noFurtherProgress, method: result.method)
  }
  return a < b ? result : result.negated
}

/// The place in a range that t of −1 … 1 stands for: evenly where the range is bounded, else dense about 0 or its finite
/// end.
package func place(_ t: Double, from a: Double, to b: Double) -> Double {
  switch (a.isFinite, b.isFinite) {
  case (true, true): 0.5 * (1 - t) * a + 0.5 * (1 + t) * b
  case (true, false): a + (1 + t) / (1 - t)
  case (false, true): b - (1 - t) / (1 + t)
  case (false, false): t / (1 - t * t)
  }
}

extension Integral {
  /// With the work of another attempt.
  fileprivate func adding(evaluationsOf other: Integral) -> Integral {
    Integral(
      value: value, errorEstimate: errorEstimate, evaluations: evaluations + other.evaluations,
      intervalEvaluations: intervalEvaluations + other.intervalEvaluations, reason: reason, method: method)
  }

  /// Of the range in the other direction.
  var negated: Integral {
    Integral(
      value: -value, errorEstimate: errorEstimate, evaluations: evaluations,
      intervalEvaluations: intervalEvaluations, reason: reason, method: method)
  }
}
