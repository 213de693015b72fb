// SPDX-License-Identifier: Apache-2.0

internal import LibC
internal import Nabla

/// What the benchmark's functions are written over, once each: traced expressions, and the wide numbers
/// that check them.
protocol Number: ExpressibleByIntegerLiteral {
  init(_ value: Double)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  static func applying(_ function: Elementary, to x: Self) -> Self
}

enum Elementary { case sqrt, exp, log, sin, cos, tanh }

func sqrt<T: Number>(_ x: T) -> T { T.applying(.sqrt, to: x) }
func exp<T: Number>(_ x: T) -> T { T.applying(.exp, to: x) }
func log<T: Number>(_ x: T) -> T { T.applying(.log, to: x) }
func sin<T: Number>(_ x: T) -> T { T.applying(.sin, to: x) }
func cos<T: Number>(_ x: T) -> T { T.applying(.cos, to: x) }
func tanh<T: Number>(_ x: T) -> T { T.applying(.tanh, to: x) }

extension Expr: Number {
  static func applying(_ function: Elementary, to x: Expr) -> Expr {
    switch function {
    case .sqrt: Nabla.sqrt(x)
    case .exp: Nabla.exp(x)
    case .log: Nabla.log(x)
    case .sin: Nabla.sin(x)
    case .cos: Nabla.cos(x)
    case .tanh: Nabla.tanh(x)
    }
  }
}

// MARK: - Wide numbers

#if arch(x86_64) && !os(Windows)
  /// The x87 type of 64 significant bits: references are good to 1e-19 where results are to 1e-16.
  typealias Wide = Float80

  extension Float80: Number {
    static func applying(_ function: Elementary, to x: Float80) -> Float80 {
      switch function {
      case .sqrt: x.squareRoot()
      case .exp: expl(x)
      case .log: logl(x)
      case .sin: sinl(x)
      case .cos: cosl(x)
      case .tanh: tanhl(x)
      }
    }
  }
#else
  /// This processor has no wider type: results are then not checked (see ``hasWideNumbers``).
  typealias Wide = Double

  extension Double: Number {
    static func applying(_ function: Elementary, to x: Double) -> Double { .nan }
  }
#endif

/// Whether ``Wide`` is wide enough to be a reference.
let hasWideNumbers = Wide.significandBitCount > Double.significandBitCount

// MARK: - Dual numbers

/// value + derivative·ε with ε² = 0. Nested twice, `Dual<Dual<Wide>>` gives second derivatives.
///
/// This is forward mode over plain numbers: it shares nothing with the reverse sweeps over graphs that
/// it checks.
struct Dual<T: Number>: Number {
  var value: T
  var derivative: T

  init(value: T, derivative: T) {
    self.value = value
    self.derivative = derivative
  }

  init(_ value: Double) { self.init(value: T(value), derivative: 0) }
  init(integerLiteral value: Int) { self.init(Double(value)) }

  static func + (a: Self, b: Self) -> Self {
    Self(value: a.value + b.value, derivative: a.derivative + b.derivative)
  }

  static func - (a: Self, b: Self) -> Self {
    Self(value: a.value - b.value, derivative: a.derivative - b.derivative)
  }

  static func * (a: Self, b: Self) -> Self {
    Self(value: a.value * b.value, derivative: a.derivative * b.value + a.value * b.derivative)
  }

  static func / (a: Self, b: Self) -> Self {
    let quotient = a.value / b.value
    return Self(value: quotient, derivative: (a.derivative - quotient * b.derivative) / b.value)
  }

  static prefix func - (a: Self) -> Self { Self(value: -a.value, derivative: -a.derivative) }

  static func applying(_ function: Elementary, to x: Self) -> Self {
    let value = T.applying(function, to: x.value)
    let slope: T =
      switch function {
      case .sqrt: 1 / (value + value)
      case .exp: value
      case .log: 1 / x.value
      case .sin: T.applying(.cos, to: x.value)
      case .cos: -T.applying(.sin, to: x.value)
      case .tanh: 1 - value * value
      }
    return Self(value: value, derivative: slope * x.derivative)
  }
}
