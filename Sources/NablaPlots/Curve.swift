// SPDX-License-Identifier: Apache-2.0

/// A function of one variable, sampled for a picture: evenly at first, then by bisection wherever neighbours are far
/// apart in the picture or the curve bends, so that it reaches its cusps, ends where the function does, and has a gap at
/// a pole or a jump.
struct Curve {
  typealias Point = (x: Double, y: Double)

  private let evaluate: ([Double]) -> [Double]
  private let samples: [Point]

  private static let count = 640
  private static let pointLimit = 8000

  /// - Parameter evaluate: the values at many places.
  init(from low: Double, to high: Double, _ evaluate: @escaping ([Double]) -> [Double]) {
    self.evaluate = evaluate
    let x = (0..<Self.count).map { low + (high - low) * (Double($0) / Double(Self.count - 1)) }
    samples = zip(x, evaluate(x)).map { ($0, $1) }
  }

  // MARK: Range

  /// The heights to show: all; where values grow without bound, half beyond the middle 80 %. Nil without finite ones.
  var heights: (low: Double, high: Double)? {
    let sorted = samples.map(\.y).filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let (p10, p90) = (sorted[sorted.count / 10], sorted[sorted.count - 1 - sorted.count / 10])
    let reach = (p90 - p10) / 2
    let low = extreme(sign: -1) ?? (reach > 0 ? Swift.max(first, p10 - reach) : first)
    let high = extreme(sign: 1) ?? (reach > 0 ? Swift.min(last, p90 + reach) : last)
    // Such that differences are finite.
    return (Swift.max(low, -8e307), Swift.min(high, 8e307))
  }

  /// The largest value of sign · f at a sample, or at a peak beside it; nil where f grows without bound.
  ///
  /// In some steps, each of a 16th of the width, the search goes to the largest value near the largest sample. It ends
  /// at a pole if both neighbours are still lower by a tenth of the height above the median, and that is much larger
  /// than of most samples (as it is not at a logarithm's end); and at a peak if they are as high to a thousandth.
  private func extreme(sign: Double) -> Double? {
    let finite = samples.indices.filter { samples[$0].y.isFinite }
    let sorted = finite.map { sign * samples[$0].y }.sorted()
    guard let start = sorted.last, let place = finite.first(where: { sign * samples[$0].y == start }) else {
      return nil
    }
    var (a, b) = (
      samples[Swift.max(0, place - 1)].x, samples[Swift.min(samples.count - 1, place + 1)].x
    )
    var (best, neighbour) = (start, start)
    for _ in 0..<6 {
      let x = (0..<32).map { a + (b - a) * (Double($0) / 32) } + [b]
      let y = evaluate(x).map { $0.isFinite ? sign * $0 : -.infinity }
      guard let top = y.indices.max(by: { y[$0] < y[$1] }) else { break }
      best = y[top]
      neighbour = Swift.max(top > 0 ? y[top - 1] : -.infinity, top < 32 ? y[top + 1] : -.infinity)
      (a, b) = (x[Swift.max(0, top - 1)], x[Swift.min(32, top + 1)])
    }
    let median = sorted[sorted.count / 2]
    let (drop, height) = (best - neighbour, best - median)
    let usual = sorted[sorted.count - 1 - sorted.count / 10] - median
    if drop > 0.1 * height && start - median > 8 * usual { return nil }
    return sign * (drop < 1e-3 * height ? Swift.max(best, start) : start)
  }

  // MARK: Pieces

  /// The pieces of the curve for a frame, in its coordinates.
  func pieces(in frame: Frame) -> [[(x: Double, y: Double)]] {
    let resolution = (frame.x.high - frame.x.low) * 1e-12
    // What is beyond is not seen.
    let (above, below) = (frame.top - frame.height, frame.bottom + frame.height)
    func height(_ point: Point) -> Double {
      Swift.max(above, Swift.min(below, frame.place(point.x, point.y).y))
    }
    func isOpen(_ a: Point, _ b: Point) -> Bool {
      if a.y.isFinite != b.y.isFinite { return true }
      return a.y.isFinite && Swift.abs(height(a) - height(b)) > 4
    }
    // As at a cusp, which may lie between neighbours of equal height.
    func isBent(_ a: Point, _ b: Point, _ c: Point) -> Bool {
      a.y.isFinite && b.y.isFinite && c.y.isFinite && Swift.abs(height(a) - 2 * height(b) + height(c)) > 2
    }
    func isWide(_ a: Point, _ b: Point) -> Bool {
      let middle = a.x + (b.x - a.x) / 2
      return b.x - a.x > resolution && a.x < middle && middle < b.x
    }
    var points = samples
    while points.count < Self.pointLimit {
      let bends = points.indices.map { k in
        k > 0 && k + 1 < points.count && isBent(points[k - 1], points[k], points[k + 1])
      }
      let gaps = points.indices.dropLast().filter { k in
        (isOpen(points[k], points[k + 1]) || bends[k] || bends[k + 1]) && isWide(points[k], points[k + 1])
      }
      if gaps.isEmpty { break }
      let x = gaps.map { points[$0].x + (points[$0 + 1].x - points[$0].x) / 2 }
      var refined: [Point] = []
      refined.reserveCapacity(points.count + gaps.count)
      var next = 0
      for ((gap, x), y) in zip(zip(gaps, x), evaluate(x)) {
        refined += points[next...gap]
        refined.append((x, y))
        next = gap + 1
      }
      points = refined + points[next...]
    }
    var pieces: [[Point]] = [[]]
    for (k, point) in points.enumerated() {
      let breaks = k > 0 && isOpen(points[k - 1], point) && !isWide(points[k - 1], point)
      if (breaks || !point.y.isFinite) && !pieces[pieces.count - 1].isEmpty { pieces.append([]) }
      if point.y.isFinite { pieces[pieces.count - 1].append(frame.place(point.x, point.y)) }
    }
    return pieces.filter { $0.count > 1 }
  }
}
