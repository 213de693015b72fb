// SPDX-License-Identifier: Apache-2.0

/// Adaptive integration of a function of one variable.
///
/// The range is cut where the function is not smooth, as enclosures and the user say. Smooth finite pieces take the
/// 21-point Gauss–Kronrod rule and bisection; pieces that end in a singularity or at infinity take double-exponential
/// rules with halved steps, and are cut where those do not converge. The nodes of all pieces that are worked on are
/// evaluated together. When the error estimates are within the tolerance, the samples of each piece are compared with
/// enclosures between them, and pieces are cut where those show what the samples do not.
final class Integrator {
  let integrand: Integrand
  let options: IntegrationOptions
  private(set) var pieces: [Piece] = []
  /// Enclosures that may still be computed for comparison with samples.
  private var budget = 20_000

  /// The most cuts of one piece that enclosures ask for.
  private static let cutLimit = 40
  /// Bisections after which a piece at an end of the range is taken to have a singularity there.
  private static let singularGeneration = 6
  private static let generationLimit = 60
  private static let pieceLimit = 20_000
  /// Enclosures for the comparison of one piece.
  private static let pieceBudget = 3000
  private static let acceptedNoise = 1e-8
  /// The rounding error of a double-exponential rule in ulps of ∫|f|: somewhat above what its estimate adds.
  private static let roundings = 80.0

  init(_ integrand: Integrand, options: IntegrationOptions) {
    self.integrand = integrand
    self.options = options
  }

  /// - Precondition: `lower < upper`.
  func integral(from lower: Double, to upper: Double) -> Integral {
    makePieces(lower, upper)
    evaluate(Array(pieces.indices))
    while true {
      if let failure = failure() { return failure }
      let (value, error, absolute, noise) = totals()
      // What rounding of x costs is accepted up to eight digits: more are not to be had.
      let isExponential = pieces.contains { $0.doubleExponential != nil }
      let floor =
        (isExponential ? Self.roundings : 8) * absolute * .ulpOfOne
        + Swift.min(1.5 * noise, Self.acceptedNoise * absolute)
      let target = Swift.max(options.target(for: value), floor)
      var work: [Int] = []
      if error <= target && error.isFinite && value.isFinite {
        let doubtful = validate(target: target)
        if doubtful.isEmpty { return result(value, error, absolute, .converged) }
        if integrand.evaluations >= options.maxEvaluations {
          return result(value, .infinity, absolute, .evaluationLimit)
        }
        work = cut(doubtful)
      } else {
        if integrand.evaluations >= options.maxEvaluations {
          return result(value, error, absolute, .evaluationLimit)
        }
        work = refine(error: error, target: target)
        if work.isEmpty { return result(value, error, absolute, .noFurtherProgress) }
      }
      evaluate(work)
    }
  }

  // MARK: - The pieces of the start

  private func makePieces(_ lower: Double, _ upper: Double) {
    var breaks = BreakPoints()
    if let enclosures = integrand.enclosures {
      breaks = enclosures.breakPoints(from: lower, to: upper) { [integrand] in integrand.values(at: $0) }
    }
    let named = options.breakPoints.filter { $0 > lower && $0 < upper }
    // A named point is better than one that was found beside it.
    let found = breaks.interior.filter { place in
      !named.contains { Swift.abs($0 - place) <= 1e-14 * Swift.max(Swift.abs(place), Swift.abs($0)) }
    }
    var inner = Set(named + found).sorted()
    // Oscillating tails are pieces of their own; the line has two.
    var tails: [Double: OscillatingTail] = [:]
    if options.method == .automatic {
      for (direction, isInfinite) in [(-1.0, lower == -.infinity), (1.0, upper == .infinity)] where isInfinite
      {
        let end = direction < 0 ? inner.first ?? Swift.min(upper, 0) : inner.last ?? Swift.max(lower, 0)
        guard let tail = integrand.oscillation(direction: direction), let start = tail.start(from: end) else {
          continue
        }
        tails[direction] = tail
        inner.append(start)
      }
    }
    let smooth = Set(inner.filter { !named.contains($0) && !found.contains($0) })
    inner.sort()
    let ends = [lower] + inner + [upper]
    for (index, (low, high)) in zip(ends, ends.dropFirst()).enumerated() {
      var piece = Piece(low, high)
      piece.isLowerEndSingular = index > 0 ? !smooth.contains(low) : breaks.isLowerEndSingular
      piece.isUpperEndSingular = index < ends.count - 2 ? !smooth.contains(high) : breaks.isUpperEndSingular
      piece.tail = low == -.infinity ? tails[-1] : high == .infinity ? tails[1] : nil
      pieces.append(piece)
    }
    for index in pieces.indices { chooseRule(index) }
  }

