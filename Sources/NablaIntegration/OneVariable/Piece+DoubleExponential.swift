// SPDX-License-Identifier: Apache-2.0

internal import RealModule

extension Piece {
  /// Takes the values of a further level: estimates the integral, its error, and what lies beyond the last nodes.
  ///
  /// - Parameter lost: the distance from the lower and from the upper end below which abscissas have no digits.
  mutating func absorb(
    _ new: [DoubleExponentialState.Sample], lost: (lower: Double, upper: Double)
  ) {
    guard var state = doubleExponential else { return }
    let isFirst = state.samples.isEmpty
    state.samples = (state.samples + new).sorted { $0.node.t < $1.node.t }
    state.level += 1
    defer { doubleExponential = state }
    let step = Double(sign: .plus, exponent: -state.level, significand: 1)
    var samples = state.samples[...]
    // At the outside values may overflow, or be 0·∞.
    var dropped: (lower: Double?, upper: Double?) = (nil, nil)
    while let first = samples.first, !first.value.isFinite {
      dropped.lower = first.value
      samples.removeFirst()
    }
    while let last = samples.last, !last.value.isFinite {
      dropped.upper = last.value
      samples.removeLast()
    }
    isEvaluated = true
    isValidated = false
    divergence = nil
    nonFinite = nil
    self.samples = samples.map { (state.map.abscissa($0.node), $0.value) }
    if let bad = samples.first(where: { !$0.value.isFinite }) ?? (samples.isEmpty ? state.samples.first : nil)
    {
      nonFinite = (state.map.abscissa(bad.node), bad.value)
      error = .infinity
      return
    }
    if samples.isEmpty {
      // No node can be told from the end: nothing is known.
      error = .infinity
      isFrozen = true
      return
    }
    var (largest, sum, coarse, size) = (0.0, 0.0, 0.0, 0.0)
    for sample in samples {
      largest = Swift.max(largest, Swift.abs(sample.node.weight * sample.value))
    }
    for sample in samples {
      let term = sample.node.weight * sample.value
      guard term.isFinite else {
        nonFinite = (state.map.abscissa(sample.node), .infinity)
        error = .infinity
        return
      }
      if isFirst {
        let place = ((sample.node.t + DoubleExponential.limit) / step).rounded()
        if place.truncatingRemainder(dividingBy: 2) == 0 { coarse += term }
      }
      if sample.node.t >= state.low && sample.node.t <= state.high {
        sum += term
        size += Swift.abs(term)
      }
    }
    absolute = size * step
    value = sum * step
    if isFirst { state.estimates.append(coarse * 2 * step) }
    state.estimates.append(value)
    if isFirst, largest > 0 {
      let negligible = 1e-19 * largest
      let isLarge = { (s: DoubleExponentialState.Sample) in Swift.abs(s.node.weight * s.value) > negligible }
      if let first = samples.first(where: isLarge) { state.low = first.node.t - step }
      if let last = samples.last(where: isLarge) { state.high = last.node.t + step }
    }
    error = Self.discretizationError(state.estimates) + 64 * absolute * .ulpOfOne
    noise = roundingOfAbscissas(samples, lost, step)
    for isUpper in [false, true] {
      let dropped = isUpper ? dropped.upper : dropped.lower
      let outside = outside(
        samples, state.map, step: step, isUpper: isUpper, isOverflown: dropped?.isInfinite ?? false)
      if let sign = outside.divergence {
        divergence = divergence.map { $0 == sign ? $0 : .nan } ?? sign
      }
      value += outside.value
      // What the digits of x do not reach is lost to rounding.
      if (isUpper ? lost.upper : lost.lower) > 0 && outside.error.isFinite {
        noise += outside.error
      } else {
        error += outside.error
      }
      if let dropped, dropped.isNaN, outside.divergence == nil, !(outside.error <= 1e-6 * absolute),
        let bad = isUpper ? state.samples.last : state.samples.first
      {
        nonFinite = (state.map.abscissa(bad.node), .nan)
      }
    }
    error += noise
  }

  /// An estimate from the differences e of successive levels: where e falls faster than by a factor of ten, the next
  /// difference falls by that factor once more (by its square, where convergence is of order two). A factor of 100
  /// keeps it on the safe side; so does that a difference counts as no less than a hundredth of what the two before promise, and that no more than eight digits are credited to one level.
  private static func discretizationError(_ estimates: [Double]) -> Double {
    let n = estimates.count
    guard n >= 2 else { return .infinity }
    let last = Swift.abs(estimates[n - 1] - estimates[n - 2])
    guard n >= 3 else { return last }
    let before = Swift.abs(estimates[n - 2] - estimates[n - 3])
    // A single difference can be small by accident.
    guard n >= 4 else { return Swift.max(last, 0.01 * before) }
    let earlier = Swift.abs(estimates[n - 3] - estimates[n - 4])
    let steady = Swift.max(last, 0.01 * before * Swift.min(1, before / earlier))
    guard steady < 0.1 * before else { return Swift.max(last, steady) }
    return Swift.max(1e-8 * before, Swift.min(steady, 100 * steady * (steady / before)))
  }

