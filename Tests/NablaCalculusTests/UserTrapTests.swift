// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import RealModule
import TestSupport
import Testing

/// What users of other packages report as wrong or surprising: 0/0, 0⁰, roots and norms at zero, ties, equal branches,
/// exponents of several types, derivatives within derivatives. What the formula says, or a stated convention.
@Suite struct UserTrapTests {
  struct Trap: CustomStringConvertible, Sendable {
    let formula: String
    let point: [Double]
    let gradient: [Double]
    let hessian: [Double]
    /// Where a program over dual numbers differs, and why.
    var dual: (gradient: [Double], hessian: [Double])?

    init(
      _ formula: String, at point: Double..., gradient: [Double], hessian: [Double],
      dual: (gradient: [Double], hessian: [Double])? = nil
    ) {
      (self.formula, self.point, self.gradient, self.hessian) = (formula, point, gradient, hessian)
      self.dual = dual
    }

    /// Of x, or x and y, also where nothing depends on them.
    var function: Function {
      get throws { try Function(parsing: formula, variables: Array(["x", "y"].prefix(point.count))) }
    }

    var description: String { "\(formula) at \(point)" }
  }

  static let nan = Double.nan
  static let inf = Double.infinity

  static let traps: [Trap] = [
    // Removable singularities are those of the formula: 0/0 is not made 1.
    Trap("x/x", at: 0, gradient: [nan], hessian: [nan]),
    Trap("x/x", at: 2, gradient: [0], hessian: [0]),
    Trap("sin(x)/x", at: 0, gradient: [nan], hessian: [nan]),
    Trap("where(x == 0, 1, sin(x)/x)", at: 0, gradient: [0], hessian: [0]),
    Trap("sinc(x)", at: 0, gradient: [0], hessian: [-1.0 / 3]),
    // Powers: an exponent that is a whole number is one, however it is written.
    Trap("x^0", at: 0, gradient: [0], hessian: [0]),
    Trap("x^1", at: 0, gradient: [1], hessian: [0]),
    Trap("x^2", at: 0, gradient: [0], hessian: [2]),
    Trap("x^2.0", at: -1, gradient: [-2], hessian: [2]),
    Trap("pow(x, 3)", at: 0, gradient: [0], hessian: [0]),
    Trap("pow(x, 3.0)", at: -2, gradient: [12], hessian: [-12]),
    Trap("x^-1", at: 0, gradient: [-inf], hessian: [inf]),
    Trap("x^0.5", at: 0, gradient: [inf], hessian: [-inf]),
    Trap("x^1.5", at: 0, gradient: [0], hessian: [inf]),
    Trap("x^2.5", at: 0, gradient: [0], hessian: [0]),
    // A variable exponent: ∂/∂y xʸ = xʸ log x, whose limit at x = 0, y > 0 is 0.
    Trap("x^y", at: 0, 2, gradient: [0, 0], hessian: [2, 0, 0, 0]),
    // Roots: √x² is x for what has a root; |x| otherwise.
    Trap("sqrt(x)^2", at: 0, gradient: [1], hessian: [0]),
    Trap("sqrt(x)*sqrt(x)", at: 0, gradient: [1], hessian: [0]),
    Trap("sqrt(x)", at: 0, gradient: [inf], hessian: [-inf]),
    Trap("abs(x)^2", at: 0, gradient: [0], hessian: [2]),
    // Norms: the formula has no derivative at the origin, the operation has the gradient 0. Dual numbers take the zero
    // gradient of x² + y² for that of a constant.
    Trap(
      "sqrt(x^2+y^2)", at: 0, 0, gradient: [nan, nan], hessian: [nan, nan, nan, nan],
      dual: ([0, 0], [inf, 0, 0, inf])),
    Trap("hypot(x, y)", at: 0, 0, gradient: [0, 0], hessian: [nan, nan, nan, nan]),
    Trap("hypot(x, y)^2", at: 0, 0, gradient: [0, 0], hessian: [nan, nan, nan, nan]),
    Trap("sqrt(x^2+y^2)^2", at: 0, 0, gradient: [0, 0], hessian: [2, 0, 0, 2]),
    // Ties are shared, equal operands are one.
    Trap("max(x, y)", at: 1, 1, gradient: [0.5, 0.5], hessian: [0, 0, 0, 0]),
    Trap("min(x, y)", at: -1, -1, gradient: [0.5, 0.5], hessian: [0, 0, 0, 0]),
    Trap("max(x, x)", at: 1, gradient: [1], hessian: [0]),
    Trap("min(x^2, x)", at: 1, gradient: [1.5], hessian: [1]),
    Trap("max(x, y, x*y)", at: 1, 1, gradient: [0.75, 0.75], hessian: [0, 0.5, 0.5, 0]),
    // Branches: only the one taken counts, and equal ones are no branch.
    Trap("where(x > 0, x^2, x^2)", at: 0, gradient: [0], hessian: [2]),
    Trap("where(x > 0, log(x), 0)", at: -1, gradient: [0], hessian: [0]),
    Trap("where(x > 0, x*log(x), 0)", at: 0, gradient: [0], hessian: [0]),
    Trap("where(x > 1, x, x^2)", at: 1, gradient: [2], hessian: [2]),
    Trap("where(y > 0, x/y, 0)", at: 1, 0, gradient: [0, 0], hessian: [0, 0, 0, 0]),
    // 0 · log 0.
    Trap("x*log(x)", at: 0, gradient: [nan], hessian: [nan]),
    Trap("xlogy(x, x)", at: 0, gradient: [-inf], hessian: [inf], dual: ([nan], [nan])),
    // The logistic function as people write it becomes the one that neither overflows nor cancels.
    Trap("log(1 + exp(x))", at: 1000, gradient: [1], hessian: [0]),
    Trap("log(1 - 1/(1 + exp(-x)))", at: 40, gradient: [-1], hessian: [-4.248354255291589e-18]),
    Trap("-log(1/(1 + exp(-x)))", at: -800, gradient: [-1], hessian: [0]),
    Trap("exp(x)/(1 + exp(x))", at: 1000, gradient: [0], hessian: [0]),
    Trap("softplus(x)", at: 1000, gradient: [1], hessian: [0]),
  ]

