// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization
internal import NablaTensors

/// A search for all critical points in a box by Newton's method from many starts.
struct CriticalPointSearch {
  struct Found {
    var point: CriticalPoint
    /// How far from it another result counts as the same point, coordinate by coordinate.
    var radius: [Double]
    /// The starts that led here.
    var hits: Int
  }

  let inspector: PointInspector
  private let degenerate: DegenerateAnalysis
  private(set) var options: CriticalPointSearchOptions
  private(set) var found: [Found] = []
  private var sets: [DegenerateAnalysis.SampledSet] = []
  var statistics = SearchStatistics()
  private var rejects: [[Double]] = []

  init(_ function: Function, box: Box, parameters: [Double], options: CriticalPointSearchOptions) {
    inspector = PointInspector(function, box: box, parameters: parameters)
    degenerate = DegenerateAnalysis(inspector: inspector)
    self.options = options
  }

  /// Searches round by round: each round doubles the number of starts.
  mutating func run() -> CriticalPoints {
    let box = inspector.box
    let n = box.dimension
    let clock = ContinuousClock()
    let deadline = clock.now + options.timeLimit
    options.newton.deadline = deadline
    var sequence = StartSequence(in: box)
    var round = Swift.max(1, options.firstStarts ?? Swift.max(8, Swift.min(256, 40_000 / (n * n))))
    var lastNew = 0
    var reported = 0
    let symmetries = Symmetry.all(of: inspector)
    var mirrored = 0
    // A round is worked off in parts, so that the time limit is seen in time.
    let part = Swift.max(4, Swift.min(1024, 400_000 / (n * n * n)))
    while true {
      var left = Swift.min(round, options.maxStarts - statistics.starts)
      var isCancelled = false
      while left > 0 && clock.now < deadline {
        isCancelled =
          Task.isCancelled
          || !options.report(
            CriticalPointProgress(
              pointCount: found.count, newPoints: found[reported...].map(\.point.point)))
        reported = found.count
        if isCancelled { break }
        let count = Swift.min(part, left)
        if search(from: sequence.points(count)) { lastNew = statistics.starts + count }
        statistics.starts += count
        left -= count
        // A function of many variables alike has images without end: a few at a time, too.
        while mirrored < found.count && clock.now < deadline {
          let new = found[mirrored...].prefix(8).map(\.point.point)
          mirrored += new.count
          searchImages(of: new, under: symmetries)
        }
      }
      statistics.foundOnce = found.count { $0.hits == 1 }
      statistics.foundTwice = found.count { $0.hits == 2 }
      if left > 0 || mirrored < found.count {
        statistics.end = isCancelled ? .cancelled : .timeLimit
      } else if statistics.starts >= options.maxStarts {
        statistics.end = .maxStarts
      } else if statistics.starts >= 2 * lastNew && statistics.starts > round
        && (statistics.foundOnce == 0 || statistics.starts >= 8 * lastNew)
      {
        if searchCrowds() {
          lastNew = statistics.starts
          round = statistics.starts
          continue
        }
        statistics.end = .noNewPoints
      } else {
        round = statistics.starts
        continue
      }
      return result(nonIsolated: clusters())
    }
  }

  // MARK: One round

  /// Runs Newton's method from the starts; returns whether a point or a set was new.
  private mutating func search(from starts: [[Double]]) -> Bool {
    // Damping leads to the zero whose basin the start lies in, but stops at folds, where the Hessian is
    // singular; undamped steps jump across. Each has half of the starts.
    var undamped = options.newton
    undamped.isDamped = false
    let half = starts.count / 2
    let isNew = search(from: Array(starts[..<half]), newton: undamped, countsHits: true)
    return search(from: Array(starts[half...]), newton: options.newton, countsHits: true) || isNew
  }

  /// The same by one kind of Newton's method.
  ///
  /// - Parameter countsHits: whether the starts are of those by whose hits what is missing is estimated.
  mutating func search(from starts: [[Double]], newton: StationaryPointOptions, countsHits: Bool) -> Bool {
    guard !starts.isEmpty else { return false }
    let ends = stationaryPoints(
      of: inspector.function, from: Tensor(starts), parameters: inspector.parameterTensor,
      within: inspector.box, options: newton)
    var isNew = false
    for end in ends {
      statistics.evaluations += end.evaluations
      guard end.reason != .timeLimit else { continue }
      // Convergence to a degenerate point may end in rounding errors before it is complete.
      guard end.converged || end.reason == .singular || end.stepNorm <= 1e-4 else { continue }
      statistics.converged += 1
      guard let x = inspector.clipped(end.point, stepNorm: end.stepNorm) else {
        statistics.outside += 1
        continue
      }
      if isKnown(x, stepNorm: end.stepNorm, countsHits) {
        statistics.duplicates += 1
      } else if rejects.contains(where: { inspector.distance($0, x) <= 1e-12 }) {
        statistics.rejected += 1
      } else if accept(x, stepNorm: end.stepNorm, countsHits) {
        isNew = true
      }
    }
    return isNew
  }

  private mutating func isKnown(_ x: [Double], stepNorm: Double, _ countsHits: Bool) -> Bool {
    let slack = 8 * Swift.min(stepNorm, 1e-9) + 1e-11
    for i in found.indices {
      let other = found[i].point.point
      let isSame = x.indices.allSatisfy { j in
        Swift.abs(x[j] - other[j]) <= found[i].radius[j] + slack * inspector.scales[j]
      }
      if isSame {
        if countsHits { found[i].hits += 1 }
        return true
      }
    }
    return sets.contains { set in
      set.samples.contains { inspector.distance($0.point.point, x) <= set.spacing }
    } && inspector.classify([x])[0].point.isDegenerate
  }

