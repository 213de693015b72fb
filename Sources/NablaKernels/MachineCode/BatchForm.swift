// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How the columns of a batch lie, and the code for that. It is found again by a look at each column, which is
/// what a small batch of many inputs pays for.
final class BatchForm<Scalar: KernelScalar>: Sendable {
  let layout: CodeLayout
  /// Made for the layout.
  let code: CodeVariants.Code
  /// Columns that pass through blocks, since no code is made for their strides.
  let stagedInputs: [Int]
  let stagedOutputs: [Int]

  /// What the code takes for granted of a column.
  private struct Column {
    var stride: Int
    var tileColumns: Int
    /// Elements behind the column before it, or 0 if that may lie anywhere.
    var distance = 0
    var isStreamed = false
  }

  private enum Kind { case columns, sums, lanes }

  /// Of all that the kernel reads, and of outputs that are columns.
  private let inputs: [(index: Int, column: Column)]
  private let outputs: [Column]
  private let kind: Kind

  /// Rows of more elements than this are read through blocks, as are more kinds of rows and tiles than the
  /// code has registers for. In place they are read up to five times as fast, but of the last points whole rows are
  /// copied.
  private static var longestRow: Int { 4096 }
  /// Elements of a cache line.
  private static var line: Int { 64 / MemoryLayout<Scalar>.stride }

  init(
    of kernel: MachineKernel<Scalar>, _ inputs: UnsafePointer<InputColumn<Scalar>>,
    _ outputs: KernelBatch<Scalar>.Outputs, isStreamed: Bool
  ) {
    var layout = CodeLayout(
      inputs: Array(repeating: .column, count: kernel.inputCount),
      outputs: Array(repeating: .column, count: kernel.outputCount))
    layout.firstOfRun = (0..<Int32(kernel.inputCount + kernel.outputCount)).map { $0 }
    var (stagedInputs, stagedOutputs) = ([Int](), [Int]())
    var steppings: [CodeLayout.Stepping] = []
    func canStep(_ stepping: CodeLayout.Stepping) -> Bool {
      if steppings.contains(stepping) { return true }
      guard steppings.count < Emitter.steppingRegisters.count else { return false }
      steppings.append(stepping)
      return true
    }

    var inputColumns: [(index: Int, column: Column)] = []
    for i in kernel.usedInputs {
      var column = Column(stride: inputs[i].stride, tileColumns: inputs[i].tileColumns)
      var unit = 0
      if column.tileColumns > 0 {
        if canStep(.tile(columns: column.tileColumns)) {
          layout.inputs[i] = .tile(columns: column.tileColumns)
          unit = Self.line
        } else {
          stagedInputs.append(i)
        }
      } else if column.stride == 0 {
        layout.inputs[i] = .shared
        unit = 1
      } else if column.stride != 1 {
        if (2...Self.longestRow).contains(column.stride) && canStep(.row(stride: column.stride)) {
          layout.inputs[i] = .row(stride: column.stride)
          unit = 1
        } else {
          stagedInputs.append(i)
        }
      }
      if unit > 0 && i > 0 && layout.inputs[i] == layout.inputs[i - 1],
        inputs[i].base == inputs[i - 1].base + unit
      {
        column.distance = unit
        layout.firstOfRun[i] = layout.firstOfRun[i - 1]
      }
      inputColumns.append((i, column))
    }

    var outputColumns: [Column] = []
    switch outputs {
    case .lanes: kind = .lanes
    case .sums:
      kind = .sums
      for i in layout.outputs.indices {
        layout.outputs[i] = .sum
        layout.firstOfRun[kernel.inputCount + i] = Int32(kernel.inputCount)
      }
    case .columns(let columns):
      kind = .columns
      for i in layout.outputs.indices {
        var column = Column(stride: columns[i].stride, tileColumns: columns[i].tileColumns)
        if column.tileColumns > 0 {
          if canStep(.tile(columns: column.tileColumns)) {
            layout.outputs[i] = .tile(columns: column.tileColumns)
            if i > 0 && layout.outputs[i] == layout.outputs[i - 1],
              columns[i].base == columns[i - 1].base + Self.line
            {
              column.distance = Self.line
              layout.firstOfRun[kernel.inputCount + i] = layout.firstOfRun[kernel.inputCount + i - 1]
            }
          } else {
            stagedOutputs.append(i)
          }
        } else if column.stride != 1 {
          stagedOutputs.append(i)
        } else if Self.isStreamed(columns[i], isStreamed) {
          layout.outputs[i] = .streamedColumn
          column.isStreamed = true
        }
        outputColumns.append(column)
      }
    }
    self.layout = layout
    (self.stagedInputs, self.stagedOutputs) = (stagedInputs, stagedOutputs)
    (self.inputs, self.outputs) = (inputColumns, outputColumns)
    code = kernel.variants.code(for: layout)
  }

  private static func isStreamed(_ column: OutputColumn<Scalar>, _ isStreamed: Bool) -> Bool {
    isStreamed && column.stride == 1 && column.tileColumns == 0 && UInt(bitPattern: column.base) % 64 == 0
  }

  /// Whether columns lie so that the code serves them.
  func fits(
    _ inputs: UnsafePointer<InputColumn<Scalar>>, _ outputs: KernelBatch<Scalar>.Outputs, isStreamed: Bool
  ) -> Bool {
    for (i, column) in self.inputs {
      let input = inputs[i]
      guard input.stride == column.stride && input.tileColumns == column.tileColumns,
        column.distance == 0 || input.base == inputs[i - 1].base + column.distance
      else { return false }
    }
    guard case .columns(let columns) = outputs else {
      if case .sums = outputs { return kind == .sums }
      return kind == .lanes
    }
    guard kind == .columns else { return false }
    for (i, column) in self.outputs.enumerated() {
      let output = columns[i]
      guard output.stride == column.stride && output.tileColumns == column.tileColumns,
        column.distance == 0 || output.base == columns[i - 1].base + column.distance,
        Self.isStreamed(output, isStreamed) == column.isStreamed
      else { return false }
    }
    return true
  }
}

/// The forms that a kernel's batches had.
final class BatchForms<Scalar: KernelScalar>: Sendable {
  /// The latest first: few enough to compare.
  private let known = Mutex<[BatchForm<Scalar>]>([])

  /// There are few forms in a program's life; one of many that keep coming may be made again.
  private static var largestCount: Int { 16 }

  func form(
    of kernel: MachineKernel<Scalar>, _ inputs: UnsafePointer<InputColumn<Scalar>>,
    _ outputs: KernelBatch<Scalar>.Outputs, isStreamed: Bool
  ) -> BatchForm<Scalar> {
    let latest = known.withLock { $0 }
    if let form = latest.first(where: { $0.fits(inputs, outputs, isStreamed: isStreamed) }) {
      if form !== latest[0] { remember(form) }
      return form
    }
    let form = BatchForm(of: kernel, inputs, outputs, isStreamed: isStreamed)
    remember(form)
    return form
  }

  private func remember(_ form: BatchForm<Scalar>) {
    known.withLock { known in
      known.removeAll { $0 === form }
      known.insert(form, at: 0)
      if known.count > Self.largestCount { known.removeLast() }
    }
  }
}
