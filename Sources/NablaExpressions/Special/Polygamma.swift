// SPDX-License-Identifier: Apache-2.0

internal import LibC

// ψ⁽ⁿ⁾(x) by the recipe of DLMF chapter 5 (https://dlmf.nist.gov/5): recurrence up to where the asymptotic
// series holds to the last digit, reflection for negative x, and for the digamma function an expansion
// about its positive root, where the recurrence would cancel.

/// The polygamma functions ψ⁽ⁿ⁾(x), the derivatives of order n + 1 of log|Γ(x)|: digamma (n = 0),
/// trigamma (n = 1) and so on.
///
/// - Accuracy: relative error below 10⁻¹⁴ for n ≤ 6, except near the zeros on the negative axis (digamma
///   and even orders), where the absolute error is that small relative to the parts that cancel; some
///   (n + 1)·10⁻¹⁵ for higher orders.
/// - Poles: at 0, −1, −2, … odd orders are +inf. Digamma and even orders change sign there: NaN at
///   negative integers, and at ±0 the limit from that side, ∓inf.
/// - NaN gives NaN. At +inf digamma is +inf and the others are 0. At −inf they are NaN: no limit.
package enum Polygamma {
  /// ψ⁽ⁿ⁾(x) for an order n ≥ 0.
  ///
  /// - Complexity: O(min(n, 20)² + number of recurrence steps, at most about n + 12).
  package static func value(order: Int, at x: Double) -> Double {
    precondition(order >= 0, "the polygamma function has an order of 0 or more, not \(order)")
    if x.isNaN || x == -.infinity { return .nan }
    if x <= 0 && x == x.rounded() {
      if order % 2 == 1 { return .infinity }
      if x < 0 { return .nan }
      return x.sign == .minus ? .infinity : -.infinity
    }
    if order == 0 { return digamma(x) }
    // The sign is that of (−1)ⁿ⁺¹ for x > 0.
    let sign: Double = order % 2 == 1 ? 1 : -1
    if x > 0 { return sign * zetaPart(order, x) }
    // Reflection, DLMF 5.15.6: ψ⁽ⁿ⁾(x) = −π dⁿ/dxⁿ cot(πx) + (−1)ⁿ ψ⁽ⁿ⁾(1−x).
    let cotangent = cotangentDerivative(order, x)
    return cotangent.isInfinite ? -cotangent : -cotangent - zetaPart(order, 1 - x)
  }

  private static let pi = 3.141592653589793238462643383279502884
}

// MARK: - Digamma

extension Polygamma {
  private static func digamma(_ x: Double) -> Double {
    if x == .infinity { return x }
    // DLMF 5.5.4: ψ(x) = ψ(1−x) − π cot(πx).
    if x < 0 { return digamma(1 - x) - pi * cotangentOfPi(x) }
    let distance = (x - root) - rootTail
    if Swift.abs(distance) < 0.3 {
      var sum = 0.0
      for coefficient in atRoot.reversed() { sum = sum * distance + coefficient }
      return sum * distance
    }
    // DLMF 5.5.2: ψ(x) = ψ(x+1) − 1/x, the small reciprocals first.
    var steps = 0
    if x < 10 { steps = Int((10 - x).rounded(.up)) }
    var reciprocals = 0.0
    for step in (0..<steps).reversed() { reciprocals += 1 / (x + Double(step)) }
    let y = x + Double(steps)
    // DLMF 5.11.2: ψ(y) ~ log y − 1/(2y) − Σ B₂ₖ/(2k y²ᵏ).
    let inverseSquare = 1 / y / y
    var series = 0.0
    for coefficient in bernoulliOver2k.reversed() { series = (series + coefficient) * inverseSquare }
    return LibC.log(y) - (0.5 / y + series + reciprocals)
  }

  /// The positive root of ψ in two parts, together good to 32 digits (mpmath, 60 digits).
  private static let root = 1.4616321449683622
  private static let rootTail = 9.549995429965697184e-17

