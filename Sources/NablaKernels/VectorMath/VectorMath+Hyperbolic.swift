// SPDX-License-Identifier: Apache-2.0

// sinh, cosh, tanh and sech, which share all but their last steps.

extension VectorMath {
  /// The parts of e^|x|: |x| = k log 2 + r, and with A = 1 − 4⁻ᵏ, B = 1 + 4⁻ᵏ
  ///
  ///     sinh |x| = 2ᵏ⁻¹ (A cosh r + B sinh r),  cosh x = 2ᵏ⁻¹ (B cosh r + A sinh r).
  ///
  /// For k = 0 they are sinh r and cosh r to the last bit: small arguments need no case of their own.
  private struct HyperbolicParts {
    var k: Value
    /// A cosh r + B sinh r and B cosh r + A sinh r, each in two numbers with an error below 2⁻⁵⁷.
    var sine: VectorBuilder.Pair
    var cosine: VectorBuilder.Pair
  }

  private static func hyperbolicParts(_ b: inout VectorBuilder, _ x: Value) -> HyperbolicParts {
    // Beyond this sinh and cosh are infinite and sech is 0.
    let x = b.minimum(b.constant(747), b.magnitude(x))
    let k = b.round(b.multiply(x, b.constant(1.442695040888963407359924681001892137)), .nearest)
    let (high, tail) = reducedByLog2(&b, x, k)
    let r = b.add(high, tail)
    let lost = b.subtract(tail, b.subtract(r, high))
    // sinh r = r + s and cosh r = 1 + c.
    let z = b.multiply(r, r)
    let s = b.multiplyAdd(b.multiply(z, r), polynomial(&b, z, sinhCoefficients), lost)
    let p = b.multiplyAdd(b.multiply(z, z), polynomial(&b, z, coshCoefficients), b.multiply(r, lost))
    let c = b.multiplyAdd(z, b.constant(0.5), p)

    let one = b.constant(1)
    let small = b.minimum(b.constant(40), k)
    let power = powerOf2(&b, b.negate(b.add(small, small)))
    let (minus, minusLow) = b.fastTwoDifference(one, power)
    let (plus, plusLow) = b.fastTwoSum(one, power)

    // A + B r, where A is 0 or larger than B r, and B + A r.
    let (br, brLow) = b.twoProduct(plus, r)
    let (sine, sineError) = b.fastTwoSum(minus, br)
    let sineRest = b.multiplyAdd(plusLow, r, b.add(brLow, b.add(sineError, minusLow)))
    let sineLow = b.multiplyAdd(minus, c, b.multiplyAdd(plus, s, sineRest))
    let (ar, arLow) = b.twoProduct(minus, r)
    let (cosine, cosineError) = b.fastTwoSum(plus, ar)
    let cosineRest = b.multiplyAdd(minusLow, r, b.add(arLow, b.add(cosineError, plusLow)))
    let cosineLow = b.multiplyAdd(plus, c, b.multiplyAdd(minus, s, cosineRest))
    return HyperbolicParts(k: k, sine: (sine, sineLow), cosine: (cosine, cosineLow))
  }

  /// sinh x.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −30…30, −711…711 and all magnitudes:
  /// 0.67 ulp.
  @Sendable static func sinh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let parts = hyperbolicParts(&b, x)
    let result = scaledByHalf(&b, b.add(parts.sine.high, parts.sine.low), parts.k)
    return b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// cosh x.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −30…30, −711…711 and all magnitudes:
  /// 0.61 ulp.
  @Sendable static func cosh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let parts = hyperbolicParts(&b, x)
    return scaledByHalf(&b, b.add(parts.cosine.high, parts.cosine.low), parts.k)
  }

  /// v·2ᵏ⁻¹ without overflow before the result's own, and exact for subnormal v and k = 0.
  private static func scaledByHalf(_ b: inout VectorBuilder, _ v: Value, _ k: Value) -> Value {
    let limited = b.minimum(b.constant(1026), k)
    return b.multiply(b.add(v, v), powerOf2(&b, b.subtract(limited, b.constant(2))))
  }

  /// tanh x = sinh x/cosh x, where 2ᵏ⁻¹ cancels.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −22…22 and all magnitudes: 0.62 ulp.
  @Sendable static func tanh(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let parts = hyperbolicParts(&b, x)
    let quotient = b.quotient(b.fastTwoSum(parts.sine), b.fastTwoSum(parts.cosine))
    return b.or(b.add(quotient.high, quotient.low), b.and(x, b.constant(-0.0)))
  }

  /// sech x = 1/cosh x; subnormal results where cosh x overflows.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1…1, −30…30, −750…750 and all magnitudes:
  /// 0.77 ulp.
  @Sendable static func sech(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let parts = hyperbolicParts(&b, x)
    let one = b.constant(1)
    let quotient = b.quotient(nil, b.fastTwoSum(parts.cosine))
    let corrected = b.add(quotient.high, quotient.low)
    return scaled(&b, corrected, by: b.subtract(one, parts.k))
  }
}