  /// Adds a point, or a set, that is new; returns whether it was.
  private mutating func accept(_ x: [Double], stepNorm: Double, _ countsHits: Bool) -> Bool {
    var verdict = inspector.classify([x])[0]
    if verdict.point.isDegenerate {
      verdict = degenerate.rounded(degenerate.refined(verdict), stepNorm: stepNorm)
    }
    let isCritical =
      verdict.point.kind != .regular && (verdict.point.kind != .undetermined || verdict.point.isDegenerate)
      && !(verdict.point.isDegenerate && inspector.vanishesByUnderflow(verdict.point))
      && !(verdict.point.isDegenerate && inspector.isHiddenByRounding(verdict.point))
      && !(verdict.point.isDegenerate && inspector.isAtEdge(verdict.point))
      && (!verdict.point.isDegenerate || verdict.vanishes || stepNorm <= 1e-13)
      && inspector.isSmooth(at: verdict)
    guard isCritical else {
      statistics.rejected += 1
      if rejects.count < 1000 { rejects.append(x) }
      return false
    }
    let point = verdict.point.point
    if verdict.point.isDegenerate {
      if point != x && isKnown(point, stepNorm: 0, countsHits) {
        statistics.duplicates += 1
        return false
      }
      guard degenerate.isIsolated(verdict) else {
        sets.append(degenerate.follow(verdict))
        return true
      }
    }
    let radius = radius(verdict, stepNorm)
    // A point that rounding (of subnormal derivatives, say) lets lie anywhere near is not found.
    let isPlaced = point.indices.allSatisfy { j in
      radius[j] <= Swift.max(0.01 * inspector.scales[j], 1e-8 * Swift.abs(point[j]))
    }
    guard isPlaced else {
      statistics.rejected += 1
      return false
    }
    var critical = verdict.point
    if critical.isDegenerate {
      critical = critical.decided(as: inspector.higherOrderKind(at: critical.point))
    }
    found.append(Found(point: critical, radius: radius, hits: countsHits ? 1 : 0))
    return true
  }

  /// The uncertainty of a point's position: of a degenerate one 10⁻⁵ of the box, or as far as its gradient
  /// is zero to rounding; else 8|H⁻¹| times the gradient's error, and its last Newton step.
  private func radius(_ verdict: Classifier.Verdict, _ stepNorm: Double) -> [Double] {
    let x = verdict.point.point
    if verdict.point.isDegenerate {
      let reach = Swift.max(indistinguishableReach(verdict), 1e-5, Swift.min(1e-3, 4 * stepNorm))
      return inspector.scales.map { 2 * reach * $0 }
    }
    let error = inspector.error.bounds(
      at: x, parameters: inspector.parameters, uncertainties: ulps(1, of: x)
    ).gradient
    let inverse = verdict.inverseMagnitude
    let n = x.count
    return (0..<n).map { i in
      // An exact component adds nothing, though the inverse of a subnormal Hessian is infinite.
      let spread = (0..<n).reduce(0) { $0 + (error[$1] == 0 ? 0 : inverse[i * n + $1] * error[$1]) }
      return 8 * (spread + Swift.abs(verdict.step[i])) + 16 * x[i].ulp
    }
  }

  /// How far along the null space the gradient is still zero to within its rounding error.
  private func indistinguishableReach(_ verdict: Classifier.Verdict) -> Double {
    var reach = 0.0
    for vector in verdict.nullVectors {
      let size = inspector.distance(vector, vector.map { _ in 0 })
      for sign in [1.0, -1] {
        for h in [1e-6, 1e-5, 1e-4, 1e-3] {
          let moved = zip(verdict.point.point, vector).map { $0 + sign * h / size * $1 }
          let other = inspector.classify([moved])[0]
          guard other.point.kind != .regular && other.point.isDegenerate else { break }
          reach = Swift.max(reach, h)
        }
      }
    }
    return reach
  }

  // MARK: The result

  private func result(nonIsolated: [NonIsolatedSet]) -> CriticalPoints {
    CriticalPoints(
      box: inspector.box, points: CriticalPoints.sorted(found.map(\.point)), isComplete: false,
      nonIsolated: nonIsolated, unresolved: [], statistics: statistics, certification: nil)
  }

  /// The sets, with those joined that touch, and bounds at the box's faces where they come that close.
  private func clusters() -> [NonIsolatedSet] {
    var groups: [DegenerateAnalysis.SampledSet] = []
    for set in sets {
      var merged = set
      groups.removeAll { group in
        let reach = 2 * Swift.max(group.spacing, set.spacing)
        let touches = group.samples.contains { a in
          set.samples.contains { inspector.distance($0.point.point, a.point.point) <= reach }
        }
        if touches { merged.samples += group.samples }
        return touches
      }
      groups.append(merged)
    }
    let (box, scales) = (inspector.box, inspector.scales)
    return groups.map { group in
      let points = group.samples.map(\.point.point)
      let lower = scales.indices.map { j in
        let bound = points.reduce(Double.infinity) { Swift.min($0, $1[j]) }
        return bound - box.lower[j] <= 1e-6 * scales[j] ? box.lower[j] : bound
      }
      let upper = scales.indices.map { j in
        let bound = points.reduce(-Double.infinity) { Swift.max($0, $1[j]) }
        return box.upper[j] - bound <= 1e-6 * scales[j] ? box.upper[j] : bound
      }
      let dimension = group.samples.reduce(scales.count) { Swift.min($0, $1.nullVectors.count) }
      return NonIsolatedSet(dimension: dimension, box: Box(uncheckedLower: lower, upper: upper))
    }
  }
}
