// SPDX-License-Identifier: Apache-2.0

internal import RealModule

// Elementary functions in double-double arithmetic. Most correct the double-precision value by a step of Newton's
// method on the inverse function, which doubles the digits; the exponential, sine and cosine sum their series after
// a reduction of the argument. Relative errors are some 10⁻³⁰ where the argument is exact, worse by the condition of
// the function elsewhere.

extension DoubleDouble {
  fileprivate func with(error: Double) -> DoubleDouble { DoubleDouble(high, low, error: error) }

  var squareRoot: DoubleDouble {
    let y = high.squareRoot()
    guard y > 0, y.isFinite else { return DoubleDouble(y) }
    let rest = self - DoubleDouble.product(y, y)
    let value = DoubleDouble.normalized(y, rest.high / (2 * y))
    return value.with(error: error / (2 * y) + y * DoubleDouble.roundoff)
  }

  var cubeRoot: DoubleDouble {
    let y = Double.root(high, 3)
    guard y != 0, y.isFinite else { return DoubleDouble(y) }
    let rest = self - DoubleDouble.product(y, y) * y
    let value = DoubleDouble.normalized(y, rest.high / (3 * y * y))
    return value.with(error: error / (3 * y * y) + y.magnitude * DoubleDouble.roundoff)
  }

  /// e^x − 1 for |x| ≤ ½ log 2: the series of x/512, squared nine times as (1+p)² − 1 = 2p + p².
  private var reducedExpMinusOne: DoubleDouble {
    let x = scaled(byPowerOfTwo: -9)
    var p = DoubleDouble(1)
    for k in stride(from: 10.0, through: 2, by: -1) { p = p * x / k + 1 }
    p = p * x
    for _ in 0..<9 { p = p * 2 + p * p }
    return p
  }

  var exp: DoubleDouble {
    guard high.magnitude < 700 else { return .approximation(Double.exp(high)) }
    let n = (high / DoubleDouble.ln2.high).rounded()
    return ((self - DoubleDouble.ln2 * n).reducedExpMinusOne + 1).scaled(byPowerOfTwo: Int(n))
  }

  var expMinusOne: DoubleDouble {
    if high == 0 { return self }
    return high.magnitude < 0.34 ? reducedExpMinusOne : exp + -1
  }

  /// log(1+x). With y the double nearest to it, log((1+x)/eʸ) = log(1+d) for a tiny d = (x − (eʸ−1)) e⁻ʸ.
  var logOnePlus: DoubleDouble {
    let y = Double.log(onePlus: high)
    guard y != 0, y.isFinite else { return DoubleDouble(y) }
    let d = (self - DoubleDouble(y).expMinusOne) * DoubleDouble(-y).exp
    return DoubleDouble(y) + (d - d * d * 0.5)
  }

  var log: DoubleDouble {
    if high > 0.5, high < 2 { return (self + -1).logOnePlus }
    let y = Double.log(high)
    guard y.isFinite else { return DoubleDouble(y) }
    // Scaled, so that e⁻ʸ is in range.
    let exponent = high.exponent
    let reciprocal = (DoubleDouble(-y) + DoubleDouble.ln2 * Double(exponent)).exp
    let d = scaled(byPowerOfTwo: -Int(exponent)) * reciprocal + -1
    return DoubleDouble(y) + (d - d * d * 0.5)
  }

  /// π/2 in parts of 33 bits, whose products with a count of up to 2²⁰ are exact.
  private static let halfPi = [
    0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e000000p-69, 0x1.b839a25200000p-104,
    0x1.2704453300000p-142,
  ]

  /// sin and cos; beyond 2²⁰ of double precision.
  var sineAndCosine: (sine: DoubleDouble, cosine: DoubleDouble) {
    let k = (high / 1.5707963267948966).rounded()
    guard k.magnitude < 0x1p20 else {
      let (s, c) = (Double.sin(high), Double.cos(high))
      return (.approximation(s), .approximation(c))
    }
    var r = self
    for part in DoubleDouble.halfPi { r = r + -(part * k) }
    // Both series for |r| ≤ π/4.
    let square = r * r
    var (s, c) = (DoubleDouble(1), DoubleDouble(1))
    for k in stride(from: 28.0, through: 2, by: -2) {
      s = DoubleDouble(1) - square * s / (k * (k + 1))
      c = DoubleDouble(1) - square * c / (k * (k - 1))
    }
    s = s * r
    switch Int(k) & 3 {
    case 0: return (s, c)
    case 1: return (c, -s)
    case 2: return (-s, -c)
    default: return (-c, s)
    }
  }

