// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions
internal import Synchronization

/// A kernel for functions of arrays, element by element: each input lies one element behind the other, or is
/// one element that all share.
///
/// A ``Kernel`` works out at each run what code suits its columns; here that is looked up by which inputs are
/// shared, and a run over a single element takes some tens of nanoseconds. The precision is no type: arrays
/// are given by their addresses.
///
/// An element's result has the same bits at every place, in every run. The kernel may run on any number of
/// threads at once.
package final class ElementwiseKernel: @unchecked Sendable {
  private enum Program {
    case machine(CodeVariants)
    case double(any Kernel<Double>)
    case single(any Kernel<Float>)
  }

  private typealias Slot = Atomic<Unmanaged<CodeVariants.Code>?>

  package let inputCount: Int
  package let outputCount: Int
  /// A rough number of nanoseconds an element.
  package let estimatedCost: Double
  /// Bytes an element.
  package let elementSize: Int
  private let program: Program
  /// Made when they are first needed; each holds a reference.
  private let slots: UnsafeMutablePointer<Slot>

  /// Only the first inputs can be shared: there is code for each set of them.
  package static var mostShared: Int { 6 }

  /// Codes by the set of shared inputs, for the others in columns, and then for them in tiles.
  private var slotCount: Int { 2 << Swift.min(inputCount, Self.mostShared) }

  /// - Precondition: the outputs contain no variables but the inputs.
  package init(outputs: [Expr], inputs: [Expr], precision: Precision) {
    inputCount = inputs.count
    outputCount = outputs.count
    elementSize = precision.byteCount
    switch precision {
    case .double:
      let kernel = compile(outputs: outputs, inputs: inputs, as: Double.self)
      estimatedCost = kernel.estimatedCost
      program = (kernel as? MachineKernel<Double>).map { .machine($0.variants) } ?? .double(kernel)
    case .single:
      let kernel = compile(outputs: outputs, inputs: inputs, as: Float.self)
      estimatedCost = kernel.estimatedCost
      program = (kernel as? MachineKernel<Float>).map { .machine($0.variants) } ?? .single(kernel)
    }
    let count = 2 << Swift.min(inputs.count, Self.mostShared)
    slots = .allocate(capacity: count)
    for i in 0..<count { (slots + i).initialize(to: Slot(nil)) }
  }

  deinit {
    for i in 0..<slotCount { slots[i].load(ordering: .relaxed)?.release() }
    slots.deinitialize(count: slotCount)
    slots.deallocate()
  }

  /// Computes the elements in `range`.
  ///
  /// - Parameters:
  ///   - addresses: of element 0 of each input, and then of each output. The only output may lie where an
  ///     input does; otherwise none overlaps another or an input.
  ///   - shared: bit i is set where input i is one element. Of the first ``mostShared`` only.
  package func run(
    _ range: Range<Int>, _ addresses: UnsafePointer<UnsafeMutableRawPointer>, shared: Int = 0
  ) {
    guard !range.isEmpty else { return }
    let isCompiled = withCode(shared) { code in
      let whole = range.lowerBound + range.count / code.unit * code.unit
      if whole > range.lowerBound { code.run(addresses, range.lowerBound * elementSize, whole * elementSize) }
      if whole == range.upperBound { return }
      if range.count >= code.unit && !isInPlace(addresses) {
        // Elements computed twice come out the same.
        code.run(addresses, (range.upperBound - code.unit) * elementSize, range.upperBound * elementSize)
      } else {
        runLast(code, whole..<range.upperBound, addresses, shared)
      }
    }
    if !isCompiled { interpret(range, addresses, shared) }
  }

  /// Computes the first `count` elements where the inputs that are not shared lie in tiles: a cache line of
  /// elements of each, and then the next line of each. So memory is read in order, whatever the number of
  /// inputs. They are given by the addresses of their lines in the first tile.
  ///
  /// - Precondition: `count` is a multiple of a line's elements.
  package func runTiled(
    _ count: Int, _ addresses: UnsafePointer<UnsafeMutableRawPointer>, shared: Int = 0
  ) {
    let isCompiled = withCode(shared, isTiled: true) { $0.run(addresses, 0, count * elementSize) }
    if !isCompiled { interpret(0..<count, addresses, shared, isTiled: true) }
  }

  private func isInPlace(_ addresses: UnsafePointer<UnsafeMutableRawPointer>) -> Bool {
    for i in 0..<inputCount where addresses[i] == addresses[inputCount] { return true }
    return false
  }

  /// Hands over the code for some layout, without counting references, and returns true; or false where the
  /// program is interpreted.
  @inline(__always)
  private func withCode(_ shared: Int, isTiled: Bool = false, _ body: (CodeVariants.Code) -> Void) -> Bool {
    let slot = slots + (isTiled ? slotCount / 2 + shared : shared)
    if let known = slot.pointee.load(ordering: .acquiring) {
      known._withUnsafeGuaranteedRef(body)
      return true
    }
    guard case .machine(let variants) = program else { return false }
    body(makeCode(variants, shared, isTiled, slot))
    return true
  }

  private func makeCode(
    _ variants: CodeVariants, _ shared: Int, _ isTiled: Bool, _ slot: UnsafeMutablePointer<Slot>
  ) -> CodeVariants.Code {
    let code = variants.code(
      for: CodeLayout(
        inputs: (0..<inputCount).map {
          if isShared($0, shared) { return .shared }
          return isTiled ? .tile(columns: inputCount - shared.nonzeroBitCount) : .column
        },
        outputs: Array(repeating: .column, count: outputCount)))
    let reference = Unmanaged.passRetained(code)
    let (isFirst, _) = slot.pointee.compareExchange(
      expected: nil, desired: reference, ordering: .acquiringAndReleasing)
    if !isFirst { reference.release() }
    return code
  }

  private func isShared(_ input: Int, _ shared: Int) -> Bool {
    input < Self.mostShared && shared >> input & 1 == 1
  }

  /// Elements that do not fill a turn of the code's loop. The places behind the last repeat it, so that they
  /// are nothing special.
  private func runLast(
    _ code: CodeVariants.Code, _ range: Range<Int>, _ addresses: UnsafePointer<UnsafeMutableRawPointer>,
    _ shared: Int
  ) {
    let (bytes, count) = (code.unit * elementSize, inputCount + outputCount)
    let pointers = count * MemoryLayout<UnsafeMutableRawPointer>.stride
    // With a larger alignment it would come from the heap.
    withUnsafeTemporaryAllocation(byteCount: pointers + count * bytes, alignment: 16) { memory in
      let columns = memory.baseAddress!.assumingMemoryBound(to: UnsafeMutableRawPointer.self)
      var block = memory.baseAddress! + pointers
      for i in 0..<count {
        let source = addresses[i]
        if i < inputCount && isShared(i, shared) {
          columns[i] = source
          continue
        }
        columns[i] = block
        if i < inputCount {
          if elementSize == 8 {
            fill(block, code.unit, from: source, range, as: UInt64.self)
          } else {
            fill(block, code.unit, from: source, range, as: UInt32.self)
          }
        }
        block += bytes
      }
      code.run(columns, 0, bytes)
      for i in inputCount..<count {
        (addresses[i] + range.lowerBound * elementSize).copyMemory(
          from: columns[i], byteCount: range.count * elementSize)
      }
    }
  }

  @inline(__always)
  private func fill<Bits: FixedWidthInteger>(
    _ block: UnsafeMutableRawPointer, _ size: Int, from source: UnsafeMutableRawPointer, _ range: Range<Int>,
    as: Bits.Type
  ) {
    let block = block.assumingMemoryBound(to: Bits.self)
    let source = source.assumingMemoryBound(to: Bits.self) + range.lowerBound
    let last = range.count - 1
    for i in 0..<last { block[i] = source[i] }
    let value = source[last]
    for i in last..<size { block[i] = value }
  }

  private func interpret(
    _ range: Range<Int>, _ addresses: UnsafePointer<UnsafeMutableRawPointer>, _ shared: Int,
    isTiled: Bool = false
  ) {
    switch program {
    case .machine: preconditionFailure("The program has code.")
    case .double(let kernel): interpret(kernel, range, addresses, shared, isTiled: isTiled)
    case .single(let kernel): interpret(kernel, range, addresses, shared, isTiled: isTiled)
    }
  }

  private func interpret<Scalar: KernelScalar>(
    _ kernel: any Kernel<Scalar>, _ range: Range<Int>, _ addresses: UnsafePointer<UnsafeMutableRawPointer>,
    _ shared: Int, isTiled: Bool
  ) {
    let inputs = (0..<inputCount).map { i in
      let base = UnsafePointer(addresses[i].assumingMemoryBound(to: Scalar.self))
      return isTiled && !isShared(i, shared)
        ? InputColumn<Scalar>(base: base, tileColumns: inputCount - shared.nonzeroBitCount)
        : InputColumn<Scalar>(base: base, stride: isShared(i, shared) ? 0 : 1)
    }
    let outputs = (inputCount..<inputCount + outputCount).map {
      OutputColumn<Scalar>(base: addresses[$0].assumingMemoryBound(to: Scalar.self), stride: 1)
    }
    kernel.run(points: range, inputs: inputs, outputs: outputs, isStreamed: false)
  }
}
