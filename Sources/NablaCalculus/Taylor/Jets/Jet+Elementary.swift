// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// v = f(u). Each function satisfies a differential equation v′ = w·u′ with a w that is known (log: 1/u), is v itself
// (exp), or comes from further equations; comparing coefficients gives k vₖ = Σ j uⱼ w₍ₖ₋ⱼ₎ over j = 1 … k.

extension Jet {
  /// ∫ w u′ with the constant of integration v₀: k vₖ = Σ j uⱼ w₍ₖ₋ⱼ₎.
  static func integral(of w: Jet, by u: Jet, value: Scalar) -> Jet {
    let du = u.weighted
    var v = [Coefficient(scalar: value)]
    for k in stride(from: 1, through: Swift.min(u.order, w.order + 1), by: 1) {
      v.append(chained(du, w.coefficients, k))
    }
    return Jet(v)
  }

  /// (1/k) Σ duⱼ w₍ₖ₋ⱼ₎ over j = 1 … k.
  private static func chained(_ du: [Coefficient], _ w: [Coefficient], _ k: Int) -> Coefficient {
    let sum = convolution(du, w, k, from: 1, to: k)
    return sum.isZero || k == 1 ? sum : sum.divided(by: Scalar(Double(k)))
  }

  /// e^u with a factor: v′ = c v u′, v₀ given.
  static func exponential(_ u: Jet, value: Scalar, rate: Scalar? = nil) -> Jet {
    let du = (rate.map { u.times($0) } ?? u).weighted
    var v = [Coefficient(scalar: value)]
    for k in stride(from: 1, through: u.order, by: 1) { v.append(chained(du, v, k)) }
    return Jet(v)
  }

  /// log u with v₀ given: u v′ = u′, so u₀ vₖ = uₖ − (1/k) Σ j vⱼ u₍ₖ₋ⱼ₎ over j = 1 … k−1.
  static func logarithm(_ u: Jet, value: Scalar) -> Jet {
    var (v, dv) = ([Coefficient(scalar: value)], [Coefficient.zero])
    for k in stride(from: 1, through: u.order, by: 1) {
      let sum = convolution(dv, u.coefficients, k, from: 1, to: k - 1)
      let rest = u[k].subtracting(sum.isZero ? sum : sum.divided(by: Scalar(Double(k))))
      v.append(rest.isZero ? .zero : rest.divided(by: u.value))
      dv.append(v[k].isZero ? .zero : v[k].times(Double(k)))
    }
    return Jet(v)
  }

  /// Two functions with s′ = c u′ and c′ = σ s u′: sine and cosine (σ = −1), their hyperbolic kin (σ = 1).
  static func sineAndCosine(
    _ u: Jet, sine: Scalar, cosine: Scalar, isHyperbolic: Bool
  ) -> (sine: Jet, cosine: Jet) {
    let du = u.weighted
    var (s, c) = ([Coefficient(scalar: sine)], [Coefficient(scalar: cosine)])
    for k in stride(from: 1, through: u.order, by: 1) {
      let (next, slope) = (chained(du, c, k), chained(du, s, k))
      s.append(next)
      c.append(isHyperbolic || slope.isZero ? slope : -slope)
    }
    return (Jet(s), Jet(c))
  }

  /// Functions with v′ = w u′ where w = w₀ + σ(v² − v₀²): the tangents, whose w is 1 ± v². The caller's w₀ has all
  /// its digits where 1 − v₀² has none.
  static func tangent(_ u: Jet, value: Scalar, slope: Scalar, isHyperbolic: Bool) -> (
    tangent: Jet, slope: Jet
  ) {
    let du = u.weighted
    var (v, w) = ([Coefficient(scalar: value)], [Coefficient(scalar: slope)])
    for k in stride(from: 1, through: u.order, by: 1) {
      v.append(chained(du, w, k))
      let square = symmetricConvolution(v, k, from: 0, to: k)
      w.append(isHyperbolic && !square.isZero ? -square : square)
    }
    return (Jet(v), Jet(w))
  }

  /// σ(u) and σ(−u), the logistic function: s′ = s r u′ and r′ = −s′.
  static func sigmoid(_ u: Jet, value: Scalar, reflected: Scalar) -> Jet {
    let du = u.weighted
    var (s, r) = ([Coefficient(scalar: value)], [Coefficient(scalar: reflected)])
    var product: [Coefficient] = []
    for k in stride(from: 1, through: u.order, by: 1) {
      product.append(convolution(s, r, k - 1, from: 0, to: k - 1))
      let next = chained(du, product, k)
      s.append(next)
      r.append(next.isZero ? next : -next)
    }
    return Jet(s)
  }

  /// √u, u₀ > 0: 2 v₀ vₖ = uₖ − Σ vⱼ v₍ₖ₋ⱼ₎ over j = 1 … k−1.
  static func squareRoot(_ u: Jet, value: Scalar) -> Jet {
    var v = [Coefficient(scalar: value)]
    let divisor = value.times(Scalar(2))
    for k in stride(from: 1, through: u.order, by: 1) {
      let rest = u[k].subtracting(symmetricConvolution(v, k, from: 1, to: k - 1))
      v.append(rest.isZero ? .zero : rest.divided(by: divisor))
    }
    return Jet(v)
  }

  /// u^p for u₀ ≠ 0: u v′ = p v u′, so d k u₀ vₖ = Σ (d p j − d (k−j)) uⱼ v₍ₖ₋ⱼ₎ over j = 1 … k, for an exponent
  /// p = n/d of which n = `numerator` and d are given.
  static func power(_ u: Jet, numerator: Scalar, denominator d: Double = 1, value: Scalar) -> Jet {
    var v = [Coefficient(scalar: value)]
    for k in stride(from: 1, through: u.order, by: 1) {
      var sum = Coefficient.zero
      for j in 1...k where !u[j].isZero && !v[k - j].isZero {
        let factor = numerator * Scalar(Double(j)) - Scalar(d * Double(k - j))
        if !factor.isZero { sum = sum.adding((u[j] * v[k - j]).times(factor)) }
      }
      v.append(sum.isZero ? .zero : sum.divided(by: u.value * Scalar(d * Double(k))))
    }
    return Jet(v)
  }

  /// uⁿ for n ≥ 0, by squaring, which is right where u₀ = 0 too.
  func raised(to n: Int) -> Jet {
    if n == 0 { return Jet(constant: .one, order: order) }
    var (result, bit) = (self, Int.bitWidth - 2 - n.leadingZeroBitCount)
    while bit >= 0 {
      result = result.squared
      if n >> bit & 1 == 1 { result = result * self }
      bit -= 1
    }
    return result
  }

  /// Σ gₖ (u − u₀)ᵏ by Horner's scheme: the composition with a function whose series at u₀ is known.
  ///
  /// Each factor u − u₀ raises the order by one, so that inner sums need fewer terms: K³/6 multiplications.
  func composed(into series: [Scalar]) -> Jet {
    let shift = replacingValue(.zero)
    var result = Jet([Coefficient(scalar: series[order])])
    for k in stride(from: order - 1, through: 0, by: -1) {
      let extended = Jet(result.coefficients + [.zero])
      result = (shift.truncated(to: extended.order) * extended).replacingValue(series[k])
    }
    return result
  }
}