  /// The angle of (x, y): the double's, and the rest from the tangent of what is left.
  static func atan2(_ y: DoubleDouble, _ x: DoubleDouble) -> DoubleDouble {
    let angle = Double.atan2(y: y.high, x: x.high)
    let size = Swift.max(x.high.magnitude, y.high.magnitude)
    guard angle != 0, size > 0, x.isFinite, y.isFinite else { return .approximation(angle) }
    let scale = -Int(size.exponent)
    let (x, y) = (x.scaled(byPowerOfTwo: scale), y.scaled(byPowerOfTwo: scale))
    let (s, c) = DoubleDouble(angle).sineAndCosine
    let t = (y * c - x * s) / (x * c + y * s)
    return DoubleDouble(angle) + t
  }

  var arcSine: DoubleDouble { DoubleDouble.atan2(self, ((-self + 1) * (self + 1)).squareRoot) }
  var arcCosine: DoubleDouble { DoubleDouble.atan2(((-self + 1) * (self + 1)).squareRoot, self) }

  var hyperbolicSine: DoubleDouble {
    guard high.magnitude < 700 else { return .approximation(Double.sinh(high)) }
    let p = magnitude.expMinusOne
    let value = (p + p / (p + 1)) * 0.5
    return high < 0 ? -value : value
  }

  var hyperbolicCosine: DoubleDouble {
    guard high.magnitude < 700 else { return .approximation(Double.cosh(high)) }
    let e = magnitude.exp
    return (e + DoubleDouble(1) / e) * 0.5
  }

  var hyperbolicTangent: DoubleDouble {
    let p = (magnitude * -2).expMinusOne
    let value = -p / (p + 2)
    return high < 0 ? -value : value
  }

  var inverseHyperbolicSine: DoubleDouble {
    let x = magnitude
    if x.high > 0x1p300 { return .approximation(Double.asinh(high)) }
    let square = x * x
    let value = (x + square / ((square + 1).squareRoot + 1)).logOnePlus
    return high < 0 ? -value : value
  }

  var inverseHyperbolicCosine: DoubleDouble {
    if high > 0x1p300 { return .approximation(Double.acosh(high)) }
    let t = self + -1
    return (t + (t * (t + 2)).squareRoot).logOnePlus
  }

  var inverseHyperbolicTangent: DoubleDouble { (self * 2 / (-self + 1)).logOnePlus * 0.5 }

  /// √(a²+b²) without overflow.
  static func hypot(_ a: DoubleDouble, _ b: DoubleDouble) -> DoubleDouble {
    let size = Swift.max(a.high.magnitude, b.high.magnitude)
    guard size > 0, size.isFinite else { return DoubleDouble(Double.hypot(a.high, b.high)) }
    let e = Int(size.exponent)
    let (x, y) = (a.scaled(byPowerOfTwo: -e), b.scaled(byPowerOfTwo: -e))
    return (x * x + y * y).squareRoot.scaled(byPowerOfTwo: e)
  }

  /// x^y: an integer power where y is one, e^(y log x) elsewhere.
  static func power(_ x: DoubleDouble, _ y: DoubleDouble) -> DoubleDouble {
    if y.low == 0, let n = Int(exactly: y.high), n.magnitude <= 1024 { return x.raised(to: n) }
    guard x.high > 0 else { return .approximation(Double.pow(x.high, y.high)) }
    return (y * x.log).exp
  }
}

// MARK: - Error function

extension DoubleDouble {
  /// erf(x) = 2/√π e^(−x²) Σ 2ᵏ x²ᵏ⁺¹/(2k+1)!! (DLMF 7.6.2), in which nothing cancels.
  var erf: DoubleDouble {
    if high.magnitude > 3 { return high < 0 ? (-self).erfc + -1 : DoubleDouble(1) - erfc }
    let square = self * self
    var (term, sum, k) = (self, self, 0.0)
    while term.high.magnitude > 0x1p-110 * sum.high.magnitude {
      k += 1
      term = term * square * 2 / (2 * k + 1)
      sum = sum + term
    }
    return DoubleDouble.twoOverRootPi * (-square).exp * sum
  }

  /// Beyond 2 the continued fraction e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + …))) (DLMF 7.9.1).
  var erfc: DoubleDouble {
    if high < 2 { return DoubleDouble(1) - erf }
    if high > 26.5 { return .approximation(Double.erfc(high)) }
    var fraction = self
    for k in stride(from: 160.0, through: 1, by: -1) { fraction = self + DoubleDouble(0.5 * k) / fraction }
    return (-(self * self)).exp * DoubleDouble.twoOverRootPi * 0.5 / fraction
  }
}
