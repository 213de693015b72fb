// exp, exp2 and expm1 of floats.

extension SingleVectorMath {
  /// eˣ.
  static func exp(_ b: inout VectorBuilder, _ x: Value) -> Value {
    // Beyond these the result is inf and 0.
    let x = clamped(&b, x, -110...90)
    return b.inDoublePrecision([x]) { b, x in exponential(&b, x[0]).value(&b) }
  }

  /// 2ˣ.
  static func exp2(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let x = clamped(&b, x, -151...129)
    return b.inDoublePrecision([x]) { b, x in
      let k = b.round(x[0], .nearest)
      let r = b.multiply(b.subtract(x[0], k), b.constant(ln2))
      return exponential(&b, k: k, r: r).value(&b)
    }
  }

  /// eˣ − 1.
  static func expm1(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let clamped = clamped(&b, x, -110...90)
    let result = b.inDoublePrecision([clamped]) { b, x in exponential(&b, x[0]).lessOne(&b) }
    return odd(&b, x, result)
  }

  /// eˣ = 2ᵏ(1 + slope), in double precision.
  struct Exponential {
    var power: Value
    var slope: Value

    func value(_ b: inout VectorBuilder) -> Value { b.multiplyAdd(power, slope, power) }

    /// eˣ − 1 to the same relative error: 2ᵏ − 1 is 0 or larger than 2ᵏ·slope.
    func lessOne(_ b: inout VectorBuilder) -> Value {
      b.multiplyAdd(power, slope, b.subtract(power, b.constant(1)))
    }
  }

  /// x = k·log 2 + r, |r| ≤ ½ log 2, of arguments below 700 in magnitude. In double precision; the errors of
  /// eˣ and eˣ − 1 are below 2⁻³⁰ of them.
  static func exponential(_ b: inout VectorBuilder, _ x: Value) -> Exponential {
    let k = b.round(b.multiply(x, b.constant(1 / ln2)), .nearest)
    return exponential(&b, k: k, r: b.negativeMultiplyAdd(k, b.constant(ln2), x))
  }

  private static func exponential(_ b: inout VectorBuilder, k: Value, r: Value) -> Exponential {
    let p = VectorMath.polynomial(&b, r, exponentialCoefficients)
    return Exponential(
      power: VectorMath.powerOf2(&b, k), slope: b.multiplyAdd(b.multiply(r, r), p, r))
  }

  static let ln2 = 0x1.62e42fefa39efp-1

  /// (eʳ − 1 − r)/r² as a polynomial for |r| ≤ 0.347: interpolation at Chebyshev's nodes with mpmath. The
  /// error relative to eʳ − 1 is 2⁻³¹.
  private static let exponentialCoefficients = [
    0.500000001353873, 0.16666666681704215, 0.04166646419740569, 0.008333310844647862,
    0.0013933730715792083, 0.00019891080463998843,
  ]
}
