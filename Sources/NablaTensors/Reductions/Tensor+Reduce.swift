// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels

extension Tensor {
  /// Splits the axes into those kept and those folded, and hands each slice to be folded to `body` as
  /// one strided run. Where the folded axes do not merge into one stride, a copy is made that does.
  ///
  /// `body` gets the source position, the position in the row-major result, the distance of
  /// neighbours in a slice, and how many slices lie `keptStride` apart. It may be called on several threads
  /// at once.
  ///
  /// - Parameter cost: rough nanoseconds an element.
  func forEachSlice(
    folding folded: [Int], cost: Double,
    _ body:
      @Sendable (
        _ source: UnsafePointer<Scalar>, _ result: Int, _ stride: Int, _ keptCount: Int, _ keptStride: Int
      ) -> Void
  ) {
    let kept = layout.shape.indices.filter { !folded.contains($0) }
    let keptShape = kept.map { shape[$0] }
    let foldedNest = LoopNest(shape: folded.map { shape[$0] }, folded.map { strides[$0] })
    guard foldedNest.outer.isEmpty else {
      return permuted(kept + folded).copied()
        .reshaped(keptShape + [folded.reduce(1) { $0 * shape[$1] }])
        .forEachSlice(folding: [kept.count], cost: cost, body)
    }
    let nest = LoopNest(
      shape: keptShape, kept.map { strides[$0] }, TensorLayout.rowMajorStrides(of: keptShape))
    let (sliceCount, stride) = (foldedNest.innerCount, foldedNest.innerStrides[0])
    let (keptCount, keptStride) = (nest.innerCount, nest.innerStrides[0])
    let starts = Array(nest)
    // Runs of slices, cut so that several threads have work.
    let tile = Folder<Scalar>.tileWidth
    let tiles = (keptCount + tile - 1) / tile
    withStorage { source in
      nonisolated(unsafe) let source = source
      Parallelism.forEachChunk(
        of: starts.count * tiles, costPerItem: cost * Double(sliceCount * Swift.min(keptCount, tile))
      ) { range in
        for item in range {
          let (start, first) = (starts[item / tiles], item % tiles * tile)
          body(
            source + start[0] + first * keptStride, start[1] + first, stride,
            Swift.min(tile, keptCount - first), keptStride)
        }
      }
    }
  }

  func reduce(_ fold: Fold, axes: [Int], keepingDims: Bool) -> Tensor {
    reduce(.of(fold), parameters: nil, axes: axes, keepingDims: keepingDims)
  }

  /// A reduction along axes.
  ///
  /// - Parameter parameters: the reduction's parameter of each slice, in the shape of the result.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func reduce(_ reduction: Reduction, parameters: Tensor?, axes: [Int], keepingDims: Bool) -> Tensor {
    let folded = layout.axes(axes)
    let keptShape = shape.indices.filter { !folded.contains($0) }.map { shape[$0] }
    let sliceCount = folded.reduce(1) { $0 * shape[$1] }
    let result: Tensor
    if sliceCount == 0 {
      guard let identity: Scalar = reduction.fold.identity() else {
        preconditionFailure(
          "The \(reduction.fold) along axes \(folded) of a tensor of shape \(shape) is one of no elements.")
      }
      result = Tensor(shape: keptShape, repeating: identity)
    } else {
      result = Tensor(uninitialized: keptShape)
      let folder = Folder<Scalar>(reduction)
      let parameters = parameters?.contiguous()
      nonisolated(unsafe) let out = result.storage.base
      nonisolated(unsafe) let given = parameters.map { UnsafePointer($0.storage.base + $0.layout.offset) }
      if folded.count == rank && layout.isContiguous {
        out[0] = withStorage { folder.run($0, count: sliceCount, stride: 1, parameter: given) }
      } else {
        forEachSlice(folding: folded, cost: folder.cost) { source, position, stride, keptCount, keptStride in
          let parameter = given.map { $0 + position }
          let isShort = sliceCount < 32 && keptCount >= 32
          if keptCount > 1 && (abs(keptStride) < abs(stride) || isShort) {
            folder.columns(
              source, rows: sliceCount, rowStride: stride, width: keptCount, columnStride: keptStride,
              parameter: parameter, into: out + position)
          } else {
            for j in 0..<keptCount {
              out[position + j] = folder.run(
                source + j * keptStride, count: sliceCount, stride: stride,
                parameter: parameter.map { $0 + j })
            }
          }
        }
      }
      withExtendedLifetime(parameters) {}
    }
    guard keepingDims else { return result }
    var resultShape = shape
    for axis in folded { resultShape[axis] = 1 }
    return result.reshaped(resultShape)
  }

  /// A reduction of all elements to a number.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func reduceAll(_ reduction: Reduction, parameter: Scalar? = nil) -> Scalar {
    guard layout.isContiguous && count > 0 else {
      return reduce(
        reduction, parameters: parameter.map { Tensor($0) }, axes: Array(0..<rank), keepingDims: false
      ).item
    }
    return withStorage { x in
      guard let parameter else { return Folder(reduction).run(x, count: count, stride: 1) }
      return withUnsafePointer(to: parameter) {
        Folder(reduction).run(x, count: count, stride: 1, parameter: $0)
      }
    }
  }
}
