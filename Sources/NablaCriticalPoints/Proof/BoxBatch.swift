// SPDX-License-Identifier: Apache-2.0

internal import NablaCalculus
internal import NablaExpressions
internal import NablaKernels

/// Decides many boxes at a time, as ``BoxWorker`` does one, by kernels; what is special about single boxes is left to the
/// worker: poles and kinks, unbounded sides, and what becomes of a critical point. Not for use by two threads at
/// once.
final class BoxBatch {
  private let kernels: BoxKernels
  private let worker: BoxWorker
  private let n: Int
  private let inputs: UnsafeMutablePointer<Double>
  private let outputs: UnsafeMutablePointer<Double>
  private let outputCount: Int

  /// Boxes that are computed at a time: their numbers stay in the first-level cache.
  static let capacity = 64

  init(_ kernels: BoxKernels, _ worker: BoxWorker) {
    self.kernels = kernels
    self.worker = worker
    n = kernels.n
    outputCount = Swift.max(kernels.contraction.outputCount, kernels.newton.outputCount)
    inputs = .allocate(capacity: Self.capacity * 2 * n)
    inputs.initialize(repeating: 0, count: Self.capacity * 2 * n)
    outputs = .allocate(capacity: Self.capacity * outputCount)
    outputs.initialize(repeating: 0, count: Self.capacity * outputCount)
  }

  deinit {
    inputs.deallocate()
    outputs.deallocate()
  }

  /// A box on its way, and where its outcome belongs.
  private struct Candidate {
    var place: Int
    var box: [Interval]
    /// At the beginning of the round.
    var before: [Interval]
    var smears: [Double]?
  }

  /// Boxes with a single zero, and where it is the only one.
  private struct Found {
    var candidate: Candidate
    var region: [Interval]
  }

  /// Decides some of the boxes or halves them, and hands over the outcome of each with its place.
  func process(
    _ boxes: [[Interval]], _ places: [Int], tolerances: [Double],
    _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) {
    for start in stride(from: 0, to: places.count, by: Self.capacity) {
      let part = places[start..<Swift.min(start + Self.capacity, places.count)]
      process(boxes, part, tolerances: tolerances, decide)
    }
  }

  private func process(
    _ boxes: [[Interval]], _ places: ArraySlice<Int>, tolerances: [Double],
    _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) {
    var candidates: [Candidate] = []
    var found: [Found] = []
    defer { self.decide(found, decide) }
    for place in places {
      let box = boxes[place]
      if box.allSatisfy(\.isBounded) {
        candidates.append(Candidate(place: place, box: box, before: box, smears: nil))
      } else {
        decide(place, worker.process(box, tolerances: tolerances))
      }
    }
    for _ in 0..<BoxWorker.mostRounds {
      contract(&candidates, tolerances, decide)
      applyNewton(&candidates, &found, decide)
      // Again only while it pays.
      candidates.removeAll { candidate in
        guard BoxWorker.left(candidate.box, of: candidate.before) > 0.5 else { return false }
        decide(candidate.place, worker.halves(candidate.box, tolerances, smears: candidate.smears))
        return true
      }
      if candidates.isEmpty { return }
    }
    for candidate in candidates {
      decide(candidate.place, worker.halves(candidate.box, tolerances, smears: candidate.smears))
    }
  }

  private func contract(
    _ candidates: inout [Candidate], _ tolerances: [Double],
    _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) {
    let kernel = kernels.contraction
    run(kernel, candidates)
    var left: [Candidate] = []
    left.reserveCapacity(candidates.count)
    for (i, candidate) in candidates.enumerated() {
      var candidate = candidate
      func holds(_ flag: BoxKernels.Contracted) -> Bool {
        output(kernel, i, 2 * n + flag.rawValue) != 0
      }
      if holds(.isEmpty) {
        decide(candidate.place, .discarded)
        continue
      }
      candidate.before = candidate.box
      candidate.box = rest(kernel, i, of: candidate.box)
      if holds(.isDiscontinuous) || candidate.box.allSatisfy({ $0.lower == $0.upper }) {
        decide(candidate.place, worker.process(candidate.before, tolerances: tolerances))
      } else {
        left.append(candidate)
      }
    }
    candidates = left
  }

  private func applyNewton(
    _ candidates: inout [Candidate], _ found: inout [Found],
    _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) {
    let kernel = kernels.newton
    run(kernel, candidates)
    var left: [Candidate] = []
    left.reserveCapacity(candidates.count)
    for (i, candidate) in candidates.enumerated() {
      var candidate = candidate
      func holds(_ flag: BoxKernels.Newton) -> Bool { output(kernel, i, 2 * n + flag.rawValue) != 0 }
      if holds(.isEmpty) {
        decide(candidate.place, .discarded)
      } else if holds(.isUnique) {
        let region = candidate.box
        candidate.box = rest(kernel, i, of: candidate.box)
        found.append(Found(candidate: candidate, region: region))
      } else if holds(.isRegular), let (part, region) = worker.uniquePart(nearRegular: candidate.box) {
        candidate.box = part
        found.append(Found(candidate: candidate, region: region))
      } else {
        candidate.box = rest(kernel, i, of: candidate.box)
        candidate.smears = (0..<n).map { output(kernel, i, 2 * n + BoxKernels.Newton.allCases.count + $0) }
        left.append(candidate)
      }
    }
    candidates = left
  }

  /// Tightens enclosures of zeros while they shrink.
  private func decide(_ found: [Found], _ decide: (_ place: Int, BoxWorker.Outcome) -> Void) {
    let kernel = kernels.newton
    var found = found
    for _ in 0..<IntervalNewton.mostTightenings {
      if found.isEmpty { return }
      run(kernel, found.map(\.candidate))
      var left: [Found] = []
      for (i, zero) in found.enumerated() {
        var next = zero
        next.candidate.box = rest(kernel, i, of: zero.candidate.box)
        let isSmaller = zip(next.candidate.box, zero.candidate.box).contains {
          $0.width < IntervalNewton.smallestGain * $1.width
        }
        if isSmaller {
          left.append(next)
        } else {
          decide(next.candidate.place, .zero(worker.zero(in: next.candidate.box, region: next.region)))
        }
      }
      found = left
    }
    for zero in found {
      decide(zero.candidate.place, .zero(worker.zero(in: zero.candidate.box, region: zero.region)))
    }
  }

  // MARK: Numbers in tiles

  private func run(_ kernel: IntervalKernel, _ candidates: [Candidate]) {
    guard !candidates.isEmpty else { return }
    let unit = IntervalKernel.unit
    let count = (candidates.count + unit - 1) / unit * unit
    for i in 0..<count {
      // Lanes without a box repeat the last one.
      let box = candidates[Swift.min(i, candidates.count - 1)].box
      let lane = inputs + i / unit * unit * 2 * n + i % unit
      for j in 0..<n {
        lane[unit * 2 * j] = box[j].lower
        lane[unit * (2 * j + 1)] = box[j].upper
      }
    }
    kernel.run(count: count, inputs: inputs, outputs: outputs)
  }

  private func output(_ kernel: IntervalKernel, _ i: Int, _ number: Int) -> Double {
    let unit = IntervalKernel.unit
    return outputs[i / unit * unit * kernel.outputCount + unit * number + i % unit]
  }

  /// The box that a kernel has left of one, which is not empty.
  private func rest(_ kernel: IntervalKernel, _ i: Int, of box: [Interval]) -> [Interval] {
    (0..<n).map { j in
      let (low, high) = (output(kernel, i, 2 * j), output(kernel, i, 2 * j + 1))
      return low <= high ? Interval(low, high) : box[j]
    }
  }
}
