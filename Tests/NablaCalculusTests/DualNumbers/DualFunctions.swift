// SPDX-License-Identifier: Apache-2.0

import NablaCalculus
import RealModule

/// Every function of one argument that dual numbers have, for the tests to run through.
enum UnaryFunction: CaseIterable {
  case exp, exp2, exp10, expMinusOne, log, log2, log10, logOnePlus
  case sin, cos, tan, asin, acos, atan, asinSlope
  case sinh, cosh, tanh, sech, asinh, acosh, atanh
  case erf, erfc, gamma, logGamma, digamma, tetragamma
  case sqrt, cbrt, fifthRoot, cube, inverseCube, power20, power1_7, reciprocal

  func callAsFunction<T: DualScalar>(_ x: T) -> T {
    switch self {
    case .exp: .exp(x)
    case .exp2: .exp2(x)
    case .exp10: .exp10(x)
    case .expMinusOne: .expMinusOne(x)
    case .log: .log(x)
    case .log2: .log2(x)
    case .log10: .log10(x)
    case .logOnePlus: .log(onePlus: x)
    case .sin: .sin(x)
    case .cos: .cos(x)
    case .tan: .tan(x)
    case .asin: .asin(x)
    case .acos: .acos(x)
    case .atan: .atan(x)
    case .asinSlope: .asinSlope(x)
    case .sinh: .sinh(x)
    case .cosh: .cosh(x)
    case .tanh: .tanh(x)
    case .sech: .sech(x)
    case .asinh: .asinh(x)
    case .acosh: .acosh(x)
    case .atanh: .atanh(x)
    case .erf: .erf(x)
    case .erfc: .erfc(x)
    case .gamma: .gamma(x)
    case .logGamma: .logGamma(x)
    case .digamma: .polygamma(0, x)
    case .tetragamma: .polygamma(2, x)
    case .sqrt: .sqrt(x)
    case .cbrt: .root(x, 3)
    case .fifthRoot: .root(x, 5)
    case .cube: .pow(x, 3)
    case .inverseCube: .pow(x, -3)
    case .power20: .pow(x, 20)
    case .power1_7: .pow(x, 1.7)
    case .reciprocal: 1 / x
    }
  }

  /// Ordinary points within the domain, away from its ends.
  var points: [Double] {
    switch self {
    case .log, .log2, .log10, .sqrt, .power1_7: [0.3, 1.7, 12]
    case .logOnePlus: [-0.4, 0.2, 5]
    case .asin, .acos, .atanh, .asinSlope: [-0.6, 0.1, 0.5]
    case .acosh: [1.4, 2.5, 9]
    case .gamma, .logGamma, .digamma, .tetragamma: [-1.4, 0.6, 3.2]
    case .tan: [-1.1, 0.3, 0.9]
    default: [-1.3, 0.4, 1.9]
    }
  }
}

enum BinaryFunction: CaseIterable {
  case power, atan2, hypot, directionCosine, quotient, product

  func callAsFunction<T: DualScalar>(_ x: T, _ y: T) -> T {
    switch self {
    case .power: .pow(x, y)
    case .atan2: .atan2(y: x, x: y)
    case .hypot: .hypot(x, y)
    case .directionCosine: .directionCosine(x, y)
    case .quotient: x / y
    case .product: x * y
    }
  }

  var points: [(Double, Double)] {
    switch self {
    case .power: [(0.4, 1.3), (2.5, -0.7)]
    default: [(0.4, 1.3), (-2.5, 0.7), (1.1, -3.2)]
    }
  }
}

/// |a − b| in units of the spacing of doubles at b, or 0 where both are the same, infinite and NaN included.
func ulps(_ a: Double, _ b: Double) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  return (a - b).magnitude / b.ulp
}
