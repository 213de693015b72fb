// SPDX-License-Identifier: Apache-2.0

/// One run of a kernel's code over a range of points: the layout that the code is made for, and what is
/// copied to and from blocks in the cache because no code is made for its strides, or because the points
/// do not fill a vector.
struct KernelBatch<Scalar: KernelScalar> {
  enum Outputs {
    /// Of each point.
    case columns(UnsafePointer<OutputColumn<Scalar>>)
    /// Partial sums of whole vectors, which are added to those that are there: one vector for each output.
    case sums(UnsafeMutablePointer<Scalar>)
    /// Of the points of a single turn of the code's loop: as many places for each output.
    case lanes(UnsafeMutablePointer<Scalar>)
  }

  /// Bytes a number.
  private static var size: Int { MemoryLayout<Scalar>.stride }

  private let kernel: MachineKernel<Scalar>
  private let inputs: UnsafePointer<InputColumn<Scalar>>
  private let outputs: Outputs
  private let form: BatchForm<Scalar>

  var layout: CodeLayout { form.layout }
  private var code: CodeVariants.Code { form.code }

  /// - Parameter isStreamed: whether outputs that can be are written past the caches.
  init(
    of kernel: MachineKernel<Scalar>, _ inputs: UnsafePointer<InputColumn<Scalar>>, _ outputs: Outputs,
    isStreamed: Bool = false
  ) {
    self.kernel = kernel
    self.inputs = inputs
    self.outputs = outputs
    form = kernel.forms.form(of: kernel, inputs, outputs, isStreamed: isStreamed)
  }

  /// Points that the code computes at a time.
  var unit: Int { code.unit }

  func run(_ range: Range<Int>) {
    let n = kernel.inputCount
    let whole = range.lowerBound + range.count / code.unit * code.unit
    withUnsafeTemporaryAllocation(
      of: UnsafeMutableRawPointer.self, capacity: n + kernel.outputCount
    ) { columns in
      let columns = columns.baseAddress!
      if whole > range.lowerBound {
        setAddresses(columns, range.lowerBound)
        if form.stagedInputs.isEmpty && form.stagedOutputs.isEmpty {
          code.run(columns, range.lowerBound * Self.size, whole * Self.size)
        } else {
          runBlocks(of: range.lowerBound..<whole, columns)
        }
      }
      if whole < range.upperBound {
        setAddresses(columns, whole)
        runLast(whole..<range.upperBound, columns)
      }
    }
  }

