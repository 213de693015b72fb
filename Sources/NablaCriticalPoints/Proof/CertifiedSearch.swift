// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// A proof by branch and prune; and where that leaves boxes undecided, a search by starts of what may lie there.
struct CertifiedSearch {
  private let function: Function
  private let box: Box
  private let parameters: [Double]
  private let options: CriticalPointSearchOptions

  /// The most boxes for a part of the box that is unbounded.
  private static let farBoxes = 2_000

  init(_ function: Function, box: Box, parameters: [Double], options: CriticalPointSearchOptions) {
    self.function = function
    self.box = box
    self.parameters = parameters
    self.options = options
  }

  /// - Parameter sides: expressions with the zeros of the gradient's components.
  func run(sides: [Expr]) -> CriticalPoints {
    let certification = options.certification
    // Of the time a part is kept for the search of what the proof leaves open.
    let end = ContinuousClock.now + certification.timeLimit
    let deadline = end - Swift.min(.milliseconds(500), certification.timeLimit / 5)
    let system = GradientSystem(function, sides: sides, parameters: parameters)
    var count = 0
    let report = { (volume: Double, zeros: ArraySlice<BoxWorker.Zero>) in
      count += zeros.count
      return options.report(
        CriticalPointProgress(
          decidedVolume: volume, pointCount: count,
          newPoints: zeros.map { $0.enclosure.map(Self.representative) }))
    }
    let far =
      box.isBounded
      ? nil
      : FarRegion(
        of: box, function, sides: sides, parameters: parameters, options: certification, deadline: deadline)
    let core = far?.core ?? box
    var proof = BranchAndPrune(
      system, box: core, options: certification, deadline: deadline, report: report)
    proof.run(stopsWhenGrowing: true)
    var found: CriticalPoints?
    if proof.isGrowing {
      found = search(core, until: end)
      if found!.nonIsolated.isEmpty { proof.run(stopsWhenGrowing: false) }
    }
    var open: [[Interval]] = []
    for part in far?.open ?? [] {
      // Beyond the core it is all or nothing: sin has points without end there.
      var limits = certification
      limits.maxBoxes = Swift.min(limits.maxBoxes, Self.farBoxes)
      var farther = BranchAndPrune(
        system, box: core, part: part, options: limits, deadline: deadline, report: report)
      farther.run(stopsWhenGrowing: true)
      if farther.undecided.isEmpty {
        for zero in farther.zeros { proof.add(zero) }
      } else {
        open.append(part)
      }
    }
    let unresolved = Clusters.joined(proof.undecided, scales: core.scales) + open
    if !unresolved.isEmpty && found == nil { found = search(core, until: end) }
    return result(proof.zeros, proof.statistics, unresolved, found, core)
  }

  /// A search for what the proof leaves open, in the time that is left.
  private func search(_ core: Box, until end: ContinuousClock.Instant) -> CriticalPoints {
    var options = options
    let left = Swift.max(.zero, ContinuousClock.now.duration(to: end))
    options.timeLimit = Swift.min(options.timeLimit, left)
    var search = CriticalPointSearch(function, box: core, parameters: parameters, options: options)
    return search.run()
  }

  private func result(
    _ zeros: [BoxWorker.Zero], _ statistics: CertificationStatistics, _ unresolved: [[Interval]],
    _ found: CriticalPoints?, _ core: Box
  ) -> CriticalPoints {
    let inspector = PointInspector(function, box: core, parameters: parameters)
    var points = certifiedPoints(zeros, inspector)
    // Elsewhere than in undecided boxes there is nothing else, whatever a start has led to.
    for point in found?.points ?? [] {
      let isOpen = unresolved.contains { cluster in
        zip(cluster, point.point).enumerated().allSatisfy { j, pair in
          let slack = 1e-6 * inspector.scales[j] + (pair.0.isBounded ? pair.0.width : 0)
          return pair.0.lower - slack <= pair.1 && pair.1 <= pair.0.upper + slack
        }
      }
      let isKnown = zeros.contains { zero in
        zip(zero.region, point.point).allSatisfy { $0.contains($1) }
          || zip(zero.enclosure, point.point).enumerated().allSatisfy { j, pair in
            pair.0.inflated(by: 1e-9 * inspector.scales[j]).contains(pair.1)
          }
      }
      if isOpen && !isKnown { points.append(point) }
    }
    return CriticalPoints(
      box: box, points: CriticalPoints.sorted(points), isComplete: unresolved.isEmpty,
      nonIsolated: found?.nonIsolated ?? [],
      unresolved: unresolved.map { Box(uncheckedLower: $0.map(\.lower), upper: $0.map(\.upper)) },
      statistics: found?.statistics ?? SearchStatistics(end: .notNeeded), certification: statistics)
  }

  /// The proven points that lie in the box, or are too near to its boundary to tell on which side.
  private func certifiedPoints(_ zeros: [BoxWorker.Zero], _ inspector: PointInspector) -> [CriticalPoint] {
    let n = box.dimension
    let inside = zeros.filter { zero in
      zip(zero.enclosure, zip(box.lower, box.upper)).allSatisfy { $0.lower <= $1.1 && $1.0 <= $0.upper }
    }
    let middles = inside.map { zero in
      zip(zero.enclosure, zip(box.lower, box.upper)).map { enclosure, range in
        Swift.min(range.1, Swift.max(range.0, Self.representative(enclosure)))
      }
    }
    return zip(inside, inspector.classify(middles)).map { zero, verdict in
      let enclosure = zero.enclosure
      guard let index = zero.index else {
        let kind =
          verdict.point.isDegenerate
          ? inspector.higherOrderKind(at: verdict.point.point) : verdict.point.kind
        return verdict.point.decided(as: kind).located(in: enclosure)
      }
      let kind: CriticalPoint.Kind = index == 0 ? .minimum : index == n ? .maximum : .saddle
      return CriticalPoint(
        point: verdict.point.point, value: verdict.point.value, gradient: verdict.point.gradient,
        eigenvalues: verdict.point.eigenvalues, kind: kind, index: index, isDegenerate: false,
        enclosure: enclosure, isCertified: true)
    }
  }

  /// A number of the enclosure: an integer if there is one, else the middle.
  private static func representative(_ enclosure: Interval) -> Double {
    let middle = enclosure.midpoint
    let integer = middle.rounded()
    return (enclosure.contains(integer) ? integer : middle) + 0
  }
}
