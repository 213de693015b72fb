// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// What an expression is along a series.
enum JetValue<Coefficient: TaylorCoefficient>: Sendable {
  case series(Jet<Coefficient>)
  case condition(Condition<Coefficient.Scalar>)
  /// There is no series. It matters only if the result uses it: a branch that is not taken may have none.
  case none(TaylorError)
}

extension Jet {
  /// The series of an operation on series: a row for each operation. The compiler finds a missing one.
  ///
  /// Conditions and choices, which have other operands, are in ``JetValue``.
  static func applying(_ operation: Operation, index: Int, to operands: [Jet]) throws(TaylorError) -> Jet {
    let u = operands[0]
    func value() throws(TaylorError) -> Scalar { try leading(operation, operands, index: index) }
    switch operation {
    case .add: return u + operands[1]
    case .subtract: return u - operands[1]
    case .multiply: return u * operands[1]
    case .divide: return try divide(u, by: operands[1], operation)
    case .negate: return -u
    case .integerPower:
      if index >= 0 { return u.raised(to: index) }
      return try divide(Jet(constant: .one, order: u.order), by: u.raised(to: -index), operation)
    case .power: return try power(u, operands[1])

    case .sqrt: return try u.root(operation, 2)
    case .cbrt: return try u.root(operation, 3)
    case .exp: return exponential(u, value: try value())
    case .exp2: return exponential(u, value: try value(), rate: .ln2)
    case .expm1: return exponential(u, value: try leading(.exp, operands)).replacingValue(try value())
    case .log:
      try u.requirePositive(operation)
      return logarithm(u, value: try value())
    case .log2, .log10:
      try u.requirePositive(operation)
      let natural = logarithm(u, value: .zero).times(Scalar(1) / (operation == .log2 ? .ln2 : .ln10))
      return natural.replacingValue(try value())
    case .log1p:
      let argument = u.adding(1)
      try argument.requirePositive(operation)
      return logarithm(argument, value: try value())

    case .sin, .cos:
      let pair = sineAndCosine(
        u, sine: try leading(.sin, operands), cosine: try leading(.cos, operands), isHyperbolic: false)
      return operation == .sin ? pair.sine : pair.cosine
    case .tan:
      let v = try value()
      return tangent(u, value: v, slope: v.squared + Scalar(1), isHyperbolic: false).tangent
    case .asin: return integral(of: try u.asinSlope(operation), by: u, value: try value())
    case .acos: return integral(of: -(try u.asinSlope(operation)), by: u, value: try value())
    case .asinSlope: return try u.asinSlope(operation)
    case .atan:
      let slope = try divide(Jet(constant: .one, order: u.order), by: u.squared.adding(1), operation)
      return integral(of: slope, by: u, value: try value())
    case .atan2: return try angle(u, operands[1])

    case .sinh, .cosh:
      let pair = sineAndCosine(
        u, sine: try leading(.sinh, operands), cosine: try leading(.cosh, operands), isHyperbolic: true)
      return operation == .sinh ? pair.sine : pair.cosine
    case .tanh: return tangent(u, value: try value(), slope: try u.sechSquared, isHyperbolic: true).tangent
    // sech′ = −sech·tanh: the exponential of ∫ −tanh.
    case .sech:
      let tanh = tangent(
        u, value: try leading(.tanh, operands), slope: try u.sechSquared, isHyperbolic: true
      ).tangent
      return exponential(integral(of: -tanh, by: u, value: .zero), value: try value())
    case .asinh:
      let square = u.squared.adding(1)
      let root = Scalar.value(of: .hypot, [Scalar(1), u.value], index: 0)
      let slope = power(square, numerator: Scalar(-1), denominator: 2, value: Scalar(1) / root)
      return integral(of: slope, by: u, value: try value())
    case .acosh:
      try u.adding(-1).requirePositive(operation)
      return integral(of: try (u.adding(-1) * u.adding(1)).inverseRoot(operation), by: u, value: try value())
    case .atanh:
      let product = (-u).adding(1) * u.adding(1)
      try product.requirePositive(operation)
      let slope = try divide(Jet(constant: .one, order: u.order), by: product, operation)
      return integral(of: slope, by: u, value: try value())

    case .erf, .erfc:
      let square = -u.squared
      let bell = exponential(square, value: Scalar.value(of: .exp, square.value)).times(.twoOverRootPi)
      return integral(of: operation == .erf ? bell : -bell, by: u, value: try value())
    case .sigmoid, .softplus:
      let sigmoid = sigmoid(
        u, value: try leading(.sigmoid, operands), reflected: try leading(.sigmoid, [-u]))
      return operation == .sigmoid ? sigmoid : integral(of: sigmoid, by: u, value: try value())
    case .lgamma, .polygamma, .sinc, .sincDerivative: return try u.locallyExpanded(operation, index: index)
    case .xlogy:
      try operands[1].requirePositive(operation)
      return u * logarithm(operands[1], value: try leading(.log, [operands[1]]))

    case .hypot: return try length(u, operands[1], operation)
    case .directionCosine: return try divide(u, by: try length(u, operands[1], operation), operation)
    case .abs: return try absolute(u)
    case .sign: return try signum(u)
    case .floor: return try floor(u, operation)
    case .ceil: return -(try floor(-u, operation))
    case .min: return -(try larger(-u, -operands[1], operation))
    case .max: return try larger(u, operands[1], operation)
    case .relu: return try larger(u, Jet(constant: .zero, order: u.order), operation)
    case .stopGradient: return Jet(constant: u[0], order: u.order)

    case .custom: return try u.custom(index: index)
    case .customBinary: return try customBinary(u, operands[1], index: index)

    case .constant, .variable, .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not, .select:
      preconditionFailure("\(operation) is no operation on series alone")
    }
  }