  /// ψ⁽ⁿ⁾(root)/n! for n = 1, 2, … (mpmath, 60 digits). The series converges like (0.684·distance)ⁿ.
  private static let atRoot: [Double] = [
    0.9676722454476211704274, -0.4427631689835921060929, 0.2584997609556510106244,
    -0.1639427054424065275043, 0.1078240506912623657572, -0.07219956125645471092612,
    0.04880428816414310722509, -0.03316112647484735929226, 0.02259764823221810465962,
    -0.0154247659049489591388, 0.01053879161661217538812, -0.00720453438635686824097,
    0.004926781395729853446354, -0.003369801655439328082793, 0.002305126326734927836938,
    -0.001576936771430197259271, 0.001078825201916296580692, -0.000738070938996005129566,
    0.0005049532658346020351774, -0.0003454680251063076995556, 0.0002363560156402705279237,
    -0.0001617062209197480344936, 0.0001106337276874741090409, -0.00007569179582195065919238,
    0.00005178575795222080868993, -0.0000354300709476596063157, 0.00002424006611860131765268,
    -0.00001658424227185413337524,
  ]

  /// B₂ₖ/(2k) for k = 1, 2, ….
  private static let bernoulliOver2k: [Double] = [
    0.083333333333333328707, -0.0083333333333333332177, 0.0039682539682539680337,
    -0.0041666666666666666088, 0.0075757575757575759678, -0.021092796092796090718,
    0.083333333333333342585, -0.44325980392156860699, 3.0539543302701197547, -26.456212121212121957,
  ]
}

// MARK: - Higher orders

extension Polygamma {
  /// |ψ⁽ⁿ⁾(x)| = n! ζ(n+1, x) = n! Σ 1/(x+k)ⁿ⁺¹ for n ≥ 1 and x > 0 (DLMF 5.15.1).
  ///
  /// All terms are positive, so nothing cancels. They are summed relative to the first one, n!/xⁿ⁺¹, so
  /// that nothing overflows before the result does.
  private static func zetaPart(_ n: Int, _ x: Double) -> Double {
    if x == .infinity { return 0 }
    let order = Double(n)
    let start = order + 12
    if x >= start { return factorialOverPower(n - 1, x, n) * asymptotic(order, x) }
    var sum = 0.0
    var y = x
    while y < start {
      let term = LibC.pow(x / y, order + 1)
      sum += term
      y += 1
      // The rest is at most the integral of the terms: (y/n + 1) times the next one.
      if term * (y / order + 1) < 0x1p-56 * sum { return factorialOverPower(n, x, n + 1) * sum }
    }
    // The tail from y on, n! ζ(n+1, y), in units of n!/xⁿ⁺¹.
    sum += LibC.pow(x / y, order + 1) * (y / order) * asymptotic(order, y)
    return factorialOverPower(n, x, n + 1) * sum
  }

  /// The asymptotic series in units of its first term (n−1)!/yⁿ, for y ≥ n + 12, DLMF 5.15.8:
  /// 1 + n/(2y) + Σ B₂ₖ/(2k)! · n(n+1)…(n+2k−1)/y²ᵏ.
  private static func asymptotic(_ n: Double, _ y: Double) -> Double {
    var sum = 0.0
    // From the innermost: each step multiplies by the two factors that 2k has over 2k−2.
    for (position, coefficient) in bernoulliOverFactorial.enumerated().reversed() {
      let k = 2 * Double(position)
      sum = (sum + coefficient) * ((n + k) / y) * ((n + k + 1) / y)
    }
    return 1 + (0.5 * n / y + sum)
  }

  /// n!/xᵐ, through logarithms where a part of it overflows or underflows.
  private static func factorialOverPower(_ n: Int, _ x: Double, _ m: Int) -> Double {
    let power = LibC.pow(x, Double(m))
    if n <= 170 && power.isNormal { return LibC.tgamma(Double(n) + 1) / power }
    return LibC.exp(LibC.lgamma(Double(n) + 1).0 - Double(m) * LibC.log(x))
  }

