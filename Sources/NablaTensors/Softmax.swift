// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels

// By the largest element of each slice, which is subtracted before the exponential, none of them overflows. NaN in a
// slice makes its results NaN.

/// log Σ exp(x) along one axis, without overflow: shape [a, b, c] along axis 1 gives [a, c].
///
/// −inf of a slice that is empty or all −inf; inf where an element is inf.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func logsumexp<S: TensorScalar>(
  _ x: Tensor<S>, axis: Int = -1, keepingDims: Bool = false
) -> Tensor<S> {
  let axis = x.layout.axis(axis)
  if x.shape[axis] == 0 {
    var shape = x.shape
    shape[axis] = 1
    let empty = Tensor(shape: shape, repeating: -S.infinity)
    return keepingDims ? empty : empty.squeezed(axis: axis)
  }
  let result: Tensor<S>
  if x.shape[axis] <= longestOfShort {
    result = ofShortSlices(x, axis, .logarithmOfSum)
  } else {
    let shift = finiteMaximum(x, axis)
    result = shift + log(x.reduce(.exponentials, parameters: shift, axes: [axis], keepingDims: true))
  }
  return keepingDims ? result : result.squeezed(axis: axis)
}

/// exp(x) / Σ exp(x) along one axis: shares that add up to 1.
///
/// NaN in a slice that holds inf or is all −inf.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func softmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int = -1) -> Tensor<S> {
  let axis = x.layout.axis(axis)
  if x.count == 0 { return x }
  if x.shape[axis] <= longestOfShort { return ofShortSlices(x, axis, .shares) }
  var exponentials = x.combined(x.max(axis: axis, keepingDims: true), .shiftedExponential)
  exponentials /= exponentials.sum(axis: axis, keepingDims: true)
  return exponentials
}

/// log(softmax(x)) along one axis: (x − max) − log Σ exp(x − max), accurate where the softmax underflows.
///
/// - Complexity: O(`x.count`).
@specialized(where S == Double)
@specialized(where S == Float)
public func logSoftmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int = -1) -> Tensor<S> {
  let axis = x.layout.axis(axis)
  if x.count == 0 { return x }
  if x.shape[axis] <= longestOfShort { return ofShortSlices(x, axis, .logarithms) }
  let shift = finiteMaximum(x, axis)
  let sums = x.reduce(.exponentials, parameters: shift, axes: [axis], keepingDims: true)
  return Tensor.combined([x, shift, log(sums)], .shiftedTwice)
}

/// The largest element of each slice; 0 where that is infinite, since ∞ − ∞ says nothing.
private func finiteMaximum<S: TensorScalar>(_ x: Tensor<S>, _ axis: Int) -> Tensor<S> {
  let largest = x.max(axis: axis, keepingDims: true)
  return select(abs(largest) .== S.infinity, Tensor(0), largest)
}

extension ElementwiseOperation {
  fileprivate static let shiftedExponential = ElementwiseOperation(2) { exp($0[0] - $0[1]) }
  fileprivate static let shiftedTwice = ElementwiseOperation(3) { $0[0] - $0[1] - $0[2] }
  fileprivate static let quotient = ElementwiseOperation(2) { $0[0] / $0[1] }
  fileprivate static let shiftedLogarithm = ElementwiseOperation(2) { $0[0] + log($0[1]) }
  fileprivate static let logarithm = ElementwiseOperation(1) { log($0[0]) }
}

// MARK: - Short slices

/// Slices of no more elements are taken many at a time.
private let longestOfShort = 128

private enum Share { case shares, logarithms, logarithmOfSum }

