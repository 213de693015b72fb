// SPDX-License-Identifier: Apache-2.0

internal import NablaTensors

extension TracedTensor {
  /// Tensors joined along an existing axis; they agree in all other extents.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public static func concatenate(_ tensors: [TracedTensor], axis: Int = 0) -> TracedTensor {
    let value = Tensor.concatenate(tensors.map(\.value), axis: axis)
    let axis = axis < 0 ? axis + value.rank : axis
    return .recorded(value, Concatenation(axis: axis, extents: tensors.map { $0.shape[axis] }), tensors)
  }

  /// Tensors of one shape, joined along a new axis.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public static func stack(_ tensors: [TracedTensor], axis: Int = 0) -> TracedTensor {
    concatenate(tensors.map { $0.expanded(axis: axis) }, axis: axis)
  }
}

/// Joins its operands; the cotangent is cut where they were joined.
private struct Concatenation<Scalar: TensorScalar>: TensorOperation {
  let axis: Int
  let extents: [Int]
  var name: String { "concatenate" }
  func reads(operand: Int) -> Bool { false }
  var readsResult: Bool { false }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let known = tangents.lazy.compactMap { $0 }.first!
    return .concatenate(
      zip(tangents, extents).map { tangent, extent in
        var shape = known.shape
        shape[axis] = extent
        return tangent ?? TracedTensor(Tensor.zeros(shape))
      }, axis: axis)
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    var start = 0
    return zip(extents, needed).map { extent, isNeeded in
      defer { start += extent }
      return isNeeded ? cotangent.part(start..<start + extent, axis: axis) : nil
    }
  }
}

extension TracedTensor {
  /// The slice at a range of one axis.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func part(_ range: Range<Int>, axis: Int) -> TracedTensor {
    Slice(indices: Array(repeating: .all, count: axis) + [range.tensorIndex], shape: shape)(self)
  }
}