  private func chooseRule(_ index: Int) {
    let piece = pieces[index]
    if piece.tail != nil { return }
    let isSmooth = piece.isFinite && !piece.isLowerEndSingular && !piece.isUpperEndSingular
    switch options.method {
    case .gaussKronrod where piece.isFinite: return
    case .doubleExponential: break
    default: if isSmooth { return }
    }
    let map: DoubleExponential
    switch (piece.lower.isFinite, piece.upper.isFinite) {
    case (true, true): map = .finite(lower: piece.lower, upper: piece.upper)
    case (true, false): map = .right(lower: piece.lower, scale: piece.scale)
    case (false, true): map = .left(upper: piece.upper, scale: piece.scale)
    case (false, false): map = .line(center: 0, scale: piece.scale)
    }
    pieces[index].doubleExponential = DoubleExponentialState(map)
  }

  // MARK: - Evaluation

  /// Values for new pieces, and for the next level of double-exponential ones; all in one batch.
  private func evaluate(_ work: [Int]) {
    var points: [Double] = []
    var plain: [(index: Int, nodes: [DoubleExponential.Node], first: Int)] = []
    for index in work {
      let piece = pieces[index]
      if let tail = piece.tail {
        set(index, tail)
        continue
      }
      guard let state = piece.doubleExponential else {
        plain.append((index, [], points.count))
        let (middle, half) = (0.5 * piece.lower + 0.5 * piece.upper, 0.5 * (piece.upper - piece.lower))
        for node in GaussKronrod.nodes { points.append(middle + half * node) }
        continue
      }
      let nodes = state.nextPlaces.map(state.map.node).filter { $0.distance.isFinite && $0.weight.isFinite }
      var direct: [DoubleExponential.Node] = []
      var near: [DoubleExponential.Origin: [DoubleExponential.Node]] = [:]
      for node in nodes {
        if node.origin != .none && node.distance < 0x1p-1000 { continue }
        if let end = end(of: piece, node.origin), end != 0,
          node.distance < LocalForm.reach * Swift.abs(end),
          node.origin == .lower ? piece.isLowerEndSingular : piece.isUpperEndSingular
        {
          near[node.origin, default: []].append(node)
        } else {
          direct.append(node)
        }
      }
      var samples: [DoubleExponentialState.Sample] = []
      for (origin, nodes) in near {
        guard let end = end(of: piece, origin),
          let values = integrand.values(
            atDistances: nodes.map(\.distance), from: end, isRight: origin == .lower)
        else {
          direct += nodes
          continue
        }
        samples += zip(nodes, values).map { .init(node: $0, value: $1) }
      }
      if !samples.isEmpty { shiftedSamples[index] = samples }
      direct.removeAll { node in
        guard let end = end(of: piece, node.origin), end != 0 else { return false }
        return node.distance < 4 * end.ulp
      }
      plain.append((index, direct, points.count))
      points += direct.map(state.map.abscissa)
    }
    let values = integrand.values(at: points)
    var again: [Int] = []
    for (index, nodes, first) in plain {
      guard pieces[index].doubleExponential != nil else {
        setGaussKronrod(index, points, values, first)
        continue
      }
      let near = shiftedSamples.removeValue(forKey: index) ?? []
      let isFirst = pieces[index].doubleExponential!.samples.isEmpty
      let isShifted = { (origin: DoubleExponential.Origin) in near.contains { $0.node.origin == origin } }
      let samples = nodes.indices.map {
        DoubleExponentialState.Sample(node: nodes[$0], value: values[first + $0])
      }
      pieces[index].absorb(
        near + samples,
        lost: (
          isShifted(.lower) ? 0 : (end(of: pieces[index], .lower) ?? 0).magnitude.ulpOrZero,
          isShifted(.upper) ? 0 : (end(of: pieces[index], .upper) ?? 0).magnitude.ulpOrZero
        ))
      if isFirst && !pieces[index].isFinite && !pieces[index].isRescaled { rescale(index, &again) }
    }
    if !again.isEmpty { evaluate(again) }
  }

