// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule
import TestSupport
import Testing

/// Generic programs with loops and branches, written for plain numbers, differentiate unchanged.
@Suite struct DualProgramTests {
  /// Newton's method for √a, until two iterates are equal or alternate.
  private func newtonSquareRoot<T: Real>(_ a: T) -> T {
    var x = a > 1 ? a : 1
    while true {
      let next = (x + a / x) / 2
      if next >= x { return x }
      x = next
    }
  }

  @Test func newtonsMethodForASquareRoot() {
    for a in [0.04, 2, 7.3, 1e6] {
      let y = HyperDual<Double>.derivatives(of: newtonSquareRoot, at: a)
      #expect(y.value == newtonSquareRoot(a))
      // The last step of a convergent Newton iteration squares the error of the derivative as it does the
      // value's; the second derivative needs that once more.
      #expect((y.first * 2 * a.squareRoot() - 1).magnitude < 1e-7)
      let refined = HyperDual<Double>.derivatives(
        of: { a in
          var x = newtonSquareRoot(a)
          for _ in 0..<2 { x = (x + a / x) / 2 }
          return x
        }, at: a)
      #expect((refined.first * 2 * a.squareRoot() - 1).magnitude < 1e-15)
      #expect((refined.second * -4 * a * a.squareRoot() - 1).magnitude < 4e-15)
    }
  }

  @Test func hornersRule() {
    func horner<T: Real>(_ coefficients: [Int], _ x: T) -> T { coefficients.reduce(0) { $0 * x + T($1) } }
    // 2x⁴ − x³ + 5x − 3 at 2: 8x³ − 3x² + 5, 24x² − 6x.
    let y = HyperDual<Double>.derivatives(of: { horner([2, -1, 0, 5, -3], $0) }, at: 2)
    #expect(y == (31, 57, 84))
  }

