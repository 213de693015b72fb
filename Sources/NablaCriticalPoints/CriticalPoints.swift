public import NablaOptimization

/// The critical points that a search found in a box.
public struct CriticalPoints: Sendable {
  /// The box that was searched; its boundary belongs to it.
  public let box: Box

  /// The isolated points, by ascending value, and by coordinates where values are equal.
  public let points: [CriticalPoint]

  /// Whether it is proven that there are no others. A search by starts proves nothing: false.
  public let isComplete: Bool

  /// Curves, surfaces and larger sets on which the gradient vanishes. Their points are not in ``points``.
  public let nonIsolated: [NonIsolatedSet]

  /// Boxes about which a proof could not decide.
  public let unresolved: [Box]

  /// What the search did.
  public let statistics: SearchStatistics
}

/// A connected set of critical points that has no isolated ones.
public struct NonIsolatedSet: Sendable {
  /// 1 for a curve, 2 for a surface: the number of eigenvalues of the Hessian that are zero on it.
  public let dimension: Int

  /// The smallest box that holds the part of the set that was followed, up to the length of the steps.
  public let box: Box
}

/// What a search for critical points did.
public struct SearchStatistics: Hashable, Sendable {
  /// Starts of Newton's method.
  public var starts = 0
  /// Starts that led to a point where the gradient vanishes, in the box or not.
  public var converged = 0
  /// Of these, those that led to a point that was known already.
  public var duplicates = 0
  /// Of these, those that led out of the box.
  public var outside = 0
  /// Of these, those that were no critical point on a closer look: a kink, an underflow, a gradient that
  /// does not vanish.
  public var rejected = 0
  /// Points at which value, gradient and Hessian were computed by the starts' iterations.
  public var evaluations = 0
  /// Points that a single start has found. Where there are many, more points are likely to be missing.
  public var foundOnce = 0
  /// Why no more starts were made.
  public var end = End.noNewPoints

  /// Why a search ended.
  public enum End: String, Sendable {
    /// The gradient is a constant: nothing was searched.
    case constantGradient
    /// The latter half of the starts found no new point, and no point was found only once.
    case noNewPoints
    /// ``CriticalPointSearchOptions/maxStarts``.
    case maxStarts
    /// ``CriticalPointSearchOptions/timeLimit``.
    case timeLimit
  }

  public init() {}
}

/// How ``NablaCalculus/Function/criticalPoints(in:parameters:options:)`` searches.
public struct CriticalPointSearchOptions: Sendable {
  /// The number of starts of the first round; each further round doubles the total. nil is 256, and less
  /// from 13 variables on.
  public var firstStarts: Int?

  /// The largest number of starts.
  public var maxStarts = 16_384

  /// Between rounds the search ends once this has passed. Nothing else depends on time.
  public var timeLimit = Duration.seconds(6)

  /// Newton's method from each start.
  public var newton = StationaryPointOptions()

  public init() {}
}
