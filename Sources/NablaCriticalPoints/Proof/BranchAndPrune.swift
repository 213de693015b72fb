// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels
internal import NablaOptimization

/// Divides a box until every part is proven to hold one critical point or none, or is too small.
///
/// All boxes of a generation are decided at once, on all cores; what they found counts from the next one on, so
/// that the result does not depend on the number of threads. Boxes that reach the tolerance are set apart, and
/// taken up again at a tenth of it when all others are decided: around an isolated degenerate point their number
/// stays the same, along a curve it grows tenfold.
struct BranchAndPrune {
  private let system: GradientSystem
  private let box: [Interval]
  private let scales: [Double]
  private let options: CertificationOptions
  private let deadline: ContinuousClock.Instant
  /// Called before each generation with the share of the box's volume that is decided and the zeros found since the
  /// last call; false cancels.
  private let report: (Double, ArraySlice<BoxWorker.Zero>) -> Bool
  private var reported = 0
  private var frontier: BoxList
  private var setApart: [[Interval]] = []
  private var tolerance = 0.1
  private var lastCount = 0
  private var decidedVolume = 0.0
  private var kernels = Kernels.notMade

  private enum Kernels {
    case notMade, unavailable
    case made(BoxKernels)
  }

  private(set) var zeros: [BoxWorker.Zero] = []
  private(set) var statistics = CertificationStatistics()
  /// Whether the number of small boxes grows as it does along a curve or surface.
  private(set) var isGrowing = false

  private static let smallestTolerance = 1e-8

  /// - Parameters:
  ///   - box: bounded; the scale of all tolerances.
  ///   - part: what to decide instead of the box, which may be unbounded.
  init(
    _ system: GradientSystem, box: Box, part: [Interval]? = nil, options: CertificationOptions,
    deadline: ContinuousClock.Instant, report: @escaping (Double, ArraySlice<BoxWorker.Zero>) -> Bool
  ) {
    self.system = system
    self.box = zip(box.lower, box.upper).map { Interval($0, $1) }
    self.options = options
    self.deadline = deadline
    self.report = report
    scales = box.scales
    frontier = BoxList([part ?? self.box], dimension: system.n)
  }

  /// What could not be decided.
  var undecided: [[Interval]] { setApart + frontier.boxes }

  /// Goes on until everything is decided, or a limit is reached, or the number of small boxes grows.
  ///
  /// - Parameter stopsWhenGrowing: whether the last of these counts.
  mutating func run(stopsWhenGrowing: Bool) {
    while true {
      while !frontier.isEmpty {
        if let end = limit() {
          statistics.end = end
          statistics.undecided = setApart.count + frontier.count
          return
        }
        generation()
      }
      statistics.undecided = setApart.count
      guard !setApart.isEmpty else {
        statistics.end = .decided
        return
      }
      isGrowing = lastCount > 0 && setApart.count > 200 && setApart.count > 4 * lastCount
      if isGrowing && stopsWhenGrowing {
        statistics.end = .nonIsolated
        return
      }
      guard tolerance > Self.smallestTolerance * 1.5 else {
        statistics.end = .smallBoxes
        return
      }
      lastCount = setApart.count
      tolerance *= 0.1
      frontier = BoxList(setApart, dimension: system.n)
      setApart = []
    }
  }

  private mutating func limit() -> CertificationStatistics.End? {
    if statistics.boxes + frontier.count > options.maxBoxes { return .maxBoxes }
    if ContinuousClock.now >= deadline { return .timeLimit }
    defer { reported = zeros.count }
    if Task.isCancelled || !report(decidedVolume, zeros[reported...]) { return .cancelled }
    return nil
  }

  /// A part of the frontier is taken at a time, so that limits are seen in time; the last boxes first, so that
  /// memory grows with the depth and not with the width of the search.
  private static let part = 8192

  private mutating func generation() {
    let boxes = frontier.removeLast(Swift.min(frontier.count, Self.part))
    let count = boxes.count
    statistics.boxes += count
    let tolerances = scales.map { tolerance * $0 }
    if case .notMade = kernels, statistics.boxes > options.boxesBeforeKernels {
      kernels = BoxKernels(system).map { .made($0) } ?? .unavailable
    }
    let (system, scales, known, kernels) = (self.system, self.scales, zeros.map(\.region), self.kernels)
    let n = system.n
    let outcomes = [BoxWorker.Outcome](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let results = buffer
      let cost = 60 * Double(system.equations.stepCount + system.jacobian.stepCount) + 1000
      boxes.withUnsafeSides { sides in
        nonisolated(unsafe) let sides = sides
        Parallelism.forEachChunk(of: count, costPerItem: cost) { range in
          let worker = BoxWorker(system, scales: scales)
          var left: [Int] = []
          for i in range {
            let box = UnsafeBufferPointer(start: sides + i * n, count: n)
            if known.contains(where: { isInside(box, $0) }) {
              results.initializeElement(at: i, to: .discarded)
            } else if case .made = kernels {
              left.append(i)
            } else {
              results.initializeElement(at: i, to: worker.process(Array(box), tolerances: tolerances))
            }
          }
          if case .made(let kernels) = kernels {
            BoxBatch(kernels, worker, tolerances: tolerances).process(sides, left) {
              results.initializeElement(at: $0, to: $1)
            }
          }
        }
      }
      initialized = count
    }
    for (i, outcome) in outcomes.enumerated() {
      switch outcome {
      case .discarded: decidedVolume += volume(boxes[i])
      case .zero(let zero):
        decidedVolume += volume(boxes[i])
        add(zero)
      case .halves(let rest, let side, let cut):
        decidedVolume += volume(boxes[i]) - volume(rest)
        frontier.append(rest, replacing: side, by: Interval(rest[side].lower, cut))
        frontier.append(rest, replacing: side, by: Interval(cut, rest[side].upper))
      case .undecided(let rest):
        decidedVolume += volume(boxes[i]) - volume(rest)
        setApart.append(rest)
      }
    }
  }

  /// The share of the whole; 0 of unbounded parts.
  private func volume(_ part: some RandomAccessCollection<Interval>) -> Double {
    guard part.allSatisfy(\.isBounded) else { return 0 }
    return zip(part, box).reduce(1) { $1.1.width > 0 ? $0 * ($1.0.width / $1.1.width) : $0 }
  }

  /// Adds a zero unless it is one of the known ones: a region holds a single one.
  mutating func add(_ zero: BoxWorker.Zero) {
    for i in zeros.indices
    where isInside(zero.enclosure, zeros[i].region) || isInside(zeros[i].enclosure, zero.region) {
      if zeros[i].index == nil { zeros[i].index = zero.index }
      return
    }
    // Enclosures that overlap, neither in the other's region: one zero or two.
    let overlapping = zeros.contains { other in
      zip(zero.enclosure, other.enclosure).allSatisfy { !$0.isDisjoint(from: $1) }
    }
    if overlapping { return setApart.append(zero.enclosure) }
    zeros.append(zero)
  }
}

/// Whether a box lies in another one.
private func isInside(_ box: some RandomAccessCollection<Interval>, _ other: [Interval]) -> Bool {
  zip(box, other).allSatisfy { $0.isSubset(of: $1) }
}