/// Where slices are short, some of them are copied to a table with a column for each, in the first-level cache:
/// kernels then run along its rows.
@specialized(where S == Double)
@specialized(where S == Float)
private func ofShortSlices<S: TensorScalar>(_ x: Tensor<S>, _ axis: Int, _ share: Share) -> Tensor<S> {
  let length = x.shape[axis]
  let inner = x.shape[(axis + 1)...].reduce(1, *)
  var shape = x.shape
  if share == .logarithmOfSum { shape[axis] = 1 }
  let result = Tensor<S>(uninitialized: shape)
  nonisolated(unsafe) let out = result.storage.base
  let tile = Swift.max(32, 4096 / length)
  x.forEachSlice(folding: [axis], cost: Folder<S>(.exponentials).cost + 2) {
    source, position, stride, count, keptStride in
    withUnsafeTemporaryAllocation(of: S.self, capacity: (length + 2) * Swift.min(tile, count)) { memory in
      for first in Swift.stride(from: 0, to: count, by: tile) {
        let table = SliceTable(
          memory.baseAddress!, length, width: Swift.min(tile, count - first), source + first * keptStride,
          stride, keptStride)
        table.compute(share)
        if share == .logarithmOfSum {
          (out + position + first).update(from: table.sums, count: table.width)
          continue
        }
        for j in 0..<table.width {
          let slice = position + first + j
          let target = out + (slice / inner * length * inner + slice % inner)
          for i in 0..<length { target[i &* inner] = table.elements[i &* table.width &+ j] }
        }
      }
    }
  }
  withExtendedLifetime(result.storage) {}
  return result
}

/// Slices as the columns of a table, and two numbers of each.
private struct SliceTable<S: TensorScalar> {
  let elements: UnsafeMutablePointer<S>
  let length: Int
  let width: Int

  private var maxima: UnsafeMutablePointer<S> { elements + length * width }
  var sums: UnsafeMutablePointer<S> { maxima + width }

  @inline(__always)
  init(
    _ memory: UnsafeMutablePointer<S>, _ length: Int, width: Int, _ source: UnsafePointer<S>, _ stride: Int,
    _ sliceStride: Int
  ) {
    (elements, self.length, self.width) = (memory, length, width)
    for j in 0..<width {
      for i in 0..<length { memory[i &* width &+ j] = source[i &* stride &+ j &* sliceStride] }
    }
  }

  @specialized(where S == Double)
  @specialized(where S == Float)
  func compute(_ share: Share) {
    fold(.maximum, parameter: nil, into: maxima)
    if share == .shares {
      forEachRow { run(.shiftedExponential, $0, maxima, into: $0) }
      fold(.sum, parameter: nil, into: sums)
      forEachRow { run(.quotient, $0, sums, into: $0) }
      return
    }
    for j in 0..<width where maxima[j].isInfinite { maxima[j] = 0 }
    fold(.exponentials, parameter: UnsafePointer(maxima), into: sums)
    if share == .logarithms {
      run(.logarithm, sums, into: sums)
      forEachRow { run(.shiftedTwice, $0, maxima, sums, into: $0) }
    } else {
      run(.shiftedLogarithm, maxima, sums, into: sums)
    }
  }

  @inline(__always)
  private func fold(
    _ reduction: Reduction, parameter: UnsafePointer<S>?, into out: UnsafeMutablePointer<S>
  ) {
    Folder<S>(reduction).columns(
      elements, rows: length, rowStride: width, width: width, columnStride: 1, parameter: parameter, into: out
    )
  }

  @inline(__always)
  private func forEachRow(_ body: (UnsafeMutablePointer<S>) -> Void) {
    for i in 0..<length { body(elements + i * width) }
  }

  @inline(__always)
  private func run(
    _ operation: ElementwiseOperation, _ operands: UnsafeMutablePointer<S>...,
    into out: UnsafeMutablePointer<S>
  ) {
    let kernel = operation.kernel(for: S.self)
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: 4) { addresses in
      for i in operands.indices { addresses[i] = UnsafeMutableRawPointer(operands[i]) }
      addresses[operands.count] = UnsafeMutableRawPointer(out)
      kernel.run(0..<width, addresses.baseAddress!)
    }
  }
}
