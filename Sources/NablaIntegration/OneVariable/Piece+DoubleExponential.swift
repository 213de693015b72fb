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
    var hasNaN = (lower: false, upper: false)
    while let first = samples.first, !first.value.isFinite {
      hasNaN.lower = hasNaN.lower || first.value.isNaN
      samples.removeFirst()
    }
    while let last = samples.last, !last.value.isFinite {
      hasNaN.upper = hasNaN.upper || last.value.isNaN
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
    var (largest, sum, coarse, size) = (0.0, 0.0, 0.0, 0.0)
    for sample in samples {
      largest = Swift.max(largest, Swift.abs(sample.node.weight * sample.value))
    }
    for (index, sample) in samples.enumerated() {
      let term = sample.node.weight * sample.value
      guard term.isFinite else {
        nonFinite = (state.map.abscissa(sample.node), .infinity)
        error = .infinity
        return
      }
      _ = index
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
    error = Self.discretizationError(state.estimates)
    for isUpper in [false, true] {
      let outside = outside(samples, state.map, isUpper: isUpper)
      if let sign = outside.divergence {
        divergence = divergence.map { $0 == sign ? $0 : .nan } ?? sign
      }
      error += outside.missing
      let isUndefined = isUpper ? hasNaN.upper : hasNaN.lower
      if isUndefined, outside.divergence == nil, !(outside.missing <= 1e-6 * absolute),
        let bad = isUpper ? state.samples.last : state.samples.first
      {
        nonFinite = (state.map.abscissa(bad.node), .nan)
      }
    }
    error += roundingOfAbscissas(samples, lost, step)
  }

  /// An estimate from the differences e of successive levels: while e falls faster than by a factor of ten, the next
  /// difference falls by that factor once more (it does by its square, where convergence is of order two).
  private static func discretizationError(_ estimates: [Double]) -> Double {
    let n = estimates.count
    guard n >= 2 else { return .infinity }
    let last = Swift.abs(estimates[n - 1] - estimates[n - 2])
    guard n >= 3 else { return last }
    let before = Swift.abs(estimates[n - 2] - estimates[n - 3])
    guard last < 0.1 * before else { return last }
    return Swift.min(last, 10 * last * (last / before))
  }

  /// What lies beyond the last node, if f falls like the power of the distance that the last nodes show.
  private func outside(
    _ samples: ArraySlice<DoubleExponentialState.Sample>, _ map: DoubleExponential, isUpper: Bool
  ) -> (missing: Double, divergence: Double?) {
    let ordered = isUpper ? Array(samples.reversed().prefix(40)) : Array(samples.prefix(40))
    guard let outer = ordered.first, outer.value != 0 else { return (0, nil) }
    let isAtInfinity = isUpper ? upper == .infinity : lower == -.infinity
    let origin = isUpper ? DoubleExponential.Origin.upper : .lower
    func distance(_ sample: DoubleExponentialState.Sample) -> Double {
      if case .line(let center, _) = map { return Swift.abs(sample.node.distance - center) }
      return sample.node.distance
    }
    /// The exponent between a node and one that is four times nearer to the middle.
    func exponent(from outer: DoubleExponentialState.Sample) -> (Double, DoubleExponentialState.Sample)? {
      let d = distance(outer)
      for inner in ordered.dropFirst() where inner.value != 0 {
        if !isAtInfinity && inner.node.origin != origin { break }
        let ratio = isAtInfinity ? d / distance(inner) : distance(inner) / d
        guard ratio >= 4 else { continue }
        return (
          Double.log(Swift.abs(outer.value / inner.value)) / Double.log(d / distance(inner)), inner
        )
      }
      return nil
    }
    let d = distance(outer)
    guard let (slope, inner) = exponent(from: outer), slope.isFinite else {
      // No second value: nothing is known, but what the last term weighs.
      return (Swift.abs(outer.value) * d, nil)
    }
    let room = isAtInfinity ? -(1 + slope) : 1 + slope
    let mass = Swift.abs(outer.value) * d
    let size = isAtInfinity ? 1 : upper - lower
    let isFar = isAtInfinity ? d >= 1e12 : d <= 1e-12 * Swift.max(size, .leastNormalMagnitude)
    if isFar && room <= 1e-3, (outer.value > 0) == (inner.value > 0) {
      if let (second, _) = exponent(from: inner), (isAtInfinity ? -(1 + second) : 1 + second) <= 1e-3 {
        return (.infinity, outer.value > 0 ? 1 : -1)
      }
    }
    return (room > 1e-3 ? mass / room : .infinity, nil)
  }

  /// Σ |f| |Δx|/d, what rounding of x moves beside an end without a formula of the distance.
  private func roundingOfAbscissas(
    _ samples: ArraySlice<DoubleExponentialState.Sample>, _ lost: (lower: Double, upper: Double),
    _ step: Double
  ) -> Double {
    var sum = 0.0
    for sample in samples {
      let limit = sample.node.origin == .lower ? lost.lower : sample.node.origin == .upper ? lost.upper : 0
      if limit > 0 && sample.node.distance < 0x1p30 * limit {
        sum += Swift.abs(sample.node.weight * sample.value) * limit / sample.node.distance
      }
    }
    return 0.125 * sum * step
  }
}
