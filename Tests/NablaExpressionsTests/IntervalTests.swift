// SPDX-License-Identifier: Apache-2.0

import NablaExpressions
import TestSupport
import Testing

#if arch(x86_64)
  import LibC

  /// Enclosures against values with 64 significant bits, of the C library's long double functions: an independent
  /// implementation whose errors, some units of 2⁻⁶⁴, are a thousandth of an enclosure's margin.
  struct IntervalFunctionTests {
    private typealias Wide = Float80

    private struct Case: Sendable {
      let name: String
      let operation: Operation
      var index = 0
      let low: Double
      let high: Double
      let value: @Sendable (Float80) -> Float80
    }

    private static let unary: [Case] = [
      Case(name: "sqrt", operation: .sqrt, low: 0, high: 1e6) { $0.squareRoot() },
      Case(name: "cbrt", operation: .cbrt, low: -1e6, high: 1e6) { LibC.cbrtl($0) },
      Case(name: "exp", operation: .exp, low: -740, high: 700) { LibC.expl($0) },
      Case(name: "exp2", operation: .exp2, low: -1070, high: 1020) { LibC.exp2l($0) },
      Case(name: "expm1", operation: .expm1, low: -50, high: 700) { LibC.expm1l($0) },
      Case(name: "log", operation: .log, low: 1e-300, high: 1e3) { LibC.logl($0) },
      Case(name: "log2", operation: .log2, low: 1e-300, high: 1e3) { LibC.log2l($0) },
      Case(name: "log10", operation: .log10, low: 1e-300, high: 1e3) { LibC.log10l($0) },
      Case(name: "log1p", operation: .log1p, low: -0.999999, high: 1e3) { LibC.log1pl($0) },
      Case(name: "sin", operation: .sin, low: -1e3, high: 1e3) { LibC.sinl($0) },
      Case(name: "cos", operation: .cos, low: -1e3, high: 1e3) { LibC.cosl($0) },
      Case(name: "sin, far", operation: .sin, low: 1e12, high: 1e15) { LibC.sinl($0) },
      Case(name: "tan", operation: .tan, low: -20, high: 20) { LibC.tanl($0) },
      Case(name: "asin", operation: .asin, low: -1, high: 1) { LibC.asinl($0) },
      Case(name: "acos", operation: .acos, low: -1, high: 1) { LibC.acosl($0) },
      Case(name: "atan", operation: .atan, low: -1e6, high: 1e6) { LibC.atanl($0) },
      Case(name: "asinSlope", operation: .asinSlope, low: -0.9999, high: 0.9999) {
        1 / ((1 - $0) * (1 + $0)).squareRoot()
      },
      Case(name: "sinh", operation: .sinh, low: -700, high: 700) { LibC.sinhl($0) },
      Case(name: "cosh", operation: .cosh, low: -700, high: 700) { LibC.coshl($0) },
      Case(name: "tanh", operation: .tanh, low: -30, high: 30) { LibC.tanhl($0) },
      Case(name: "sech", operation: .sech, low: -740, high: 740) { 1 / LibC.coshl($0) },
      Case(name: "asinh", operation: .asinh, low: -1e6, high: 1e6) { LibC.asinhl($0) },
      Case(name: "acosh", operation: .acosh, low: 1, high: 1e6) { LibC.acoshl($0) },
      Case(name: "atanh", operation: .atanh, low: -0.99999, high: 0.99999) { LibC.atanhl($0) },
      Case(name: "erf", operation: .erf, low: -7, high: 7) { LibC.erfl($0) },
      Case(name: "erfc", operation: .erfc, low: -7, high: 27) { LibC.erfcl($0) },
      Case(name: "lgamma", operation: .lgamma, low: 1e-6, high: 50) { LibC.lgamma($0).0 },
      Case(name: "sigmoid", operation: .sigmoid, low: -700, high: 700) { 1 / (1 + LibC.expl(-$0)) },
      Case(name: "softplus", operation: .softplus, low: -700, high: 700) { LibC.log1pl(LibC.expl($0)) },
      Case(name: "sinc", operation: .sinc, low: -30, high: 30) { $0 == 0 ? 1 : LibC.sinl($0) / $0 },
      Case(name: "abs", operation: .abs, low: -5, high: 5) { $0.magnitude },
      Case(name: "relu", operation: .relu, low: -5, high: 5) { max($0, 0) },
      Case(name: "floor", operation: .floor, low: -5, high: 5) { $0.rounded(.down) },
      Case(name: "ceil", operation: .ceil, low: -5, high: 5) { $0.rounded(.up) },
      Case(name: "sign", operation: .sign, low: -5, high: 5) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
      Case(name: "x²", operation: .integerPower, index: 2, low: -50, high: 50) { $0 * $0 },
      Case(name: "x³", operation: .integerPower, index: 3, low: -50, high: 50) { $0 * $0 * $0 },
      Case(name: "x⁸", operation: .integerPower, index: 8, low: -50, high: 50) { x in
        let s = x * x
        return (s * s) * (s * s)
      },
      Case(name: "x⁻³", operation: .integerPower, index: -3, low: -50, high: 50) { 1 / ($0 * $0 * $0) },
    ]

    /// 25 thousand boxes for each of some forty functions: a million evaluations; a tenth of them in debug.
    private static let trials = isRelease ? 25_000 : 2_500

    @Test func unaryEnclosuresHoldTheValues() {
      for (k, c) in Self.unary.enumerated() {
        var random = SplitMix64(seed: 9000 + UInt64(k))
        var failures = 0
        for trial in 0..<Self.trials {
          let box = Self.box(&random, c.low, c.high, trial)
          let x = Self.point(in: box, &random)
          let value = c.value(Float80(x))
          let enclosure = c.operation.enclosure(box, box, box, index: c.index)
          if !Self.holds(enclosure, value) { failures += 1 }
        }
        #expect(failures == 0, "\(c.name), seed \(9000 + k)")
      }
    }

    private struct BinaryCase: Sendable {
      let operation: Operation
      let a: (Double, Double)
      let b: (Double, Double)
      let value: @Sendable (Float80, Float80) -> Float80
    }

    private static let binary: [BinaryCase] = [
      BinaryCase(operation: .add, a: (-5, 5), b: (-5, 5)) { $0 + $1 },
      BinaryCase(operation: .subtract, a: (-5, 5), b: (-5, 5)) { $0 - $1 },
      BinaryCase(operation: .multiply, a: (-5, 5), b: (-5, 5)) { $0 * $1 },
      BinaryCase(operation: .divide, a: (-5, 5), b: (-5, 5)) { $0 / $1 },
      BinaryCase(operation: .power, a: (0, 20), b: (-5, 5)) { LibC.powl($0, $1) },
      BinaryCase(operation: .atan2, a: (-5, 5), b: (-5, 5)) { LibC.atan2l($0, $1) },
      BinaryCase(operation: .hypot, a: (-5, 5), b: (-5, 5)) { LibC.hypotl($0, $1) },
      BinaryCase(operation: .directionCosine, a: (-5, 5), b: (-5, 5)) {
        $0 / ($0 * $0 + $1 * $1).squareRoot()
      },
      BinaryCase(operation: .min, a: (-5, 5), b: (-5, 5)) { min($0, $1) },
      BinaryCase(operation: .max, a: (-5, 5), b: (-5, 5)) { max($0, $1) },
      BinaryCase(operation: .xlogy, a: (-5, 5), b: (1e-9, 5)) { $0 * LibC.logl($1) },
    ]

    /// Also the backward half: contracting to a value that is taken keeps the operands that take it.
    @Test func binaryEnclosuresHoldTheValuesAndContractionsTheOperands() {
      for (k, c) in Self.binary.enumerated() {
        var random = SplitMix64(seed: 9100 + UInt64(k))
        var (failures, losses) = (0, 0)
        for trial in 0..<Self.trials {
          let (a, b) = (Self.box(&random, c.a.0, c.a.1, trial), Self.box(&random, c.b.0, c.b.1, trial / 2))
          let (x, y) = (Self.point(in: a, &random), Self.point(in: b, &random))
          let value = c.value(Float80(x), Float80(y))
          guard value.isFinite else { continue }
          if !Self.holds(c.operation.enclosure(a, b, b, index: 0), value) { failures += 1 }
          var (left, right) = (a, b)
          c.operation.contract(&left, &right, to: Self.around(value, &random), index: 0)
          if !left.contains(x) || !right.contains(y) { losses += 1 }
        }
        #expect(failures == 0 && losses == 0, "\(c.operation), seed \(9100 + k)")
      }
    }

    @Test func unaryContractionsKeepTheOperands() {
      for (k, c) in Self.unary.enumerated() {
        var random = SplitMix64(seed: 9200 + UInt64(k))
        var losses = 0
        for trial in 0..<Self.trials {
          let box = Self.box(&random, c.low, c.high, trial)
          let x = Self.point(in: box, &random)
          let value = c.value(Float80(x))
          guard value.isFinite, value.magnitude < 1e300 else { continue }
          var (left, other) = (box, box)
          c.operation.contract(&left, &other, to: Self.around(value, &random), index: c.index)
          if !left.contains(x) { losses += 1 }
        }
        #expect(losses == 0, "\(c.name), seed \(9200 + k)")
      }
    }

    // MARK: Draws

    /// A box of any width from a point to the whole range.
    private static func box(
      _ random: inout SplitMix64, _ low: Double, _ high: Double, _ trial: Int
    ) -> Interval {
      let x = Double.random(in: low...high, using: &random)
      let widths = [0, 1e-12, 1e-3, 0.1, 1]
      let width = widths[trial % 5] * (high - low) * Double.random(in: 0...1, using: &random)
      return Interval(max(low, x - width), min(high, x + width))
    }

    private static func point(in box: Interval, _ random: inout SplitMix64) -> Double {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: box.lower
      case 1: box.upper
      default: Double.random(in: box.lower...box.upper, using: &random)
      }
    }

    /// An interval of some width around a value.
    private static func around(_ value: Float80, _ random: inout SplitMix64) -> Interval {
      let width =
        Float80(Double.random(in: 0...1, using: &random))
        * [0, 1e-10, 1][Int.random(in: 0..<3, using: &random)]
      return Interval(Double(value - width).nextDown, Double(value + width).nextUp)
    }

    private static func holds(_ interval: Interval, _ value: Float80) -> Bool {
      value.isNaN || (Float80(interval.lower) <= value && value <= Float80(interval.upper))
    }
  }