  /// Computes the whole vectors of each block of `size` points, and calls `body` with the block and the first point
  /// that is left.
  ///
  /// - Precondition: the outputs are sums.
  func run(_ range: Range<Int>, inBlocksOf size: Int, _ body: (_ block: Range<Int>, _ rest: Int) -> Void) {
    withUnsafeTemporaryAllocation(
      of: UnsafeMutableRawPointer.self, capacity: kernel.inputCount + kernel.outputCount
    ) { columns in
      let columns = columns.baseAddress!
      setAddresses(columns, range.lowerBound)
      code.prepared(columns, longest: Swift.min(size, range.count) * Self.size) { run in
        for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
          let block = start..<Swift.min(start + size, range.upperBound)
          let rest = start + block.count / code.unit * code.unit
          if rest > start {
            if form.stagedInputs.isEmpty {
              run(start * Self.size, rest * Self.size)
            } else {
              runBlocks(of: start..<rest, columns)
            }
          }
          body(block, rest)
        }
      }
    }
  }

  /// The addresses that the code adds its offsets to, of all columns that it works on in place.
  private func setAddresses(_ columns: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ start: Int) {
    for i in 0..<kernel.inputCount { columns[i] = UnsafeMutableRawPointer(mutating: inputs[i].base) }
    let columns = columns + kernel.inputCount
    switch outputs {
    case .columns(let outputs):
      for i in 0..<kernel.outputCount { columns[i] = UnsafeMutableRawPointer(outputs[i].base) }
    case .lanes(let vectors):
      for i in 0..<kernel.outputCount {
        columns[i] = UnsafeMutableRawPointer(vectors + i * code.unit - start)
      }
    // They are a run, of which the code takes the first address.
    case .sums(let sums): columns.update(repeating: UnsafeMutableRawPointer(sums), count: kernel.outputCount)
    }
  }

  // MARK: Strides without code

  /// Whole vectors of points, a block at a time.
  private func runBlocks(
    of range: Range<Int>, _ columns: UnsafeMutablePointer<UnsafeMutableRawPointer>
  ) {
    let (stagedInputs, stagedOutputs) = (form.stagedInputs, form.stagedOutputs)
    let stagedCount = stagedInputs.count + stagedOutputs.count
    // All in half of the first-level cache.
    let fitting = 16 * 1024 / (Self.size * stagedCount) / code.unit * code.unit
    let size = Swift.min(range.count, 512, Swift.max(code.unit, fitting))
    withUnsafeTemporaryAllocation(byteCount: stagedCount * size * Self.size, alignment: 64) { bytes in
      let blocks = bytes.bindMemory(to: Scalar.self).baseAddress!
      for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
        let end = Swift.min(start + size, range.upperBound)
        var block = blocks
        for i in stagedInputs {
          for point in start..<end { block[point - start] = inputs[i].address(of: point).pointee }
          columns[i] = UnsafeMutableRawPointer(block - start)
          block += size
        }
        for i in stagedOutputs {
          columns[kernel.inputCount + i] = UnsafeMutableRawPointer(block - start)
          block += size
        }
        code.run(columns, start * Self.size, end * Self.size)
        store(stagedOutputs, start..<end, columns)
      }
    }
  }

  /// Copies blocks to their columns, eight points at a time: rows of points are written line by line.
  private func store(
    _ staged: [Int], _ range: Range<Int>, _ columns: UnsafePointer<UnsafeMutableRawPointer>
  ) {
    guard case .columns(let outputs) = outputs else { return }
    for first in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
      let last = Swift.min(first + 8, range.upperBound)
      for output in staged {
        let source = columns[kernel.inputCount + output].assumingMemoryBound(to: Scalar.self)
        let column = outputs[output]
        for i in first..<last { column.address(of: i).pointee = source[i] }
      }
    }
  }

  // MARK: The last points

  /// Points that do not fill a vector. The lanes behind the last point repeat it, so that they are nothing
  /// special. Tiles are whole, and need no copies.
  private func runLast(
    _ range: Range<Int>, _ columns: UnsafeMutablePointer<UnsafeMutableRawPointer>
  ) {
    let (start, last, lanes) = (range.lowerBound, range.upperBound - 1, code.unit)
    var copiedOutputs: [Int] = []
    if case .columns = outputs {
      copiedOutputs = layout.outputs.indices.filter { layout.outputs[$0].stepping == nil }
    }
    let size = kernel.usedInputs.reduce(copiedOutputs.count * lanes) {
      $0 + vectorSize(of: $1)
    }
    withUnsafeTemporaryAllocation(byteCount: size * Self.size, alignment: 64) { bytes in
      var block = bytes.bindMemory(to: Scalar.self).baseAddress!
      for i in copiedOutputs {
        columns[kernel.inputCount + i] = UnsafeMutableRawPointer(block - start)
        block += lanes
      }
      var beginning = block
      for i in kernel.usedInputs {
        let place = layout.inputs[i]
        var step = 1
        switch place {
        case .shared, .tile: continue
        case .column:
          beginning = block
          columns[i] = UnsafeMutableRawPointer(block - start)
        case .row(let stride):
          beginning = layout.run(of: i).distance > 0 ? beginning + 1 : block
          step = stride
          columns[i] = UnsafeMutableRawPointer(beginning - start * stride)
        case .passed: preconditionFailure("inputs of pieces are no inputs of kernels")
        }
        for lane in 0..<lanes {
          beginning[lane * step] = inputs[i].address(of: Swift.min(start + lane, last)).pointee
        }
        block += vectorSize(of: i)
      }
      code.run(columns, start * Self.size, (start + lanes) * Self.size)
      store(copiedOutputs, range, columns)
    }
  }

  /// The elements that a vector of an input takes where it is copied.
  private func vectorSize(of input: Int) -> Int {
    switch layout.inputs[input] {
    case .column: code.unit
    case .row(let stride): layout.run(of: input).distance > 0 ? 0 : code.unit * stride
    case .shared, .tile, .passed: 0
    }
  }
}
