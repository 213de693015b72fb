// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaOptimization
internal import NablaTensors

extension Function {
  /// The variables of a scalar function in groups such that f is a sum of functions of one group each, as the graph shows
  /// it: no component of the gradient depends on variables of two groups.
  func separableBlocks(gradient: [Expr]) -> [[Int]] {
    var group = Array(variables.indices)
    func root(_ i: Int) -> Int { group[i] == i ? i : root(group[i]) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(variables, 0...))
    for (i, component) in gradient.enumerated() {
      for variable in component.variables {
        guard let j = numbers[variable], root(i) != root(j) else { continue }
        group[root(i)] = root(j)
      }
    }
    return Dictionary(grouping: group.indices, by: root).values.sorted { $0[0] < $1[0] }
  }
}

/// The critical points of a sum f = Σ f_B(x_B): all combinations of those of its parts.
///
/// Three points in each of ten variables are 59049, which no search by starts finds.
struct SeparableSearch {
  let function: Function
  let box: Box
  let certify: Bool
  let parameters: [Double]
  let options: CriticalPointSearchOptions

  /// More points than this are not combined.
  private static let largestCount = 1_000_000
  private static let largestSetCount = 1_000

  /// - Parameter blocks: at least two.
  /// - Returns: nil where f is nowhere defined among the points tried, or the combinations are too many.
  func run(_ blocks: [[Int]]) -> CriticalPoints? {
    guard let anchor else { return nil }
    let begin = ContinuousClock.now
    var parts: [CriticalPoints] = []
    var (count, boxes) = (1, 0)
    for block in blocks {
      let others = box.lower.indices.filter { !block.contains($0) }
      let fixed = Dictionary(
        uniqueKeysWithValues: others.map { (function.variables[$0], Expr(anchor[$0])) })
      let part = Function(
        function.outputs[0].substituting(fixed), of: block.map { function.variables[$0] },
        parameters: function.parameters)
      // All parts together keep to the limits.
      let elapsed = begin.duration(to: .now)
      var rest = options
      rest.timeLimit = Swift.max(.zero, options.timeLimit - elapsed)
      rest.certification.timeLimit = Swift.max(.zero, options.certification.timeLimit - elapsed)
      rest.certification.maxBoxes = options.certification.maxBoxes - boxes
      let result = part.criticalPoints(
        in: Box(uncheckedLower: block.map { box.lower[$0] }, upper: block.map { box.upper[$0] }),
        certify: certify, parameters: parameters, options: rest)
      parts.append(result)
      boxes += result.certification?.boxes ?? 0
      count *= Swift.max(1, result.points.count + result.nonIsolated.count)
      if count > Self.largestCount { return nil }
    }
    return combined(parts, blocks)
  }

  /// A point at which f is finite.
  private var anchor: [Double]? {
    let bounded = Box(
      uncheckedLower: zip(box.lower, box.upper).map { $0.isFinite ? $0 : $1.isFinite ? $1 - 1 : -1 },
      upper: zip(box.lower, box.upper).map { $1.isFinite ? $1 : $0.isFinite ? $0 + 1 : 1 })
    var sequence = StartSequence(in: bounded)
    let candidates = [bounded.lower.map { _ in 0 }].filter { bounded.contains($0) } + sequence.points(32)
    let values = function.value(
      at: Tensor(candidates), parameters: parameters.isEmpty ? nil : Tensor(parameters)
    ).scalars
    return zip(candidates, values).first { $0.1.isFinite }?.0
  }

  private func combined(_ parts: [CriticalPoints], _ blocks: [[Int]]) -> CriticalPoints {
    let points = combinedPoints(parts, blocks)
    // A part without any candidate leaves nothing.
    let isEmpty = parts.contains { $0.isComplete && $0.points.isEmpty && $0.nonIsolated.isEmpty }
    var unresolved: [Box] = []
    var statistics = SearchStatistics(end: .notNeeded)
    var certification = certify ? CertificationStatistics() : nil
    for (part, block) in zip(parts, blocks) {
      if !isEmpty { unresolved += part.unresolved.map { widened($0, block) } }
      statistics.add(part.statistics)
      if let proof = part.certification { certification?.add(proof) }
    }
    return CriticalPoints(
      box: box, points: points, isComplete: isEmpty || parts.allSatisfy(\.isComplete),
      nonIsolated: isEmpty ? [] : combinedSets(parts, blocks), unresolved: unresolved, statistics: statistics,
      certification: certification)
  }

