// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

/// The portable way of running a tape: one instruction at a time over a block of points.
///
/// It uses `SIMD8` arithmetic, which Swift compiles for the build's processor (SSE2 by default), and the
/// table's scalar functions for the rest. It is the fallback where no machine code can be had, and the
/// oracle that machine code is tested against.
///
/// In single precision every operation is computed in double precision and then rounded. For sums,
/// products, quotients and roots that is the correctly rounded result: 53 ≥ 2·24 + 2 (S. A. Figueroa, When
/// is double rounding innocuous?, ACM SIGNUM Newsletter 30, 1995).
package struct Interpreter<Scalar: KernelScalar>: Kernel {
  private typealias Lanes = SIMD8<Double>
  private static var laneCount: Int { 8 }

  private let tape: Tape
  /// Points a block: as many as keep all slots in the first-level cache.
  private let blockSize: Int

  package var inputCount: Int { tape.inputCount }
  package var outputCount: Int { tape.outputs.count }
  package let estimatedCost: Double

  package init(tape: Tape) {
    self.tape = tape
    // 24 KiB of the 32 that the smallest common first-level cache has.
    let fitting =
      24 * 1024 / (MemoryLayout<Scalar>.stride * Swift.max(1, tape.slotCount)) / Self.laneCount
      * Self.laneCount
    blockSize = Swift.min(256, Swift.max(16, fitting))
    estimatedCost =
      tape.instructions.reduce(1) { $0 + Self.cost(of: $1.operation) } + 0.5 * Double(tape.outputs.count)
  }

  private static func cost(of operation: Operation) -> Double {
    switch operation {
    case .add, .subtract, .multiply, .negate, .integerPower, .abs, .min, .max, .relu, .less, .lessOrEqual,
      .equal, .notEqual, .and, .or, .not, .select:
      0.4
    case .divide, .sqrt: 1
    default: 8
    }
  }

  // Callers in other modules find no specialised code by themselves.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func run(
    points range: Range<Int>, inputs: UnsafePointer<InputColumn<Scalar>>,
    outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool
  ) {
    forEachBlock(of: range, inputs) { start, count, slots, size in
      store(start, count, slots, size, outputs)
    }
  }

  package func prepared(
    inputs: UnsafePointer<InputColumn<Scalar>>, outputs: UnsafePointer<OutputColumn<Scalar>>,
    isStreamed: Bool
  ) -> (Range<Int>) -> Void {
    { run(points: $0, inputs: inputs, outputs: outputs, isStreamed: isStreamed) }
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func run(addresses: UnsafePointer<UnsafeMutablePointer<Scalar>>) {
    let inputs = (0..<inputCount).map { InputColumn(base: addresses[$0], stride: 0) }
    let outputs = (0..<outputCount).map { OutputColumn(base: addresses[inputCount + $0], stride: 0) }
    run(points: 0..<1, inputs: inputs, outputs: outputs, isStreamed: false)
  }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  package func sum(
    points range: Range<Int>, inBlocksOf size: Int, inputs: UnsafePointer<InputColumn<Scalar>>,
    into sums: UnsafeMutablePointer<Scalar>
  ) {
    var sums = sums
    for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      sums.update(repeating: 0, count: outputCount)
      forEachBlock(of: start..<Swift.min(start + size, range.upperBound), inputs) { _, count, slots, size in
        for (output, slot) in tape.outputs.enumerated() {
          let values = slots + Int(slot) * size
          for i in 0..<count { sums[output] += values[i] }
        }
      }
      sums += outputCount
    }
  }

  /// Computes blocks of points, and calls `body` with the first point, their number, and the slots.
  private func forEachBlock(
    of range: Range<Int>, _ inputs: UnsafePointer<InputColumn<Scalar>>,
    _ body: (Int, Int, UnsafeMutablePointer<Scalar>, Int) -> Void
  ) {
    // A single point must not pay for a whole block.
    let size = Swift.min(blockSize, (range.count + Self.laneCount - 1) / Self.laneCount * Self.laneCount)
    withUnsafeTemporaryAllocation(
      byteCount: Swift.max(1, tape.slotCount) * size * MemoryLayout<Scalar>.stride, alignment: 64
    ) { bytes in
      let slots = bytes.baseAddress!.bindMemory(to: Scalar.self, capacity: tape.slotCount * size)
      // The lanes behind the last point of a block are computed too: give them a value.
      slots.initialize(repeating: 0, count: tape.slotCount * size)
      for (slot, value) in tape.constants {
        (slots + Int(slot) * size).update(repeating: Scalar(value), count: size)
      }
      var start = range.lowerBound
      while start < range.upperBound {
        let count = Swift.min(size, range.upperBound - start)
        load(start, count, inputs, into: slots, size)
        for instruction in tape.instructions { execute(instruction, count, slots, size) }
        body(start, count, slots, size)
        start += count
      }
    }
  }

  private func load(
    _ start: Int, _ count: Int, _ inputs: UnsafePointer<InputColumn<Scalar>>,
    into slots: UnsafeMutablePointer<Scalar>,
    _ size: Int
  ) {
    for (slot, input) in tape.loads {
      let values = slots + Int(slot) * size
      let column = inputs[input]
      if column.stride == 1 && column.tileColumns == 0 {
        values.update(from: column.base + start, count: count)
      } else {
        for i in 0..<count { values[i] = column.address(of: start + i).pointee }
      }
    }
  }

  /// Eight points at a time, all their outputs: rows of points [N, n] are then written line by line.
  private func store(
    _ start: Int, _ count: Int, _ slots: UnsafeMutablePointer<Scalar>, _ size: Int,
    _ outputs: UnsafePointer<OutputColumn<Scalar>>
  ) {
    var first = 0
    while first < count {
      let last = Swift.min(first + Self.laneCount, count)
      for (output, slot) in tape.outputs.enumerated() {
        let values = slots + Int(slot) * size
        let column = outputs[output]
        for i in first..<last { column.address(of: start + i).pointee = values[i] }
      }
      first = last
    }
  }

  private func execute(
    _ instruction: Tape.Instruction, _ count: Int, _ slots: UnsafeMutablePointer<Scalar>, _ size: Int
  ) {
    let result = slots + Int(instruction.result) * size
    let a = slots + Int(instruction.a) * size
    let b = slots + Int(instruction.b) * size
    let c = slots + Int(instruction.c) * size
    switch instruction.operation {
    case .add: lanes(result, a, b, count) { $0 + $1 }
    case .subtract: lanes(result, a, b, count) { $0 - $1 }
    case .multiply: lanes(result, a, b, count) { $0 * $1 }
    case .divide: lanes(result, a, b, count) { $0 / $1 }
    // Not −x, which Swift computes as 0 − x for vectors: +0 of +0.
    case .negate: lanes(result, a, a, count) { x, _ in Lanes(repeating: -0.0) - x }
    case .sqrt: lanes(result, a, a, count) { x, _ in x.squareRoot() }
    case .less: lanes(result, a, b, count) { Self.ones(where: $0 .< $1) }
    case .lessOrEqual: lanes(result, a, b, count) { Self.ones(where: $0 .<= $1) }
    case .equal: lanes(result, a, b, count) { Self.ones(where: $0 .== $1) }
    case .notEqual: lanes(result, a, b, count) { Self.ones(where: $0 .!= $1) }
    case .select:
      for i in stride(from: 0, to: count, by: Self.laneCount) {
        let condition = vector(a, i) .!= Lanes(repeating: 0)
        setVector(result, i, vector(c, i).replacing(with: vector(b, i), where: condition))
      }
    case .integerPower where instruction.index.magnitude <= 32:
      power(result, a, Int(instruction.index), count)
    default:
      switch instruction.operation.definition.value {
      case .unary(let function): for i in 0..<count { result[i] = Scalar(function(Double(a[i]))) }
      case .binary(let function):
        for i in 0..<count { result[i] = Scalar(function(Double(a[i]), Double(b[i]))) }
      case .indexed(let function):
        for i in 0..<count { result[i] = Scalar(function(Double(a[i]), Int(instruction.index))) }
      case .indexedBinary(let function):
        for i in 0..<count {
          result[i] = Scalar(function(Double(a[i]), Double(b[i]), Int(instruction.index)))
        }
      case .leaf, .select: preconditionFailure("\(instruction.operation) is no instruction")
      }
    }
  }

  @inline(__always)
  private func vector(_ values: UnsafeMutablePointer<Scalar>, _ i: Int) -> Lanes {
    Lanes(UnsafeRawPointer(values + i).load(as: SIMD8<Scalar>.self))
  }

  @inline(__always)
  private func setVector(_ values: UnsafeMutablePointer<Scalar>, _ i: Int, _ lanes: Lanes) {
    UnsafeMutableRawPointer(values + i).storeBytes(of: SIMD8<Scalar>(lanes), as: SIMD8<Scalar>.self)
  }

  @inline(__always)
  private func lanes(
    _ result: UnsafeMutablePointer<Scalar>, _ a: UnsafeMutablePointer<Scalar>,
    _ b: UnsafeMutablePointer<Scalar>, _ count: Int, _ operation: (Lanes, Lanes) -> Lanes
  ) {
    for i in stride(from: 0, to: count, by: Self.laneCount) {
      setVector(result, i, operation(vector(a, i), vector(b, i)))
    }
  }

  @inline(__always)
  private static func ones(where mask: SIMDMask<Lanes.MaskStorage>) -> Lanes {
    Lanes(repeating: 0).replacing(with: Lanes(repeating: 1), where: mask)
  }

  /// The same products in the same order as the table's `integerPower`.
  private func power(
    _ result: UnsafeMutablePointer<Scalar>, _ a: UnsafeMutablePointer<Scalar>, _ n: Int, _ count: Int
  ) {
    let highest = (Int.bitWidth - 2) - n.magnitude.leadingZeroBitCount
    for i in stride(from: 0, to: count, by: Self.laneCount) {
      let x = vector(a, i)
      var y = x
      for bit in stride(from: highest, through: 0, by: -1) {
        y *= y
        if n.magnitude >> UInt(bit) & 1 == 1 { y *= x }
      }
      setVector(result, i, n < 0 ? 1 / y : y)
    }
  }
}
