// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels

// The place of an extremum: its value first, by kernels, and then where it stands.

extension Tensor {
  /// The index in row-major order of the smallest or largest element: of the first of equals, or of the first NaN
  /// if there is one.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func extremeIndex(largest: Bool) -> Int {
    precondition(count > 0, "A tensor of shape \(shape) has no extreme element.")
    let elements = isContiguous ? self : copied()
    return elements.withStorage {
      Folder<Scalar>(largest ? .maximum : .minimum).index($0, count: count, stride: 1)
    }
  }

  /// The index of the smallest or largest element of each slice along an axis: of the first of equals, or of
  /// the first NaN if there is one.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func extremeIndices(largest: Bool, axis: Int) -> [Int] {
    let axis = layout.axis(axis)
    let length = shape[axis]
    precondition(length > 0, "Axis \(axis) of a tensor of shape \(shape) has no extreme element.")
    let folder = Folder<Scalar>(largest ? .maximum : .minimum)
    return [Int](unsafeUninitializedCapacity: count / length) { indices, initialized in
      nonisolated(unsafe) let indices = indices
      initialized = count / length
      forEachSlice(folding: [axis], cost: folder.cost + 0.2) {
        source, position, stride, keptCount, keptStride in
        if keptCount > 1 && abs(keptStride) < abs(stride) {
          withUnsafeTemporaryAllocation(of: Scalar.self, capacity: keptCount) { extremes in
            folder.columns(
              source, rows: length, rowStride: stride, width: keptCount, columnStride: keptStride,
              parameter: nil, into: extremes.baseAddress!)
            findInColumns(
              extremes, source, rows: length, rowStride: stride, columnStride: keptStride,
              into: indices.baseAddress! + position)
          }
        } else {
          for j in 0..<keptCount {
            indices[position + j] = folder.index(source + j * keptStride, count: length, stride: stride)
          }
        }
      }
    }
  }
}

extension Folder {
  /// The index of the first of `count` ≥ 1 numbers that is the extremum, or NaN if one is.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func index(_ x: Source, count: Int, stride: Int) -> Int {
    let size = Reduction.blockSize
    if count <= size { return indexInBlock(x, count: count, stride: stride) }
    let blocks = (count + size - 1) / size
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: blocks) { extremes in
      let extremes = extremes.baseAddress!
      for b in 0..<blocks {
        extremes[b] = block(
          x + b * size * stride, count: Swift.min(size, count - b * size), stride: stride, parameter: nil)
      }
      let extreme = run(extremes, count: blocks, stride: 1)
      let first = firstIndex(of: extreme, extremes, stride: 1) * size
      // The first block that has the extremum.
      return first
        + indexInBlock(x + first * stride, count: Swift.min(size, count - first), stride: stride)
    }
  }

  /// As ``index(_:count:stride:)``, of 1 ... `blockSize` numbers: first in which tile it is.
  private func indexInBlock(_ x: Source, count: Int, stride: Int) -> Int {
    if stride != 1 || count <= Self.few {
      return firstIndex(of: block(x, count: count, stride: stride, parameter: nil), x, stride: stride)
    }
    return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: Self.mostFolded(of: count)) { buffer in
      let buffer = buffer.baseAddress!
      let extreme = folded(buffer, count: lines(x, count: count, parameter: nil, into: buffer))
      // The lines of the tiles come in order, and then what no tile has.
      let line = firstIndex(of: extreme, UnsafePointer(buffer), stride: 1) / Self.lineWidth
      let start = Swift.min(line, count / Self.tileSize) * Self.tileSize
      return start + firstIndex(of: extreme, x + start, stride: 1)
    }
  }
}

/// The place of a number, or of NaN, among numbers that contain it.
@inline(__always)
private func firstIndex<Scalar: TensorScalar>(
  of value: Scalar, _ x: UnsafePointer<Scalar>, stride: Int
) -> Int {
  var i = 0
  if value != value {
    while x[i &* stride] == x[i &* stride] { i &+= 1 }
  } else {
    while x[i &* stride] != value { i &+= 1 }
  }
  return i
}

/// The first row in which each column has its extremum, or NaN if that is NaN.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func findInColumns<Scalar: TensorScalar>(
  _ extremes: UnsafeMutableBufferPointer<Scalar>, _ x: UnsafePointer<Scalar>, rows: Int, rowStride: Int,
  columnStride: Int, into indices: UnsafeMutablePointer<Int>
) {
  for j in extremes.indices { indices[j] = -1 }
  var missing = extremes.count
  for i in 0..<rows where missing > 0 {
    let row = x + i &* rowStride
    for j in extremes.indices {
      let (value, extreme) = (row[j &* columnStride], extremes[j])
      if (value == extreme || value != value) && indices[j] < 0 {
        indices[j] = i
        missing -= 1
      }
    }
  }
}
