// SPDX-License-Identifier: Apache-2.0

public import NablaOptimization

/// The critical points that a search found in a box.
public struct CriticalPoints: Sendable {
  /// The box that was searched; its boundary belongs to it.
  public let box: Box

  /// The isolated points, by ascending value, and by coordinates where values are equal.
  public let points: [CriticalPoint]

  /// Whether it is proven that there are no others. A search by starts proves nothing.
  public let isComplete: Bool

  /// Curves, surfaces and larger sets on which the gradient vanishes. Their points are not in ``points``.
  public let nonIsolated: [NonIsolatedSet]

  /// Boxes about which the proof could not decide: each may hold critical points or none, those in ``points`` that
  /// are not certified and others.
  public let unresolved: [Box]

  /// What the search by starts did.
  public let statistics: SearchStatistics

  /// What the proof did; nil if none was asked for.
  public let certification: CertificationStatistics?

  /// A check of the list by topology; nil where a point is degenerate or not isolated, or the box unbounded.
  public internal(set) var morseCount: MorseCount?
}

extension CriticalPoints {
  /// What was found in a part of a larger box.
  func within(_ box: Box) -> CriticalPoints {
    CriticalPoints(
      box: box, points: points, isComplete: isComplete, nonIsolated: nonIsolated, unresolved: unresolved,
      statistics: statistics, certification: certification)
  }

  /// By ascending value, and by coordinates where values are equal.
  static func sorted(_ points: [CriticalPoint]) -> [CriticalPoint] {
    points.sorted { a, b in
      a.value != b.value ? a.value < b.value : a.point.lexicographicallyPrecedes(b.point)
    }
  }
}

/// A connected set of critical points that has no isolated ones.
public struct NonIsolatedSet: Sendable {
  /// 1 for a curve, 2 for a surface: the number of eigenvalues of the Hessian that are zero on it.
  public let dimension: Int

  /// The smallest box that holds the part of the set that was followed, up to the length of the steps.
  public let box: Box
}

/// How far a search for critical points is.
public struct CriticalPointProgress: Sendable {
  /// The share of the box's volume that is proven to hold no further critical points; 0 where nothing is proven.
  public var decidedVolume = 0.0
  /// The points found by now.
  public var pointCount = 0
  /// The coordinates of those found since the last report.
  public var newPoints: [[Double]] = []
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
  /// Points that two starts have found.
  public var foundTwice = 0
  /// Further starts at images of found points under symmetries of the function.
  public var images = 0
  /// Further starts beside found points, with these divided out.
  public var deflatedStarts = 0
  /// Why no more starts were made.
  public var end = End.noNewPoints

  /// Why a search ended.
  public enum End: String, Sendable {
    /// The gradient is a constant: nothing was searched.
    case constantGradient
    /// The latter half of the starts found no new point, no point was found only once (or seven eighths of the starts
    /// found no new one), and neither did starts beside the found points.
    case noNewPoints
    /// ``CriticalPointSearchOptions/maxStarts``.
    case maxStarts
    /// ``CriticalPointSearchOptions/timeLimit``.
    case timeLimit
    /// It was cancelled.
    case cancelled
    /// A proof left nothing to search for.
    case notNeeded
  }

  /// Nothing counted yet.
  public init() {}

  init(end: End) { self.end = end }

  /// The number of points that are likely to be missing: f₁(f₁ − 1)/(2(f₂ + 1)) with f₁ of ``foundOnce`` and f₂ of
  /// ``foundTwice`` (Chao, "Nonparametric estimation of the number of classes in a population", Scand. J. Statist. 11,
  /// 1984, in its bias-corrected form). A lower estimate: points with small basins are less likely than it takes them.
  public var estimatedMissing: Double {
    Double(foundOnce * Swift.max(0, foundOnce - 1)) / Double(2 * (foundTwice + 1))
  }
}

/// How `Function.criticalPoints(in:certify:parameters:options:)` searches.
public struct CriticalPointSearchOptions: Sendable {
  /// The number of starts of the first round; each further round doubles the total. nil is 256, and less
  /// from 13 variables on.
  public var firstStarts: Int?

  /// The largest number of starts.
  public var maxStarts = 16_384

  /// Between rounds the search ends once this has passed. Nothing else depends on time.
  public var timeLimit = Duration.seconds(6)

  /// Whether a function that is a sum of functions of different variables is searched part by part.
  public var usesSeparability = true

  /// Newton's method from each start.
  public var newton = StationaryPointOptions()

  /// Limits of the proof.
  public var certification = CertificationOptions()

  /// Called from time to time by the thread that searches; false cancels, and the result is what was found by
  /// then. Cancelling the task does the same.
  public var report: @Sendable (CriticalPointProgress) -> Bool = { _ in true }

  /// The defaults.
  public init() {}
}