  /// A bisection only ever compares: its result is a constant between the jumps, and a derivative has to be
  /// brought in by one step of Newton's method at the end, which is the implicit function theorem.
  @Test func bisection() {
    func root<T: Real>(_ a: T) -> T {
      func f(_ x: T) -> T { x * x * x + a * x - 1 }
      var (low, high) = (0 as T, 1 as T)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if f(middle) > 0 { high = middle } else { low = middle }
      }
      return low - f(low) / (3 * low * low + a)
    }
    let (x, slope) = Dual.valueAndDerivative(of: root, at: 0.5)
    #expect(x == root(0.5))
    // dx/da = −x/(3x² + a).
    #expect((slope + x / (3 * x * x + 0.5)).magnitude < 1e-15)
  }

  /// sin(x)/x with its value and derivatives at 0, where the formula has none.
  private func sinc<T: ForwardNumber>(_ x: T) -> T { x == 0 ? x.chained(1, 0, -1 / 3) : .sin(x) / x }

  @Test func functionsOfOnesOwn() {
    let found = HyperDual<Double>.derivatives(of: { sinc(2 * $0) }, at: 0)
    #expect(found == (1, 0, -4.0 / 3))
    let nested = Dual.derivative(of: { x in Dual.derivative(of: { sinc(2 * $0) }, at: x) }, at: 1.0)
    // 4 sinc″(2) (mpmath, 20 digits of sin and cos); its terms are of size 1 and cancel in part.
    #expect((nested - 4 * (-0.01925093843284923)).magnitude < 1e-14)
    // What swift-numerics derives from the requirements differentiates too.
    let x = HyperDual<Double>(variable: 1e-5)
    #expect(HyperDual.cosMinusOne(x).value == Double.cosMinusOne(1e-5))
    #expect((HyperDual.cosMinusOne(x).derivative() / -Double.sin(1e-5) - 1).magnitude < 1e-15)
  }

  @Test func quadratureAndDifferentialEquation() {
    // Euler's method for y′ = −k y: yₙ = (1 − k h)ⁿ, so ∂k = −n h (1 − k h)ⁿ⁻¹.
    func decay<T: Real>(_ k: T) -> T {
      var y: T = 1
      for _ in 0..<64 { y -= k * y / 64 }
      return y
    }
    let (first, second) = (-Double.pow(1 - 1.5 / 64, 63), 63.0 / 64 * .pow(1 - 1.5 / 64, 62))
    let found = HyperDual<Double>.derivatives(of: decay, at: 1.5)
    // 64 multiplications, each rounded.
    #expect((found.first / first - 1).magnitude < 64 * 0x1p-52)
    #expect((found.second / second - 1).magnitude < 128 * 0x1p-52)
  }

  @Test func sortingAndSelecting() {
    func median<T: Real>(_ x: [T]) -> T { x.sorted()[x.count / 2] }
    #expect(Dual<SIMD4<Double>>.gradient(of: median, at: [5, 1, 4, 2, 9]) == [0, 0, 1, 0, 0])
    func relu<T: Real>(_ x: T) -> T { x > 0 ? x : 0 }
    #expect(Dual.derivative(of: relu, at: -1.0) == 0 && Dual.derivative(of: relu, at: 1.0) == 1)
    func range<T: Real>(_ x: [T]) -> T { x.max()! - x.min()! }
    #expect(Dual<SIMD2<Double>>.gradient(of: range, at: [5, 1, 4, 2, 9]) == [0, -1, 0, 0, 1])
  }

  /// Straight-line programs of random functions over a few registers.
  private struct RandomProgram {
    var steps: [(unary: UnaryFunction, binary: BinaryFunction, a: Int, b: Int)]

    init(seed: UInt64, variables: Int, length: Int) {
      var generator = SplitMix64(seed: seed)
      // Functions that are smooth and defined everywhere, with arguments that stay moderate.
      let unary: [UnaryFunction] = [.sin, .cos, .tanh, .sech, .atan, .erf, .asinh, .cube, .expMinusOne]
      let binary: [BinaryFunction] = [.product, .hypot, .directionCosine, .quotient]
      steps = (0..<length).map { step in
        (
          unary.randomElement(using: &generator)!, binary.randomElement(using: &generator)!,
          Int.random(in: 0..<(variables + step), using: &generator),
          Int.random(in: 0..<(variables + step), using: &generator)
        )
      }
    }

    func callAsFunction<T: DualScalar>(_ x: [T]) -> T {
      var registers = x
      for (unary, binary, a, b) in steps {
        let denominator = 2 + T.cos(registers[b])
        registers.append(binary(unary(.tanh(registers[a])), denominator) + registers[b] / 2)
      }
      return registers.last!
    }
  }

  @Test func randomProgramsAgreeWithDifferencesAndNesting() {
    let (seed, n) = (UInt64(20_25), 5)
    for trial in 0..<100 as Range<UInt64> {
      let program = RandomProgram(seed: seed + trial, variables: n, length: 6)
      var generator = SplitMix64(seed: ~(seed + trial))
      let x = (0..<n).map { _ in Double.random(in: -1.5...1.5, using: &generator) }
      let label: Comment = "seed \(seed + trial)"
      let (value, gradient, hessian) = HyperDual<SIMD4<Double>>.valueGradientAndHessian(
        of: { program($0) }, at: x)
      #expect(isSame(value, program(x)), label)
      let first = Dual<SIMD2<Double>>.gradient(of: { program($0) }, at: x)
      for i in 0..<n {
        #expect((first[i] - gradient[i]).magnitude <= 1e-14 * (1 + gradient[i].magnitude), label)
        let unit = (0..<n).map { $0 == i ? 1.0 : 0 }
        // Another path to second derivatives: they are nowhere written out in it. A dozen operations of some
        // ulps.
        let row = Dual<Dual<SIMD4<Double>>>.hessianVectorProduct(of: { program($0) }, at: x, along: unit)
          .product
        for j in 0..<n {
          let size = 1 + row[j].magnitude + first[i].magnitude
          #expect((row[j] - hessian[i][j]).magnitude <= 1e-12 * size, label)
        }
        func moved(_ t: Double) -> [Double] { (0..<n).map { $0 == i ? t : x[$0] } }
        let (slope, error) = ridders({ program(moved($0)) }, at: x[i], step: 0.05)
        #expect((slope - gradient[i]).magnitude <= 20 * error + 1e-9 * (1 + slope.magnitude), label)
        let (curvature, doubt) = ridders(
          { Dual<SIMD2<Double>>.gradient(of: { program($0) }, at: moved($0))[0] }, at: x[i], step: 0.05)
        #expect((curvature - hessian[i][0]).magnitude <= 20 * doubt + 1e-9 * (1 + curvature.magnitude), label)
      }
    }
  }
}
