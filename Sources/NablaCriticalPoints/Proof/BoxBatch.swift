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
  private let tolerances: [Double]
  private let n: Int

  /// Boxes that are computed at a time: their numbers stay in the first-level cache.
  private static let capacity = 64

  /// The sides of the boxes on their way, by slot.
  private let boxes: UnsafeMutablePointer<Interval>
  /// The same boxes at the beginning of the round; of a box with a single zero, where it is the only one.
  private let wholes: UnsafeMutablePointer<Interval>
  private let smears: UnsafeMutablePointer<Double>
  /// Where the outcome of each belongs.
  private var places = [Int](repeating: 0, count: BoxBatch.capacity)

  private let inputs: UnsafeMutablePointer<Double>
  private let outputs: UnsafeMutablePointer<Double>

  init(_ kernels: BoxKernels, _ worker: BoxWorker, tolerances: [Double]) {
    self.kernels = kernels
    self.worker = worker
    self.tolerances = tolerances
    n = kernels.n
    func memory<T>(_ count: Int, _ value: T) -> UnsafeMutablePointer<T> {
      let memory = UnsafeMutablePointer<T>.allocate(capacity: Self.capacity * count)
      memory.initialize(repeating: value, count: Self.capacity * count)
      return memory
    }
    boxes = memory(n, Interval(0))
    wholes = memory(n, Interval(0))
    smears = memory(n, 0)
    inputs = memory(2 * n, 0)
    outputs = memory(Swift.max(kernels.contraction.outputCount, kernels.newton.outputCount), 0)
  }

  deinit {
    boxes.deallocate()
    wholes.deallocate()
    smears.deallocate()
    inputs.deallocate()
    outputs.deallocate()
  }

  /// Decides some of the boxes or halves them, and hands over the outcome of each with its place.
  func process(
    _ all: UnsafePointer<Interval>, _ places: [Int],
    _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) {
    for start in stride(from: 0, to: places.count, by: Self.capacity) {
      var slots: [Int] = []
      for place in places[start..<Swift.min(start + Self.capacity, places.count)] {
        let box = UnsafeBufferPointer(start: all + place * n, count: n)
        if box.allSatisfy(\.isBounded) {
          let slot = slots.count
          (boxes + slot * n).update(from: all + place * n, count: n)
          self.places[slot] = place
          slots.append(slot)
        } else {
          decide(place, worker.process(Array(box), tolerances: tolerances))
        }
      }
      process(slots, decide)
    }
  }

  private func process(_ slots: [Int], _ decide: (_ place: Int, BoxWorker.Outcome) -> Void) {
    var slots = slots
    var zeros: [Int] = []
    for _ in 0..<BoxWorker.mostRounds {
      slots = contract(slots, decide)
      slots = applyNewton(slots, &zeros, decide)
      // Again only while it pays.
      slots.removeAll { slot in
        guard BoxWorker.left(sides(boxes, slot), of: sides(wholes, slot)) > 0.5 else { return false }
        halve(slot, decide)
        return true
      }
      if slots.isEmpty { break }
    }
    for slot in slots { halve(slot, decide) }
    tighten(zeros, decide)
  }

  // MARK: Steps

  /// Constraint propagation; returns the slots that are left for the Newton operator.
  private func contract(_ slots: [Int], _ decide: (_ place: Int, BoxWorker.Outcome) -> Void) -> [Int] {
    let kernel = kernels.contraction
    run(kernel, slots)
    var left: [Int] = []
    for (i, slot) in slots.enumerated() {
      func holds(_ flag: BoxKernels.Contracted) -> Bool { output(kernel, i, 2 * n + flag.rawValue) != 0 }
      if holds(.isEmpty) {
        decide(places[slot], .discarded)
        continue
      }
      (wholes + slot * n).update(from: boxes + slot * n, count: n)
      setBox(slot, kernel, i)
      if holds(.isDiscontinuous) || sides(boxes, slot).allSatisfy({ $0.lower == $0.upper }) {
        decide(places[slot], worker.process(Array(sides(wholes, slot)), tolerances: tolerances))
      } else {
        left.append(slot)
      }
    }
    return left
  }

  /// The interval Newton operator; returns the slots that are left, and adds to `zeros` those with a single one.
  private func applyNewton(
    _ slots: [Int], _ zeros: inout [Int], _ decide: (_ place: Int, BoxWorker.Outcome) -> Void
  ) -> [Int] {
    let kernel = kernels.newton
    run(kernel, slots)
    var left: [Int] = []
    for (i, slot) in slots.enumerated() {
      func holds(_ flag: BoxKernels.Newton) -> Bool { output(kernel, i, 2 * n + flag.rawValue) != 0 }
      if holds(.isEmpty) {
        decide(places[slot], .discarded)
      } else if holds(.isUnique) {
        (wholes + slot * n).update(from: boxes + slot * n, count: n)
        setBox(slot, kernel, i)
        zeros.append(slot)
      } else if holds(.isRegular),
        let (part, region) = worker.uniquePart(nearRegular: Array(sides(boxes, slot)))
      {
        for j in 0..<n { (boxes[slot * n + j], wholes[slot * n + j]) = (part[j], region[j]) }
        zeros.append(slot)
      } else {
        setBox(slot, kernel, i)
        let first = 2 * n + BoxKernels.Newton.allCases.count
        for j in 0..<n { smears[slot * n + j] = output(kernel, i, first + j) }
        left.append(slot)
      }
    }
    return left
  }

  private func halve(_ slot: Int, _ decide: (_ place: Int, BoxWorker.Outcome) -> Void) {
    let smears = UnsafeBufferPointer(start: smears + slot * n, count: n)
    decide(
      places[slot], worker.halves(Array(sides(boxes, slot)), tolerances, smears: Array(smears)))
  }

  /// Tightens enclosures of zeros while they shrink, as ``IntervalNewton/tightened(_:)`` does.
  private func tighten(_ zeros: [Int], _ decide: (_ place: Int, BoxWorker.Outcome) -> Void) {
    let kernel = kernels.newton
    var left = zeros
    for _ in 0..<IntervalNewton.mostTightenings {
      if left.isEmpty { break }
      run(kernel, left)
      var shrinking: [Int] = []
      for (i, slot) in left.enumerated() {
        let widths = sides(boxes, slot).map(\.width)
        setBox(slot, kernel, i)
        let isSmaller = zip(sides(boxes, slot), widths).contains {
          $0.width < IntervalNewton.smallestGain * $1
        }
        if isSmaller { shrinking.append(slot) }
      }
      left = shrinking
    }
    for slot in zeros {
      decide(
        places[slot],
        .zero(worker.zero(in: Array(sides(boxes, slot)), region: Array(sides(wholes, slot)))))
    }
  }

  // MARK: Numbers

  private func sides(
    _ boxes: UnsafeMutablePointer<Interval>, _ slot: Int
  ) -> UnsafeBufferPointer<Interval> {
    UnsafeBufferPointer(start: boxes + slot * n, count: n)
  }

  private func run(_ kernel: IntervalKernel, _ slots: [Int]) {
    guard let last = slots.last else { return }
    let unit = IntervalKernel.unit
    let count = (slots.count + unit - 1) / unit * unit
    for i in 0..<count {
      // Lanes without a box repeat the last one.
      let box = boxes + (i < slots.count ? slots[i] : last) * n
      for j in 0..<n {
        inputs[IntervalKernel.place(of: 2 * j, box: i, count: 2 * n)] = box[j].lower
        inputs[IntervalKernel.place(of: 2 * j + 1, box: i, count: 2 * n)] = box[j].upper
      }
    }
    kernel.run(count: count, inputs: inputs, outputs: outputs)
  }

  private func output(_ kernel: IntervalKernel, _ i: Int, _ number: Int) -> Double {
    outputs[IntervalKernel.place(of: number, box: i, count: kernel.outputCount)]
  }

  /// Sets a box, which is not empty, to what a kernel has left of it.
  private func setBox(_ slot: Int, _ kernel: IntervalKernel, _ i: Int) {
    for j in 0..<n {
      let (low, high) = (output(kernel, i, 2 * j), output(kernel, i, 2 * j + 1))
      if low <= high { boxes[slot * n + j] = Interval(low, high) }
    }
  }
}
