// SPDX-License-Identifier: Apache-2.0

/// How a function is minimised. Methods are made by the names under which the literature knows them:
///
///     minimize(f, from: start)                                    // a trust region, the default
///     minimize(f, from: start, method: .lbfgs(memory: 5))
///     minimize(f, from: start, method: .gradientDescent(rate: 0.1))
///
/// | method | uses | cost of a step beside evaluations | convergence |
/// |---|---|---|---|
/// | `gradientDescent`, `momentum`, `nesterov`, `adaGrad`, `rmsProp`, `adam`, `adamW` | g | n | linear |
/// | `conjugateGradients` | g | n | linear, in n steps for quadratics |
/// | `lbfgs` | g | m n | linear, fast |
/// | `bfgs` | g | n² | superlinear |
/// | `newton`, `trustRegion` | g, H | n³ | quadratic |
/// | `newtonCG`, `trustRegion(.steihaug)` | g, H v | n times inner steps | superlinear |
/// | `naturalGradient` | g, a metric | n³ | linear, independent of the parametrisation |
public struct MinimizationMethod: Sendable {
  /// The name by which the command line and tables call it: `trust-region`, `lbfgs`.
  public let name: String

  /// What the method asks of an objective besides value and gradient.
  let needs: Needs

  let minimizer: any Minimizer

  /// Each includes those before it.
  enum Needs: Int, Sendable, CustomStringConvertible {
    case gradient, products, hessian

    var description: String {
      switch self {
      case .gradient: "gradients"
      case .products: "products with the Hessian"
      case .hessian: "Hessians"
      }
    }
  }

  init(_ name: String, needs: Needs = .gradient, _ minimizer: any Minimizer) {
    self.name = name
    self.needs = needs
    self.minimizer = minimizer
  }
}

/// The part of a method that runs.
protocol Minimizer: Sendable {
  /// Whether a saddle is left along negative curvature.
  var leavesSaddles: Bool { get }
  func minimize(_ run: Minimization) -> StoppingReason
}

extension Minimizer {
  var leavesSaddles: Bool { false }
}
