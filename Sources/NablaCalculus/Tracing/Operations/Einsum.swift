// SPDX-License-Identifier: Apache-2.0

public import NablaTensors

/// A sum of products over named axes: see `einsum(_:_:)` of tensors.
public func einsum<S: TensorScalar>(_ subscripts: String, _ operands: TracedTensor<S>...) -> TracedTensor<S> {
  einsum(subscripts, operands)
}

/// ``einsum(_:_:)`` of a list of operands.
@specialized(where S == Double)
@specialized(where S == Float)
public func einsum<S: TensorScalar>(_ subscripts: String, _ operands: [TracedTensor<S>]) -> TracedTensor<S> {
  let form = EinsumForm(subscripts, shapes: operands.map(\.shape))
  return .recorded(
    einsum(subscripts, operands.map(\.value)),
    Einsum(letters: form.operands, result: form.result, shapes: operands.map(\.shape)), operands)
}

/// A product that is linear in each operand. The cotangent of one is the same kind of product, of the result's cotangent
/// and the other operands.
private struct Einsum<Scalar: TensorScalar>: TensorOperation {
  let letters: [[Character]]
  let result: [Character]
  let shapes: [[Int]]
  var name: String { "einsum" }
  func reads(operand: Int) -> Bool { letters.count > 1 }
  var readsResult: Bool { false }

  private func subscripts(_ operands: [[Character]], _ result: [Character]) -> String {
    operands.map { String($0) }.joined(separator: ",") + "->" + String(result)
  }

  func tangent(
    _ tangents: [TracedTensor<Scalar>?], _ step: RecordedStep<Scalar>
  ) -> TracedTensor<Scalar>? {
    let text = subscripts(letters, result)
    return tangents.enumerated().reduce(nil) { total, entry in
      guard let tangent = entry.element else { return total }
      let operands = letters.indices.map { $0 == entry.offset ? tangent : step.operand($0) }
      return sum(total, einsum(text, operands))
    }
  }

  func cotangents(
    _ cotangent: TracedTensor<Scalar>, _ step: RecordedStep<Scalar>, needed: [Bool]
  ) -> [TracedTensor<Scalar>?] {
    letters.indices.map { target in
      guard needed[target] else { return nil }
      let others = letters.indices.filter { $0 != target }
      // Each letter once; of a repeated one the diagonal is placed at the end.
      var distinct: [Character] = []
      for letter in letters[target] where !distinct.contains(letter) { distinct.append(letter) }
      let known = Set(result + others.flatMap { letters[$0] })
      let present = distinct.filter { known.contains($0) }
      let product = einsum(
        subscripts([result] + others.map { letters[$0] }, present),
        [cotangent] + others.map { step.operand($0) })
      // What was summed over alone is repeated.
      var shape: [Int] = []
      for letter in distinct {
        shape.append(present.contains(letter) ? shapes[target][letters[target].firstIndex(of: letter)!] : 1)
      }
      let full = distinct.map { shapes[target][letters[target].firstIndex(of: $0)!] }
      let repeated = product.reshaped(shape).broadcast(to: full)
      if distinct.count == letters[target].count { return repeated }
      // Zero off the diagonals.
      return Spread(letters: letters[target], distinct: distinct, shape: shapes[target])(repeated)
    }
  }
}

/// Places a tensor on the common diagonal of axes with one letter: the transpose of taking that diagonal.
private struct Spread<Scalar: TensorScalar>: LinearOperation {
  let letters: [Character]
  let distinct: [Character]
  let shape: [Int]
  var name: String { "diagonal" }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  func callAsFunction(_ x: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    // By a mask that is 1 where axes of one letter have one index.
    let expanded = x.value.reshaped(
      letters.enumerated().map { axis, letter in
        letters.firstIndex(of: letter) == axis ? shape[axis] : 1
      })
    var mask = Tensor<Scalar>(1)
    for axis in letters.indices {
      let first = letters.firstIndex(of: letters[axis])!
      if first == axis { continue }
      var extents = [Int](repeating: 1, count: letters.count)
      (extents[first], extents[axis]) = (shape[first], shape[axis])
      mask = mask * Tensor.identity(shape[axis]).reshaped(extents)
    }
    return .recorded(
      select(mask.broadcast(to: shape), expanded.broadcast(to: shape), Tensor(0)), self, [x])
  }

  func transpose(_ cotangent: TracedTensor<Scalar>) -> TracedTensor<Scalar> {
    einsum("\(String(letters))->\(String(distinct))", [cotangent])
  }
}