  /// Takes the distance at which the mass of an unbounded piece lies as its unit, where that is another order of magnitude.
  private func rescale(_ index: Int, _ again: inout [Int]) {
    pieces[index].isRescaled = true
    guard let state = pieces[index].doubleExponential, pieces[index].nonFinite == nil,
      pieces[index].divergence == nil
    else { return }
    let terms = state.samples.map { $0.value.isFinite ? Swift.abs($0.node.weight * $0.value) : 0 }
    let total = terms.reduce(0, +)
    guard total > 0, total.isFinite else { return }
    var sum = 0.0
    // On the line by |x|: both sides count as one.
    let isLine = !pieces[index].lower.isFinite && !pieces[index].upper.isFinite
    var distances = zip(state.samples, terms).map { (Swift.abs($0.node.distance), $1) }
    if isLine { distances.sort { $0.0 < $1.0 } }
    for (distance, term) in distances {
      sum += term
      guard sum >= 0.5 * total else { continue }
      if distance > 16 * pieces[index].scale || distance < pieces[index].scale / 16, distance > 0 {
        pieces[index].scale = distance
        chooseRule(index)
        again.append(index)
      }
      return
    }
  }

  private var shiftedSamples: [Int: [DoubleExponentialState.Sample]] = [:]

  private func end(of piece: Piece, _ origin: DoubleExponential.Origin) -> Double? {
    switch origin {
    case .lower: piece.lower
    case .upper: piece.upper
    case .none: nil
    }
  }

  private func set(_ index: Int, _ tail: OscillatingTail) {
    let piece = pieces[index]
    let result = tail.run(from: piece.lower.isFinite ? piece.lower : piece.upper) { halfWave($0, $1) }
    pieces[index].isEvaluated = true
    pieces[index].isValidated = true
    pieces[index].isFrozen = true
    pieces[index].value = result.value
    pieces[index].error = result.error
    pieces[index].absolute = result.absolute
    pieces[index].divergence = result.divergence
  }

  /// A half-wave is smooth: two panels of the rule do, and say if not.
  private func halfWave(_ low: Double, _ high: Double) -> (value: Double, error: Double, absolute: Double) {
    var sum = (value: 0.0, error: 0.0, absolute: 0.0)
    let half: Double = 0.25 * (high - low)
    for middle: Double in [low + half, high - half] {
      var points: [Double] = []
      for node in GaussKronrod.nodes { points.append(middle + half * node) }
      let part = integrand.values(at: points).withUnsafeBufferPointer {
        GaussKronrod.estimate($0.baseAddress!, width: 2 * half)
      }
      sum.value += part.value
      sum.error += part.error
      sum.absolute += part.absolute
    }
    return sum
  }

  private func setGaussKronrod(_ index: Int, _ points: [Double], _ values: [Double], _ first: Int) {
    let width = pieces[index].upper - pieces[index].lower
    let range = first..<first + GaussKronrod.count
    pieces[index].isEvaluated = true
    pieces[index].isValidated = false
    pieces[index].samples = range.map { (points[$0], values[$0]) }
    pieces[index].nonFinite = pieces[index].samples.first { !$0.value.isFinite }
    guard pieces[index].nonFinite == nil else {
      pieces[index].error = .infinity
      // Nothing is left to find out.
      if pieces[index].samples.allSatisfy({ !$0.value.isFinite }) { pieces[index].isFrozen = true }
      return
    }
    let estimate = values.withUnsafeBufferPointer {
      GaussKronrod.estimate($0.baseAddress! + first, width: width)
    }
    var variation = 0.0
    for k in range.dropFirst() { variation += Swift.abs(values[k] - values[k - 1]) }
    let size = Swift.max(Swift.abs(pieces[index].lower), Swift.abs(pieces[index].upper))
    pieces[index].noise = size.ulpOrZero * variation
    pieces[index].value = estimate.value
    pieces[index].error = estimate.error + pieces[index].noise
    pieces[index].absolute = estimate.absolute
  }

  // MARK: - Judgement

