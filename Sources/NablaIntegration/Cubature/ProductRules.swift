// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Products of one-dimensional rules, of more and more nodes, on boxes.
struct ProductRules {
  let integrand: CubatureIntegrand
  let options: IntegrationOptions
  let limit: Int

  /// Products of Gauss–Legendre rules: for analytic integrands their error falls exponentially with the number of nodes
  /// on a side.
  ///
  /// - Returns: nil where they do not converge within the limit.
  func gaussLegendre(_ boxes: [(lower: [Double], upper: [Double])]) -> Integral? {
    let sizes =
      integrand.dimension > Cubature.dimensionLimit ? [2, 3, 4, 5, 6] : [5, 7, 10, 14, 20, 28, 40, 56, 80]
    return converge(boxes, method: .gaussLegendreProduct, levelCount: sizes.count) { level, _ in
      let rule = GaussLegendre(sizes[level])
      return Level(
        below: rule.nodes.map { 0.5 + 0.5 * $0 }, above: rule.nodes.map { 0.5 - 0.5 * $0 },
        weights: rule.weights.map { 0.5 * $0 })
    }
  }

  /// Products of tanh-sinh rules, for singularities on the boundary and unbounded sides.
  func doubleExponential(_ boxes: [(lower: [Double], upper: [Double])]) -> Integral? {
    let map = DoubleExponential.finite(lower: 0, upper: 1)
    let limit = DoubleExponential.limit
    return converge(boxes, method: .productDoubleExponential, levelCount: 7) { level, used in
      let step = Double(sign: .plus, exponent: -(level + 1), significand: 1)
      // Only where terms of the first level were not negligible, and one of its steps more.
      let low = used.map { Swift.max(-limit, -limit + 0.5 * Double($0.lowerBound - 1)) } ?? -limit
      let high = used.map { Swift.min(limit, -limit + 0.5 * Double($0.upperBound + 1)) } ?? limit
      let nodes = stride(from: low, through: high + 1e-9, by: step).map(map.node)
      return Level(
        below: nodes.map { $0.origin == .lower ? $0.distance : 1 - $0.distance },
        above: nodes.map { $0.origin == .lower ? 1 - $0.distance : $0.distance },
        weights: nodes.map { $0.weight * step })
    }
  }

  /// A rule on [0, 1]: the nodes' distances from its lower and from its upper end.
  private struct Level {
    let below: [Double]
    let above: [Double]
    let weights: [Double]
  }

  /// - Parameter make: the rule of a level; for levels after the first it is told which of the first level's nodes matter.
  private func converge(
    _ boxes: [(lower: [Double], upper: [Double])], method: IntegrationMethod, levelCount: Int,
    _ make: (_ level: Int, _ used: ClosedRange<Int>?) -> Level
  ) -> Integral? {
    let n = integrand.dimension
    var estimates: [Double] = []
    var masses: [Double] = []
    var used: [[ClosedRange<Int>]?] = Array(repeating: nil, count: boxes.count)
    for number in 0..<levelCount {
      var (value, absolute) = (0.0, 0.0)
      for (index, box) in boxes.enumerated() {
        let sides = (0..<n).map { axis in make(number, used[index]?[axis]) }
        let count = sides.reduce(1.0) { $0 * Double($1.weights.count) }
        guard count * Double(boxes.count - index) + Double(integrand.evaluations) <= Double(limit) else {
          return nil
        }
        guard let sum = sum(box, sides, isFirst: number == 0) else { return nil }
        if number == 0 {
          if method == .productDoubleExponential && !sum.decays { return nil }
          used[index] = sum.used
        }
        value += sum.value
        absolute += sum.absolute
      }
      estimates.append(value)
      masses.append(absolute)
      guard estimates.count >= 3 else { continue }
      // Where ∫|f| keeps growing it is infinite, and a value is only what cancels. Where no node has met anything, a
      // peak may lie between them.
      let growth = Swift.abs(absolute - masses[masses.count - 2])
      guard absolute > 0, growth <= 0.05 * absolute else { continue }
      let last = Swift.abs(estimates[estimates.count - 1] - estimates[estimates.count - 2])
      let before = Swift.abs(estimates[estimates.count - 2] - estimates[estimates.count - 3])
      let error =
        last < 0.1 * before ? Swift.min(last, Swift.max(100 * last * (last / before), 1e-8 * before)) : last
      let target = Swift.max(options.target(for: value), 160 * absolute * .ulpOfOne)
      if error <= target {
        return Integral(
          value: value, errorEstimate: error + 128 * absolute * .ulpOfOne, evaluations: integrand.evaluations,
          intervalEvaluations: integrand.intervalEvaluations, reason: .converged, method: method)
      }
      // Where twice the nodes bring no digit, more will not either.
      if estimates.count >= 5 && last > 0.5 * before && last > 1e-3 * absolute { return nil }
    }
    return nil
  }

