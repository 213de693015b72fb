// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

/// A proven bound of what a Taylor polynomial leaves out, in Lagrange's form: f(x) − Σ cₖ (x − a)ᵏ over k ≤ K is
/// f⁽ᴷ⁺¹⁾(ξ)/(K+1)! · (x − a)ᴷ⁺¹ for a ξ between a and x.
public struct TaylorRemainder: Sendable, Equatable {
  /// K, the order of the polynomial.
  public let order: Int
  /// a.
  public let center: Double
  /// The points to which the bound applies, with the center.
  public let range: Interval
  /// Contains f⁽ᴷ⁺¹⁾(ξ)/(K+1)! for every ξ of the range.
  public let coefficient: Interval

  /// Contains f(x) − p(x) for every x of the range, p with exact coefficients.
  public var enclosure: Interval { enclosure(over: range) }

  /// Bounds |f(x) − p(x)| for every x of the range.
  public var bound: Double { Swift.abs(enclosure.magnitude) }

  /// Bounds |f(x) − p(x)| at one point of the range.
  ///
  /// - Precondition: x lies in the range.
  public func bound(at x: Double) -> Double {
    precondition(range.contains(x), "the bound is for points of \(range), not for \(x)")
    return Swift.abs(enclosure(over: Interval(x)).magnitude)
  }

  private func enclosure(over points: Interval) -> Interval {
    coefficient * (points - Interval(center)).raised(to: order + 1)
  }
}

extension Function {
  /// A proven bound of the error of the Taylor polynomial of order K about a, over a range of points.
  ///
  ///     let f = Function { x in sin(x) }
  ///     try f.taylorRemainder(at: 0, order: 3, over: -0.5...0.5).bound  // 0.00125 = 0.5⁴ sin(0.5)/4!
  ///
  /// The coefficient of order K + 1 is computed in interval arithmetic over the hull of center and range: it encloses
  /// that coefficient at every point. The wider the range, the more it overestimates. The bound is of the polynomial
  /// with exact coefficients; their rounding to doubles adds some ½ ulp of each term.
  ///
  /// - Parameters:
  ///   - point: a.
  ///   - order: K ≥ 0.
  ///   - range: finite.
  ///   - parameters: the values of the function's parameters.
  /// - Throws: ``TaylorError``, of the reason `singularInRange` where the function may not be analytic at some point
  ///   between: it may be analytic all the same, and a narrower range show it.
  /// - Precondition: a scalar function of one variable.
  /// - Complexity: O(m K²) interval operations for m operations.
  public func taylorRemainder(
    at point: Double, order: Int, over range: ClosedRange<Double>, parameters: [Double] = []
  ) throws(TaylorError) -> TaylorRemainder {
    precondition(variables.count == 1, "Lagrange's remainder is of one variable, not \(variables.count)")
    precondition(order >= 0, "the order of a Taylor series is 0 or more, not \(order)")
    precondition(parameters.count == self.parameters.count, "a value is given for each parameter")
    if order > Self.taylorOrderLimit {
      throw TaylorError(.tooLarge, nil, "the order \(order) is above \(Self.taylorOrderLimit)")
    }
    guard ([point, range.lowerBound, range.upperBound] + parameters).allSatisfy(\.isFinite) else {
      throw TaylorError(.undefined, nil, "the point, the range and the parameters must be finite")
    }
    let hull = Interval(range.lowerBound, range.upperBound).hull(Interval(point))
    let jet = try taylorJet(order: order + 1) { order in
      [Jet.line(hull, Interval(1), order: order)]
        + parameters.map { Jet(constant: Interval($0), order: order) }
    }
    let coefficient = jet[order + 1]
    guard coefficient.isDefined else {
      throw TaylorError(
        .singularInRange, nil, "over \(hull) the derivative of order \(order + 1) has no bound")
    }
    return TaylorRemainder(order: order, center: point, range: hull, coefficient: coefficient)
  }
}
