// SPDX-License-Identifier: Apache-2.0

// Masks are tensors of zeros (false) and other numbers (true), as comparisons give them.

extension Tensor {
  /// The elements where a mask is not 0, as a vector in row-major order (NumPy's `x[mask]`).
  ///
  /// - Precondition: the mask has this tensor's shape.
  /// - Complexity: O(`count`).
  public func elements(where mask: Tensor) -> Tensor {
    requireMask(mask)
    return withUnsafeBufferPointer { elements in
      mask.withUnsafeBufferPointer { mask in Tensor(chosen(elements, by: mask)) }
    }
  }

  /// The indices of the elements that are not 0, each with one number per axis, in row-major order (NumPy's
  /// `argwhere`).
  ///
  /// - Complexity: O(`count`).
  public func indicesOfNonzero() -> [[Int]] {
    let strides = TensorLayout.rowMajorStrides(of: shape)
    return scalars.enumerated().compactMap { position, value in
      value == 0 ? nil : shape.indices.map { position / strides[$0] % shape[$0] }
    }
  }

  /// Replaces the elements where a mask is not 0 by those of `value`, which is broadcast to this tensor's shape.
  ///
  /// - Precondition: the mask has this tensor's shape.
  public mutating func replace(where mask: Tensor, by value: Tensor) {
    requireMask(mask)
    self = select(mask, value.broadcast(to: shape), self)
  }

  private func requireMask(_ mask: Tensor) {
    precondition(
      mask.shape == shape, "A mask has the tensor's shape, \(shape); this one has shape \(mask.shape).")
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func chosen<Scalar: TensorScalar>(
  _ elements: UnsafeBufferPointer<Scalar>, by mask: UnsafeBufferPointer<Scalar>
) -> [Scalar] {
  var chosen: [Scalar] = []
  for i in 0..<elements.count where mask[i] != 0 { chosen.append(elements[i]) }
  return chosen
}