  /// - Returns: nil where the integrand is not finite; of the first level also the nodes of each side whose terms matter,
  ///   and whether the terms at the ends of all sides are small, as those of an integral that exists.
  private func sum(
    _ box: (lower: [Double], upper: [Double]), _ rules: [Level], isFirst: Bool
  ) -> (value: Double, absolute: Double, used: [ClosedRange<Int>], decays: Bool)? {
    let n = integrand.dimension
    let widths = zip(box.lower, box.upper).map { $1 - $0 }
    let volume = widths.reduce(1, *)
    var sides: [[Double]] = []
    for (j, rule) in rules.enumerated() {
      var side: [Double] = []
      for k in rule.weights.indices {
        // From the nearer end.
        let isBelow = rule.below[k] <= 0.5
        side.append(
          isBelow ? box.lower[j] + widths[j] * rule.below[k] : box.upper[j] - widths[j] * rule.above[k])
      }
      sides.append(side)
    }
    // Of each node of a side; −1 where no value was finite, as on a pole.
    var largest = rules.map { [Double](repeating: -1, count: $0.weights.count) }
    var index = [Int](repeating: 0, count: n)
    var places: [Int] = []
    var points: [Double] = []
    var weights: [Double] = []
    var (value, absolute) = (0.0, 0.0)
    var isDone = false
    while !isDone {
      points.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      places.removeAll(keepingCapacity: true)
      while weights.count < 8192 && !isDone {
        var weight = volume
        for j in 0..<n {
          points.append(sides[j][index[j]])
          weight *= rules[j].weights[index[j]]
        }
        if isFirst { places += index }
        weights.append(weight)
        var axis = 0
        while axis < n {
          index[axis] += 1
          if index[axis] < rules[axis].weights.count { break }
          index[axis] = 0
          axis += 1
        }
        isDone = axis == n
      }
      // By batches, so that rounding errors do not grow with their number.
      var (part, size) = (0.0, 0.0)
      for (place, f) in integrand.values(at: points).enumerated() where weights[place] != 0 {
        let weight = weights[place]
        guard f.isFinite else {
          // A singularity met by rounding, or 0·∞ far outside, where the weight is negligible anyway.
          if weight < (integrand.isMapped ? 1e-10 : 1e-30) * volume { continue }
          return nil
        }
        let term = weight * f
        part += term
        size += Swift.abs(term)
        if isFirst {
          for j in 0..<n {
            let k = places[place * n + j]
            largest[j][k] = Swift.max(largest[j][k], Swift.abs(term))
          }
        }
      }
      value += part
      absolute += size
    }
    let used = largest.map { terms -> ClosedRange<Int> in
      let negligible = 1e-20 * absolute
      let first = terms.firstIndex { $0 > negligible } ?? 0
      let last = terms.lastIndex { $0 > negligible } ?? terms.count - 1
      return first...last
    }
    let decays = largest.allSatisfy { terms in
      Swift.max(terms.first { $0 >= 0 } ?? 0, terms.last { $0 >= 0 } ?? 0) <= 0.01 * (terms.max() ?? 0)
    }
    return (value, absolute, used, decays)
  }
}