  /// c₀ of an operation, by its value at the operands' c₀.
  private static func leading(
    _ operation: Operation, _ operands: [Jet], index: Int = 0
  ) throws(TaylorError) -> Scalar {
    try defined(Scalar.value(of: operation, operands.map(\.value), index: index), operation)
  }

  static func defined(_ value: Scalar, _ operation: Operation) throws(TaylorError) -> Scalar {
    if value.isDefined { return value }
    if value is Interval { throw .openRange(operation, "\(operation) may be singular") }
    throw value.sign == .open
      ? TaylorError(.undefined, operation, "\(operation) has no value")
      : TaylorError(.overflow, operation, "\(operation) is beyond the largest double")
  }
}

// MARK: - Domains

extension Jet {
  /// Throws unless the function is positive at the point, where logarithms and roots are analytic.
  func requirePositive(_ operation: Operation) throws(TaylorError) {
    switch value.sign {
    case .positive: return
    case .open where Scalar.isSymbolic: return
    case .open: throw .openRange(operation, "\(operation) may be singular")
    case .zero:
      throw TaylorError(.branchPoint, operation, "\(operation) is not analytic at the end of its domain")
    case .negative: throw TaylorError(.undefined, operation, "\(operation) is not defined")
    }
  }

  /// u^(−½).
  func inverseRoot(_ operation: Operation) throws(TaylorError) -> Jet {
    try requirePositive(operation)
    let root = Scalar.value(of: .sqrt, value)
    return Jet.power(self, numerator: Scalar(-1), denominator: 2, value: Scalar(1) / root)
  }

  /// 1/√(1−u²).
  fileprivate func asinSlope(_ operation: Operation) throws(TaylorError) -> Jet {
    try ((-self).adding(1) * adding(1)).inverseRoot(operation)
  }

  fileprivate var sechSquared: Scalar {
    get throws(TaylorError) { try Jet.defined(Scalar.value(of: .sech, value), .sech).squared }
  }

  /// An operation whose series at u₀ is known by other means.
  fileprivate func locallyExpanded(_ operation: Operation, index: Int) throws(TaylorError) -> Jet {
    let series = Scalar.localSeries(of: operation, index: index, at: value, order: order)
    guard series.allSatisfy(\.isDefined) else {
      if value is Interval { throw .openRange(operation, "\(operation) may be singular") }
      throw TaylorError(.pole, operation, "\(operation) has a pole, or is beyond the largest double")
    }
    return composed(into: series)
  }
}

// MARK: - Powers and angles

extension Jet {
  /// √u or ∛u.
  fileprivate func root(_ operation: Operation, _ degree: Int) throws(TaylorError) -> Jet {
    if value.sign == .zero { return try rootAtZero(operation, numerator: 1, denominator: degree) }
    if degree == 2 {
      try requirePositive(operation)
      return Jet.squareRoot(self, value: Scalar.value(of: .sqrt, value))
    }
    if value.sign == .open, !Scalar.isSymbolic { throw .openRange(operation, "\(operation) may be singular") }
    return Jet.power(self, numerator: Scalar(1), denominator: 3, value: Scalar.value(of: .cbrt, value))
  }

