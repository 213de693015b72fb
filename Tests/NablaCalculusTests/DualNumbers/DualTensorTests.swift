// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import NablaExpressions
import NablaTensors
import RealModule
import TestSupport
import Testing

/// Dual numbers beside the rest of the package: tensors as points, and graphs as another path to the same
/// derivatives.
@Suite struct DualTensorTests {
  private func rosenbrock<T: Real>(_ x: [T]) -> T {
    var sum: T = 0
    for i in 1..<x.count {
      let (valley, distance) = (x[i] - x[i - 1] * x[i - 1], 1 - x[i - 1])
      sum += 100 * valley * valley + distance * distance
    }
    return sum
  }

  @Test func agreesWithGraphsAndTraces() {
    let n = 6
    let x: Tensor<Double> = [0.3, -1.2, 0.7, 1.9, -0.4, 1.1]
    let function = Function(n) { x in
      (1..<n).reduce(0 as Expr) { sum, i in
        let valley: Expr = x[i] - pow(x[i - 1], 2)
        return sum + 100 * pow(valley, 2) + pow(1 - x[i - 1], 2)
      }
    }
    let expected = function.evaluate([.value, .gradient, .hessian], at: x)
    let (value, slope, curvature) = HyperDual<SIMD4<Double>>.valueGradientAndHessian(of: rosenbrock, at: x)
    // Some twenty operations on numbers of up to some thousands.
    func near(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Bool {
      a.shape == b.shape && zip(a.scalars, b.scalars).allSatisfy { ($0 - $1).magnitude <= 1e-11 }
    }
    #expect((value - expected.value.scalars[0]).magnitude <= 1e-11)
    #expect(near(slope, expected.gradient) && near(curvature, expected.hessian))
    #expect(near(HyperDual<SIMD8<Double>>.hessian(of: rosenbrock, at: x), expected.hessian))
    #expect(near(Dual<SIMD4<Double>>.gradient(of: rosenbrock, at: x), expected.gradient))
    // The functions of traced tensors keep their names beside these.
    #expect(near(gradient(of: { x in square(x).sum() }, at: x), 2 * x))
  }

  @Test func jacobians() {
    let x: Tensor<Double> = [2, 3, 0]
    let (value, jacobian) = Dual<SIMD2<Double>>.valueAndJacobian(of: { [$0[0] * $0[1], .exp($0[2])] }, at: x)
    #expect(value == [6, 1] && jacobian == [[3, 2, 0], [0, 0, 1]])
    #expect(Dual<SIMD2<Double>>.jacobian(of: { _ in [] }, at: x).shape == [0, 3])
  }

  @Test func pointsAreVectors() async {
    await #expect(processExitsWith: .failure) {
      _ = Dual<SIMD2<Double>>.gradient(of: { $0[0] }, at: Tensor<Double>.zeros([2, 2]))
    }
  }
}
