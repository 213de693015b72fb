// SPDX-License-Identifier: Apache-2.0

/// A closed box: the points x with lowerⱼ ≤ xⱼ ≤ upperⱼ for every coordinate j.
///
///     let box = try Box(lower: [-5, -5], upper: [5, 5])
///
/// Its bounds are not reversed; a side may have width 0, and may be unbounded where that is said: ``isBounded``. Boxes
/// come from data (a command line, a file), so that the initialiser throws instead of trapping.
public struct Box: Hashable, Sendable {
  /// The lower bounds.
  public let lower: [Double]

  /// The upper bounds, as many as lower ones.
  public let upper: [Double]

  /// The box between two corners.
  ///
  /// - Throws: ``BoxError`` if the corners differ in their number of coordinates, or a bound is NaN, or a range
  ///   has no number in it because a lower bound is above its upper one or both are one infinity, or the width of
  ///   finite bounds overflows.
  public init(lower: [Double], upper: [Double]) throws(BoxError) {
    guard lower.count == upper.count else { throw .lengths(lower: lower.count, upper: upper.count) }
    for (axis, (low, high)) in zip(lower, upper).enumerated() {
      if low.isNaN || high.isNaN { throw .nan(axis: axis) }
      if low == .infinity || high == -.infinity { throw .infinite(axis: axis) }
      if low > high { throw .reversed(axis: axis, lower: low, upper: high) }
      if low.isFinite && high.isFinite && (high - low).isInfinite { throw .tooWide(axis: axis) }
    }
    self.lower = lower
    self.upper = upper
  }

  /// For bounds that were computed from those of a box.
  package init(uncheckedLower lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }
}

extension Box {
  /// The number of coordinates.
  public var dimension: Int { lower.count }

  /// Whether all bounds are finite.
  public var isBounded: Bool { lower.allSatisfy(\.isFinite) && upper.allSatisfy(\.isFinite) }

  /// upperⱼ − lowerⱼ.
  public var widths: [Double] { zip(lower, upper).map { $1 - $0 } }

  /// The middle, ½ (lower + upper); not finite where a side is unbounded.
  public var center: [Double] { zip(lower, upper).map { 0.5 * $0 + 0.5 * $1 } }

  /// Whether a point lies in the box, its boundary included. A point with a NaN does not.
  ///
  /// - Precondition: the point has as many coordinates as the box.
  public func contains(_ point: [Double]) -> Bool {
    precondition(
      point.count == dimension,
      "a point of \(point.count) coordinates is not comparable with a box of \(dimension)")
    return point.indices.allSatisfy { lower[$0] <= point[$0] && point[$0] <= upper[$0] }
  }

  /// The lengths by which steps in the box are measured: its widths, where those are not 0.
  package var scales: [Double] {
    let largest = widths.max() ?? 0
    return zip(widths, center).map { width, middle in
      width > 0 ? width : largest > 0 ? largest : Swift.max(1, Swift.abs(middle))
    }
  }
}

/// Why two lists of bounds are no box. Axes count from 0.
public enum BoxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The corners have different numbers of coordinates.
  case lengths(lower: Int, upper: Int)
  /// A bound is NaN.
  case nan(axis: Int)
  /// A lower bound is ∞, or an upper one −∞.
  case infinite(axis: Int)
  /// A lower bound is above its upper bound.
  case reversed(axis: Int, lower: Double, upper: Double)
  /// The width is larger than the largest number.
  case tooWide(axis: Int)

  /// A sentence for the user.
  public var description: String {
    switch self {
    case .lengths(let lower, let upper):
      "a box has as many lower as upper bounds, and these are \(lower) and \(upper)"
    case .nan(let axis): "range \(axis + 1) of the box has a bound that is not a number"
    case .infinite(let axis):
      "range \(axis + 1) of the box holds no number: only its lower bound may be -inf, and only its upper bound inf"
    case .reversed(let axis, let lower, let upper):
      "range \(axis + 1) of the box is reversed: its lower bound \(lower) is above its upper bound \(upper)"
    case .tooWide(let axis): "range \(axis + 1) of the box is too wide for double precision"
    }
  }
}
