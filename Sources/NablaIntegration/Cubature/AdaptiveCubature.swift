// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// Adaptive cubature over a box: the cells with the largest errors are halved across the axis of the largest fourth
/// difference, many at once, and their nodes evaluated in one batch.
///
/// An enclosure of the integrand over a cell says how much its samples may miss: where the enclosure is far larger than
/// all samples, or the integrand jumps, the error is what the enclosure allows.
///
/// Berntsen, Espelid and Genz, "An adaptive algorithm for the approximate calculation of multiple integrals", ACM TOMS 17
/// (1991), for dividing many cells at once.
struct AdaptiveCubature {
  private struct Cell {
    var lower: [Double]
    var upper: [Double]
    var value = 0.0
    var error = 0.0
    var absolute = 0.0
    var axis = 0
    var isFrozen = false
  }

  let integrand: CubatureIntegrand
  let options: IntegrationOptions
  let limit: Int
  private let rule: GenzMalik
  private var cells: [Cell] = []
  private var nonFinite: Double?

  /// The most cells, by memory.
  private static let cellLimit = 1_000_000
  /// How much larger than all samples the integrand may be between them.
  private static let tolerated = 20.0

  init(_ integrand: CubatureIntegrand, options: IntegrationOptions, limit: Int) {
    self.integrand = integrand
    self.options = options
    self.limit = limit
    rule = GenzMalik(dimension: integrand.dimension)
  }

  mutating func run(_ boxes: [(lower: [Double], upper: [Double])]) -> Integral {
    cells = boxes.map { Cell(lower: $0.lower, upper: $0.upper) }
    evaluate(Array(cells.indices))
    while true {
      var (value, error, absolute) = (0.0, 0.0, 0.0)
      for cell in cells {
        value += cell.value
        error += cell.error
        absolute += cell.absolute
      }
      func result(_ reason: IntegrationReason) -> Integral {
        Integral(
          value: value, errorEstimate: error + 8 * absolute * .ulpOfOne, evaluations: integrand.evaluations,
          intervalEvaluations: integrand.intervalEvaluations, reason: reason, method: .genzMalik)
      }
      if let nonFinite {
        value = nonFinite
        error = .infinity
        return result(nonFinite.isNaN ? .undefinedIntegrand : .divergent)
      }
      let target = Swift.max(options.target(for: value), 16 * absolute * .ulpOfOne)
      if error <= target { return result(.converged) }
      if integrand.evaluations >= limit || cells.count >= Self.cellLimit { return result(.evaluationLimit) }
      let work = divide(error: error, target: target)
      if work.isEmpty { return result(.noFurtherProgress) }
      evaluate(work)
    }
  }

  /// Halves the cells that together hold nearly all of the error; a part of them where they are many.
  private mutating func divide(error: Double, target: Double) -> [Int] {
    let order = cells.indices.filter { cells[$0].error > 0 && !cells[$0].isFrozen }
      .sorted { cells[$0].error > cells[$1].error }
    let room = Swift.max(1, (limit - integrand.evaluations) / (2 * rule.count))
    var rest = error
    var work: [Int] = []
    for index in order.prefix(Swift.min(room, Swift.max(64, cells.count / 2))) {
      if rest <= 0.5 * target { break }
      rest -= cells[index].error
      let cell = cells[index]
      let (low, high) = (cell.lower[cell.axis], cell.upper[cell.axis])
      let middle = 0.5 * low + 0.5 * high
      guard high - low > 64 * Swift.max(Swift.abs(low), Swift.abs(high)).ulp else {
        cells[index].isFrozen = true
        continue
      }
      cells[index].upper[cell.axis] = middle
      var other = cell
      other.lower[cell.axis] = middle
      work += [index, cells.count]
      cells.append(other)
    }
    return work
  }

  private mutating func evaluate(_ work: [Int]) {
    let n = integrand.dimension
    // Batches that stay in the caches.
    for start in stride(from: 0, to: work.count, by: 512) {
      let part = work[start..<Swift.min(work.count, start + 512)]
      var points: [Double] = []
      points.reserveCapacity(part.count * rule.nodes.count)
      for index in part {
        let cell = cells[index]
        for k in 0..<rule.count {
          for j in 0..<n {
            let half = 0.5 * (cell.upper[j] - cell.lower[j])
            points.append(0.5 * cell.lower[j] + 0.5 * cell.upper[j] + half * rule.nodes[k * n + j])
          }
        }
      }
      let values = integrand.values(at: points)
      for (place, index) in part.enumerated() {
        let own = values[place * rule.count..<(place + 1) * rule.count]
        // A node on a singularity says nothing of the cell; where there are only such, nothing else is to be found.
        if own.allSatisfy({ !$0.isFinite }) {
          nonFinite = own.contains(where: \.isNaN) ? .nan : nonFinite ?? own[own.startIndex]
        }
        set(index, own)
      }
    }
  }

  private mutating func set(_ index: Int, _ values: ArraySlice<Double>) {
    let isSingular = values.contains { !$0.isFinite }
    let values = isSingular ? values.map { $0.isFinite ? $0 : 0 }[...] : values
    let cell = cells[index]
    let widths = zip(cell.lower, cell.upper).map { $1 - $0 }
    let volume = widths.reduce(1, *)
    let estimate = rule.estimate(values, volume: volume, widths: widths)
    cells[index].value = estimate.value
    cells[index].error = estimate.error
    cells[index].absolute = estimate.absolute
    cells[index].axis = estimate.axis
    if isSingular {
      cells[index].error = Swift.max(estimate.error, volume * estimate.largest)
      cells[index].axis = widths.indices.max { widths[$0] < widths[$1] }!
      return
    }
    let enclosure = integrand.enclosure(cell.lower, cell.upper)
    guard enclosure.value.isBounded else { return }
    let mass = volume * enclosure.value.magnitude
    let isHidden = enclosure.value.magnitude > Self.tolerated * estimate.largest
    if isHidden || !enclosure.isContinuous {
      cells[index].error = Swift.max(
        estimate.error, Swift.min(mass, volume * enclosure.value.width))
      // Nothing seen: no difference says along which axis.
      if estimate.largest == 0 { cells[index].axis = widths.indices.max { widths[$0] < widths[$1] }! }
    }
  }
}
