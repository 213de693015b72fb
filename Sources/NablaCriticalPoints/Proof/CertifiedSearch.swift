internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization

/// A proof by branch and prune; and where that leaves boxes undecided, a search by starts of what may lie there.
struct CertifiedSearch {
  private let function: Function
  private let box: Box
  private let parameters: [Double]
  private let options: CriticalPointSearchOptions

  init(_ function: Function, box: Box, parameters: [Double], options: CriticalPointSearchOptions) {
    self.function = function
    self.box = box
    self.parameters = parameters
    self.options = options
  }

  func run(gradient: [Expr]) -> CriticalPoints {
    let certification = options.certification
    let system = GradientSystem(function, gradient: gradient, parameters: parameters)
    var proof = BranchAndPrune(
      system, box: box, options: certification, deadline: .now + certification.timeLimit,
      report: { options.report(.init(decidedVolume: $0)) })
    proof.run(stopsWhenGrowing: true)
    var found: CriticalPoints?
    if proof.isGrowing {
      found = search()
      if found!.nonIsolated.isEmpty { proof.run(stopsWhenGrowing: false) }
    }
    let unresolved = Clusters.joined(proof.undecided, scales: box.scales)
    if !unresolved.isEmpty && found == nil { found = search() }
    return result(proof, unresolved, found)
  }

  private func search() -> CriticalPoints {
    var search = CriticalPointSearch(function, box: box, parameters: parameters, options: options)
    return search.run()
  }

  private func result(
    _ proof: BranchAndPrune, _ unresolved: [[Interval]], _ found: CriticalPoints?
  ) -> CriticalPoints {
    let inspector = PointInspector(function, box: box, parameters: parameters)
    var points = certifiedPoints(proof.zeros, inspector)
    // Elsewhere than in undecided boxes there is nothing else, whatever a start has led to.
    for point in found?.points ?? [] {
      let isOpen = unresolved.contains { cluster in
        zip(cluster, point.point).enumerated().allSatisfy { j, pair in
          let slack = 1e-6 * inspector.scales[j] + pair.0.width
          return pair.0.lower - slack <= pair.1 && pair.1 <= pair.0.upper + slack
        }
      }
      let isKnown = proof.zeros.contains { zero in
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
      statistics: found?.statistics ?? SearchStatistics(end: .notNeeded), certification: proof.statistics)
  }

  /// The proven points that lie in the box, or are too near to its boundary to tell on which side.
  private func certifiedPoints(_ zeros: [BoxWorker.Zero], _ inspector: PointInspector) -> [CriticalPoint] {
    let n = box.dimension
    let inside = zeros.filter { zero in
      zip(zero.enclosure, zip(box.lower, box.upper)).allSatisfy { $0.lower <= $1.1 && $1.0 <= $0.upper }
    }
    let middles = inside.map { zero in
      zip(zero.enclosure, zip(box.lower, box.upper)).map { enclosure, range in
        Swift.min(range.1, Swift.max(range.0, enclosure.midpoint)) + 0
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
}