  private func totals() -> (value: Double, error: Double, absolute: Double, noise: Double) {
    var (value, error, absolute, noise) = (0.0, 0.0, 0.0, 0.0)
    for piece in pieces {
      value += piece.value
      error += piece.error
      absolute += piece.absolute
      noise += piece.noise
    }
    return (value, error, absolute, noise)
  }

  private func result(
    _ value: Double, _ error: Double, _ absolute: Double, _ reason: IntegrationReason
  ) -> Integral {
    let rules = Set(pieces.filter { $0.tail == nil }.map { $0.doubleExponential == nil })
    let hasTail = pieces.contains { $0.tail != nil }
    let estimate = error + 4 * absolute * .ulpOfOne
    return Integral(
      value: value, errorEstimate: estimate.isNaN ? .infinity : estimate, evaluations: integrand.evaluations,
      intervalEvaluations: integrand.enclosures?.evaluations ?? 0, reason: reason,
      method: hasTail
        ? .oscillatory : rules.count == 2 ? .mixed : rules.contains(true) ? .gaussKronrod : .doubleExponential
    )
  }

  /// A divergent or undefined integral.
  private func failure() -> Integral? {
    let signs = Set(pieces.compactMap(\.divergence).map { $0.isNaN ? 0 : $0 })
    if !signs.isEmpty {
      let value = signs.count == 1 ? signs.first! == 0 ? Double.nan : signs.first! * .infinity : .nan
      return result(value, .infinity, 0, .divergent)
    }
    let bad = pieces.filter { $0.nonFinite != nil && $0.isFrozen }
    if bad.isEmpty { return nil }
    let values = bad.compactMap { $0.nonFinite?.value }
    if values.contains(where: \.isNaN) { return result(.nan, .infinity, 0, .undefinedIntegrand) }
    let value = Set(values).count == 1 ? values[0] : .nan
    return result(value, .infinity, 0, .divergent)
  }

  // MARK: - Refinement

  /// Divides the pieces with the largest errors, or takes their next level.
  ///
  /// - Returns: the pieces to evaluate.
  private func refine(error: Double, target: Double) -> [Int] {
    let order = pieces.indices.filter { !pieces[$0].isFrozen && pieces[$0].error > 0 }
      .sorted { pieces[$0].error > pieces[$1].error }
    var rest = order.reduce(0) { $0 + (pieces[$1].error.isFinite ? pieces[$1].error : 0) }
    var work: [Int] = []
    for index in order {
      if pieces[index].error.isFinite {
        if rest <= 0.5 * target { break }
        rest -= pieces[index].error
      }
      work += refine(index, target: target)
    }
    return work
  }

  private func refine(_ index: Int, target: Double) -> [Int] {
    let piece = pieces[index]
    if piece.generation >= Self.generationLimit || pieces.count >= Self.pieceLimit {
      pieces[index].isFrozen = true
      return []
    }
    if let state = piece.doubleExponential, piece.nonFinite == nil {
      let isConverging =
        state.level < 4 || piece.error < 1e-3 * piece.absolute
      if isConverging && state.level < DoubleExponentialState.lastLevel { return [index] }
    }
    return divide(index)
  }

  /// Divides a piece in two. What is as small as rounding allows is frozen instead.
  private func divide(_ index: Int) -> [Int] {
    let piece = pieces[index]
    var place = 0.5 * piece.lower + 0.5 * piece.upper
    if let bad = piece.nonFinite, bad.x > piece.lower, bad.x < piece.upper, piece.doubleExponential != nil {
      place = bad.x
    } else if !piece.isFinite {
      place = middleOfMass(piece)
    }
    let size = Swift.max(Swift.abs(piece.lower), Swift.abs(piece.upper))
    guard place > piece.lower, place < piece.upper,
      !piece.isFinite || piece.upper - piece.lower > 64 * size.ulp
    else {
      pieces[index].isFrozen = true
      return []
    }
    return replace(index, at: [place])
  }

