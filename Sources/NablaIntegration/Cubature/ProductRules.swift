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
    let sizes = [5, 7, 10, 14, 20, 28, 40, 56, 80]
    let levels = sizes.map { size -> Level in
      let rule = GaussLegendre(size)
      return Level(
        below: rule.nodes.map { 0.5 + 0.5 * $0 }, above: rule.nodes.map { 0.5 - 0.5 * $0 },
        weights: rule.weights.map { 0.5 * $0 })
    }
    return converge(boxes, method: .gaussLegendreProduct, levels: levels)
  }

  /// Products of tanh-sinh rules, for singularities on the boundary.
  func doubleExponential(_ boxes: [(lower: [Double], upper: [Double])]) -> Integral? {
    let map = DoubleExponential.finite(lower: 0, upper: 1)
    let levels = (1...6).map { level -> Level in
      let step = Double(sign: .plus, exponent: -level, significand: 1)
      let count = Int(DoubleExponential.limit / step)
      let nodes = (-count...count).map { map.node(Double($0) * step) }.filter { $0.weight > 1e-290 }
      return Level(
        below: nodes.map { $0.origin == .lower ? $0.distance : 1 - $0.distance },
        above: nodes.map { $0.origin == .lower ? 1 - $0.distance : $0.distance },
        weights: nodes.map { $0.weight * step })
    }
    return converge(boxes, method: .productDoubleExponential, levels: levels)
  }

  /// A rule on [0, 1]: the nodes' distances from its lower and from its upper end.
  private struct Level {
    let below: [Double]
    let above: [Double]
    let weights: [Double]
  }

  private func converge(
    _ boxes: [(lower: [Double], upper: [Double])], method: IntegrationMethod, levels: [Level]
  ) -> Integral? {
    let n = integrand.dimension
    var estimates: [Double] = []
    for level in levels {
      let size = level.weights.count
      let count = (0..<n).reduce(1.0) { product, _ in product * Double(size) } * Double(boxes.count)
      guard count + Double(integrand.evaluations) <= Double(limit) else { return nil }
      var (value, absolute) = (0.0, 0.0)
      for box in boxes {
        guard let sum = sum(box, level) else { return nil }
        value += sum.value
        absolute += sum.absolute
      }
      estimates.append(value)
      guard estimates.count >= 3 else { continue }
      let last = Swift.abs(estimates[estimates.count - 1] - estimates[estimates.count - 2])
      let before = Swift.abs(estimates[estimates.count - 2] - estimates[estimates.count - 3])
      let error = last < 0.1 * before ? Swift.min(last, 10 * last * (last / before)) : last
      let target = Swift.max(options.target(for: value), 32 * absolute * .ulpOfOne)
      if error <= target {
        return Integral(
          value: value, errorEstimate: error + 16 * absolute * .ulpOfOne, evaluations: integrand.evaluations,
          intervalEvaluations: integrand.intervalEvaluations, reason: .converged, method: method)
      }
      // Where twice the nodes bring no digit, more will not either.
      if estimates.count >= 5 && last > 0.5 * before && last > 1e-3 * absolute { return nil }
    }
    return nil
  }

  private func sum(
    _ box: (lower: [Double], upper: [Double]), _ level: Level
  ) -> (value: Double, absolute: Double)? {
    let n = integrand.dimension
    let size = level.weights.count
    let widths = zip(box.lower, box.upper).map { $1 - $0 }
    let volume = widths.reduce(1, *)
    var sides: [[Double]] = []
    for j in 0..<n {
      var side: [Double] = []
      for k in 0..<size {
        // From the nearer end.
        let isBelow = level.below[k] <= 0.5
        side.append(
          isBelow ? box.lower[j] + widths[j] * level.below[k] : box.upper[j] - widths[j] * level.above[k])
      }
      sides.append(side)
    }
    var index = [Int](repeating: 0, count: n)
    var points: [Double] = []
    var weights: [Double] = []
    var (value, absolute) = (0.0, 0.0)
    var isDone = false
    while !isDone {
      points.removeAll(keepingCapacity: true)
      weights.removeAll(keepingCapacity: true)
      while weights.count < 8192 && !isDone {
        var weight = volume
        for j in 0..<n {
          points.append(sides[j][index[j]])
          weight *= level.weights[index[j]]
        }
        weights.append(weight)
        var axis = 0
        while axis < n {
          index[axis] += 1
          if index[axis] < size { break }
          index[axis] = 0
          axis += 1
        }
        isDone = axis == n
      }
      for (weight, f) in zip(weights, integrand.values(at: points)) where weight != 0 {
        guard f.isFinite else {
          // A singularity met by rounding, where the weight is negligible anyway.
          if weight < 1e-30 * volume { continue }
          return nil
        }
        value += weight * f
        absolute += Swift.abs(weight * f)
      }
    }
    return (value, absolute)
  }
}
