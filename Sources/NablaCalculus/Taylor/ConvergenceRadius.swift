// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import RealModule

extension TaylorPolynomial {
  /// An estimate of the radius of convergence of the series that the polynomial begins, the distance to the nearest
  /// singularity in the complex plane; infinite for an entire function; nil where the coefficients do not tell.
  ///
  /// It is an estimate from finitely many coefficients, no proof: a singularity that shows only in later ones is not
  /// seen. Twenty coefficients are needed at least (nil with fewer, unless they end in zeros as those of a polynomial
  /// do); with sixty it is usually right to two or three digits. For an x beyond the radius the polynomial says nothing
  /// about the function, whatever its order.
  ///
  /// Coefficients that fall faster than any power mean an entire function. Else, for one nearest singularity (x₀ on
  /// the real axis), the ratios cₖ/cₖ₋₁ tend to 1/x₀ linearly in 1/k (Domb and Sykes, Proc. R. Soc. A 240, 1957); for
  /// a conjugate pair, three neighbours give Mercer and Roberts' ratios Bₖ² = (cₖ₊₁cₖ₋₁ − cₖ²)/(cₖcₖ₋₂ − cₖ₋₁²),
  /// which do so to 1/R² (SIAM J. Appl. Math. 50, 1990). Both are extrapolated by a least-squares line, and checked
  /// against the root test and against what the first two thirds of the coefficients say.
  public var radiusOfConvergence: Double? {
    // Even and odd functions are series in (x − a)².
    let places = coefficients.indices.filter { $0 > 0 && coefficients[$0] != 0 }
    guard let last = places.last else { return order >= 2 ? .infinity : nil }
    let gaps = zip(places, [0] + places).map { $0 - $1 }
    if order - last >= 2 * gaps.max()! + 2 { return .infinity }
    let stride = gaps.dropFirst().reduce(0, Self.greatestCommonDivisor)
    guard stride > 0 else { return nil }
    let terms = Swift.stride(from: places[0], through: order, by: stride).map { coefficients[$0] }
    guard terms.count >= 10, let slopes = Self.envelopeSlopes(terms) else { return nil }
    // log|cₖ| falls linearly for a finite radius, and like k log k for an entire function.
    if slopes.late < slopes.early - 0.15 * Double(stride).squareRoot() { return .infinity }
    guard terms.count >= 20 || (stride > 1 && order >= 19) else { return nil }
    // Where fewer coefficients give another answer, more would too: exp(exp(x)) is entire, but slowly so.
    guard let rate = Self.inverseRadius(terms, near: Double.exp(slopes.late)),
      let earlier = Self.inverseRadius(Array(terms.prefix(terms.count * 2 / 3)), near: rate),
      Swift.abs(Double.log(earlier / rate)) < 0.04
    else { return nil }
    return Double.pow(1 / rate, 1 / Double(stride))
  }

  /// 1/R by extrapolation, where the root test agrees roughly.
  private static func inverseRadius(_ terms: [Double], near rate: Double) -> Double? {
    for case let estimate? in [dombSykes(terms), mercerRoberts(terms)]
    where Swift.abs(Double.log(estimate / rate)) < 0.3 { return estimate }
    return nil
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// The slopes of the upper envelope of log|cₖ| over the middle and over the end; nil where coefficients are zeros,
  /// or so small that digits are lost.
  private static func envelopeSlopes(_ terms: [Double]) -> (early: Double, late: Double)? {
    let count = terms.count
    let (first, last) = (Swift.max(1, count / 4), count - 1)
    let a = terms[first...(first + 2)].map(\.magnitude).max()!
    let b = terms[(last - 2)...last].map(\.magnitude).max()!
    guard a > 0, b > 0 else { return nil }
    // The peaks are those beside the overall fall, so that a steep series has them inside its quarters too.
    let fall = Double.log(b / a) / Double(last - first - 1)
    func height(_ k: Int) -> Double {
      terms[k] == 0 ? -.infinity : Double.log(terms[k].magnitude) - fall * Double(k)
    }
    func peak(_ range: Range<Int>) -> (place: Double, level: Double)? {
      let best = range.max { height($0) < height($1) }!
      guard terms[best].magnitude >= .leastNormalMagnitude else { return nil }
      return (Double(best), Double.log(terms[best].magnitude))
    }
    let width = Swift.max(3, count / 6)
    let middle = count * 5 / 8 - width / 2
    guard let early = peak(count / 4..<count / 4 + width), let middle = peak(middle..<middle + width),
      let late = peak(count - width..<count), early.place < middle.place, middle.place < late.place
    else { return nil }
    return (
      (middle.level - early.level) / (middle.place - early.place),
      (late.level - middle.level) / (late.place - middle.place)
    )
  }

  /// 1/R from the ratios of neighbours, if they lie on a line in 1/k.
  private static func dombSykes(_ terms: [Double]) -> Double? {
    let range = terms.count / 2..<terms.count
    if range.contains(where: { terms[$0] == 0 || terms[$0 - 1] == 0 }) { return nil }
    return intercept(range.map { (1 / Double($0), terms[$0] / terms[$0 - 1]) }).map(\.magnitude)
  }

  /// 1/R from the ratios of determinants of neighbours.
  private static func mercerRoberts(_ terms: [Double]) -> Double? {
    var points: [(Double, Double)] = []
    for k in Swift.max(2, terms.count / 2)..<(terms.count - 1) {
      // Divided by a power of the terms' size, whose squares might underflow.
      let scale = terms[k - 2...k + 1].map(\.magnitude).max()!
      let c = terms[k - 2...k + 1].map { $0 / scale }
      let square = (c[3] * c[1] - c[2] * c[2]) / (c[2] * c[0] - c[1] * c[1])
      if square > 0, square.isFinite { points.append((1 / Double(k), square.squareRoot())) }
    }
    return points.count >= 4 ? intercept(points) : nil
  }

  /// The value at 0 of the least-squares line through points, nil where they lie far from it.
  private static func intercept(_ points: [(x: Double, y: Double)]) -> Double? {
    let n = Double(points.count)
    let (mx, my) = (points.reduce(0) { $0 + $1.x } / n, points.reduce(0) { $0 + $1.y } / n)
    let sxx = points.reduce(0) { $0 + ($1.x - mx) * ($1.x - mx) }
    let sxy = points.reduce(0) { $0 + ($1.x - mx) * ($1.y - my) }
    guard sxx > 0 else { return nil }
    let slope = sxy / sxx
    let rest = points.reduce(0) { sum, p in
      let r = p.y - my - slope * (p.x - mx)
      return sum + r * r
    }
    let value = my - slope * mx
    return (rest / n).squareRoot() < 0.1 * Swift.abs(my) && value * my > 0 ? value : nil
  }
}
