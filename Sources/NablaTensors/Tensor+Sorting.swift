// SPDX-License-Identifier: Apache-2.0

// Sorted are slices along one axis, ascending. NaN comes last; −0 and 0 are equal and keep their order, as do all
// equal numbers.

extension Tensor {
  /// Each slice along an axis in ascending order, NaN last.
  ///
  /// - Complexity: O(n log n) for each slice of n elements.
  public func sorted(axis: Int = -1) -> Tensor {
    let axis = layout.axis(axis)
    let rows = withAxisLast(axis).copied()
    let n = shape[axis]
    if rows.count > 0 {
      for row in 0..<rows.count / n { sortNumbers(rows.storage.base + row * n, count: n) }
    }
    return rows.movingLastAxis(to: axis)
  }

  /// The indices along an axis that put each slice in ascending order, NaN last: a list for each slice, in row-major
  /// order of the other axes.
  ///
  /// - Complexity: O(n log n) for each slice of n elements.
  public func argsort(axis: Int = -1) -> [[Int]] {
    let axis = layout.axis(axis)
    let rows = withAxisLast(axis).contiguous()
    let n = shape[axis]
    if n == 0 { return Array(repeating: [], count: rows.shape.dropLast().reduce(1, *)) }
    return rows.withStorage { base in
      (0..<rows.count / n).map { sortedIndices(base + $0 * n, count: n) }
    }
  }

  /// The middle of each slice along an axis, the mean of the two middle elements of an even number. NaN of a slice
  /// that is empty or holds NaN.
  public func median(axis: Int = -1, keepingDims: Bool = false) -> Tensor {
    quantile(0.5, axis: axis, keepingDims: keepingDims)
  }

  /// The `q`-quantile of each slice along an axis: with elements x₀ ≤ … ≤ xₙ₋₁ the value at position q (n − 1),
  /// interpolated linearly (NumPy's default, type 7 of Hyndman and Fan, 1996). NaN of a slice that is empty or holds
  /// NaN. Between a finite number and an infinity lies that infinity, between two equal numbers their value (NumPy has
  /// NaN for both where they are infinite), and between −∞ and ∞ NaN.
  ///
  /// - Precondition: 0 ≤ `q` ≤ 1.
  /// - Complexity: O(n log n) for each slice of n elements.
  public func quantile(_ q: Scalar, axis: Int = -1, keepingDims: Bool = false) -> Tensor {
    precondition(q >= 0 && q <= 1, "A quantile lies between 0 and 1; \(q) does not.")
    let axis = layout.axis(axis)
    let n = shape[axis]
    var reduced = shape
    reduced[axis] = 1
    guard n > 0 else {
      let empty = Tensor(shape: reduced, repeating: .nan)
      return keepingDims ? empty : empty.squeezed(axis: axis)
    }
    let rows = withAxisLast(axis).sorted(axis: -1)
    let position = q * Scalar(n - 1)
    let lower = Swift.min(Int(position), n - 1)
    let share = position - Scalar(lower)
    let values = Tensor(shape: Array(rows.shape.dropLast())) { out in
      for row in out.indices {
        let sorted = rows.storage.base + row * n
        let (a, b) = (sorted[lower], sorted[Swift.min(lower + 1, n - 1)])
        // NaN is last, wherever the quantile lies.
        out[row] =
          sorted[n - 1].isNaN
          ? .nan : share == 0 || a == b ? a : a.isFinite && b.isFinite ? a + share * (b - a) : a + b
      }
    }
    return keepingDims ? values.reshaped(reduced) : values
  }

  /// A view with one axis moved behind the others.
  func withAxisLast(_ axis: Int) -> Tensor { permuted((0..<rank).filter { $0 != axis } + [axis]) }

  /// The inverse of ``withAxisLast(_:)``.
  func movingLastAxis(to axis: Int) -> Tensor {
    var axes = Array(0..<(rank - 1))
    axes.insert(rank - 1, at: axis)
    return permuted(axes)
  }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func sortNumbers<Scalar: TensorScalar>(_ x: UnsafeMutablePointer<Scalar>, count: Int) {
  // Numbers move together first, in their order, so that they are sorted by a comparison alone.
  var end = 0
  for i in 0..<count where x[i] == x[i] {
    x[end] = x[i]
    end += 1
  }
  for i in end..<count { x[i] = .nan }
  var numbers = UnsafeMutableBufferPointer(start: x, count: end)
  numbers.sort { $0 < $1 }
}

@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func sortedIndices<Scalar: TensorScalar>(_ x: UnsafePointer<Scalar>, count: Int) -> [Int] {
  var indices = Array(0..<count)
  // The standard library's sort is stable.
  indices.sort { x[$0] < x[$1] || x[$0] == x[$0] && x[$1] != x[$1] }
  return indices
}