  /// u^(n/d) where u = tᵛ w vanishes: t^(vn/d) w^(n/d), a series only where vn/d is an integer and, with an even d,
  /// both v and vn/d are even: √t⁴ = t², but √t² = |t|.
  private func rootAtZero(
    _ operation: Operation, numerator n: Int, denominator d: Int
  ) throws(TaylorError) -> Jet {
    guard let v = valuation else {
      throw .needsOrder(operation, "\(operation) is not analytic at zero", .branchPoint)
    }
    let isEven = d % 2 == 0
    guard coefficients[v].scalar != nil, v * n % d == 0, !isEven || v % 2 == 0 else {
      throw TaylorError(.branchPoint, operation, "\(operation) is not analytic at zero")
    }
    let rest = dropping(v)
    // The leading coefficient of one variable is a scalar whatever its order.
    if isEven, rest.value.sign == .negative {
      throw TaylorError(.undefined, operation, "\(operation) is not defined beside the point")
    }
    let power = v * n / d
    if isEven, power % 2 != 0 { throw TaylorError(.kink, operation, "\(operation) has a kink") }
    let value = Scalar.value(of: d == 2 ? .sqrt : .cbrt, rest.value)
    let series = Jet.power(
      rest, numerator: Scalar(Double(n)), denominator: Double(d), value: value.raised(to: n))
    return Jet(Array(repeating: .zero, count: power) + series.coefficients)
  }

  fileprivate static func power(_ u: Jet, _ exponent: Jet) throws(TaylorError) -> Jet {
    let value = { () throws(TaylorError) in try leading(.power, [u, exponent]) }
    guard exponent.isConstant else {
      if u.value.sign == .zero {
        throw TaylorError(.branchPoint, .power, "a power with a variable exponent is not analytic at base 0")
      }
      try u.requirePositive(.power)
      let logarithm = Jet.logarithm(u, value: try leading(.log, [u]))
      return exponential(exponent * logarithm, value: try value())
    }
    if let p = exponent.value.number {
      if let n = Int32(exactly: p) { return try applying(.integerPower, index: Int(n), to: [u]) }
      if u.value.sign == .zero {
        if p < 0 { throw TaylorError(.pole, .power, "a power of 0 with a negative exponent is infinite") }
        // Halves are the exponents at which an even power of t may come out of a base tᵛ.
        if let n = Int16(exactly: 2 * p) {
          return try u.rootAtZero(.power, numerator: Int(n), denominator: 2)
        }
        throw TaylorError(.branchPoint, .power, "a power of 0 is not analytic with the exponent \(p)")
      }
    }
    try u.requirePositive(.power)
    return power(u, numerator: exponent.value, value: try value())
  }

  /// √(a²+b²), of operands divided by its value so that no square overflows.
  fileprivate static func length(_ a: Jet, _ b: Jet, _ operation: Operation) throws(TaylorError) -> Jet {
    let r = try defined(Scalar.value(of: .hypot, [a.value, b.value], index: 0), operation)
    if r.sign == .zero { return try (a.squared + b.squared).root(operation, 2) }
    if r.sign == .open, !Scalar.isSymbolic { throw .openRange(operation, "\(operation) may be singular") }
    let scale = Scalar(1) / r
    let square = a.times(scale).squared + b.times(scale).squared
    return squareRoot(square, value: Scalar(1)).times(r).replacingValue(r)
  }

  /// The angle of (x, y): with w = x²+y², w v′ = x y′ − y x′, of operands divided by their length.
  fileprivate static func angle(_ y: Jet, _ x: Jet) throws(TaylorError) -> Jet {
    let r = Scalar.value(of: .hypot, [y.value, x.value], index: 0)
    if r.sign == .zero { throw TaylorError(.branchPoint, .atan2, "atan2 is not analytic at the origin") }
    if r.sign == .open, !Scalar.isSymbolic { throw .openRange(.atan2, "atan2 may be singular") }
    if y.value.sign == .zero, x.value.sign == .negative, y.valuation != nil {
      let signs = y.signs
      guard signs.before == .positive, signs.after == .positive else {
        throw TaylorError(.jump, .atan2, "atan2 jumps at the negative half-axis")
      }
    }
    let value = try leading(.atan2, [y, x])
    let scale = Scalar(1) / r
    let (y, x) = (y.times(scale), x.times(scale))
    let w = x.squared + y.squared
    let slope = try divide(x * Jet(y.weighted) - y * Jet(x.weighted), by: w, .atan2)
    // The slope is t v′ = Σ k vₖ tᵏ.
    return Jet(
      slope.coefficients.enumerated().map { k, c in
        k == 0 ? Coefficient(scalar: value) : c.isZero ? .zero : c.divided(by: Scalar(Double(k)))
      })
  }
}

extension TaylorScalar {
  fileprivate func raised(to n: Int) -> Self { Self.value(of: .integerPower, [self], index: n) }
}
