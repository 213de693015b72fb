// SPDX-License-Identifier: Apache-2.0

/// Bounds for the variables of an optimisation: lowerⱼ ≤ xⱼ ≤ upperⱼ, each of which may be infinite.
///
///     try Bounds(lower: [0, -.infinity], upper: [.infinity, 1])
public struct Bounds: Hashable, Sendable {
  /// The lower bounds; −∞ for none.
  public let lower: [Double]

  /// The upper bounds, as many as lower ones; +∞ for none.
  public let upper: [Double]

  /// - Throws: ``BoxError`` if the lists differ in length, a bound is NaN, a lower one is above its upper one, or
  ///   no finite number lies between them.
  public init(lower: [Double], upper: [Double]) throws(BoxError) {
    guard lower.count == upper.count else { throw .lengths(lower: lower.count, upper: upper.count) }
    for (axis, (low, high)) in zip(lower, upper).enumerated() {
      if low.isNaN || high.isNaN { throw .nan(axis: axis) }
      if low > high { throw .reversed(axis: axis, lower: low, upper: high) }
      if low == .infinity || high == -.infinity { throw .infinite(axis: axis) }
    }
    self.lower = lower
    self.upper = upper
  }

  /// The bounds of a box.
  public init(_ box: Box) { (lower, upper) = (box.lower, box.upper) }

  /// The number of variables.
  public var dimension: Int { lower.count }

  /// The nearest point inside; NaN stays NaN.
  public func project(_ point: [Double]) -> [Double] {
    point.indices.map { j in
      point[j] < lower[j] ? lower[j] : point[j] > upper[j] ? upper[j] : point[j]
    }
  }

  /// Where a variable lies on a bound and the gradient presses it against it.
  func active(at point: [Double], gradient: [Double]) -> [ActiveBound] {
    point.indices.compactMap { j in
      if point[j] <= lower[j] && gradient[j] >= 0 { return ActiveBound(variable: j, isUpper: false) }
      if point[j] >= upper[j] && gradient[j] <= 0 { return ActiveBound(variable: j, isUpper: true) }
      return nil
    }
  }

  /// x − P(x − g): zero exactly where x is stationary within the bounds.
  func projectedGradient(at point: [Double], gradient: [Double]) -> [Double] {
    point.indices.map { j in
      let g = gradient[j]
      return g > 0 ? Swift.min(g, point[j] - lower[j]) : Swift.max(g, point[j] - upper[j])
    }
  }
}
