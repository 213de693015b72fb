// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

/// The part of `Real` that is `FloatingPoint`: pieces, rounding, remainders, neighbours, order.
@Suite struct DualFloatingPointTests {
  typealias D = Dual<Double>

  private func x(_ value: Double) -> D { D(variable: value) }

  @Test(arguments: [3.5, -3.5, 0x1p-1030, 6e307, -0.7])
  func takingApartAndPuttingTogetherKeepsDerivatives(_ value: Double) {
    let number = x(value)
    let again = D(sign: number.sign, exponent: number.exponent, significand: number.significand)
    #expect(isSame(again.value, value))
    #expect(again.tangent == 1 || value.isSubnormal)
    #expect(number.significand.value == value.significand)
    #expect(number.exponent == value.exponent && number.sign == value.sign)
    #expect(D(signOf: number, magnitudeOf: number).isIdentical(to: number))
    #expect(D(signOf: -number, magnitudeOf: number).isIdentical(to: -number))
  }

  @Test func significand() {
    #expect(x(6).significand.tangent == 0.25)
    #expect(x(-6).significand.tangent == -0.25)
    #expect(x(0).significand.isConstant && x(.infinity).significand.isConstant)
  }

  @Test func remainders() {
    let typeOf = Dual<SIMD2<Double>>.self
    let (a, b) = (typeOf.init(variable: 7.5, direction: 0), typeOf.init(variable: 2, direction: 1))
    #expect(a.remainder(dividingBy: b).tangent == [1, -4])
    #expect(a.remainder(dividingBy: b).value == 7.5.remainder(dividingBy: 2))
    #expect(a.truncatingRemainder(dividingBy: b).tangent == [1, -3])
    #expect((-a).truncatingRemainder(dividingBy: b).tangent == [-1, 3])
    #expect(a.truncatingRemainder(dividingBy: .infinity).isIdentical(to: a))
    var c = a
    c.formRemainder(dividingBy: b)
    #expect(c.isIdentical(to: a.remainder(dividingBy: b)))
    c = a
    c.formTruncatingRemainder(dividingBy: b)
    #expect(c.isIdentical(to: a.truncatingRemainder(dividingBy: b)))
  }

  @Test func roundingAndNeighbours() {
    #expect(x(2.7).rounded() == 3 && x(2.7).rounded(.down).isConstant)
    #expect(x(2.7).nextUp.value == 2.7.nextUp && x(2.7).nextUp.tangent == 1)
    #expect(x(2.7).nextDown.value == 2.7.nextDown && x(2.7).nextDown.tangent == 1)
    #expect(x(2.7).ulp.value == 2.7.ulp && x(2.7).ulp.isConstant)
    var y = x(2.7)
    y.round(.up)
    #expect(y == 3 && y.isConstant)
  }

  @Test func fusedProduct() {
    let sum = x(-1).addingProduct(x(1 + 0x1p-30), x(1 - 0x1p-30))
    #expect(sum.value == -0x1p-60)
    #expect(sum.tangent == 3)
    var y = x(1)
    y.addProduct(2, 3)
    #expect(y == 7 && y.tangent == 1)
    #expect(D._mulAdd(x(2), x(3), x(4)).tangent == 6)
  }