  @Test(arguments: traps)
  func graphs(_ trap: Trap) throws {
    let f = try trap.function
    let e = f.evaluate([.gradient, .hessian], at: Tensor(trap.point))
    #expect(isSame(e.gradient.scalars, trap.gradient), "\(trap): \(e.gradient)")
    #expect(isSame(e.hessian.scalars, trap.hessian), "\(trap): \(e.hessian)")
    // Forward mode, and forward over reverse.
    let n = trap.point.count
    if trap.hessian.allSatisfy(\.isFinite) {
      let products = f.evaluate(
        [.jacobianVectorProduct, .hessianVectorProduct], at: Tensor(trap.point),
        direction: Tensor<Double>.identity(n))
      #expect(isSame(products.jacobianVectorProduct.scalars, trap.gradient), "\(trap)")
      #expect(isSame(products.hessianVectorProduct.scalars, trap.hessian), "\(trap)")
    }
  }

  @Test(arguments: traps)
  func dualNumbers(_ trap: Trap) throws {
    let f = try trap.function
    let evaluator = ExpressionEvaluator(f.outputs[0], f.variables)
    let e = HyperDual<SIMD2<Double>>.valueGradientAndHessian(of: { evaluator.value(at: $0) }, at: trap.point)
    let expected = trap.dual ?? (trap.gradient, trap.hessian)
    #expect(isSame(e.gradient, expected.gradient), "\(trap): \(e.gradient)")
    #expect(isSame(e.hessian.flatMap { $0 }, expected.hessian), "\(trap): \(e.hessian)")
  }

  private func isSame(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN || abs($0 - $1) < 1e-15 }
  }

  @Test func exponentsOfEveryType() {
    let x = -1.5
    let two: Double = 2
    #expect(Function { pow($0, 2) }.gradient(at: Tensor([x])).item == -3)
    #expect(Function { pow($0, 2.0) }.gradient(at: Tensor([x])).item == -3)
    #expect(Function { pow($0, Expr(two)) }.gradient(at: Tensor([x])).item == -3)
    // An exponent that is a parameter has the same derivative by the base.
    let power = Function(1, parameters: 1) { pow($0[0], $1[0]) }
    #expect(power.gradient(at: Tensor([x]), parameters: [2]).item == -3)
    #expect(Function { x, y in pow(x, y) }.gradient(at: Tensor([x, 2]))[0].item == -3)
  }

  /// d/dx [x · d/dy (x + y)] = 1, not 2: the classic of perturbation confusion, in every mode.
  @Test func derivativesWithinDerivatives() {
    let outer = Function { x in
      let inner = Function { y in x + y }
      return x * inner.outputs[0].derivative(by: inner.variables[0])
    }
    #expect(outer.gradient(at: [1]).item == 1)
    typealias D = Dual<Double>
    let slope = D.derivative(
      of: { (x: D) in x * Dual<D>.derivative(of: { (y: Dual<D>) in Dual<D>(x) + y }, at: 1) }, at: 1)
    #expect(slope == 1)
    let numerical = numericalDerivative({ x in x * numericalDerivative({ y in x + y }, 1) }, 1)
    // Of differences of differences the rounding error is 2⁻⁵²/h².
    #expect(abs(numerical - 1) < 1e-5)
  }
}
