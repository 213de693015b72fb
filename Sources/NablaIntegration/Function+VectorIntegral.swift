// SPDX-License-Identifier: Apache-2.0

public import NablaCalculus
internal import NablaExpressions

extension Function {
  /// The definite integrals of all outputs of a function of one variable, ∫ₐᵇ fᵢ(x) dx.
  ///
  /// Each output has its own pieces and its own error: one that is singular or narrow does not cost the others nodes.
  ///
  /// - Returns: as many results as outputs; see ``integral(from:to:parameters:options:)``.
  /// - Precondition: the function has one variable; the ends are not NaN.
  public func outputIntegrals(
    from a: Double, to b: Double, parameters: [Double] = [],
    options: IntegrationOptions = IntegrationOptions()
  ) -> [Integral] {
    precondition(
      variables.count == 1, "outputIntegrals(from:to:) needs a function of one variable, not \(self)")
    return outputs.map { output in
      Function(output, of: variables, parameters: self.parameters)
        .integral(from: a, to: b, parameters: parameters, options: options)
    }
  }

  /// The derivatives of an integral by the parameters, ∂/∂pⱼ ∫ₐᵇ f(x; p) dx = ∫ₐᵇ ∂f/∂pⱼ dx (Leibniz' rule), for ends that
  /// do not depend on them.
  ///
  /// The rule holds where f and ∂f/∂pⱼ are continuous, or ∂f/∂pⱼ is bounded near p by an integrable function of x. It does
  /// not where a jump of f moves with the parameter: what the jump contributes is missing then.
  ///
  /// - Returns: one result for each parameter.
  /// - Precondition: the function has one variable and one output; the ends are not NaN.
  ///
  /// For an end that depends on a parameter add f(b; p) ∂b/∂p, and subtract f(a; p) ∂a/∂p.
  public func integralGradient(
    from a: Double, to b: Double, parameters: [Double], options: IntegrationOptions = IntegrationOptions()
  ) -> [Integral] {
    precondition(
      variables.count == 1 && outputs.count == 1,
      "integralGradient(from:to:) needs a function of one variable and one output, not \(self)")
    return Function(
      self.parameters.map { outputs[0].derivative(by: $0) }, of: variables, parameters: self.parameters
    ).outputIntegrals(from: a, to: b, parameters: parameters, options: options)
  }
}
