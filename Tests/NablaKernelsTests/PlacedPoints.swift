// SPDX-License-Identifier: Apache-2.0

import TestSupport

@testable import NablaKernels

/// Random points whose inputs lie in memory in any of the layouts.
final class PlacedPoints<Scalar: BitwiseScalar> {
  enum Place: CaseIterable {
    case column, rows, wideRows, reversed, shared, tiles
  }

  /// Where results go.
  enum Target: CaseIterable {
    case columns, streamedColumns, tiles, rows
  }

  let count: Int
  let inputs: [InputColumn<Scalar>]
  private let numbers: UnsafeMutablePointer<Scalar>
  /// The points of whole tiles.
  private let size: Int

  /// Points with coordinates within ±2.
  init(_ count: Int, _ places: [Place], using generator: inout SplitMix64) {
    let (n, wide, width) = (places.count, 99, Scalar.tileWidth)
    let size = (count + width - 1) / width * width
    let (rows, wideRows) = (n * count, 2 * n * count)
    let tiles = wideRows + wide * count
    let numbers = UnsafeMutablePointer<Scalar>.allocate(capacity: tiles + n * size)
    for i in 0..<tiles + n * size {
      (numbers + i).initialize(to: Scalar(Double.random(in: -2...2, using: &generator)))
    }
    inputs = places.enumerated().map { i, place in
      switch place {
      case .column: InputColumn(base: numbers + i * count, stride: 1)
      case .rows: InputColumn(base: numbers + rows + i, stride: n)
      case .wideRows: InputColumn(base: numbers + wideRows + i, stride: wide)
      case .reversed: InputColumn(base: numbers + i * count + count - 1, stride: -1)
      case .shared: InputColumn(base: numbers + i * count, stride: 0)
      case .tiles: InputColumn(base: numbers + tiles + width * i, tileColumns: n)
      }
    }
    (self.count, self.numbers, self.size) = (count, numbers, size)
  }

  deinit { numbers.deallocate() }

  subscript(point: Int) -> [Scalar] { inputs.map { $0.address(of: point).pointee } }

  /// A kernel's results at the points of a range, point by point.
  func results(of kernel: any Kernel<Scalar>, in range: Range<Int>, to target: Target) -> [[Scalar]] {
    let m = kernel.outputCount
    // At a multiple of 64, as streamed stores ask for.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: m * size * MemoryLayout<Scalar>.stride, alignment: 64)
    defer { memory.deallocate() }
    let base = memory.initializeMemory(as: Scalar.self, repeating: .nan, count: m * size)
    let outputs = (0..<m).map { i in
      switch target {
      case .columns, .streamedColumns: OutputColumn(base: base + i * size, stride: 1)
      case .tiles: OutputColumn(base: base + Scalar.tileWidth * i, tileColumns: m)
      case .rows: OutputColumn(base: base + i, stride: m)
      }
    }
    kernel.run(points: range, inputs: inputs, outputs: outputs, isStreamed: target == .streamedColumns)
    return range.map { point in outputs.map { $0.address(of: point).pointee } }
  }

  /// A kernel's results at one point, by the code for single points. What lies beside them must stay.
  func results(of kernel: MachineKernel<Scalar>, at point: Int) -> [Scalar] {
    var results = [Scalar](repeating: 17, count: 2 * kernel.outputCount)
    results.withUnsafeMutableBufferPointer { results in
      let addresses =
        inputs.map { UnsafeMutablePointer(mutating: $0.address(of: point)) }
        + (0..<kernel.outputCount).map { results.baseAddress! + 2 * $0 }
      kernel.run(addresses: addresses)
    }
    let isIntact = stride(from: 1, to: results.count, by: 2).allSatisfy { results[$0] == 17 }
    precondition(isIntact, "a single point's code writes beside its results")
    return stride(from: 0, to: results.count, by: 2).map { results[$0] }
  }
}
