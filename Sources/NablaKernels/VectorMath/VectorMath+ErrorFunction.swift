// SPDX-License-Identifier: Apache-2.0

// erf and erfc, which share all but their last steps.

extension VectorMath {
  /// erf x: x (2/√π + x² P(x²)) up to ½, 1 − erfc x beyond.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1.5…1.5, −7…7 and all magnitudes: 0.91
  /// ulp.
  @Sendable static func erf(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let near = nearParts(&b, a)
    let tail = complementParts(&b, a)
    // From 6 on the result is 1.
    let scale = powerOf2(&b, b.maximum(b.constant(-1000), tail.k))
    let large = b.negativeMultiplyAdd(tail.value, scale, b.constant(1))
    let result = b.select(isNear(&b, a), b.add(near), large)
    return b.or(result, b.and(x, b.constant(-0.0)))
  }

  /// erfc x: 1 − erf x for |x| ≤ ½, 2 − erfc(−x) below.
  ///
  /// Largest error seen, in over 10⁶ random arguments from each of −1.5…1.5, −7…28 and all magnitudes: 0.84
  /// ulp.
  @Sendable static func erfc(_ b: inout VectorBuilder, _ x: Value) -> Value {
    let a = b.magnitude(x)
    let sign = b.and(x, b.constant(-0.0))
    let near = nearParts(&b, a)
    let (first, error) = b.fastTwoSum(b.constant(1), b.exclusiveOr(b.negate(near.high), sign))
    let small = b.add(first, b.subtract(error, b.exclusiveOr(near.low, sign)))
    let tail = complementParts(&b, a)
    let value = scaled(&b, tail.value, by: tail.k)
    let large = b.select(b.compare(x, .less, b.constant(0)), b.subtract(b.constant(2), value), value)
    return b.select(isNear(&b, a), small, large)
  }

  private static func isNear(_ b: inout VectorBuilder, _ a: Value) -> Value {
    b.compare(a, .lessOrEqual, b.constant(0.5))
  }

  /// erf a in two numbers for 0 ≤ a ≤ ½.
  private static func nearParts(_ b: inout VectorBuilder, _ a: Value) -> VectorBuilder.Pair {
    let a = b.minimum(b.constant(0.5), a)
    let z = b.multiply(a, a)
    let (high, error) = b.twoProduct(a, b.constant(0x1.20dd750429b6dp0))
    let p = b.multiplyAdd(z, polynomial(&b, z, erfCoefficients), b.constant(0x1.1ae3a914fed80p-56))
    return (high, b.multiplyAdd(a, p, error))
  }

  /// erfc a = 2ᵏ·value for a ≥ ½.
  ///
  /// erfc a = e^(−a²) G/(1 + 2a), where G lies between 1 and 1.25 and is smooth in t = (a−K)/(a+K): the
  /// form of M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1+2x) exp(x²) erfc x,
  /// Mathematics of Computation 36 (1981).
  private static func complementParts(
    _ b: inout VectorBuilder, _ a: Value
  ) -> (k: Value, value: Value) {
    let one = b.constant(1)
    // Beyond this the result is 0. Below ½ it is not used.
    let a = b.minimum(b.constant(27.3), a)
    let center = b.constant(3.75)
    let t = b.add(b.quotient(b.twoSum(a, b.negate(center)), b.twoSum(a, center)))
    let slope = b.multiply(t, polynomial(&b, t, complementCoefficients))
    let (g, gError) = b.fastTwoSum(b.constant(0x1.3ccda0b5d5dc2p0), slope)
    let gLow = b.add(gError, b.constant(0x1.e66df2446aeb5p-54))

    let (square, squareLow) = b.twoProduct(a, a)
    let power = exponential(&b, b.negate(square))
    let (sum, error) = b.fastTwoSum(one, power.r)
    let (e, eLow) = b.fastTwoSum(sum, b.add(error, power.rest))
    let eRest = b.negativeMultiplyAdd(squareLow, e, eLow)

    let (product, productError) = b.twoProduct(e, g)
    let productLow = b.multiplyAdd(e, gLow, b.multiplyAdd(eRest, g, productError))
    let quotient = b.quotient((product, productLow), b.twoSum(one, b.add(a, a)))
    return (power.k, b.add(quotient))
  }

  /// (erf x/x − 2/√π)/x² as a polynomial in x² for x² ≤ ¼: interpolation at Chebyshev's nodes with
  /// mpmath. The error relative to erf x is 2⁻⁵⁸.
  private static let erfCoefficients = [
    -0.37612638903183754, 0.112837916709551, -0.02686617064510409, 0.005223977624325344,
    -0.0008548326793233783, 0.0001205530629440674, -1.4923829613452872e-05, 1.6389446360450111e-06,
    -1.4787385599052157e-07,
  ]

  /// (G − G(0))/t as a polynomial in t for ½ ≤ a ≤ 27.3, made as above. The error relative to G is 2⁻⁵⁷.
  private static let complementCoefficients = [
    -0.14024059858554702, 0.0035854154854636526, 0.08227673849015031, -0.1088039301417058,
    0.09230432116023164, -0.05869339859056295, 0.02836227742080424, -0.009746579547891305,
    0.0017556258408335363, 0.00029371360183971145, -0.00029015403993410093, 5.164934068665152e-05,
    2.2384192643432132e-05, -1.1444690616982282e-05, -9.737016343687902e-07, 1.752257342991131e-06,
    -5.65695782517804e-08, -2.5865394208539173e-07, 2.2157683041242028e-08, 3.77027658553404e-08,
    -2.8227211878311185e-09, -4.061140976874161e-09,
  ]
}
