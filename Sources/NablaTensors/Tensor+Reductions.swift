// Each reduction comes over everything, giving a number, and along axes, giving a tensor without those
// axes (or with extent 1 there, by `keepingDims`). Negative axes count from the last. NaN anywhere in
// a slice makes its result NaN. Empty slices: sum 0, product 1, mean and variance NaN; minimum and
// maximum trap. These are NumPy's conventions.

// MARK: - Sums and products

extension Tensor {
  /// The sum of all elements, pairwise: its error grows with log(count). 0 of an empty tensor.
  public func sum() -> Scalar { sum(axes: Array(0..<rank)).item }

  /// The sum along one axis: shape `[a, b, c]` along axis 1 gives `[a, c]`.
  public func sum(axis: Int, keepingDims: Bool = false) -> Tensor {
    sum(axes: [axis], keepingDims: keepingDims)
  }

  /// The sum along several axes.
  public func sum(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.sum, axes: axes, keepingDims: keepingDims)
  }

  /// The product of all elements. 1 of an empty tensor.
  public func product() -> Scalar { product(axes: Array(0..<rank)).item }

  /// The product along one axis.
  public func product(axis: Int, keepingDims: Bool = false) -> Tensor {
    product(axes: [axis], keepingDims: keepingDims)
  }

  /// The product along several axes.
  public func product(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.product, axes: axes, keepingDims: keepingDims)
  }
}

// MARK: - Averages

extension Tensor {
  /// The arithmetic mean of all elements, Σx / n. NaN of an empty tensor.
  public func mean() -> Scalar { mean(axes: Array(0..<rank)).item }

  /// The arithmetic mean along one axis.
  public func mean(axis: Int, keepingDims: Bool = false) -> Tensor {
    mean(axes: [axis], keepingDims: keepingDims)
  }

  /// The arithmetic mean along several axes.
  public func mean(axes: [Int], keepingDims: Bool = false) -> Tensor {
    sum(axes: axes, keepingDims: keepingDims) / Scalar(sliceCount(axes))
  }

  /// The variance of all elements, Σ(x − mean)² / (n − `correction`), in two passes.
  ///
  /// Correction 0 is the variance of a whole population, 1 the unbiased estimate from a sample.
  /// NaN if there are no more than `correction` elements and they are equal (or none), else infinite,
  /// as in NumPy.
  public func variance(correction: Int = 0) -> Scalar {
    variance(axes: Array(0..<rank), correction: correction).item
  }

  /// The variance along one axis.
  public func variance(axis: Int, correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    variance(axes: [axis], correction: correction, keepingDims: keepingDims)
  }

  /// The variance along several axes.
  public func variance(axes: [Int], correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    var deviations = self - mean(axes: axes, keepingDims: true)
    deviations.apply { $0 * $0 }
    return deviations.sum(axes: axes, keepingDims: keepingDims)
      / Scalar(Swift.max(sliceCount(axes) - correction, 0))
  }

  /// The square root of ``variance(correction:)``.
  public func standardDeviation(correction: Int = 0) -> Scalar {
    variance(correction: correction).squareRoot()
  }

  /// The standard deviation along one axis.
  public func standardDeviation(axis: Int, correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    sqrt(variance(axis: axis, correction: correction, keepingDims: keepingDims))
  }

  /// The standard deviation along several axes.
  public func standardDeviation(axes: [Int], correction: Int = 0, keepingDims: Bool = false) -> Tensor {
    sqrt(variance(axes: axes, correction: correction, keepingDims: keepingDims))
  }

  private func sliceCount(_ axes: [Int]) -> Int {
    layout.axes(axes).reduce(1) { $0 * shape[$1] }
  }
}

// MARK: - Extrema

extension Tensor {
  /// The smallest element. Traps on an empty tensor.
  public func min() -> Scalar { min(axes: Array(0..<rank)).item }

  /// The smallest element along one axis.
  public func min(axis: Int, keepingDims: Bool = false) -> Tensor {
    min(axes: [axis], keepingDims: keepingDims)
  }