  /// A box of a part's variables with the whole range of the others.
  private func widened(_ part: Box, _ block: [Int]) -> Box {
    var (lower, upper) = (box.lower, box.upper)
    for (k, j) in block.enumerated() { (lower[j], upper[j]) = (part.lower[k], part.upper[k]) }
    return Box(uncheckedLower: lower, upper: upper)
  }

  private func combinedPoints(_ parts: [CriticalPoints], _ blocks: [[Int]]) -> [CriticalPoint] {
    let n = box.dimension
    var choices: [[CriticalPoint]] = [[]]
    for part in parts { choices = choices.flatMap { choice in part.points.map { choice + [$0] } } }
    guard !choices.isEmpty else { return [] }
    func gathered<T>(_ choice: [CriticalPoint], _ zero: T, _ of: (CriticalPoint) -> [T]) -> [T] {
      var result = [T](repeating: zero, count: n)
      for (point, block) in zip(choice, blocks) {
        for (k, value) in of(point).enumerated() { result[block[k]] = value }
      }
      return result
    }
    let coordinates = choices.map { gathered($0, 0) { $0.point } }
    let values = function.value(
      at: Tensor(coordinates), parameters: parameters.isEmpty ? nil : Tensor(parameters)
    ).scalars
    return CriticalPoints.sorted(
      zip(choices, zip(coordinates, values)).map { choice, place in
        CriticalPoint(
          point: place.0, value: place.1, gradient: gathered(choice, 0) { $0.gradient },
          eigenvalues: choice.flatMap(\.eigenvalues).sorted(), kind: kind(of: choice),
          index: choice.reduce(0) { $0 + $1.index }, isDegenerate: choice.contains(where: \.isDegenerate),
          enclosure: choice.allSatisfy { $0.enclosure != nil }
            ? gathered(choice, Interval.entire) { $0.enclosure! } : nil,
          isCertified: choice.allSatisfy(\.isCertified))
      })
  }

  /// A sum is a minimum where all parts are, and neither where one is or two differ.
  private func kind(of parts: [CriticalPoint]) -> CriticalPoint.Kind {
    let kinds = Set(parts.map(\.kind))
    if kinds.contains(.saddle) || kinds.contains(.inflection) || kinds.isSuperset(of: [.minimum, .maximum]) {
      return .saddle
    }
    return kinds.count == 1 ? kinds.first! : .undetermined
  }

  /// Sets of one part at the points and along the sets of the others.
  private func combinedSets(_ parts: [CriticalPoints], _ blocks: [[Int]]) -> [NonIsolatedSet] {
    guard parts.contains(where: { !$0.nonIsolated.isEmpty }) else { return [] }
    var choices: [(dimension: Int, boxes: [Box])] = [(0, [])]
    for part in parts {
      let candidates =
        part.points.map { (dimension: 0, box: Box(uncheckedLower: $0.point, upper: $0.point)) }
        + part.nonIsolated.map { (dimension: $0.dimension, box: $0.box) }
      choices = choices.flatMap { choice in
        candidates.map { (choice.dimension + $0.dimension, choice.boxes + [$0.box]) }
      }
    }
    // Points alone are no sets.
    return choices.filter { $0.dimension > 0 }.prefix(Self.largestSetCount)
      .map {
        choice in
        var (lower, upper) = (box.lower, box.upper)
        for (part, block) in zip(choice.boxes, blocks) {
          for (k, j) in block.enumerated() { (lower[j], upper[j]) = (part.lower[k], part.upper[k]) }
        }
        return NonIsolatedSet(dimension: choice.dimension, box: Box(uncheckedLower: lower, upper: upper))
      }
  }
}

extension SearchStatistics {
  /// Adds what another search did; the end is that of the first that reached a limit.
  fileprivate mutating func add(_ other: SearchStatistics) {
    starts += other.starts
    converged += other.converged
    duplicates += other.duplicates
    outside += other.outside
    rejected += other.rejected
    evaluations += other.evaluations
    foundOnce += other.foundOnce
    foundTwice += other.foundTwice
    images += other.images
    deflatedStarts += other.deflatedStarts
    switch end {
    case .notNeeded, .constantGradient, .noNewPoints: if other.end != .notNeeded { end = other.end }
    case .maxStarts, .timeLimit, .cancelled: break
    }
  }
}

extension CertificationStatistics {
  fileprivate mutating func add(_ other: CertificationStatistics) {
    boxes += other.boxes
    undecided += other.undecided
    if end == .decided { end = other.end }
  }
}
