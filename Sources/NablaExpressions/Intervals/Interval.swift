// SPDX-License-Identifier: Apache-2.0

/// A closed interval [lower, upper] of real numbers, or the empty set; bounds may be infinite.
///
/// Arithmetic and functions of intervals round outwards: the result contains the value at every real point of
/// the operands at which the function is defined, and is empty where there is none. Nothing else is promised;
/// a result is usually wider than the range, by a few units in the last place and by what is lost when one
/// operand occurs twice (x − x over [0, 1] is [−1, 1]).
///
/// An infinite bound means that the interval is unbounded, not that it contains an infinity; overflow makes
/// bounds infinite, never NaN.
///
/// IEEE 1788-2015, "Standard for Interval Arithmetic", set-based flavour without decorations; Hickey, Ju and
/// van Emden, "Interval arithmetic: from principles to implementation", J. ACM 48 (2001).
public struct Interval: Hashable, Sendable {
  /// The lower bound: −∞ or finite; NaN of the empty interval.
  public let lower: Double

  /// The upper bound: +∞ or finite; NaN of the empty interval.
  public let upper: Double

  /// The interval between two bounds.
  ///
  /// - Precondition: `lower <= upper`, and neither is the infinity of the other side.
  public init(_ lower: Double, _ upper: Double) {
    precondition(
      lower <= upper && lower < .infinity && upper > -.infinity,
      "an interval goes from a lower to an upper bound, not from \(lower) to \(upper)")
    self.lower = lower
    self.upper = upper
  }

  /// The interval that holds one finite number.
  public init(_ value: Double) { self.init(value, value) }

  @inline(__always)
  init(unchecked lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// No number at all.
  public static let empty = Interval(unchecked: .nan, .nan)

  /// All real numbers.
  public static let entire = Interval(unchecked: -.infinity, .infinity)

  /// The numbers of at least 0.
  package static let nonNegative = Interval(unchecked: 0, .infinity)
}

extension Interval {
  /// Whether the interval holds no number.
  @inline(__always)
  public var isEmpty: Bool { !(lower <= upper) }

  /// Whether both bounds are finite; false for the empty interval.
  public var isBounded: Bool { lower > -.infinity && upper < .infinity }

  /// Whether a number lies in the interval, its bounds included.
  @inline(__always)
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Whether this interval lies in another one; the empty one lies in all.
  @inline(__always)
  public func isSubset(of other: Interval) -> Bool {
    isEmpty || (other.lower <= lower && upper <= other.upper)
  }

  /// Whether this interval lies in another one and touches no finite bound of it.
  @inline(__always)
  package func isInterior(of other: Interval) -> Bool {
    (other.lower < lower || other.lower == -.infinity) && (upper < other.upper || other.upper == .infinity)
  }

  /// Whether the two have no number in common.
  @inline(__always)
  public func isDisjoint(from other: Interval) -> Bool {
    !(lower <= other.upper && other.lower <= upper)
  }

  /// What both contain.
  @inline(__always)
  public func intersection(_ other: Interval) -> Interval {
    // Of the empty interval's bounds, which are NaN, one is taken: the other's lower or the own upper one.
    let low = lower >= other.lower ? lower : other.lower
    let high = upper > other.upper ? other.upper : upper
    return low <= high ? Interval(unchecked: low, high) : .empty
  }

  /// The smallest interval that contains both.
  public func hull(_ other: Interval) -> Interval {
    if isEmpty { return other }
    if other.isEmpty { return self }
    return Interval(unchecked: Swift.min(lower, other.lower), Swift.max(upper, other.upper))
  }

  /// upper − lower, rounded to nearest; NaN of the empty interval.
  @inline(__always)
  public var width: Double { upper - lower }

  /// A finite number of the interval, ½ (lower + upper) where that is finite; NaN of the empty interval.
  public var midpoint: Double {
    if lower == -.infinity { return upper == .infinity ? 0 : upper > 0 ? 0 : 2 * upper - 1 }
    if upper == .infinity { return lower < 0 ? 0 : 2 * lower + 1 }
    return Swift.min(upper, Swift.max(lower, 0.5 * lower + 0.5 * upper))
  }

  /// The largest absolute value.
  @inline(__always)
  public var magnitude: Double { Swift.max(-lower, upper) }

  /// The smallest absolute value.
  @inline(__always)
  public var mignitude: Double { lower > 0 ? lower : upper < 0 ? -upper : 0 }

  /// Whether 0 lies between the bounds and is neither.
  @inline(__always)
  package var straddlesZero: Bool { lower < 0 && upper > 0 }

  /// The interval moved outwards on both sides.
  package func inflated(by radius: Double) -> Interval {
    Interval(unchecked: (lower - radius).nextDown, (upper + radius).nextUp)
  }
}

extension Interval: CustomStringConvertible {
  /// `[lower, upper]`, or `∅`.
  public var description: String { isEmpty ? "∅" : "[\(lower), \(upper)]" }
}

/// IEEE equality, but the empty interval equals itself.
extension Interval {
  public static func == (a: Interval, b: Interval) -> Bool {
    (a.lower == b.lower && a.upper == b.upper) || (a.isEmpty && b.isEmpty)
  }

  public func hash(into hasher: inout Hasher) {
    guard !isEmpty else { return }
    hasher.combine(lower)
    hasher.combine(upper)
  }
}
