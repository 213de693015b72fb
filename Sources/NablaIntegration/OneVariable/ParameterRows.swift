// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors

/// Rows of parameters, stored by columns as kernels like them, of a function of one variable that all rows share.
struct ParameterRows {
  let count: Int
  private let kernel: any Kernel<Double>
  /// One after another.
  private let columns: [Double]
  private let width: Int

  /// - Parameter parameters: [K, p].
  init(_ kernel: any Kernel<Double>, _ parameters: Tensor<Double>) {
    self.kernel = kernel
    (count, width) = (parameters.shape[0], parameters.shape[1])
    columns = parameters.transposed().scalars
  }

  private init(_ kernel: any Kernel<Double>, columns: [Double], count: Int, width: Int) {
    (self.kernel, self.columns, self.count, self.width) = (kernel, columns, count, width)
  }

  /// Some of the rows.
  func taking(_ rows: [Int]) -> ParameterRows {
    var taken: [Double] = []
    taken.reserveCapacity(rows.count * width)
    for column in 0..<width {
      for row in rows { taken.append(columns[column * count + row]) }
    }
    return ParameterRows(kernel, columns: taken, count: rows.count, width: width)
  }

  /// What each parameter lies in; everything where one is not finite.
  var ranges: [Interval] {
    (0..<width).map { column in
      let values = columns[column * count..<(column + 1) * count]
      guard let low = values.min(), let high = values.max(), values.allSatisfy(\.isFinite) else {
        return .entire
      }
      return Interval(low, high)
    }
  }

  /// The values at some nodes for some rows, [nodes, rows], on several threads where the work is worth it.
  func values(at nodes: [Double], rows: Range<Int>) -> Tensor<Double> {
    var values = Tensor<Double>(uninitialized: [nodes.count, rows.count])
    values.withUnsafeMutableBufferPointer { values in
      // Each chunk has its own columns of the table.
      nonisolated(unsafe) let base = values.baseAddress!
      Parallelism.forEachChunk(
        of: rows.count, costPerItem: kernel.estimatedCost * Double(nodes.count), unit: Double.tileWidth
      ) { chunk in
        evaluate(
          nodes, rows: rows.lowerBound + chunk.lowerBound..<rows.lowerBound + chunk.upperBound,
          into: base + chunk.lowerBound, stride: rows.count)
      }
    }
    return values
  }

  /// Writes the values at each node `stride` numbers behind those at the node before.
  private func evaluate(
    _ nodes: [Double], rows: Range<Int>, into table: UnsafeMutablePointer<Double>, stride: Int
  ) {
    var x = 0.0
    var output = OutputColumn<Double>(base: table, stride: 1)
    withUnsafeMutablePointer(to: &x) { x in
      withUnsafeMutablePointer(to: &output) { output in
        columns.withUnsafeBufferPointer { columns in
          withUnsafeTemporaryAllocation(of: InputColumn<Double>.self, capacity: width + 1) { inputs in
            inputs.initializeElement(at: 0, to: InputColumn(base: x, stride: 0))
            for column in 0..<width {
              let base = columns.baseAddress! + column * count + rows.lowerBound
              inputs.initializeElement(at: column + 1, to: InputColumn(base: base, stride: 1))
            }
            let run = kernel.prepared(inputs: inputs.baseAddress!, outputs: output, isStreamed: false)
            for (index, node) in nodes.enumerated() {
              x.pointee = node
              output.pointee = OutputColumn(base: table + index * stride, stride: 1)
              run(0..<rows.count)
            }
          }
        }
      }
    }
  }
}
