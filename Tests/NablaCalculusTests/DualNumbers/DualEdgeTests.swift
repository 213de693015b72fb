// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

/// What the package promises at kinks, limits and constants: the same for both types of numbers and for
/// nested ones.
@Suite struct DualEdgeTests {
  typealias D = Dual<Double>
  typealias H = HyperDual<Double>
  typealias H2 = HyperDual<SIMD2<Double>>

  private func x(_ value: Double) -> D { D(variable: value) }

  private func orders(_ f: (H) -> H, at x: Double) -> [Double] {
    let (value, first, second) = H.derivatives(of: f, at: x)
    return [value, first, second]
  }

  private func gradient(_ f: (H2, H2) -> H2, _ x: Double, _ y: Double) -> [Double] {
    let z = f(H2(variable: x, direction: 0), H2(variable: y, direction: 1))
    return [z.derivative(0), z.derivative(1)]
  }

  @Test func kinks() {
    for zero in [0.0, -0.0] {
      #expect(abs(x(zero)).tangent == 0)
      #expect(orders({ $0.magnitude }, at: zero) == [0, 0, 0])
    }
    #expect(abs(x(-2)).tangent == -1 && abs(x(2)).tangent == 1 && abs(x(.nan)).tangent.isNaN)
    #expect(gradient({ .maximum($0, $1) }, 3, 3) == [0.5, 0.5])
    #expect(gradient({ .minimum($0, $1) }, 3, 3) == [0.5, 0.5])
    #expect(gradient({ .maximum($0, $1) }, 3, 4) == [0, 1])
    #expect(gradient({ .minimum($0, $1) }, 3, 4) == [1, 0])
    #expect(gradient({ .maximum($0, $1) }, .nan, 4) == [0, 1])
    #expect(gradient({ .minimum($0, $1) }, 3, .nan) == [1, 0])
    #expect(gradient({ .minimumMagnitude($0, $1) }, -3, 4) == [1, 0])
    #expect(gradient({ .maximumMagnitude($0, $1) }, -3, 4) == [0, 1])
    // Swift's own functions return one of their arguments.
    #expect(Swift.max(x(3), D(2)).tangent == 1)
  }

  @Test func rootsAtZero() {
    #expect(orders({ .sqrt($0) }, at: 0) == [0, .infinity, -.infinity])
    #expect(orders({ .root($0, 3) }, at: 0) == [0, .infinity, -.infinity])
    #expect(orders({ .root($0, 1) }, at: 0) == [0, 1, 0])
    // 0 · ∞: what the formula says at x = 0, although the limit is 1.
    #expect(orders({ .sqrt($0) * .sqrt($0) }, at: 0)[1].isNaN)
    #expect(orders({ .pow(.sqrt($0), 2) }, at: 0)[1].isNaN)
    #expect(orders({ $0 / $0 }, at: 0).allSatisfy { $0.isNaN })
  }

  @Test func norms() {
    #expect(gradient({ .hypot($0, $1) }, 0, 0) == [0, 0])
    #expect(gradient({ .hypot($0, $1) }, 0x3p700, 0x4p700) == [0.6, 0.8])
    #expect(gradient({ .hypot($0, $1) }, 0x3p-700, 0x4p-700) == [0.6, 0.8])
    // Forward mode takes the zero derivative of x² + y² for that of a constant.
    #expect(gradient({ .sqrt($0 * $0 + $1 * $1) }, 0, 0) == [0, 0])
    #expect(orders({ .root(.pow($0, 3), 3) }, at: 0)[1] == 0)
    #expect(gradient({ .atan2(y: $0, x: $1) }, 0, 0).allSatisfy { $0.isNaN })
  }

  @Test func integerPowers() {
    #expect(orders({ .pow($0, 0) }, at: 0) == [1, 0, 0])
    #expect(orders({ .pow($0, 1) }, at: 0) == [0, 1, 0])
    #expect(orders({ .pow($0, 2) }, at: 0) == [0, 0, 2])
    #expect(orders({ .pow($0, 3) }, at: 0) == [0, 0, 0])
    #expect(orders({ .pow($0, 0) }, at: .nan) == [1, 0, 0])
    #expect(orders({ .pow($0, -1) }, at: 0) == [.infinity, -.infinity, .infinity])
    #expect(orders({ .pow($0, 3) }, at: -2) == [-8, 12, -12])
    for n in [Int.min, Int.min + 1, Int.max, 17, -17] {
      #expect(orders({ .pow($0, n) }, at: 1) == [1, Double(n), Double(n) * (Double(n) - 1)])
    }
  }

