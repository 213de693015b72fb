// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import RealModule
import Testing

@testable import NablaProbability

private let constraints: [Constraint] = [.real, .positive, .above(-2.5), .below(1), .interval(-1, 3)]

struct ConstraintTests {
  @Test(arguments: constraints, [-30, -2, 0.25, 3])
  func thereAndBack(_ constraint: Constraint, _ u: Double) throws {
    let variable = Expr.variable("u")
    let x = try constraint.constrained(variable).value(at: ["u": u])
    #expect(constraint.contains(x))
    // Near a bound a unit of x in the last place is a relative change of x − bound, an absolute one of u.
    let slope = try exp(constraint.logJacobian(variable)).value(at: ["u": u])
    #expect(abs(constraint.unconstrained(x) - u) <= 8 * (u.ulp + x.ulp / slope))
  }

  @Test(arguments: constraints, [-30, -2, 0.25, 3])
  func theJacobianIsTheDerivative(_ constraint: Constraint, _ u: Double) throws {
    let variable = Expr.variable("u")
    let slope = try constraint.constrained(variable).derivative(by: variable).value(at: ["u": u])
    let logJacobian = try constraint.logJacobian(variable).value(at: ["u": u])
    #expect(abs(logJacobian - Double.log(abs(slope))) <= 1e-14 * max(1, abs(logJacobian)))
  }

  @Test func boundsAndInfinitiesAreOutside() {
    #expect(!Constraint.positive.contains(0) && !Constraint.positive.contains(.infinity))
    #expect(!Constraint.interval(0, 1).contains(1) && Constraint.interval(0, 1).contains(0.5))
    #expect(!Constraint.real.contains(.nan) && !Constraint.below(2).contains(2))
  }

  @Test func aConstrainedDensityIsTheOneOfItsCoordinates() {
    // log p(x) + log x' at u = 0.3 of a gamma density.
    let density = LogDensity(
      Function(1, parameters: 1) { x, p in 2 * log(x[0]) - p[0] * x[0] }, parameters: [3],
      constraints: ["x0": .positive])
    let u = 0.3
    let value = density.evaluate([.value, .gradient], at: [u])
    #expect(abs(value.value.item - (3 * u - 3 * Double.exp(u))) < 1e-14)
    #expect(abs(value.gradient[0] - (3 - 3 * Double.exp(u))) < 1e-14)
  }

  @Test func rowsAddUpWithThePrior() {
    let prior = Function(1) { b in -0.5 * b[0] * b[0] }
    let likelihood = Function(1, parameters: 1) { b, row in -exp(b[0]) + row[0] * b[0] }
    let rows: Tensor<Double> = [[3], [5], [1]]
    let density = LogDensity(prior: prior, likelihood: likelihood, over: rows)
    let b = 0.7
    let expected = -0.5 * b * b - 3 * Double.exp(b) + 9 * b
    #expect(abs(density.evaluate(.value, at: [b]).value.item - expected) < 1e-13)
    let empty = LogDensity(prior: prior, likelihood: likelihood, over: .zeros([0, 1]))
    #expect(empty.evaluate(.value, at: [b]).value.item == -0.5 * b * b)
  }
}
