// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions

// MARK: - Mapping

extension Tensor {
  /// `transform` of every element. The order of the calls is not specified.
  ///
  /// - Complexity: O(`count`).
  @inlinable
  public func map(_ transform: (Scalar) -> Scalar) -> Tensor {
    let result = Tensor(uninitialized: shape)
    let out = result.storage.base
    withStorage { source in
      if layout.isContiguous {
        for i in 0..<layout.count { out[i] = transform(source[i]) }
      } else {
        let nest = LoopNest(shape: layout.shape, result.layout.strides, layout.strides)
        let (n, step) = (nest.innerCount, nest.innerStrides[1])
        for start in nest {
          let (out, from) = (out + start[0], source + start[1])
          if step == 1 {
            for i in 0..<n { out[i] = transform(from[i]) }
          } else {
            for i in 0..<n { out[i] = transform(from[i &* step]) }
          }
        }
      }
    }
    return result
  }

  /// Replaces every element by `transform` of it, in place if the memory is not shared.
  @inlinable
  public mutating func apply(_ transform: (Scalar) -> Scalar) {
    guard isWritable() else {
      self = map(transform)
      return
    }
    let shape = layout.shape
    withUnsafeMutableStridedPointer { base, strides in
      let nest = LoopNest(shape: shape, strides)
      let (n, step) = (nest.innerCount, nest.innerStrides[0])
      for start in nest {
        let run = base + start[0]
        if step == 1 {
          for i in 0..<n { run[i] = transform(run[i]) }
        } else {
          for i in 0..<n { run[i &* step] = transform(run[i &* step]) }
        }
      }
    }
  }

  /// `combine` of the elements of two tensors after broadcasting, this tensor's element first.
  ///
  /// Shapes are aligned at the last axis and an extent of 1 is repeated: `[4, 1]` and `[3]` give
  /// `[4, 3]`. Traps if they do not fit.
  ///
  /// - Complexity: O(size of the result).
  @inlinable
  public func zipMap(_ other: Tensor, _ combine: (Scalar, Scalar) -> Scalar) -> Tensor {
    let result = Tensor(uninitialized: broadcastShape(shape, other.shape))
    let out = result.storage.base
    withStorage { a in
      other.withStorage { b in
        if layout.isContiguous && other.layout.isContiguous && layout.shape == other.layout.shape {
          for i in 0..<layout.count { out[i] = combine(a[i], b[i]) }
          return
        }
        let nest = LoopNest(
          shape: result.layout.shape, result.layout.strides,
          layout.broadcast(to: result.layout.shape).strides,
          other.layout.broadcast(to: result.layout.shape).strides)
        let (n, stepA, stepB) = (nest.innerCount, nest.innerStrides[1], nest.innerStrides[2])
        for start in nest {
          let (out, a, b) = (out + start[0], a + start[1], b + start[2])
          if stepA == 1 && stepB == 1 {
            for i in 0..<n { out[i] = combine(a[i], b[i]) }
          } else if stepA == 1 && stepB == 0 {
            let y = b[0]
            for i in 0..<n { out[i] = combine(a[i], y) }
          } else if stepA == 0 && stepB == 1 {
            let x = a[0]
            for i in 0..<n { out[i] = combine(x, b[i]) }
          } else {
            for i in 0..<n { out[i] = combine(a[i &* stepA], b[i &* stepB]) }
          }
        }
      }
    }
    return result
  }

  /// Replaces every element by `combine` of it and the element of `other`, which is broadcast to this
  /// tensor's shape; in place if the memory is not shared.
  @inlinable
  public mutating func apply(_ other: Tensor, _ combine: (Scalar, Scalar) -> Scalar) {
    let otherStrides = other.layout.broadcast(to: layout.shape).strides
    guard isWritable() else {
      self = zipMap(other, combine)
      return
    }
    let shape = layout.shape
    withUnsafeMutableStridedPointer { base, strides in
      other.withStorage { b in
        let nest = LoopNest(shape: shape, strides, otherStrides)
        let (n, step, stepB) = (nest.innerCount, nest.innerStrides[0], nest.innerStrides[1])
        for start in nest {
          let (run, b) = (base + start[0], b + start[1])
          if step == 1 && stepB == 1 {
            for i in 0..<n { run[i] = combine(run[i], b[i]) }
          } else {
            for i in 0..<n { run[i &* step] = combine(run[i &* step], b[i &* stepB]) }
          }
        }
      }
    }
  }
}

// MARK: - Arithmetic

// Elementwise, IEEE 754, with broadcasting as in `zipMap(_:_:)`. The matrix product is `matmul`.
extension Tensor {
  public static prefix func - (x: Tensor) -> Tensor { x.mapped(.of(.negate)) }

  public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.add)) }
  public static func + (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.add)) }
  public static func + (a: Scalar, b: Tensor) -> Tensor { b.combined(a, isFirst: true, .of(.add)) }
  public static func += (a: inout Tensor, b: Tensor) { a.combine(b, .of(.add)) }
  public static func += (a: inout Tensor, b: Scalar) { a.combine(b, .of(.add)) }

  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.subtract)) }
  public static func - (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.subtract)) }
  public static func - (a: Scalar, b: Tensor) -> Tensor { b.combined(a, isFirst: true, .of(.subtract)) }
  public static func -= (a: inout Tensor, b: Tensor) { a.combine(b, .of(.subtract)) }
  public static func -= (a: inout Tensor, b: Scalar) { a.combine(b, .of(.subtract)) }

  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.multiply)) }
  public static func * (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.multiply)) }
  public static func * (a: Scalar, b: Tensor) -> Tensor { b.combined(a, isFirst: true, .of(.multiply)) }
  public static func *= (a: inout Tensor, b: Tensor) { a.combine(b, .of(.multiply)) }
  public static func *= (a: inout Tensor, b: Scalar) { a.combine(b, .of(.multiply)) }

  public static func / (a: Tensor, b: Tensor) -> Tensor { a.combined(b, .of(.divide)) }
  public static func / (a: Tensor, b: Scalar) -> Tensor { a.combined(b, .of(.divide)) }
  public static func / (a: Scalar, b: Tensor) -> Tensor { b.combined(a, isFirst: true, .of(.divide)) }
  public static func /= (a: inout Tensor, b: Tensor) { a.combine(b, .of(.divide)) }
  public static func /= (a: inout Tensor, b: Scalar) { a.combine(b, .of(.divide)) }
}
