// SPDX-License-Identifier: Apache-2.0

// Places, values and counts of the numbers of a whole tensor; NaN counts as larger than all numbers, as in sorting.

/// On which side of equal numbers a place is sought.
public enum SearchSide: Sendable {
  /// Before them.
  case left
  /// Behind them.
  case right
}

extension Tensor {
  /// For each of `values`, in row-major order, how many elements of this ascending vector lie before it: the place at
  /// which it would be inserted (NumPy's `searchsorted`).
  ///
  /// With elements x the place i of a value v has x₀, …, xᵢ₋₁ < v ≤ xᵢ, …, and with ``SearchSide/right``
  /// x₀, …, xᵢ₋₁ ≤ v < xᵢ, …. NaN lies behind all numbers and equals itself.
  ///
  /// - Precondition: rank 1. Whether the elements ascend is not looked at; if they do not, the places mean nothing.
  /// - Complexity: O(log `count`) for each value.
  public func searchSorted(_ values: Tensor, side: SearchSide = .left) -> [Int] {
    precondition(rank == 1, "searchSorted needs a vector to search in; this tensor has shape \(shape).")
    return withUnsafeBufferPointer { sorted in
      values.withUnsafeBufferPointer { values in places(of: values, in: sorted, side: side) }
    }
  }

  /// The different numbers among the elements, ascending, as a vector (NumPy's `unique`).
  ///
  /// −0 and 0 are equal, and so is every NaN to the others; the first of equal ones in row-major order is taken.
  ///
  /// - Complexity: O(n log n) for n elements.
  public func unique() -> Tensor {
    Tensor(flattened().sorted().withUnsafeBufferPointer { withoutRepetitions($0) })
  }

  /// The different numbers among the elements as ``unique()`` gives them, how often each occurs, and for each element in
  /// row-major order which of them it is: `values.taking(inverse)` has the elements.
  ///
  /// - Complexity: O(n log n) for n elements.
  public func uniqueWithCounts() -> (values: Tensor, counts: [Int], inverse: [Int]) {
    let elements = flattened()
    let values = elements.unique()
    let inverse = values.searchSorted(elements)
    var counts = [Int](repeating: 0, count: values.count)
    for place in inverse { counts[place] += 1 }
    return (values, counts, inverse)
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func places<Scalar: TensorScalar>(
  of values: UnsafeBufferPointer<Scalar>, in sorted: UnsafeBufferPointer<Scalar>, side: SearchSide
) -> [Int] {
  values.map { value in
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = low + (high - low) / 2
      let x = sorted[middle]
      let isBefore =
        switch side {
        case .left: x < value || x == x && value != value
        case .right: x <= value || value != value
        }
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func withoutRepetitions<Scalar: TensorScalar>(_ sorted: UnsafeBufferPointer<Scalar>) -> [Scalar] {
  var distinct: [Scalar] = []
  for x in sorted {
    if let last = distinct.last, last == x || last != last { continue }
    distinct.append(x)
  }
  return distinct
}
