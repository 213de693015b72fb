// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// What a function looks like near a point to first and to second order, and the steps that the two imply.
///
///     let f = Function { x, y in pow(1 - x, 2) + 100 * pow(y - x * x, 2) }
///     let models = f.localModels(at: [-1.2, 1])
///     print(models)
///     models.newtonStep          // [0.0247…, 0.3807…]
///
/// To order 1, f(a + s) ≈ f + ∇f·s: gradient descent goes down this slope, and something else must say how far. To
/// order 2, f(a + s) ≈ f + ∇f·s + ½ sᵀHs: this model has its own answer, Newton's step, where it is stationary.
public struct LocalModels: Sendable {
  /// a.
  public let point: [Double]
  /// f(a).
  public let value: Double
  /// ∇f(a).
  public let gradient: [Double]
  /// H(a), in rows.
  public let hessian: [[Double]]
  /// −H⁻¹∇f; nil where H is singular or something is not finite.
  public let newtonStep: [Double]?
  /// Whether H is positive definite, so that Newton's step leads to the minimum of the model; otherwise it leads to
  /// its saddle point or maximum.
  public let isConvex: Bool

  /// The model of order 1 at a step: f + ∇f·s.
  public func linear(_ step: [Double]) -> Double { value + dot(gradient, step) }

  /// The model of order 2 at a step: f + ∇f·s + ½ sᵀHs.
  public func quadratic(_ step: [Double]) -> Double { linear(step) + 0.5 * dot(step, curvature(step)) }

  /// The step of gradient descent, −rate·∇f.
  public func gradientStep(rate: Double) -> [Double] { gradient.map { -rate * $0 } }

  /// Cauchy's step: the step against the gradient at whose end the model of order 2 is least along it, with the rate
  /// |∇f|²/∇fᵀH∇f. Nil where the model falls without end.
  public var cauchyStep: [Double]? {
    let curvature = dot(gradient, curvature(gradient))
    return curvature > 0 ? gradientStep(rate: dot(gradient, gradient) / curvature) : nil
  }

  private func curvature(_ step: [Double]) -> [Double] { hessian.map { dot($0, step) } }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension LocalModels: CustomStringConvertible {
  /// Both models, and each step with the value that the model of order 2 predicts at its end.
  public var description: String {
    func list(_ step: [Double]) -> String { "(\(step.map(TaylorPolynomial.number).joined(separator: ", ")))" }
    func line(_ name: String, _ step: [Double]?, _ otherwise: String) -> String {
      guard let step else { return "\(name): none, \(otherwise)" }
      return "\(name): \(list(step)), to \(TaylorPolynomial.number(quadratic(step))) by the model"
    }
    return """
      at \(list(point)): f = \(TaylorPolynomial.number(value))
      order 1: f + g·s, g = \(list(gradient))
      order 2: f + g·s + ½ s·Hs, H = (\(hessian.map(list).joined(separator: ", ")))
      \(line("gradient step, as long as order 2 advises", cauchyStep, "the model falls without end against g"))
      \(line("Newton's step", newtonStep, "H is singular"))\(newtonStep == nil || isConvex ? "" : ", no minimum of it")
      """
  }
}

extension Function {
  /// The models of order 1 and 2 of a scalar function at a point, and the steps that they imply.
  ///
  /// - Parameters:
  ///   - point: [n].
  ///   - parameters: [p], if the function has some.
  /// - Returns: what is not finite at the point is infinite or NaN in it.
  /// - Precondition: a scalar function, and shapes that fit it.
  /// - Complexity: that of the Hessian, and O(n³).
  public func localModels(at point: Tensor<Double>, parameters: Tensor<Double>? = nil) -> LocalModels {
    precondition(point.rank == 1, "localModels takes one point [\(variables.count)], not \(point.shape)")
    let evaluation = evaluate([.value, .gradient, .hessian], at: point, parameters: parameters)
    let (gradient, hessian) = (evaluation.gradient, evaluation.hessian)
    let isFinite = (gradient.scalars + hessian.scalars).allSatisfy(\.isFinite)
    let n = variables.count
    // A Hessian that is singular to within rounding has a step that says nothing.
    let eigenvalues = isFinite ? (try? LinearAlgebra.symmetricEigenvalues(hessian))?.scalars : nil
    let largest = eigenvalues?.map(\.magnitude).max() ?? 0
    let isRegular = eigenvalues?.allSatisfy { $0.magnitude > Double(n) * .ulpOfOne * largest } ?? false
    let step = isRegular ? try? LinearAlgebra.solve(hessian, -gradient).scalars : nil
    return LocalModels(
      point: point.scalars, value: evaluation.value.item, gradient: gradient.scalars,
      hessian: (0..<n).map { Array(hessian.scalars[$0 * n..<($0 + 1) * n]) }, newtonStep: step,
      isConvex: isRegular && eigenvalues!.allSatisfy { $0 > 0 })
  }
}