  /// B₂ₖ/(2k)! for k = 1, 2, ….
  private static let bernoulliOverFactorial: [Double] = [
    0.083333333333333328707, -0.0013888888888888889419, 0.000033068783068783071013,
    -8.2671957671957675415e-7, 2.0876756987868100187e-8, -5.28419013868749322e-10,
    1.3382536530684678861e-11, -3.389680296322582717e-13, 8.5860620562778451694e-15,
    -2.1748686985580619227e-16, 5.5090028283602295302e-18, -1.3954464685812524713e-19,
  ]
}

// MARK: - Reflection

extension Polygamma {
  /// cot(πx), by the exact distance from the nearest integer.
  private static func cotangentOfPi(_ x: Double) -> Double {
    let r = x - x.rounded()
    // Near ±½ the cosine of πr is the sine of the exact rest.
    if Swift.abs(r) <= 0.25 { return 1 / LibC.tan(pi * r) }
    let c = LibC.tan(pi * (0.5 - Swift.abs(r)))
    return r < 0 ? -c : c
  }

  /// π dⁿ/dxⁿ cot(πx) for n ≥ 1, x no integer.
  private static func cotangentDerivative(_ n: Int, _ x: Double) -> Double {
    if n > 20 { return -signedPoleSum(n, x) }
    // (d/dx)ⁿ cot(πx) = πⁿ Pₙ(cot πx) with P₀ = c and Pₙ₊₁ = −(1+c²) Pₙ′. All coefficients of one Pₙ
    // have one sign and its powers one parity, so nothing cancels.
    var polynomial = [0.0, 1.0]
    for _ in 0..<n {
      var next = [Double](repeating: 0, count: polynomial.count + 1)
      for power in 1..<polynomial.count {
        let slope = Double(power) * polynomial[power]
        next[power - 1] -= slope
        next[power + 1] -= slope
      }
      polynomial = next
    }
    let c = cotangentOfPi(x)
    // Near a pole cⁿ⁺¹ may overflow in step with the result.
    var sum = 0.0
    for coefficient in polynomial.reversed() { sum = sum * c + coefficient }
    return sum * LibC.pow(pi, Double(n + 1))
  }

  /// (−1)ⁿ⁺¹ n! Σ 1/(x+k)ⁿ⁺¹ over all integers k, which is −π dⁿ/dxⁿ cot(πx) (DLMF 4.22.3), for n > 20:
  /// four poles on each side are enough.
  private static func signedPoleSum(_ n: Int, _ x: Double) -> Double {
    let r = x - x.rounded()
    // Relative to the term of the nearest pole.
    var sum = 0.0
    for k in -4...4 {
      let distance = r + Double(k)
      let term = LibC.pow(Swift.abs(r / distance), Double(n + 1))
      sum += distance < 0 && n % 2 == 0 ? -term : term
    }
    if sum == 0 { return 0 }
    sum *= factorialOverPower(n, Swift.abs(r), n + 1)
    return n % 2 == 1 ? sum : -sum
  }
}

// MARK: - Taylor coefficients

extension Polygamma {
  /// ψ⁽ⁿ⁾(x)/n!, a Taylor coefficient, also where ψ⁽ⁿ⁾ itself is beyond the largest double.
  package static func scaled(order n: Int, at x: Double) -> Double {
    if n <= 100 { return value(order: n, at: x) / LibC.tgamma(Double(n) + 1) }
    let (sign, order): (Double, Double) = (n % 2 == 1 ? 1 : -1, Double(n))
    if x >= order + 12 { return sign * LibC.pow(x, -order) / order * asymptotic(order, x) }
    // (−1)ⁿ⁺¹ Σ 1/(x+k)ⁿ⁺¹ over k ≥ 0: so high a power leaves only the terms of the nearest poles.
    let nearest = x < 0.5 ? (-x).rounded() : 0
    var sum = 0.0
    var k = nearest
    while true {
      let term = LibC.pow(x + k, -(order + 1))
      sum += term
      k += 1
      if !(Swift.abs(term) > 0x1p-56 * Swift.abs(sum)) { break }
    }
    k = nearest - 1
    while k >= Swift.max(0, nearest - 4) {
      sum += LibC.pow(x + k, -(order + 1))
      k -= 1
    }
    return sign * sum
  }
}