#endif

/// The traps into which interval libraries have fallen.
struct IntervalTrapTests {
  private let all = Interval.entire

  @Test func emptyAndUnboundedOperands() {
    #expect((Interval(0) * Interval.empty).isEmpty && (Interval.empty * Interval(0)).isEmpty)
    #expect((Interval.empty + Interval(1)).isEmpty)
    #expect(Interval(0) * all == Interval(0))
    #expect(all - all == all && all.squared == Interval(0, .infinity))
    #expect(all.raised(to: 3) == all && all.raised(to: 2).lower == 0)
    let huge = Interval(1e300, .infinity)
    #expect((huge * huge).lower == .greatestFiniteMagnitude && (huge * huge).upper == .infinity)
    #expect(!(huge - huge).isEmpty && (huge - huge).contains(0))
  }

  @Test func divisionByZero() {
    // 0/[−10, 10] is no single number.
    #expect(Interval(0).divided(by: Interval(-10, 10), within: all) == all)
    #expect((Interval(1) / Interval(0)).isEmpty)
    let half = Interval(1) / Interval(0, 2)
    #expect(half.lower <= 0.5 && half.lower > 0.499 && half.upper == .infinity)
    // A gap around 0 is used where the target is on one side of it.
    let part = Interval(1).divided(by: Interval(-2, 4), within: Interval(-0.4, 10))
    #expect(part.lower > 0.2499 && part.lower <= 0.25 && part.upper == 10)
    // The reciprocal of a reciprocal.
    let x = Interval(-1, 2)
    #expect(
      (Interval(1) / (Interval(1) / x)).contains(1.5) && (Interval(1) / (Interval(1) / x)).contains(-0.5))
  }

  @Test func underflowKeepsSigns() {
    let tiny = Interval(1e-200)
    #expect((tiny * tiny).lower == 0 && (tiny * tiny).upper > 0)
    #expect((-tiny * tiny).upper == 0 && (-tiny * tiny).lower < 0)
    let tail = Interval(-800, -790).exp
    #expect(tail.lower == 0 && tail.upper > 0)
    #expect(Interval(-1, 0).exp.upper == 1)
  }

  @Test func wavesReachTheirExtrema() {
    #expect(Interval(0, 2).sin.upper == 1 && Interval(0, 2).sin.lower <= 0)
    #expect(Interval(3, 4).cos.lower == -1 && Interval(3, 4).cos.upper < -0.6)
    #expect(Interval(0, 100).sin == Interval(-1, 1))
    #expect(Interval(1e300).cos == Interval(-1, 1))
    // Across a pole nothing is known, not the hull of the ends.
    #expect(Interval(1.5, 1.6).tan == all && Interval(1, 1.5).tan.upper < 15)
    #expect(Interval(-1, 1).atan.upper >= 0.785398163397448309)
  }

  @Test func powersAcrossZero() {
    #expect(Interval(-2, 3).raised(to: 2) == Interval(0, 9.000000000000002))
    #expect(Interval(-1, 1).raised(to: -2).lower > 0.99 && Interval(-1, 1).raised(to: -2).upper == .infinity)
    let root = Interval.power(Interval(-4, 4), Interval(0.5))
    #expect(root.lower == 0 && root.contains(2) && root.upper < 2.1)
    let odd = Interval.power(Interval(-2, -2), Interval(3))
    #expect(odd.contains(-8) && odd.width < 1e-14)
    let exactZero = Interval(0).raised(to: 3)
    #expect(exactZero == Interval(0) && exactZero.root(3, within: Interval(-1, 1)) == Interval(0))
  }

  @Test func undefinedParts() {
    #expect(Interval(-2, -1).log.isEmpty && Interval(-2, -1).squareRoot.isEmpty)
    #expect(Interval(-1, 4).squareRoot.contains(2) && Interval(-1, 4).squareRoot.lower == 0)
    #expect(Interval(0, 1).log.lower == -.infinity)
    #expect(Interval(2, 3).asin.isEmpty)
  }

  @Test func setOperations() {
    let x = Interval(1, 3)
    #expect(x.intersection(Interval(2, 5)) == Interval(2, 3) && x.intersection(Interval(4, 5)).isEmpty)
    #expect(x.hull(.empty) == x && x.hull(Interval(7)) == Interval(1, 7))
    #expect(Interval.empty.isSubset(of: x) && x.isSubset(of: all) && !x.isInterior(of: x))
    #expect(x.midpoint == 2 && all.midpoint == 0 && Interval(5, .infinity).midpoint > 5)
    #expect(x.isDisjoint(from: Interval(4)) && Interval.empty.isDisjoint(from: x))
    #expect(Interval.empty == Interval.empty && "\(Interval.empty) \(x)" == "∅ [1.0, 3.0]")
  }
}