  @Test func realPowers() {
    // A variable exponent at x = 0, and constant ones.
    for y in [0.5, 1, 1.5, 2, 2.5] { #expect(gradient({ .pow($0, $1) }, 0, y)[1] == 0) }
    #expect(orders({ .pow($0, 2.0 as H) }, at: 0) == [0, 0, 2])
    #expect(orders({ .pow($0, 1.0 as H) }, at: 0) == [0, 1, 0])
    #expect(orders({ .pow($0, 1.5 as H) }, at: 0) == [0, 0, .infinity])
    #expect(orders({ .pow($0, 0.5 as H) }, at: 0) == [0, .infinity, -.infinity])
    #expect(orders({ .pow($0, 3.0 as H) }, at: 0) == [0, 0, 0])
    // swift-numerics' own: no real power of a negative number, and no 0⁰.
    #expect(orders({ .pow($0, 2.0 as H) }, at: -1)[0].isNaN)
    #expect(orders({ .pow($0, 0.0 as H) }, at: 0)[0].isNaN)
    // xˣ: f′ = f (1 + log x), f″ = f ((1 + log x)² + 1/x), at 2 (mpmath, 30 digits).
    let found = orders({ .pow($0, $0) }, at: 2)
    #expect(ulps(found[1], 6.77258872223978123766892848583) <= 4)
    #expect(ulps(found[2], 13.4669895001523681740062670770) <= 8)
  }

  /// Functions with an infinite or undefined slope leave constants constant, in all directions and orders.
  @Test(arguments: UnaryFunction.allCases)
  func constantsStayConstant(_ function: UnaryFunction) {
    for c in [0, -0.0, 1, -1, 3, .infinity, -.infinity, .nan, 1e308, .leastNonzeroMagnitude] {
      #expect(function(D(c)).isConstant, "\(function)(\(c))")
      #expect(function(HyperDual<SIMD4<Double>>(c)).isConstant, "\(function)(\(c))")
      #expect(function(Dual<D>(D(c))).isConstant, "\(function)(\(c))")
      // Constant along one direction only, among others in a SIMD vector and as the outer of two levels.
      let mixed = function(HyperDual<SIMD4<Double>>(variable: c, direction: 2))
      for (i, j) in [(0, 0), (0, 2), (1, 3), (2, 1)] {
        #expect(
          mixed.secondDerivative(i, j) == 0 && mixed.derivative(i == 2 ? j : i) == 0, "\(function)(\(c))")
      }
      let inner = function(Dual<D>(D(variable: c)))
      #expect(inner.tangent.value == 0 && inner.tangent.tangent == 0, "\(function)(\(c)): \(inner)")
    }
  }

  @Test func constantsInProducts() {
    #expect((D(0) * .infinity).isConstant && (D(1) / 0).isConstant && (D(.infinity) - .infinity).isConstant)
    #expect((x(2) * D(.infinity)).tangent == .infinity)
    #expect((x(0) * D(.infinity)).tangent == .infinity)
    #expect((1 / x(0)).tangent == -.infinity)
  }

  /// A branch taken on the value has the derivative of that branch, as `where` in graphs.
  @Test func equalityLooksAtValues() {
    func square<T: Real>(_ x: T) -> T { x == 1 ? 1 : x * x }
    #expect(D.derivative(of: square, at: 1) == 0)
    #expect(D.derivative(of: square, at: 1.5) == 3)
    // The guard of a removable singularity, which derivatives in `==` would break.
    func sinc<T: Real>(_ x: T) -> T { x == 0 ? 1 : .sin(x) / x }
    #expect(D.derivative(of: sinc, at: 0) == 0)
    #expect(x(1) == D(1) && !x(1).isIdentical(to: D(1)) && x(1).isIdentical(to: x(1)))
    #expect(!x(1).isConstant && D(1).isConstant)
    #expect(Set([x(1), D(1), D(2)]).count == 2)
    #expect(H(variable: 1) == 1 && !H(variable: 1).isIdentical(to: 1))
    #expect(!(H(variable: 1) * H(variable: 1)).isIdentical(to: H(value: 1, gradient: 2)))
  }

  @Test func infinityAndNaNFlow() {
    #expect(D.exp(x(1000)).tangent == .infinity)
    #expect(D.sin(x(.infinity)).tangent.isNaN)
    #expect(D.log(x(0)).tangent == .infinity)
    #expect(D.tanh(x(20)).tangent > 1.69e-17)
    #expect(D.logGamma(x(0)).tangent == -.infinity)
    #expect(D.asin(x(1)).tangent == .infinity && D.acos(x(-1)).tangent == -.infinity)
    #expect(orders({ .asin($0) }, at: 1)[2] == .infinity && orders({ .asin($0) }, at: -1)[2] == -.infinity)
  }
}