  /// The smallest element along several axes.
  public func min(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.minimum, axes: axes, keepingDims: keepingDims)
  }

  /// The largest element. Traps on an empty tensor.
  public func max() -> Scalar { max(axes: Array(0..<rank)).item }

  /// The largest element along one axis.
  public func max(axis: Int, keepingDims: Bool = false) -> Tensor {
    max(axes: [axis], keepingDims: keepingDims)
  }

  /// The largest element along several axes.
  public func max(axes: [Int], keepingDims: Bool = false) -> Tensor {
    reduce(.maximum, axes: axes, keepingDims: keepingDims)
  }

  /// The position, in row-major order, of the smallest element: the first of equals, or the first NaN
  /// if there is one. Traps on an empty tensor.
  public func argmin() -> Int { flattened().extremeIndices(largest: false, axis: 0)[0] }

  /// The index along `axis` of the smallest element of each slice, in row-major order of the other
  /// axes: shape `[a, b, c]` along axis 1 gives a · c indices.
  public func argmin(axis: Int) -> [Int] { extremeIndices(largest: false, axis: axis) }

  /// The position, in row-major order, of the largest element: the first of equals, or the first NaN
  /// if there is one. Traps on an empty tensor.
  public func argmax() -> Int { flattened().extremeIndices(largest: true, axis: 0)[0] }

  /// The index along `axis` of the largest element of each slice, in row-major order of the other axes.
  public func argmax(axis: Int) -> [Int] { extremeIndices(largest: true, axis: axis) }

  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  private func extremeIndices(largest: Bool, axis: Int) -> [Int] {
    let axis = layout.axis(axis)
    let length = shape[axis]
    precondition(length > 0, "Axis \(axis) of a tensor of shape \(shape) has no extreme element.")
    var indices = [Int](repeating: 0, count: count / length)
    forEachSlice(folding: [axis]) { source, position, stride, keptCount, keptStride in
      for j in 0..<keptCount {
        indices[position + j] = extremeIndex(
          largest: largest, source + j * keptStride, count: length, stride: stride)
      }
    }
    return indices
  }
}

// MARK: - Norms

extension Tensor {
  /// The Euclidean norm of all elements, √Σx², whatever the rank; it neither overflows nor underflows
  /// on the way. 0 of an empty tensor; infinite if an element is, and none is NaN.
  public func norm() -> Scalar { norm(axes: Array(0..<rank)).item }

  /// The Euclidean norm along one axis.
  public func norm(axis: Int, keepingDims: Bool = false) -> Tensor {
    norm(axes: [axis], keepingDims: keepingDims)
  }

  /// The Euclidean norm along several axes.
  public func norm(axes: [Int], keepingDims: Bool = false) -> Tensor {
    if sliceCount(axes) == 0 { return sum(axes: axes, keepingDims: keepingDims) }
    let largest = abs(self).max(axes: axes, keepingDims: true)
    // Squares of numbers in this range, and sums of up to 2⁶⁰ of them, are exact to rounding; where an
    // extreme slice leaves it, all slices are scaled by powers of two, which is exact.
    let low = Scalar.leastNormalMagnitude.squareRoot() / Scalar.ulpOfOne
    let high = Scalar.greatestFiniteMagnitude.squareRoot() * Scalar.ulpOfOne
    let isSafe = largest.scalars.allSatisfy { $0 == 0 || $0 > low && $0 < high || !$0.isFinite }
    if isSafe {
      return sqrt(map { $0 * $0 }.sum(axes: axes, keepingDims: keepingDims))
    }
    let scale = largest.map { $0 == 0 || !$0.isFinite ? 1 : $0.binade }
    let scaled = sqrt((self / scale).map { $0 * $0 }.sum(axes: axes, keepingDims: true)) * scale
    return keepingDims ? scaled : scaled.reshaped(sum(axes: axes).shape)
  }
}
