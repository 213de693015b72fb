// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaOptimization
internal import NablaTensors

/// What becomes of points at which the Hessian is singular: isolated points, or samples of curves and
/// surfaces of critical points.
struct DegenerateAnalysis {
  let inspector: PointInspector

  /// Probes step this far, in units of the box's widths.
  static let probeLength = 1e-3

  /// Points of a connected set of critical points, about `spacing` apart.
  struct SampledSet {
    var samples: [Classifier.Verdict]
    let spacing: Double
  }

  /// A curve is followed in steps of this length, in units of the box's widths, a larger set in longer
  /// ones, and by at most so many samples.
  static func spacing(nullity: Int) -> Double { nullity == 1 ? 0.02 : 0.1 }
  static let largestSampleCount = 1000

  /// A rounder point nearby at which the gradient vanishes too, if there is one: convergence to a
  /// degenerate point is slow and ends in rounding errors, and its coordinates are often short numbers.
  func rounded(_ verdict: Classifier.Verdict, stepNorm: Double) -> Classifier.Verdict {
    let x = verdict.point.point
    let reach = Swift.max(1e-4, Swift.min(1e-3, 100 * stepNorm))
    var candidates: [[Double]] = []
    let roundings: [(Int, Double) -> Double] =
      [1.0, 10, 100, 1000, 1e4, 1e5].map { power in { _, value in (value * power).rounded() / power } }
      // Coordinates may be 0 where others are no short numbers.
      + [{ j, value in Swift.abs(value) <= 1e-10 * inspector.scales[j] ? 0 : value }]
    for rounding in roundings {
      let candidate = x.indices.map { rounding($0, x[$0]) + 0 }
      if candidate != x, inspector.distance(candidate, x) <= reach, inspector.box.contains(candidate),
        !candidates.contains(candidate)
      {
        candidates.append(candidate)
      }
    }
    for rounder in inspector.classify(candidates) where rounder.point.isDegenerate {
      if zip(rounder.point.gradient, verdict.point.gradient).allSatisfy({ Swift.abs($0) <= Swift.abs($1) }) {
        return rounder
      }
    }
    return verdict
  }

  /// Whether other degenerate critical points lie about a probe's length away along the null space.
  func isIsolated(_ verdict: Classifier.Verdict) -> Bool {
    let h = Self.probeLength
    let origin = verdict.point.point
    let ends = critical(from: directions(verdict.nullVectors).flatMap { probes(origin, $0, h) }, step: h)
    return !ends.contains { end in
      let distance = inspector.distance(end.point.point, origin)
      return distance >= 0.3 * h && distance <= 3 * h
    }
  }

  /// Points of the set through `first`, followed in all null directions until the box is left or the known
  /// points are met again.
  func follow(_ first: Classifier.Verdict) -> SampledSet {
    let h = Self.spacing(nullity: first.nullVectors.count)
    var samples = [first]
    var front = [first]
    while !front.isEmpty && samples.count < Self.largestSampleCount {
      let starts = front.flatMap { sample in
        sample.nullVectors.flatMap { probes(sample.point.point, $0, h) }
      }
      front = []
      for end in critical(from: starts, step: h) {
        let isNew = samples.allSatisfy { inspector.distance($0.point.point, end.point.point) >= 0.4 * h }
        if isNew || isOnNewFace(end, samples) {
          samples.append(end)
          front.append(end)
        }
      }
    }
    return SampledSet(samples: withExtremes(samples, spacing: h), spacing: h)
  }

  /// The samples, and where the set reaches farthest in each coordinate: from its outermost samples by
  /// ever shorter steps along the set.
  private func withExtremes(_ samples: [Classifier.Verdict], spacing: Double) -> [Classifier.Verdict] {
    var samples = samples
    for axis in inspector.scales.indices {
      for sign in [1.0, -1] {
        func isFarther(_ a: Classifier.Verdict, than b: Classifier.Verdict) -> Bool {
          sign * a.point.point[axis] > sign * b.point.point[axis]
        }
        guard var best = samples.max(by: { isFarther($1, than: $0) }) else { continue }
        var h = spacing
        while h > 1e-7 {
          let starts = best.nullVectors.flatMap { probes(best.point.point, $0, h) }
          let ends = critical(from: starts, step: h).filter {
            inspector.distance($0.point.point, best.point.point) <= 3 * h
          }
          if let end = ends.max(by: { isFarther($1, than: $0) }), isFarther(end, than: best) { best = end }
          h *= 0.5
        }
        samples.append(best)
      }
    }
    return samples
  }

  /// Whether a point lies on a face of the box on which no sample lies: sets end there.
  private func isOnNewFace(_ end: Classifier.Verdict, _ samples: [Classifier.Verdict]) -> Bool {
    let (x, box) = (end.point.point, inspector.box)
    return x.indices.contains { j in
      (x[j] == box.lower[j] && !samples.contains { $0.point.point[j] == box.lower[j] })
        || (x[j] == box.upper[j] && !samples.contains { $0.point.point[j] == box.upper[j] })
    }
  }

  /// The null vectors, their sums and differences by pairs, and the coordinate axes' parts in their span.
  private func directions(_ basis: [[Double]]) -> [[Double]] {
    guard basis.count > 1 else { return basis }
    var result = basis
    for (i, a) in basis.enumerated() {
      for b in basis[..<i] {
        result.append(zip(a, b).map { $0 + $1 })
        result.append(zip(a, b).map { $0 - $1 })
      }
    }
    for axis in inspector.scales.indices {
      var part = inspector.scales.map { _ in 0.0 }
      for vector in basis { for j in part.indices { part[j] += vector[axis] * vector[j] } }
      result.append(part)
    }
    return result
  }

  /// The points at ± a length along a direction, drawn into the box.
  private func probes(_ origin: [Double], _ direction: [Double], _ h: Double) -> [[Double]] {
    let box = inspector.box
    let size = inspector.distance(direction, direction.map { _ in 0 })
    guard size > 1e-12 / (inspector.scales.max() ?? 1) else { return [] }
    return [h / size, -h / size].map { factor in
      origin.indices.map { j in
        Swift.min(box.upper[j], Swift.max(box.lower[j], origin[j] + factor * direction[j]))
      }
    }
  }

  /// The degenerate critical points in the box to which Newton's method leads that leaves out all
  /// eigenvalues but the large ones, and so moves straight to a set and not along it.
  private func critical(from starts: [[Double]], step: Double) -> [Classifier.Verdict] {
    guard !starts.isEmpty else { return [] }
    var options = StationaryPointOptions()
    options.rankTolerance = 0.05
    options.maxIterations = 60
    options.largestStep = 2 * step
    let ends = stationaryPoints(
      of: inspector.function, from: Tensor(starts), parameters: inspector.parameterTensor,
      within: inspector.box, options: options)
    let points = ends.compactMap { end in
      end.stepNorm <= 1e-9 ? inspector.clipped(end.point, stepNorm: end.stepNorm) : nil
    }
    return inspector.classify(points).filter {
      $0.point.isDegenerate && !inspector.vanishesByUnderflow($0.point)
    }
  }
}