  /// Half of |f|'s mass lies on either side, as the samples say.
  private func middleOfMass(_ piece: Piece) -> Double {
    var place = piece.lower.isFinite ? piece.lower + piece.scale : piece.upper - piece.scale
    if !piece.lower.isFinite && !piece.upper.isFinite { place = 0 }
    guard let state = piece.doubleExponential else { return place }
    let terms = state.samples.map { $0.value.isFinite ? Swift.abs($0.node.weight * $0.value) : 0 }
    let total = terms.reduce(0, +)
    guard total > 0, total.isFinite else { return place }
    var sum = 0.0
    for (sample, term) in zip(state.samples, terms) {
      sum += term
      if sum >= 0.5 * total {
        let x = state.map.abscissa(sample.node)
        // Not at an end, and not so far away that a finite part has no scale.
        let distance = piece.lower.isFinite ? x - piece.lower : piece.upper.isFinite ? piece.upper - x : 1
        return distance > 1e-3 * piece.scale && distance < 1e6 * piece.scale ? x : place
      }
    }
    return place
  }

  /// Puts the parts of a piece in its place.
  private func replace(_ index: Int, at places: [Double], cuts: Int = 0) -> [Int] {
    let piece = pieces[index]
    let ends = [piece.lower] + places + [piece.upper]
    var work: [Int] = []
    for (number, (low, high)) in zip(ends, ends.dropFirst()).enumerated() {
      var part = Piece(low, high)
      part.generation = piece.generation + 1
      part.cuts = piece.cuts + cuts
      part.isLowerEndSingular = number == 0 && piece.isLowerEndSingular
      part.isUpperEndSingular = number == ends.count - 2 && piece.isUpperEndSingular
      part.scale = piece.scale
      if !part.isFinite && piece.isFinite == false {
        // The neighbour's width, if there is one.
        let neighbour = low.isFinite ? number - 1 : number + 1
        if ends.indices.contains(neighbour), ends.indices.contains(neighbour + 1) {
          let width = ends[neighbour + 1] - ends[neighbour]
          if width.isFinite && width > 0 { part.scale = width }
        }
      }
      let place = number == 0 ? index : pieces.count
      if number == 0 { pieces[index] = part } else { pieces.append(part) }
      chooseRule(place)
      // Slow convergence at an end that looked smooth: a singularity of a higher derivative, or of a closure.
      if part.isFinite, pieces[place].doubleExponential == nil, options.method == .automatic,
        part.generation - part.cuts == Self.singularGeneration,
        low == range.lower || high == range.upper
      {
        pieces[place].isLowerEndSingular = low == range.lower
        pieces[place].isUpperEndSingular = high == range.upper
        chooseRule(place)
      }
      work.append(place)
    }
    return work
  }

  private var range: (lower: Double, upper: Double) {
    (pieces.lazy.map(\.lower).min()!, pieces.lazy.map(\.upper).max()!)
  }

  // MARK: - Comparison with enclosures

  /// The pieces whose samples cannot be trusted, with where to cut them.
  private func validate(target: Double) -> [(index: Int, suspicions: [Piece.Suspicion])] {
    guard let enclosures = integrand.enclosures else { return [] }
    var found: [(Int, [Piece.Suspicion])] = []
    // All gaps together may hide a tenth of the tolerance.
    let gaps = pieces.reduce(0) { $0 + $1.samples.count }
    let negligible = 0.1 * target / Double(Swift.max(1, gaps))
    for index in pieces.indices where !pieces[index].isValidated && pieces[index].cuts < Self.cutLimit {
      var allowance = Swift.min(budget, Self.pieceBudget)
      budget -= allowance
      let suspicions = pieces[index].suspicions(enclosures, negligible: negligible, budget: &allowance)
      budget += Swift.max(0, allowance)
      pieces[index].isValidated = true
      if !suspicions.isEmpty { found.append((index, suspicions)) }
    }
    return found
  }

  private func cut(_ doubtful: [(index: Int, suspicions: [Piece.Suspicion])]) -> [Int] {
    var work: [Int] = []
    for (index, suspicions) in doubtful {
      let piece = pieces[index]
      var places: [Double] = []
      for place in suspicions.flatMap({ [$0.lower, $0.upper] }) where place.isFinite {
        let last = places.last ?? piece.lower
        let least = 1e-13 * Swift.max(Swift.abs(place), 1e-300)
        if place - last > least && piece.upper - place > least { places.append(place) }
      }
      if places.isEmpty {
        work += divide(index)
      } else {
        work += replace(index, at: places, cuts: 1)
      }
    }
    return work
  }
}

extension Double {
  fileprivate var ulpOrZero: Double { isFinite && self != 0 ? ulp : 0 }
}