  /// What lies beyond the last node, if f goes on like the power of the distance that the last nodes show.
  ///
  /// - Parameter isOverflown: whether f is infinite beyond.
  /// - Returns: the part of the integral, how uncertain it is, and the sign of a divergent one (NaN if it has none).
  private func outside(
    _ samples: ArraySlice<DoubleExponentialState.Sample>, _ map: DoubleExponential, step: Double,
    isUpper: Bool,
    isOverflown: Bool
  ) -> (value: Double, error: Double, divergence: Double?) {
    var ordered = isUpper ? Array(samples.reversed()) : Array(samples)
    let isAtInfinity = isUpper ? upper == .infinity : lower == -.infinity
    let origin = isUpper ? DoubleExponential.Origin.upper : .lower
    func distance(_ sample: DoubleExponentialState.Sample) -> Double {
      if case .line(let center, _) = map { return Swift.abs(sample.node.distance - center) }
      return sample.node.distance
    }
    // A value that is 0 because an intermediate result overflowed, as in x/(1 + x²), comes all at once.
    let first = ordered.firstIndex { $0.value != 0 } ?? ordered.count
    guard first < ordered.count, first == 0 || Swift.abs(ordered[first].value) > 1e-200 else {
      return (0, 0, nil)
    }
    guard first == 0 || (isAtInfinity && distance(ordered[first]) > 1e12) else { return (0, 0, nil) }
    ordered.removeFirst(first)
    ordered = Array(ordered.prefix(60))
    let outer = ordered[0]
    /// The exponent between a node and one that is four times nearer to the middle.
    func exponent(
      from outer: DoubleExponentialState.Sample
    ) -> (slope: Double, inner: DoubleExponentialState.Sample)? {
      let d = distance(outer)
      for inner in ordered where inner.value != 0 {
        if !isAtInfinity && inner.node.origin != origin { break }
        let ratio = isAtInfinity ? d / distance(inner) : distance(inner) / d
        guard ratio >= 4 else { continue }
        return (Double.log(Swift.abs(outer.value / inner.value)) / Double.log(d / distance(inner)), inner)
      }
      return nil
    }
    let d = distance(outer)
    let mass = outer.value * d
    guard let (slope, inner) = exponent(from: outer), slope.isFinite else {
      // No second value: nothing is known, but what the last term weighs.
      return (0, Swift.abs(mass), nil)
    }
    let room = isAtInfinity ? -(1 + slope) : 1 + slope
    let next = exponent(from: inner)
    let size = isAtInfinity ? 1 : upper - lower
    let isFar = isAtInfinity ? d >= 1e12 : d <= 1e-12 * Swift.max(size, .leastNormalMagnitude)
    if (isFar || (isOverflown && isAtInfinity)) && room <= 1e-3, let next,
      (isAtInfinity ? -(1 + next.slope) : 1 + next.slope) <= 1e-3
    {
      // Oscillations may cancel, and are looked at elsewhere.
      let signs = ordered.prefix(12).map { $0.value > 0 }
      let isOneSigned = signs.allSatisfy { $0 == signs[0] }
      if isOneSigned { return (0, .infinity, outer.value > 0 ? 1 : -1) }
    }
    guard room > 1e-3 else { return (0, .infinity, nil) }
    guard isFar, let next, (outer.value > 0) == (inner.value > 0) else {
      return (0, Swift.abs(mass / room), nil)
    }
    // The terms of the nodes that are missing, and beyond the last place what an integral leaves of its half step.
    var (part, uncertain, t) = (0.0, 0.0, outer.node.t)
    var term = outer.node.weight * outer.value
    var end = mass / room
    while true {
      t += isUpper ? step : -step
      guard Swift.abs(t) <= DoubleExponential.limit else { break }
      let node = map.node(t)
      let place = {
        if case .line(let center, _) = map { Swift.abs(node.distance - center) } else { node.distance }
      }()
      guard place > 0, place.isFinite, node.weight.isFinite else { break }
      let value = outer.value * Double.pow(place / d, slope)
      guard value.isFinite else { break }
      term = node.weight * value
      part += step * term
      end = value * place / room
    }
    uncertain = Swift.abs(part)
    let rest = end - 0.5 * step * term
    // Where terms fall fast within a step, nothing is left.
    if Swift.abs(end) > 0.05 * Swift.abs(step * term) {
      part += rest
      uncertain += Swift.abs(end)
    }
    let doubt = Swift.min(1, 4 * Swift.abs(slope - next.slope) / room + 1e-9)
    return doubt < 0.1 ? (part, uncertain * doubt, nil) : (0, uncertain + Swift.abs(end), nil)
  }

  /// What rounding of x, and of what cancels beside an end, moves: Σ |f| |Δx|/d beside ends other than 0, where there is no
  /// form of the distance or it does not reach.
  private func roundingOfAbscissas(
    _ samples: ArraySlice<DoubleExponentialState.Sample>, _ lost: (lower: Double, upper: Double),
    _ step: Double
  ) -> Double {
    var sum = 0.0
    for sample in samples {
      let isLower = sample.node.origin == .lower
      guard sample.node.origin != .none, isLower ? isLowerEndSingular : isUpperEndSingular else { continue }
      let end = isLower ? lower : upper
      guard end.isFinite, end != 0 else { continue }
      let d = sample.node.distance
      let hasForm = (isLower ? lost.lower : lost.upper) == 0
      if d > (hasForm ? LocalForm.reach * Swift.abs(end) : 0) {
        sum += Swift.abs(sample.node.weight * sample.value) * Swift.min(1, end.ulp / d)
      }
    }
    return 0.5 * sum * step
  }
}
