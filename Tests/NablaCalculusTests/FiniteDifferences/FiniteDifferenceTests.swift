// SPDX-License-Identifier: Apache-2.0

import Foundation
import NablaCalculus
import NablaExpressions
import NablaTensors
import Testing

/// Finite differences of functions whose exact derivatives are known from the references.
@Suite struct FiniteDifferenceTests {
  /// Estimated errors are true: how often the error exceeds its estimate, over all reference functions.
  @Test func estimatesOfErrorsAreHonest() throws {
    var (entries, exceeded, converged) = (0, 0, 0)
    for reference in DerivativeReferenceTests.cases {
      let f = try Function(parsing: reference.expression, variables: reference.variables)
      let x = reference.point.map(\.value)
      let gradient = finiteDifferenceGradient(ofBatch: { f.value(at: $0) }, at: x)
      let hessian = finiteDifferenceHessian(ofBatch: { f.value(at: $0) }, at: x)
      for (result, exact) in [
        (gradient, reference.gradient.map(\.value)), (hessian, reference.hessian.flatMap { $0.map(\.value) }),
      ] {
        for (k, exact) in exact.enumerated() where exact.isFinite {
          let (status, error) = (result.statuses[k], abs(result.value.scalars[k] - exact))
          guard status == .converged || status == .oneSided else { continue }
          entries += 1
          // Values of f are right to an ulp or two, the estimate supposes half of one.
          if error > 4 * result.error.scalars[k] { exceeded += 1 }
          if error <= 1e-6 * max(abs(exact), 1e-3) { converged += 1 }
        }
      }
    }
    print("FiniteDifferenceTests: of \(entries) converged entries \(exceeded) exceed 4 times their estimate")
    #expect(entries > 600)
    #expect(Double(exceeded) <= 0.02 * Double(entries))
    #expect(Double(converged) >= 0.97 * Double(entries))
  }

  @Test func oneVariable() {
    // e^sin 1 cos 1 and e^sin 1 (cos² 1 − sin 1) (mpmath, 25 digits).
    let f = { (x: Double) in exp(sin(x)) }
    let first = finiteDifferenceDerivative(of: f, at: 1)
    #expect(first.isConverged && abs(first.value.item - 1.253380767493447) < 1e-11)
    #expect(first.evaluationCount == 17)
    let second = finiteDifferenceDerivative(of: f, at: 1, order: 2)
    #expect(second.isConverged && abs(second.value.item - -1.274820370420696) < 1e-8)
  }

  @Test func noPointOutsideOfTheBounds() {
    var lowest = Double.infinity
    let options = FiniteDifferenceOptions(lowerBounds: [0], upperBounds: [10])
    let result = finiteDifferenceGradient(
      of: { x in
        lowest = min(lowest, x[0], 10 - x[1])
        return exp(x[0]) * x[1] * x[1]
      }, at: [0, 10], options: options)
    #expect(lowest == 0)
    #expect(result.statuses == [.oneSided, .oneSided])
    #expect(abs(result.value[0].item - 100) < 1e-5 && abs(result.value[1].item - 20) < 1e-6)
  }

  /// Second differences on one side reach two steps far: the steps shrink when a side is given up.
  @Test(arguments: [1, -1])
  func noPointOutsideOfTheBoundsAfterOneSideIsGivenUp(_ side: Int) {
    let (x, s) = (2.0, Double(side))
    var farthest = 0.0
    func f(_ t: Double) -> Double {
      farthest = max(farthest, s * (t - x))
      return s * (t - x) >= 0 ? exp(t) : .nan
    }
    let options = FiniteDifferenceOptions(lowerBounds: [x - 0.1], upperBounds: [x + 0.1])
    let second = finiteDifferenceDerivative(of: f, at: x, order: 2, options: options)
    #expect(farthest > 0.03 && farthest <= 0.1, "side \(side)")
    #expect(abs(second.value.item - exp(x)) < 1e-4 && second.statuses[0] != .nonFinite)
    // One variable on one side, the other on both.
    farthest = 0
    let hessian = finiteDifferenceHessian(
      of: { f($0[0]) * sin($0[1]) }, at: [x, 0.5],
      options: .init(
        lowerBounds: [x - 0.1, 0], upperBounds: [x + 0.1, 1]))
    #expect(farthest > 0.03 && farthest <= 0.1, "side \(side)")
    #expect(abs(hessian.value[0, 1].item - exp(x) * cos(0.5)) < 1e-4)
  }

  @Test func kinksAndMissingNumbersAreSeen() {
    let kink = finiteDifferenceGradient(of: { x in abs(x[0]) + x[1] }, at: [0, 1])
    #expect(kink.statuses == [.kink, .converged] && kink.value.scalars[0] == 0)
    let none = finiteDifferenceDerivative(of: { _ in .nan }, at: 1)
    #expect(none.statuses == [.nonFinite] && none.value.item.isNaN && none.error.item == .infinity)
    // Finite on one side only.
    let side = finiteDifferenceDerivative(of: { x in x >= 2 ? x * x : .nan }, at: 2)
    #expect(side.statuses == [.oneSided] && abs(side.value.item - 4) < 1e-8)
  }

  @Test func hessiansAreSymmetricAndTheSameInBatches() {
    let f = Function { x, y, z in exp(x * y) * sin(z) + x * x * z }
    let x = [0.3, -0.7, 1.9]
    let batched = finiteDifferenceHessian(ofBatch: { f.value(at: $0) }, at: x)
    let single = finiteDifferenceHessian(of: { f.value(at: Tensor($0)).item }, at: x)
    #expect(batched.value.scalars == single.value.scalars)
    #expect(batched.evaluationCount == single.evaluationCount)
    #expect(batched.value.scalars == batched.value.transposed().scalars)
    for (a, b) in zip(batched.value.scalars, f.hessian(at: Tensor(x)).scalars) { #expect(abs(a - b) < 1e-8) }
    let jacobian = finiteDifferenceJacobian(of: { [$0[0] * $0[1], sin($0[1])] }, at: [2, 3])
    #expect(jacobian.value.shape == [2, 2])
    for (a, b) in zip(jacobian.value.scalars, [3, 2, 0, cos(3.0)]) { #expect(abs(a - b) < 1e-10) }
  }

  @Test func theTextbookQuotient() {
    let cube: @Sendable (Double) -> Double = { $0 * $0 * $0 }
    #expect(abs(numericalDerivative(cube, 2) - 12) < 1e-9)
    // Rounding of the inner quotient, 8 · 2⁻⁵³ / 10⁻⁵, over the outer step.
    let curvature = numericalDerivative(numericalDerivative(cube), h: 1e-3)
    #expect(abs(curvature(2) - 12) < 4e-7)
    // The error of cutting off is h² for a cube; that of rounding grows from there on.
    let error = { (h: Double) in abs(numericalDerivative(cube, 2, h) - 12) }
    #expect(abs(error(0.1) - 0.01) < 1e-12 && error(1e-5) < error(1e-2) && error(1e-13) > error(1e-5))
  }
}
