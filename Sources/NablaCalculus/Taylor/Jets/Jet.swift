// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// A truncated power series: the coefficients c₀ … c of f(a + t) = Σ cₖ tᵏ, as many as are known.
///
/// The coefficients are unscaled, f⁽ᵏ⁾/k!: derivatives themselves grow like k! and would overflow from order 170 on.
/// An operation takes O(K²) multiplications to order K. The recurrences are those of Griewank and Walther,
/// "Evaluating Derivatives" (2nd ed., 2008), tables 13.1 and 13.2; Jorba and Zou, "A software package for the
/// numerical integration of ODEs by means of high-order Taylor methods", Experimental Mathematics 14 (2005).
struct Jet<Coefficient: TaylorCoefficient>: Sendable {
  typealias Scalar = Coefficient.Scalar

  /// At least c₀.
  var coefficients: [Coefficient]

  init(_ coefficients: [Coefficient]) { self.coefficients = coefficients }

  /// A constant.
  init(constant: Coefficient, order: Int) {
    coefficients = [constant] + Array(repeating: .zero, count: order)
  }

  /// The highest order that is known.
  var order: Int { coefficients.count - 1 }

  subscript(k: Int) -> Coefficient { coefficients[k] }

  /// c₀, which is a scalar whatever the coefficients are.
  var value: Scalar { coefficients[0].scalar! }

  /// The first order whose coefficient is not known to be zero; nil where all are.
  var valuation: Int? { coefficients.firstIndex { !$0.isZero } }

  /// Whether c₁ and all higher coefficients are zero.
  var isConstant: Bool { coefficients.dropFirst().allSatisfy(\.isZero) }

  func map(_ transform: (Coefficient) -> Coefficient) -> Jet { Jet(coefficients.map(transform)) }

  func truncated(to order: Int) -> Jet {
    order < self.order ? Jet(Array(coefficients[...order])) : self
  }

  /// Without the first coefficients, which are zero: the series divided by tᵛ.
  func dropping(_ v: Int) -> Jet { Jet(Array(coefficients[v...])) }

  /// With another constant term.
  func replacingValue(_ value: Scalar) -> Jet {
    var result = self
    result.coefficients[0] = Coefficient(scalar: value)
    return result
  }

  /// The coefficients of t·f′: k cₖ.
  var weighted: [Coefficient] {
    coefficients.enumerated().map { k, c in c.isZero ? .zero : c.times(Double(k)) }
  }
}

// MARK: - Arithmetic

extension Jet {
  private static func combined(_ a: Jet, _ b: Jet, _ combine: (Coefficient, Coefficient) -> Coefficient)
    -> Jet
  {
    Jet(zip(a.coefficients, b.coefficients).map(combine))
  }

  static prefix func - (a: Jet) -> Jet { a.map { $0.isZero ? .zero : -$0 } }

  static func + (a: Jet, b: Jet) -> Jet { combined(a, b) { $0.isZero ? $1 : $1.isZero ? $0 : $0 + $1 } }

  static func - (a: Jet, b: Jet) -> Jet { combined(a, b) { $1.isZero ? $0 : $0.isZero ? -$1 : $0 - $1 } }

  static func * (a: Jet, b: Jet) -> Jet {
    let order = Swift.min(a.order, b.order)
    return Jet((0...order).map { convolution(a.coefficients, b.coefficients, $0, from: 0, to: $0) })
  }

  func times(_ factor: Scalar) -> Jet { map { $0.isZero ? .zero : $0.times(factor) } }

  func adding(_ value: Double) -> Jet { replacingValue(self.value + Scalar(value)) }

  /// Each product of two coefficients once.
  var squared: Jet { Jet((0...order).map { Self.symmetricConvolution(coefficients, $0, from: 0, to: $0) }) }

  /// Σ aⱼ b₍ₖ₋ⱼ₎ over j from `first` to `last`, without what is known to be zero.
  static func convolution(
    _ a: [Coefficient], _ b: [Coefficient], _ k: Int, from first: Int, to last: Int
  ) -> Coefficient {
    var (sum, isEmpty) = (Coefficient.zero, true)
    var j = first
    while j <= last {
      if !a[j].isZero, !b[k - j].isZero {
        let product = a[j] * b[k - j]
        sum = isEmpty ? product : sum + product
        isEmpty = false
      }
      j += 1
    }
    return sum
  }

  /// Σ cⱼ c₍ₖ₋ⱼ₎ over j from `first` to `last`, where first + last = k.
  static func symmetricConvolution(
    _ c: [Coefficient], _ k: Int, from first: Int, to last: Int
  ) -> Coefficient {
    let pairs = first < (k + 1) / 2 ? convolution(c, c, k, from: first, to: (k + 1) / 2 - 1).times(2) : .zero
    guard k % 2 == 0, k / 2 >= first, !c[k / 2].isZero else { return pairs }
    let square = c[k / 2].squared
    return pairs.isZero ? square : pairs + square
  }
}

// MARK: - Division

extension Jet {
  /// a/b. A divisor that vanishes to order v must divide the dividend's leading terms; v orders are lost.
  static func divide(_ a: Jet, by b: Jet, _ operation: Operation) throws(TaylorError) -> Jet {
    if b[0].isZero, !Scalar.isSymbolic || b.valuation != nil {
      guard let v = b.valuation else { throw .needsOrder(operation, "division by zero (a pole)", .pole) }
      guard a.coefficients.prefix(v).allSatisfy(\.isZero) else {
        throw TaylorError(.pole, operation, "division by zero (a pole)")
      }
      guard v <= a.order else { throw .needsOrder(operation, "0/0", .undefined) }
      return try quotient(a.dropping(v), b.dropping(v), operation)
    }
    if b.value.sign == .open, !Scalar.isSymbolic {
      throw .openRange(operation, "the divisor may be zero")
    }
    return try quotient(a, b, operation)
  }

  private static func quotient(_ a: Jet, _ b: Jet, _ operation: Operation) throws(TaylorError) -> Jet {
    var q: [Coefficient] = []
    for k in 0...Swift.min(a.order, b.order) {
      let rest = k == 0 ? a[0] : a[k].subtracting(convolution(q, b.coefficients, k, from: 0, to: k - 1))
      guard let next = rest.isZero ? .zero : rest.divided(byLeading: b[0]) else {
        throw TaylorError(
          .pole, operation, "division by zero, where the divisor does not divide the dividend's terms")
      }
      q.append(next)
    }
    return Jet(q)
  }
}

extension TaylorCoefficient {
  /// a − b without a node for a zero.
  func subtracting(_ other: Self) -> Self { other.isZero ? self : isZero ? -other : self - other }
  func adding(_ other: Self) -> Self { other.isZero ? self : isZero ? other : self + other }
}

extension TaylorError {
  /// A series whose known coefficients are all zero: with more of them the answer may be another one.
  static func needsOrder(_ operation: Operation, _ message: String, _ reason: Reason) -> TaylorError {
    var error = TaylorError(reason, operation, message)
    error.mayEndAtHigherOrder = true
    return error
  }

  static func openRange(_ operation: Operation, _ message: String) -> TaylorError {
    TaylorError(.singularInRange, operation, message)
  }
}
