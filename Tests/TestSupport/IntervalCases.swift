// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

#if arch(x86_64)
  internal import LibC

  /// A function of one number in 64 significant bits, by the C library's long double functions: an independent
  /// implementation whose errors, some units of 2⁻⁶⁴, are a thousandth of an enclosure's margin.
  public struct UnaryIntervalCase: Sendable {
    public let name: String
    public let operation: Operation
    public var index = 0
    /// The arguments that are tried.
    public let low: Double
    public let high: Double
    public let value: @Sendable (Float80) -> Float80

    public static let all: [UnaryIntervalCase] = [
      UnaryIntervalCase(name: "sqrt", operation: .sqrt, low: 0, high: 1e6) { $0.squareRoot() },
      UnaryIntervalCase(name: "cbrt", operation: .cbrt, low: -1e6, high: 1e6) { LibC.cbrtl($0) },
      UnaryIntervalCase(name: "exp", operation: .exp, low: -740, high: 700) { LibC.expl($0) },
      UnaryIntervalCase(name: "exp2", operation: .exp2, low: -1070, high: 1020) { LibC.exp2l($0) },
      UnaryIntervalCase(name: "expm1", operation: .expm1, low: -50, high: 700) { LibC.expm1l($0) },
      UnaryIntervalCase(name: "log", operation: .log, low: 1e-300, high: 1e3) { LibC.logl($0) },
      UnaryIntervalCase(name: "log2", operation: .log2, low: 1e-300, high: 1e3) { LibC.log2l($0) },
      UnaryIntervalCase(name: "log10", operation: .log10, low: 1e-300, high: 1e3) { LibC.log10l($0) },
      UnaryIntervalCase(name: "log1p", operation: .log1p, low: -0.999999, high: 1e3) { LibC.log1pl($0) },
      UnaryIntervalCase(name: "sin", operation: .sin, low: -1e3, high: 1e3) { LibC.sinl($0) },
      UnaryIntervalCase(name: "cos", operation: .cos, low: -1e3, high: 1e3) { LibC.cosl($0) },
      UnaryIntervalCase(name: "sin, far", operation: .sin, low: 1e12, high: 1e15) { LibC.sinl($0) },
      UnaryIntervalCase(name: "tan", operation: .tan, low: -20, high: 20) { LibC.tanl($0) },
      UnaryIntervalCase(name: "asin", operation: .asin, low: -1, high: 1) { LibC.asinl($0) },
      UnaryIntervalCase(name: "acos", operation: .acos, low: -1, high: 1) { LibC.acosl($0) },
      UnaryIntervalCase(name: "atan", operation: .atan, low: -1e6, high: 1e6) { LibC.atanl($0) },
      UnaryIntervalCase(name: "asinSlope", operation: .asinSlope, low: -0.9999, high: 0.9999) {
        1 / ((1 - $0) * (1 + $0)).squareRoot()
      },
      UnaryIntervalCase(name: "sinh", operation: .sinh, low: -700, high: 700) { LibC.sinhl($0) },
      UnaryIntervalCase(name: "cosh", operation: .cosh, low: -700, high: 700) { LibC.coshl($0) },
      UnaryIntervalCase(name: "tanh", operation: .tanh, low: -30, high: 30) { LibC.tanhl($0) },
      UnaryIntervalCase(name: "sech", operation: .sech, low: -740, high: 740) { 1 / LibC.coshl($0) },
      UnaryIntervalCase(name: "asinh", operation: .asinh, low: -1e6, high: 1e6) { LibC.asinhl($0) },
      UnaryIntervalCase(name: "acosh", operation: .acosh, low: 1, high: 1e6) { LibC.acoshl($0) },
      UnaryIntervalCase(name: "atanh", operation: .atanh, low: -0.99999, high: 0.99999) { LibC.atanhl($0) },
      UnaryIntervalCase(name: "erf", operation: .erf, low: -7, high: 7) { LibC.erfl($0) },
      UnaryIntervalCase(name: "erfc", operation: .erfc, low: -7, high: 27) { LibC.erfcl($0) },
      UnaryIntervalCase(name: "lgamma", operation: .lgamma, low: 1e-6, high: 50) { LibC.lgamma($0).0 },
      UnaryIntervalCase(name: "sigmoid", operation: .sigmoid, low: -700, high: 700) {
        1 / (1 + LibC.expl(-$0))
      },
      UnaryIntervalCase(name: "softplus", operation: .softplus, low: -700, high: 700) {
        LibC.log1pl(LibC.expl($0))
      },
      UnaryIntervalCase(name: "sinc", operation: .sinc, low: -30, high: 30) {
        $0 == 0 ? 1 : LibC.sinl($0) / $0
      },
      UnaryIntervalCase(name: "abs", operation: .abs, low: -5, high: 5) { $0.magnitude },
      UnaryIntervalCase(name: "relu", operation: .relu, low: -5, high: 5) { max($0, 0) },
      UnaryIntervalCase(name: "floor", operation: .floor, low: -5, high: 5) { $0.rounded(.down) },
      UnaryIntervalCase(name: "ceil", operation: .ceil, low: -5, high: 5) { $0.rounded(.up) },
      UnaryIntervalCase(name: "sign", operation: .sign, low: -5, high: 5) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
      UnaryIntervalCase(name: "x²", operation: .integerPower, index: 2, low: -50, high: 50) { $0 * $0 },
      UnaryIntervalCase(name: "x³", operation: .integerPower, index: 3, low: -50, high: 50) { $0 * $0 * $0 },
      UnaryIntervalCase(name: "x⁸", operation: .integerPower, index: 8, low: -50, high: 50) { x in
        let s = x * x
        return (s * s) * (s * s)
      },
      UnaryIntervalCase(name: "x⁻³", operation: .integerPower, index: -3, low: -50, high: 50) {
        1 / ($0 * $0 * $0)
      },
    ]
  }

  /// A function of two numbers.
  public struct BinaryIntervalCase: Sendable {
    public let operation: Operation
    public let a: (Double, Double)
    public let b: (Double, Double)
    public let value: @Sendable (Float80, Float80) -> Float80

    public static let all: [BinaryIntervalCase] = [
      BinaryIntervalCase(operation: .add, a: (-5, 5), b: (-5, 5)) { $0 + $1 },
      BinaryIntervalCase(operation: .subtract, a: (-5, 5), b: (-5, 5)) { $0 - $1 },
      BinaryIntervalCase(operation: .multiply, a: (-5, 5), b: (-5, 5)) { $0 * $1 },
      BinaryIntervalCase(operation: .divide, a: (-5, 5), b: (-5, 5)) { $0 / $1 },
      BinaryIntervalCase(operation: .power, a: (0, 20), b: (-5, 5)) { LibC.powl($0, $1) },
      BinaryIntervalCase(operation: .atan2, a: (-5, 5), b: (-5, 5)) { LibC.atan2l($0, $1) },
      BinaryIntervalCase(operation: .hypot, a: (-5, 5), b: (-5, 5)) { LibC.hypotl($0, $1) },
      BinaryIntervalCase(operation: .directionCosine, a: (-5, 5), b: (-5, 5)) {
        $0 / ($0 * $0 + $1 * $1).squareRoot()
      },
      BinaryIntervalCase(operation: .min, a: (-5, 5), b: (-5, 5)) { min($0, $1) },
      BinaryIntervalCase(operation: .max, a: (-5, 5), b: (-5, 5)) { max($0, $1) },
      BinaryIntervalCase(operation: .xlogy, a: (-5, 5), b: (1e-9, 5)) { $0 * LibC.logl($1) },
    ]
  }

  extension IntervalDraws {
    /// An interval of some width around a value.
    public static func around(_ value: Float80, _ random: inout SplitMix64) -> Interval {
      let width =
        Float80(Double.random(in: 0...1, using: &random))
        * [0, 1e-10, 1][Int.random(in: 0..<3, using: &random)]
      return Interval(Double(value - width).nextDown, Double(value + width).nextUp)
    }

    public static func holds(_ interval: Interval, _ value: Float80) -> Bool {
      value.isNaN || (Float80(interval.lower) <= value && value <= Float80(interval.upper))
    }
  }
#endif

/// Random intervals, and what is drawn from them.
public enum IntervalDraws {
  /// A box of any width from a point to the whole range.
  public static func box(
    _ random: inout SplitMix64, _ low: Double, _ high: Double, _ trial: Int
  ) -> Interval {
    let x = Double.random(in: low...high, using: &random)
    let widths = [0, 1e-12, 1e-3, 0.1, 1]
    let width = widths[trial % 5] * (high - low) * Double.random(in: 0...1, using: &random)
    return Interval(max(low, x - width), min(high, x + width))
  }

  public static func point(in box: Interval, _ random: inout SplitMix64) -> Double {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: box.lower
    case 1: box.upper
    default: Double.random(in: box.lower...box.upper, using: &random)
    }
  }
}