  @Test func orderAndClassesAreThoseOfTheValue() {
    let numbers: [Double] = [3, -1, .infinity, 0, -0.0, .leastNonzeroMagnitude, -.infinity, 2]
    #expect(numbers.map(x).sorted().map(\.value) == numbers.sorted())
    #expect(numbers.map(x).max() == .infinity && numbers.map(x).min() == -.infinity)
    for value in numbers + [.nan, .signalingNaN] {
      let number = x(value)
      #expect(number.floatingPointClass == value.floatingPointClass)
      #expect(
        number.isNaN == value.isNaN && number.isZero == value.isZero && number.isFinite == value.isFinite)
      #expect(number.isNormal == value.isNormal && number.isSubnormal == value.isSubnormal)
      #expect(number.isInfinite == value.isInfinite && number.isSignalingNaN == value.isSignalingNaN)
      #expect(number.isTotallyOrdered(belowOrEqualTo: x(1)) == value.isTotallyOrdered(belowOrEqualTo: 1))
      #expect(
        (number < 1) == (value < 1) && (number >= 1) == (value >= 1) && (number == number) == (value == value)
      )
      #expect((number.reciprocal?.value).map { isSame($0, value.reciprocal!) } ?? (value.reciprocal == nil))
    }
    #expect(x(.nan) != x(.nan))
  }

  @Test func constantsAndConversions() {
    #expect(D.pi == D(.pi) && D.pi.isConstant && D.radix == 2 && D.ulpOfOne.value == .ulpOfOne)
    #expect(D(3 as Int8) == 3 && D(exactly: 1 << 60)! == D(0x1p60) && D(exactly: Int.max) == nil)
    #expect(D.greatestFiniteMagnitude.value == .greatestFiniteMagnitude && D.nan.isNaN)
    #expect(D.leastNormalMagnitude.value == .leastNormalMagnitude)
    #expect(D.leastNonzeroMagnitude.value == .leastNonzeroMagnitude && D.signalingNaN.isSignalingNaN)
    #expect((0.5 as D).value == 0.5 && (2 as D).isConstant)
    #expect(D.signGamma(x(-1.5)) == .plus && D.signGamma(x(-0.5)) == .minus)
  }

  @Test func assignmentsAndPredicates() {
    var y = x(3)
    y.negate()
    y += 5
    y *= 4
    y -= 2
    y /= 2
    #expect(y == 3 && y.tangent == -2)
    y = x(9)
    y.formSquareRoot()
    #expect(y == 3 && y.tangent == 1.0 / 6)
    let (one, two) = (x(1), x(2))
    #expect(one.isEqual(to: one) && one.isLess(than: two) && one.isLessThanOrEqualTo(one) && one.isCanonical)
    #expect(one <= one)
    #expect(two > one)
    #expect(D._relaxedAdd(one, two).tangent == 2)
    #expect(D._relaxedMul(one, two).tangent == 3)
  }

  /// Sums and identity of second derivatives, in rows and in one number.
  @Test func hyperDualSums() {
    typealias H = HyperDual<SIMD4<Double>>
    let (a, b) = (H(variable: 3, direction: 0), H(variable: 5, direction: 2))
    let (product, squares) = (a * b, a * a - b * b)
    let sum = product + squares + a
    #expect(sum.value == 2)
    #expect(sum.gradient == [12, 0, -7, 0])
    let second = [(0, 0), (2, 2), (0, 2), (2, 0), (1, 2)].map { sum.secondDerivative($0, $1) }
    #expect(second == [2, -2, 1, 1, 0])
    let negative = -sum
    #expect(negative.secondDerivative(0, 2) == -1)
    #expect(negative.isIdentical(to: H(0) - sum))
    #expect(product.isIdentical(to: b * a))
    #expect(!product.isIdentical(to: product + squares))
    // One product with all second derivatives, infinite factors, and the terms that stay zero.
    let infinite = a * H(.infinity)
    #expect(infinite.gradient == [.infinity, 0, 0, 0])
    #expect(infinite.secondDerivative(0, 0) == 0)
    let line = HyperDual<SIMD2<Double>>(value: 2, gradient: [3, 4])
    #expect((line * line).secondDerivative(1, 0) == 24)
    // As the tangent of an outer number: third derivatives in rows.
    typealias T = Dual<HyperDual<SIMD2<Double>>>
    let t = T(variable: HyperDual(variable: 2, direction: 1))
    let cube = t * t * t - T.pow(t, 2)
    // 3 t² − 2 t, 6 t − 2 and 6 at t = 2.
    let slope = cube.derivative()
    #expect(slope.value == 8)
    #expect(slope.derivative(1) == 10)
    #expect(slope.secondDerivative(1, 1) == 6)
    let difference = cube - cube
    #expect(difference.isConstant)
    #expect(!cube.isConstant)
  }

  @Test func strides() {
    let points = Array(stride(from: x(1), to: 2, by: 0.25))
    #expect(points.map(\.value) == [1, 1.25, 1.5, 1.75])
    #expect(points.allSatisfy { $0.tangent == 1 })
    #expect(x(1).distance(to: 3).tangent == -1 && x(1).advanced(by: x(2)).tangent == 2)
  }

  @Test func descriptions() {
    #expect("\(x(2))" == "(2.0 + 1.0ε)")
    #expect("\(Dual<SIMD2<Double>>(variable: 2, direction: 1))" == "(2.0 + [0.0, 1.0]ε)")
    #expect("\(Dual<D>(variable: x(2)))" == "((2.0 + 1.0ε) + (1.0 + 0.0ε)ε)")
    #expect(
      "\(HyperDual<Double>(variable: 2) * 3)" == "(value: 6.0, gradient: [3.0], hessian: [[0.0]])")
  }

  @Test func directionsAreChecked() async {
    await #expect(processExitsWith: .failure) { _ = Dual<SIMD2<Double>>(variable: 1, direction: 2) }
    await #expect(processExitsWith: .failure) { _ = HyperDual<Double>(variable: 1, direction: -1) }
  }
}
