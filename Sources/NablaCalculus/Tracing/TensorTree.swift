// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// A structure of tensors, such as the parameters of a model: what gradients are taken by, and what they are.
///
/// A tensor is one, and so are arrays and dictionaries of them. A struct of one's own becomes one when it is
/// generic over its tensors, with a `mapTensors`:
///
///     struct Line<T> {
///       var slope, intercept: T
///       func mapTensors<U>(_ transform: (T) throws -> U) rethrows -> Line<U> {
///         Line<U>(slope: try transform(slope), intercept: try transform(intercept))
///       }
///     }
///     extension Line: TensorTree where T == Tensor<Double> {
///       typealias Scalar = Double
///       typealias Traced = Line<TracedTensor<Double>>
///     }
///
///     let slope = gradient(of: { square($0.slope * x + $0.intercept - y).mean() }, at: line)  // a Line<Tensor<Double>>
///
/// `mapTensors` calls its closure once for each tensor, always in the same order. Structures nest: where a member is a
/// structure itself, `mapTensors` calls the member's.
public protocol TensorTree<Scalar> {
  /// The number type of the tensors.
  associatedtype Scalar: TensorScalar
  /// The same structure of traced tensors.
  associatedtype Traced

  /// The same structure of other tensors.
  func mapTensors(_ transform: (Tensor<Scalar>) throws -> Tensor<Scalar>) rethrows -> Self
  /// The same structure of traced tensors.
  func mapTensors(_ transform: (Tensor<Scalar>) throws -> TracedTensor<Scalar>) rethrows -> Traced
}

extension TensorTree {
  /// The tensors in the order of `mapTensors`.
  public var leaves: [Tensor<Scalar>] {
    var leaves: [Tensor<Scalar>] = []
    _ = mapTensors { (leaf: Tensor<Scalar>) -> Tensor<Scalar> in
      leaves.append(leaf)
      return leaf
    }
    return leaves
  }

  /// The same structure with other tensors, in the order of `mapTensors`.
  ///
  /// - Precondition: there are as many as the structure has.
  public func replacingLeaves(with tensors: [Tensor<Scalar>]) -> Self {
    var rest = tensors[...]
    let result = mapTensors { (_: Tensor<Scalar>) -> Tensor<Scalar> in
      precondition(!rest.isEmpty, "\(tensors.count) tensors are too few for the structure.")
      return rest.removeFirst()
    }
    precondition(rest.isEmpty, "\(tensors.count) tensors are too many for the structure.")
    return result
  }

  /// The same structure of constants: for evaluating a model that is written over traced tensors.
  public var constants: Traced { mapTensors { (leaf: Tensor<Scalar>) in TracedTensor(leaf) } }
}

extension Tensor: TensorTree {
  public typealias Traced = TracedTensor<Scalar>
  public func mapTensors(_ transform: (Tensor) throws -> Tensor) rethrows -> Tensor { try transform(self) }
  public func mapTensors(_ transform: (Tensor) throws -> TracedTensor<Scalar>) rethrows -> TracedTensor<
    Scalar
  > {
    try transform(self)
  }
}

extension Array: TensorTree where Element: TensorTree {
  public typealias Scalar = Element.Scalar
  public typealias Traced = [Element.Traced]
  public func mapTensors(_ transform: (Tensor<Scalar>) throws -> Tensor<Scalar>) rethrows -> [Element] {
    try map { (element: Element) in try element.mapTensors(transform) }
  }
  public func mapTensors(_ transform: (Tensor<Scalar>) throws -> TracedTensor<Scalar>) rethrows -> [Element
    .Traced]
  {
    try map { (element: Element) in try element.mapTensors(transform) }
  }
}

/// In the order of the keys.
extension Dictionary: TensorTree where Key == String, Value: TensorTree {
  public typealias Scalar = Value.Scalar
  public typealias Traced = [String: Value.Traced]
  public func mapTensors(_ transform: (Tensor<Scalar>) throws -> Tensor<Scalar>) rethrows -> [String: Value] {
    var result: [String: Value] = [:]
    for key in keys.sorted() { result[key] = try self[key]!.mapTensors(transform) }
    return result
  }
  public func mapTensors(
    _ transform: (Tensor<Scalar>) throws -> TracedTensor<Scalar>
  ) rethrows -> [String: Value.Traced] {
    var result: [String: Value.Traced] = [:]
    for key in keys.sorted() { result[key] = try self[key]!.mapTensors(transform) }
    return result
  }
}
