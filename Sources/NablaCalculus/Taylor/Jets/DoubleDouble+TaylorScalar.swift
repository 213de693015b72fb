// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

extension DoubleDouble: TaylorScalar {
  init(_ value: Double) { self.init(value, 0) }

  var squared: DoubleDouble { self * self }
  /// The error is an estimate: what is not much larger may be zero too.
  var isZero: Bool { high.magnitude <= 16 * error }
  var sign: Sign { isZero ? .zero : high > 0 ? .positive : high < 0 ? .negative : .open }
  var isDefined: Bool { high.isFinite }
  var size: Double { high.magnitude }
  var number: Double? { low == 0 ? high : nil }
  static var isSymbolic: Bool { false }

  static func select(_ condition: DoubleDouble, _ a: DoubleDouble, _ b: DoubleDouble) -> DoubleDouble {
    condition.isZero ? b : a
  }

  static func value(of operation: Operation, _ operands: [DoubleDouble], index: Int) -> DoubleDouble {
    let x = operands[0]
    switch operation {
    case .add: return x + operands[1]
    case .subtract: return x - operands[1]
    case .multiply: return x * operands[1]
    case .divide: return x / operands[1]
    case .negate: return -x
    case .integerPower: return x.raised(to: index)
    case .power: return power(x, operands[1])
    case .sqrt: return x.squareRoot
    case .cbrt: return x.cubeRoot
    case .exp: return x.exp
    case .exp2:
      // A power of two is exact.
      guard let n = x.number.flatMap(Int16.init(exactly:)) else { return (x * ln2).exp }
      return DoubleDouble(1).scaled(byPowerOfTwo: Int(n))
    case .expm1: return x.expMinusOne
    case .log: return x.log
    case .log2:
      return x.low == 0 && x.high.significand == 1 ? DoubleDouble(Double(x.high.exponent)) : x.log / ln2
    case .log10: return x.log / ln10
    case .log1p: return x.logOnePlus
    case .sin: return x.sineAndCosine.sine
    case .cos: return x.sineAndCosine.cosine
    case .tan:
      let (s, c) = x.sineAndCosine
      return s / c
    case .asin: return x.arcSine
    case .acos: return x.arcCosine
    case .atan: return atan2(x, DoubleDouble(1))
    case .atan2: return atan2(x, operands[1])
    case .asinSlope: return DoubleDouble(1) / ((-x + 1) * (x + 1)).squareRoot
    case .sinh: return x.hyperbolicSine
    case .cosh: return x.hyperbolicCosine
    case .tanh: return x.hyperbolicTangent
    case .sech:
      return x.high.magnitude > 700
        ? doubleValue(of: .sech, operands, index) : DoubleDouble(1) / x.hyperbolicCosine
    case .asinh: return x.inverseHyperbolicSine
    case .acosh: return x.inverseHyperbolicCosine
    case .atanh: return x.inverseHyperbolicTangent
    case .erf: return x.erf
    case .erfc: return x.erfc
    case .sigmoid:
      let t = (-x.magnitude).exp
      return (x.high < 0 ? t : DoubleDouble(1)) / (t + 1)
    case .softplus: return (x.high > 0 ? x : DoubleDouble(0)) + (-x.magnitude).exp.logOnePlus
    case .xlogy: return x.isZero && !operands[1].high.isNaN ? DoubleDouble(0) : x * operands[1].log
    case .hypot: return hypot(x, operands[1])
    case .directionCosine: return x.isZero ? DoubleDouble(0) : x / hypot(x, operands[1])
    case .abs: return x.magnitude
    case .floor: return x.floor
    case .ceil: return -(-x).floor
    case .min: return x < operands[1] || x.high.isNaN ? x : operands[1]
    case .max: return operands[1] < x || x.high.isNaN ? x : operands[1]
    case .relu: return x.high > 0 || x.high.isNaN ? x : DoubleDouble(0)
    case .stopGradient: return x
    case .less: return DoubleDouble(x < operands[1] ? 1 : 0)
    case .lessOrEqual: return DoubleDouble(x < operands[1] || x == operands[1] ? 1 : 0)
    case .equal: return DoubleDouble(x == operands[1] ? 1 : 0)
    case .notEqual: return DoubleDouble(x == operands[1] ? 0 : 1)
    case .select: return x.isZero ? operands[2] : operands[1]
    case .sign: return DoubleDouble(x.isZero ? 0 : x.high > 0 ? 1 : -1)
    case .and: return DoubleDouble(x.isZero || operands[1].isZero ? 0 : 1)
    case .or: return DoubleDouble(x.isZero && operands[1].isZero ? 0 : 1)
    case .not: return DoubleDouble(x.isZero ? 1 : 0)
    // In double precision.
    case .constant, .variable, .lgamma, .polygamma, .sinc, .sincDerivative, .custom, .customBinary:
      return doubleValue(of: operation, operands, index)
    }
  }

  private static func doubleValue(
    of operation: Operation, _ operands: [DoubleDouble], _ index: Int
  ) -> DoubleDouble {
    let x = operands.map(\.high)
    switch operation.definition.value {
    case .unary(let f): return .approximation(f(x[0]))
    case .binary(let f): return .approximation(f(x[0], x[1]))
    case .indexed(let f): return .approximation(f(x[0], index))
    case .indexedBinary(let f): return .approximation(f(x[0], x[1], index))
    case .select, .leaf: preconditionFailure("\(operation) is computed elsewhere")
    }
  }

  static func localSeries(
    of operation: Operation, index: Int, at x: DoubleDouble, order: Int
  ) -> [DoubleDouble] {
    (0...order).map { k in
      switch operation {
      case .lgamma:
        // ψ⁽ᵏ⁻¹⁾/k! = (ψ⁽ᵏ⁻¹⁾/(k−1)!)/k.
        k == 0 ? value(of: .lgamma, x) : approximation(Polygamma.scaled(order: k - 1, at: x.high)) / Double(k)
      case .polygamma:
        // ψ⁽ⁿ⁺ᵏ⁾/k! = ψ⁽ⁿ⁺ᵏ⁾/(n+k)! · (k+1)…(k+n); of so high an order it is beyond the range.
        (0..<Swift.min(index, 1000)).reduce(approximation(Polygamma.scaled(order: index + k, at: x.high))) {
          $0 * Double(index + k - $1)
        }
      default:
        doubleValue(of: index + k == 0 ? .sinc : .sincDerivative, [x], index + k)
          / Double.gamma(Double(k) + 1)
      }
    }
  }

  static func value(of expression: Expr, at point: [Expr: DoubleDouble]) -> DoubleDouble {
    approximation((try? expression.value(at: point.mapValues(\.high))) ?? .nan)
  }
}
